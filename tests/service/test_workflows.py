"""Where peaks meet portfolios."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from btim.errors import DuplicateError, SchemaError, UnknownReferenceError
from optimizer import parse_problem
from service.workflows import (
    DemandSettings,
    demand_part,
    headroom,
    portfolio_part,
    total_cost,
    with_budget,
    with_headroom,
)

PEAKS = pd.DataFrame(
    {
        "unique_id": ["cpu", "cpu", "disk", "total:Compute", "free"],
        "tower": ["Compute", "Compute", "Storage", "Compute", "Compute"],
        "unit": ["cores", "cores", None, "cores", "cores"],
        "window": ["7d", "28d", "7d", "7d", "7d"],
        "q95": [80.0, 90.0, 5.0, 80.0, 1.0],
        "capacity": [100.0, 100.0, 4.0, 100.0, np.nan],
    }
)


def problem_of(cpu: float = 8.0) -> dict[str, object]:
    return {
        "name": "one tower",
        "currency": "EUR",
        "candidates": [
            {"id": "big", "options": [{"id": "full", "uses": {"capex:2027": 10, "headroom:cpu": cpu}, "value": 9}]},
            {"id": "small", "options": [{"id": "full", "uses": {"capex:2027": 5, "headroom:cpu": 1}, "value": 4}]},
        ],
        "limits": {"capex:2027": {"max": 12}},
        "objective": {"kind": "expected_value"},
    }


def test_the_tightest_window_counts_and_sums_are_left_out() -> None:
    table = headroom(PEAKS)
    assert table["unique_id"].tolist() == ["cpu", "disk"]
    assert table["headroom"].tolist() == [10.0, -1.0]
    assert table["window"].tolist() == ["28d", "7d"]


def test_peaks_without_the_95_percent_quantile_are_refused() -> None:
    with pytest.raises(SchemaError, match="'q95': missing column"):
        headroom(PEAKS.drop(columns="q95"))


def test_headroom_becomes_limits_with_their_unit() -> None:
    limits = {limit.id: limit for limit in with_headroom(parse_problem(problem_of()), PEAKS).limits}
    assert limits["headroom:cpu"].max == 10.0
    assert limits["headroom:cpu"].unit == "cores"


def test_a_problem_that_states_headroom_itself_is_not_overwritten() -> None:
    mapping = problem_of()
    mapping["limits"] = {"headroom:cpu": {"max": 3}}
    with pytest.raises(DuplicateError, match="headroom:cpu"):
        with_headroom(parse_problem(mapping), PEAKS)


def test_headroom_of_a_resource_that_the_peaks_do_not_know_is_refused() -> None:
    with pytest.raises(UnknownReferenceError, match=r"candidate big, option full.*'headroom:cpu'.*disk"):
        with_headroom(parse_problem(problem_of()), PEAKS[PEAKS["unique_id"] == "disk"])


def test_a_shortage_that_no_candidate_mends_is_accepted_and_said() -> None:
    part = portfolio_part(parse_problem(problem_of()), PEAKS, points=3)
    assert [row["candidate"] for row in part.recommendation["funded"]] == ["big"]
    assert len(part.notes) == 1
    assert part.notes[0].startswith("disk: its likely peak passes what is installed")


def test_a_budget_caps_all_money_and_replaces_an_earlier_one() -> None:
    problem = with_budget(with_budget(parse_problem(problem_of()), Decimal(99)), Decimal(7))
    budgets = [limit for limit in problem.limits if limit.id == "budget"]
    assert [(limit.max, dict(limit.of)) for limit in budgets] == [(7.0, {"capex:2027": 1.0})]
    assert total_cost(problem) == Decimal(15)


def hourly_demand(level: float) -> pd.DataFrame:
    hours = np.arange(24 * 42)
    noise = np.random.default_rng(5).normal(0, 1, hours.size)
    y = level + 10 * np.sin(2 * np.pi * hours / 24) + noise
    stamps = pd.date_range("2026-01-01", periods=hours.size, freq="h")
    return pd.DataFrame({"unique_id": "cpu", "ds": stamps, "y": y, "tower": "Compute", "capacity": 100.0})


def test_more_demand_in_a_tower_changes_what_is_funded() -> None:
    settings = DemandSettings(windows=("24h",), effort="quick", workers=1)
    funded = {}
    for level in (50.0, 82.0):
        peaks = demand_part(hourly_demand(level), settings).peaks
        answer = portfolio_part(parse_problem(problem_of()), peaks, points=3).recommendation
        funded[level] = [row["candidate"] for row in answer["funded"]]
    assert funded == {50.0: ["big"], 82.0: ["small"]}


def test_the_frontier_is_in_units_of_the_budget_and_the_budget_itself_is_on_it() -> None:
    problem = problem_of() | {
        "limits": {"Budget 2027": {"of": {"capex:2027": 1}, "max": 12}, "capex:2027": {"max": 20}}
    }
    part = portfolio_part(parse_problem(problem), None)
    found = dict(zip(part.frontier["budget"].round(6), part.frontier["value"], strict=True))
    assert found[12.0] == part.recommendation["objective"] == 9
    assert found[18.0] == 13
    assert found[3.0] == 0
