import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import forecasting
from tests.forecasting.panels import hourly

LEVELS = [0.05, 0.5, 0.9, 0.95, 0.99]
NAMES = ["q5", "q50", "q90", "q95", "q99"]
OPTIONS = {"freq": "h", "seasons": [24], "levels": LEVELS, "effort": "quick"}
FEW = settings(max_examples=6, deadline=None)


def varied(seed: int, days: int) -> pd.DataFrame:
    panel = hourly(2, 24 * days, seed=seed)
    rng = np.random.default_rng(seed)
    panel["y"] = np.maximum(
        panel.y * np.exp(rng.standard_normal(len(panel)) * rng.uniform(0, 0.6)) - 60 * rng.random(), 0
    )
    return panel


@FEW
@given(seed=st.integers(0, 10_000), days=st.integers(2, 30))
def test_quantiles_never_cross_and_a_maximum_is_never_below_a_step(seed: int, days: int) -> None:
    panel = varied(seed, days)
    steps = forecasting.forecast(panel, horizon=24, **OPTIONS)
    peaks = forecasting.peaks(panel, windows=[24], **OPTIONS).set_index("unique_id")
    assert (np.diff(steps[NAMES].to_numpy(), axis=1) >= -1e-9).all()
    assert (np.diff(peaks[NAMES].to_numpy(), axis=1) >= -1e-9).all()
    highest = steps.groupby("unique_id")[NAMES].max()
    assert (peaks[NAMES] >= highest - 1e-9 * highest.abs()).all().all()


@FEW
@given(seed=st.integers(0, 10_000), factor=st.sampled_from([1e-3, 0.5, 1024.0, 1e6]))
def test_a_panel_in_other_units_gives_the_same_answer_in_those_units(seed: int, factor: float) -> None:
    panel = varied(seed, 14)
    plain = forecasting.peaks(panel, windows=[24], **OPTIONS)
    scaled = forecasting.peaks(panel.assign(y=panel.y * factor), windows=[24], **OPTIONS)
    np.testing.assert_allclose(scaled[NAMES].to_numpy(), factor * plain[NAMES].to_numpy(), rtol=0.02)


def test_the_order_of_rows_and_series_does_not_matter_bit_for_bit() -> None:
    panel = hourly(3, 24 * 14)
    shuffled = panel.sample(frac=1, random_state=11)
    pd.testing.assert_frame_equal(
        forecasting.peaks(panel, windows=[24], **OPTIONS),
        forecasting.peaks(shuffled, windows=[24], **OPTIONS),
        check_exact=True,
    )


def test_two_runs_and_two_processes_agree_bit_for_bit() -> None:
    panel = hourly(5, 24 * 14)
    one = forecasting.peaks(panel, windows=[24], **OPTIONS)
    two = forecasting.peaks(panel, windows=[24], **OPTIONS, workers=2)
    pd.testing.assert_frame_equal(one, two, check_exact=True)


@pytest.mark.parametrize("value", [0.0, 7.5, -3.0])
def test_a_constant_series_stays_constant(value: float) -> None:
    panel = hourly(1, 24 * 14).assign(y=value)
    answer = forecasting.peaks(panel, windows=[24], **OPTIONS)
    np.testing.assert_allclose(answer[NAMES].to_numpy(), value, atol=1e-6)


def test_a_series_that_was_never_negative_is_never_forecast_negative() -> None:
    panel = varied(3, 20)
    answer = forecasting.forecast(panel, horizon=48, **OPTIONS)
    assert (answer[[*NAMES, "mean"]] >= 0).all().all()
