import numpy as np
import pandas as pd
import pytest

import forecasting
from btim.errors import InputError
from tests.forecasting.panels import as_text, hourly

SEASONS = [24]
LEVELS = [0.5, 0.9, 0.95]


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    return hourly()


def test_a_forecast_has_one_row_a_series_and_step_and_its_columns(panel: pd.DataFrame) -> None:
    answer = forecasting.forecast(panel, freq="h", seasons=SEASONS, horizon="48h", effort="quick")
    assert list(answer.columns) == ["unique_id", "ds", "point", "mean", "q2.5", "q50", "q97.5", "model", "fallback"]
    assert answer.groupby("unique_id").size().to_dict() == {"s0": 48, "s1": 48, "s2": 48}
    assert answer.ds.min() == panel.ds.max() + pd.Timedelta(hours=1)


def test_a_daily_season_is_forecast_better_than_by_the_mean(panel: pd.DataFrame) -> None:
    past, future = panel[panel.ds < "2026-01-29"], panel[panel.ds >= "2026-01-29"]
    answer = forecasting.forecast(past, freq="h", seasons=SEASONS, horizon=48, effort="quick")
    both = answer.merge(future, on=["unique_id", "ds"])
    means = both.unique_id.map(past.groupby("unique_id").y.mean())
    assert (both.point - both.y).abs().mean() < 0.35 * (means - both.y).abs().mean()


def test_peaks_have_the_exchange_columns_in_order(panel: pd.DataFrame) -> None:
    answer = forecasting.peaks(panel, freq="h", seasons=SEASONS, windows=["24h", "2d"], levels=LEVELS, effort="quick")
    front = ["unique_id", "tower", "unit", "statistic", "as_of", "window", "window_start", "window_end"]
    back = ["mean", "peak_at", "peak_at_probability", "capacity", "exceedance", "model", "calibrated"]
    assert list(answer.columns) == [*front, "q50", "q90", "q95", *back]
    assert answer.window.tolist() == ["24h", "2d"] * 3
    first = answer.iloc[0]
    assert first.window_end - first.window_start == pd.Timedelta(hours=23)
    assert (answer.capacity.unique() == [160.0, 170.0, 180.0]).all()
    assert answer.exceedance.between(0, 1).all()
    assert (answer.calibrated > 0).all()


def test_totals_lie_between_the_greatest_part_and_the_sum_of_parts(panel: pd.DataFrame) -> None:
    answer = forecasting.peaks(
        panel, freq="h", seasons=SEASONS, windows=["24h"], levels=LEVELS, totals=True, effort="quick"
    ).set_index("unique_id")
    parts = answer.loc[["s0", "s1", "s2"], "q50"]
    assert parts.max() < answer.loc["total:Compute", "q50"] < parts.sum()
    assert answer.loc["any:Compute", "exceedance"] >= answer.loc[["s0", "s1", "s2"], "exceedance"].max()
    assert answer.loc["total:Compute", "capacity"] == 510.0


def test_the_last_backtest_window_ends_the_series_and_actuals_are_the_panels(panel: pd.DataFrame) -> None:
    answer = forecasting.backtest_peaks(
        panel, freq="h", seasons=SEASONS, window="24h", origins=3, levels=LEVELS, effort="quick"
    )
    assert answer.groupby("unique_id").size().tolist() == [3, 3, 3]
    assert answer.window_end.max() == panel.ds.max()
    row = answer.iloc[-1]
    window = panel[(panel.unique_id == row.unique_id) & panel.ds.between(row.origin, row.window_end)]
    assert row.actual_max == window.y.max()
    assert row.actual_at == window.ds[window.y.idxmax()]


def test_the_future_of_an_origin_does_not_reach_its_forecast(panel: pd.DataFrame) -> None:
    settings = {"freq": "h", "seasons": SEASONS, "window": "24h", "origins": 2, "levels": LEVELS, "effort": "quick"}
    changed = panel.copy()
    last_day = changed.ds > changed.ds.max() - pd.Timedelta(hours=24)
    changed.loc[last_day, "y"] *= 7
    columns = ["q50", "q90", "q95", "mean", "peak_at"]
    before = forecasting.backtest_peaks(panel, **settings)
    after = forecasting.backtest_peaks(changed, **settings)
    pd.testing.assert_frame_equal(before[columns], after[columns])
    assert not before.actual_max.equals(after.actual_max)


def test_a_window_with_a_missing_value_keeps_its_row_without_actuals(panel: pd.DataFrame) -> None:
    holed = panel.drop(index=[panel.index[panel.unique_id == "s1"][-5]])
    answer = forecasting.backtest_peaks(
        holed, freq="h", seasons=SEASONS, window="24h", origins=2, levels=LEVELS, effort="quick"
    )
    assert answer.actual_max.isna().tolist() == [False, False, False, False, True, False]
    assert np.isfinite(answer.q95).all()


def test_text_cells_give_the_same_answer_as_typed_ones(panel: pd.DataFrame) -> None:
    settings = {"freq": "h", "seasons": SEASONS, "windows": ["24h"], "effort": "quick"}
    pd.testing.assert_frame_equal(forecasting.peaks(panel, **settings), forecasting.peaks(as_text(panel), **settings))


@pytest.mark.parametrize("length", [1, 2, 5, 30, 60])
def test_a_very_short_series_is_answered_and_says_that_it_is_not_calibrated_or_why(length: int) -> None:
    answer = forecasting.forecast(hourly(1, length), freq="h", seasons=SEASONS, horizon=12, effort="quick")
    assert np.isfinite(answer.point).all()
    assert answer.fallback.notna().all() or length > 60
    peaks = forecasting.peaks(hourly(1, length), freq="h", seasons=SEASONS, windows=[12], effort="quick")
    assert np.isfinite(peaks.q95).all()
    assert length > 30 or peaks.calibrated.tolist() == [0]


def test_a_horizon_beyond_sense_is_refused(panel: pd.DataFrame) -> None:
    with pytest.raises(InputError, match=r"horizon.*beyond sense for a history of 720 steps"):
        forecasting.forecast(panel, freq="h", seasons=SEASONS, horizon="3y")


def test_the_fan_and_the_peaks_come_from_the_same_paths(panel: pd.DataFrame) -> None:
    peaks, fan = forecasting.peaks_with_fan(
        panel, freq="h", seasons=SEASONS, windows=["24h", "48h"], levels=LEVELS, fan_levels=LEVELS, effort="quick"
    )
    longest = peaks[peaks.window == "48h"].set_index("unique_id")
    for name in ("q50", "q90", "q95"):
        assert (longest[name] >= fan.groupby("unique_id")[name].max() - 1e-9).all()


def test_a_past_origin_names_the_models_of_its_own_time(panel: pd.DataFrame) -> None:
    answer = forecasting.backtest_peaks(panel, freq="h", seasons=SEASONS, window="24h", origins=3, effort="quick")
    changed = panel.copy()
    changed.loc[changed.ds > changed.ds.max() - pd.Timedelta(hours=24), "y"] *= 7
    later = forecasting.backtest_peaks(changed, freq="h", seasons=SEASONS, window="24h", origins=3, effort="quick")
    assert answer.model.tolist() == later.model.tolist()
    assert answer.model.nunique() > 1


@pytest.mark.parametrize("hours", [1, 6, 30])
def test_a_young_series_among_old_ones_is_answered_with_width(panel: pd.DataFrame, hours: int) -> None:
    young = panel[(panel.unique_id != "s1") | (panel.ds > panel.ds.max() - pd.Timedelta(hours=hours))]
    answer = forecasting.peaks(
        young, freq="h", seasons=SEASONS, windows=["24h"], levels=[0.05, 0.5, 0.95], effort="quick"
    ).set_index("unique_id")
    row, seen = answer.loc["s1"], young[young.unique_id == "s1"].y
    assert row.q95 > 1.02 * row.q5
    assert (row.calibrated == 0) == (hours < 24)
    assert 0.5 * seen.max() < row.q50 < 2 * seen.max()


@pytest.mark.parametrize("last_day", [0.0, -50.0, 160.0])
def test_what_came_later_does_not_decide_what_kind_of_series_it_was(panel: pd.DataFrame, last_day: float) -> None:
    settings = {"freq": "h", "seasons": SEASONS, "window": "24h", "origins": 1, "levels": LEVELS, "effort": "quick"}
    changed = panel.copy()
    changed.loc[changed.ds > changed.ds.max() - pd.Timedelta(hours=24), "y"] = last_day
    columns = ["q50", "q90", "q95", "mean", "peak_at"]
    pd.testing.assert_frame_equal(
        forecasting.backtest_peaks(panel, **settings)[columns],
        forecasting.backtest_peaks(changed, **settings)[columns],
    )
