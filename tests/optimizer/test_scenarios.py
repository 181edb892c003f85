"""What-if changes, comparisons and words, on one small problem whose answers are known."""

import copy
from typing import Any

import pytest

from btim.errors import InputError
from optimizer import SolverCrew, frontier, parse_problem, solve
from optimizer.comparison import compare
from optimizer.risk_frontier import risk_frontier
from optimizer.scenarios import Scenario, changed
from optimizer.words import Words

SMALL: dict[str, Any] = {
    "name": "small",
    "currency": "GBP",
    "periods": ["2027"],
    "discount_rate": 0.1,
    "timing": "start",
    "candidates": [
        {"id": "A", "category": "run", "options": [{"id": "one", "uses": {"capex:2027": 60}, "value": 100}]},
        {
            "id": "B",
            "category": "grow",
            "options": [
                {"id": "half", "uses": {"capex:2027": 30}, "value": 40},
                {"id": "full", "uses": {"capex:2027": 50, "opex:2027": 10}, "value": 70},
            ],
        },
        {"id": "C", "name": "Sea", "options": [{"id": "one", "uses": {"capex:2027": 40}, "value": 45}]},
        {"id": "D", "options": [{"id": "one", "uses": {"opex:2027": 10}, "benefits": {"2027": 4}}]},
    ],
    "limits": {"capex:2027": {"max": 100}, "opex:2027": {"max": 100}},
    "rules": [{"id": "not both", "kind": "exclusive", "candidates": ["B", "C"]}],
    "objective": {"kind": "expected_value"},
}


def solved(crew: SolverCrew, *changes: str) -> tuple[Any, Any]:
    problem = changed(parse_problem(SMALL), changes)
    return problem, solve(problem, explain="exact", crew=crew)


@pytest.mark.parametrize(
    ("changes", "objective", "chosen"),
    [
        ((), 145.0, {"A": "one", "C": "one"}),
        (("capex:*=-10%",), 140.0, {"A": "one", "B": "half"}),
        (("capex:2027=120",), 170.0, {"A": "one", "B": "full"}),
        (("capex:2027=+50%", "rule:not both=off"), 215.0, {"A": "one", "B": "full", "C": "one"}),
        (("money limits=50%",), 70.0, {"B": "full"}),
        (("candidate:C=off",), 140.0, {"A": "one", "B": "half"}),
        (("candidate:B=on",), 140.0, {"A": "one", "B": "half"}),
        (("value:C=-50%",), 140.0, {"A": "one", "B": "half"}),
        (("value:B/half=50",), 150.0, {"A": "one", "B": "half"}),
        (("cost:B/full/capex:2027=-10",), 170.0, {"A": "one", "B": "full"}),
        (("value:D=+200%",), 147.0, {"A": "one", "C": "one", "D": "one"}),
    ],
)
def test_a_change_changes_the_portfolio(
    crew: SolverCrew, changes: tuple[str, ...], objective: float, chosen: dict[str, str]
) -> None:
    _, answer = solved(crew, *changes)
    assert answer.objective == pytest.approx(objective)
    assert answer.chosen() == chosen


@pytest.mark.parametrize(
    "change",
    ["capex", "capex:2031=3", "capex:2027=many", "value:Z=3", "rule:none=off", "candidate:A=maybe", "rule:not both=on"],
)
def test_a_change_that_names_nothing_is_refused(change: str) -> None:
    with pytest.raises(InputError):
        changed(parse_problem(SMALL), [change])


def test_a_scenario_names_its_parent_and_its_difference() -> None:
    base = Scenario("base", parse_problem(SMALL))
    child = base.child("tight", ["capex:*=-10%"])
    again = Scenario.from_dict(child.to_dict())
    assert (again.name, again.parent, again.changes) == ("tight", "base", ("capex:*=-10%",))
    assert again.problem == child.problem
    assert again.problem.limits[0].max == pytest.approx(90)


def test_a_comparison_says_what_enters_leaves_and_what_money_becomes(crew: SolverCrew) -> None:
    base, tight, wide = solved(crew), solved(crew, "capex:*=-10%"), solved(crew, "capex:2027=120")
    first, second, third = compare([("base", *base), ("tight", *tight), ("wide", *wide)])
    assert first.change.added == first.change.dropped == ()
    assert (second.change.added, second.change.dropped) == (("B",), ("C",))
    assert second.kinds == {"capex": 90.0, "opex": 0.0}
    assert third.kinds == {"capex": 110.0, "opex": 10.0}
    assert third.categories == {"grow": 60.0, "run": 60.0}


def test_reasons_are_told_in_english_with_the_numbers_of_the_record(crew: SolverCrew) -> None:
    problem, answer = solved(crew, "capex:*=-10%")
    words = Words(problem, answer)
    assert words.headline()[0] == "2 of 4 candidates are funded; the portfolio is worth GBP 140."
    row = next(row for row in answer.not_funded if row.candidate == "C")
    told = words.paragraph(row)
    assert told.startswith("Sea (C) is not funded. It is stopped by capex:2027, not both.")
    assert "would cost GBP 95 (proved). It would displace A, B." in told
    assert told.endswith("or if its use of capex:2027 fell by GBP 10.")
    worthless = next(row for row in answer.not_funded if row.candidate == "D")
    assert "its own worth does not pay" in words.paragraph(worthless)
    assert "worth GBP 6 more" in words.paragraph(worthless)


def test_the_same_is_told_in_chinese(crew: SolverCrew) -> None:
    problem, answer = solved(crew)
    words = Words(problem, answer, "zh")
    assert words.headline()[0] == "在4个候选项目中，2个获得资金；该组合价值GBP 145。"
    with pytest.raises(InputError):
        Words(problem, answer, "de")


def test_an_infeasible_problem_is_told_with_its_mending(crew: SolverCrew) -> None:
    given = copy.deepcopy(SMALL)
    for place in (1, 2):
        given["candidates"][place]["mandatory"] = True
    problem = parse_problem(given)
    told = Words(problem, solve(problem, crew=crew)).everything()
    assert "cannot hold together" in told[0]
    assert "not both" in told[0]
    assert told[1].startswith("Dropping ")


def test_the_frontier_rises_and_its_preview_bounds_it() -> None:
    points = frontier(parse_problem(SMALL), limits=["capex:*"], points=5, low=0.5, high=1.5)
    values = [point.objective or 0.0 for point in points]
    assert values == sorted(values)
    assert values[2] == pytest.approx(145)
    assert all((point.lp_objective or 0.0) >= (point.objective or 0.0) - 1e-6 for point in points)
    preview = frontier(parse_problem(SMALL), limits=["capex:*"], points=5, low=0.5, high=1.5, exact=False)
    assert [point.lp_objective for point in preview] == [point.lp_objective for point in points]
    assert all(point.objective is None for point in preview)


def test_more_aversion_to_risk_never_lowers_the_tail() -> None:
    given = copy.deepcopy(SMALL)
    for place, spread in enumerate((90, 5, 5, 1)):
        for option in given["candidates"][place]["options"]:
            option["value_sd"] = spread
    points = risk_frontier(parse_problem(given), points=3)
    tails = [point.cvar or 0.0 for point in points]
    assert tails == sorted(tails)
    assert tails[0] < tails[-1]
    means = [point.mean or 0.0 for point in points]
    assert means == sorted(means, reverse=True)
