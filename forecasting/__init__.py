"""Demand history to forecasts, joint paths and calibrated peaks; backtests of all of it.

Names are imported when first used: who reads only a part starts without the rest.
"""

from btim.lazy_menu import lazy_menu

__getattr__ = lazy_menu(
    __name__,
    {
        "backtest_peaks": "forecasting.answers",
        "forecast": "forecasting.answers",
        "peaks": "forecasting.answers",
        "peaks_with_fan": "forecasting.answers",
    },
)
