import numpy as np
import pytest

import forecasting
from tests.forecasting.panels import hourly

OPTIONS = {"freq": "h", "seasons": [24], "effort": "quick", "levels": [0.05, 0.5, 0.95]}


def test_a_window_too_long_to_be_tested_is_answered_with_width_and_called_uncalibrated() -> None:
    panel = hourly(2, 24 * 20)
    answer = forecasting.peaks(panel, windows=["24h", "13w"], **OPTIONS).set_index("window")
    width = (answer.q95 - answer.q5) / answer.q50
    assert answer.loc["13w", "calibrated"].tolist() == [0, 0]
    assert (width.loc["13w"] > 0.05).all()
    assert (answer.loc["13w", "q95"].to_numpy() >= answer.loc["24h", "q95"].to_numpy()).all()


@pytest.mark.parametrize("length", [3, 10, 40])
def test_a_short_varying_history_has_an_interval(length: int) -> None:
    answer = forecasting.forecast(hourly(1, length), horizon=24, **OPTIONS)
    assert (answer.q95 - answer.q5).max() > 0
    assert np.isfinite(answer[["point", "mean", "q5", "q50", "q95"]].to_numpy()).all()


def test_a_single_window_that_hardly_fits_is_backtested() -> None:
    panel = hourly(1, 24 * 20)
    answer = forecasting.backtest_peaks(panel, freq="h", seasons=[24], window="9d", origins=1, effort="quick")
    assert answer.actual_max.tolist() == [panel.y.tail(216).max()]
    assert np.isfinite(answer.q95).all()
