"""Demand history to forecasts, joint paths and calibrated peaks; backtests of all of it."""

from forecasting.answers import backtest_peaks, forecast, peaks, peaks_with_fan

__all__ = ["backtest_peaks", "forecast", "peaks", "peaks_with_fan"]
