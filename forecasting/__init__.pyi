from forecasting.answers import (
    backtest_peaks as backtest_peaks,
)
from forecasting.answers import (
    forecast as forecast,
)
from forecasting.answers import (
    peaks as peaks,
)
from forecasting.answers import (
    peaks_with_fan as peaks_with_fan,
)

__all__ = [
    "backtest_peaks",
    "forecast",
    "peaks",
    "peaks_with_fan",
]
