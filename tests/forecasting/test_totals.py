"""Totals of towers whose series end, or begin, at different stamps."""

import numpy as np
import pandas as pd
import pytest

import forecasting
from btim.errors import InsufficientHistoryError, WaterlineError
from tests.forecasting.panels import hourly

OPTIONS = {"freq": "h", "seasons": [24], "effort": "quick", "levels": [0.5, 0.95]}


def ending_apart(hours: int) -> pd.DataFrame:
    panel = hourly(3, 24 * 20)
    end = panel.ds.max() - pd.Timedelta(hours=hours)
    return panel[(panel.unique_id != "s2") | (panel.ds <= end)]


def test_a_total_ends_with_the_earliest_of_its_series_and_says_so() -> None:
    panel = ending_apart(5)
    answer = forecasting.peaks(panel, windows=["24h"], totals=True, **OPTIONS).set_index("unique_id")
    cut = panel[panel.ds <= panel[panel.unique_id == "s2"].ds.max()]
    same = forecasting.peaks(cut, windows=["24h"], totals=True, **OPTIONS).set_index("unique_id")
    assert answer.loc["total:Compute", "as_of"] == cut.ds.max()
    assert answer.loc["s0", "as_of"] == panel.ds.max()
    assert "common end" in answer.loc["total:Compute", "model"]
    for name in ("q50", "q95", "mean", "exceedance"):
        assert answer.loc["total:Compute", name] == same.loc["total:Compute", name]
    assert answer.loc["any:Compute", "exceedance"] == same.loc["any:Compute", "exceedance"]


def test_a_backtest_of_such_a_total_is_scored_by_the_sum_of_its_series() -> None:
    panel = ending_apart(5)
    answer = forecasting.backtest_peaks(panel, window="24h", origins=2, totals=True, **OPTIONS)
    total = answer[answer.unique_id == "total:Compute"].iloc[-1]
    sums = panel.groupby("ds").y.sum()
    assert total.window_end == panel[panel.unique_id == "s2"].ds.max()
    assert total.actual_max == pytest.approx(sums[total.origin : total.window_end].max())


def test_series_without_a_common_time_have_no_total_and_are_named() -> None:
    panel = hourly(2, 24 * 20)
    later = panel.ds + pd.Timedelta(days=60)
    apart = panel.assign(ds=np.where(panel.unique_id == "s1", later, panel.ds))
    with pytest.raises(InsufficientHistoryError, match=r"total:Compute.*no time in common"):
        forecasting.peaks(apart, windows=["24h"], totals=True, **OPTIONS)
    named: list[WaterlineError] = []
    answer = forecasting.peaks(apart, windows=["24h"], totals=True, on_refusal=named.append, **OPTIONS)
    assert answer.unique_id.tolist() == ["s0", "s1"]
    assert len(named) == 1


def test_towers_that_end_together_are_not_touched_by_one_that_does_not() -> None:
    panel = pd.concat([hourly(2, 24 * 20, tower="Storage").replace({"s0": "t0", "s1": "t1"}), ending_apart(3)])
    answer = forecasting.peaks(panel, windows=["24h"], totals=True, **OPTIONS).set_index("unique_id")
    assert answer.loc["total:Storage", "as_of"] == panel.ds.max()
    assert answer.loc["total:Storage", "model"] == "sum of series"
