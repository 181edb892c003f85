"""The recommended portfolio against brute force and against what must always hold."""

import copy
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optimizer import parse_problem, solve
from optimizer.matrix import linear_model
from optimizer.outcomes import shocks
from optimizer.race import SolverCrew
from tests.optimizer import brute_force
from tests.optimizer.problems import problems

quick = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@quick
@given(problem=problems())
def test_the_objective_equals_brute_force_under_every_kind_of_rule(crew: SolverCrew, problem: dict[str, Any]) -> None:
    answer = solve(parse_problem(problem), crew=crew)
    expected = brute_force.best(problem)
    if expected is None:
        assert answer.status == "infeasible"
        return
    assert answer.status == "optimal"
    assert answer.objective == pytest.approx(expected, abs=1e-6)
    assert brute_force.keeps(problem, answer.chosen())
    assert brute_force.total(problem, answer.chosen()) == pytest.approx(expected, abs=1e-6)


@quick
@given(problem=problems(), least=st.integers(1, 25))
def test_the_best_return_on_spend_equals_brute_force(crew: SolverCrew, problem: dict[str, Any], least: int) -> None:
    problem["objective"] = {"kind": "roi", "min_spend": least}
    answer = solve(parse_problem(problem), crew=crew)
    expected = brute_force.best(problem)
    if expected is None:
        assert answer.status == "infeasible"
    else:
        assert answer.objective == pytest.approx(expected, rel=1e-6, abs=1e-7)
        assert answer.bound is not None
        assert answer.bound >= expected - 1e-9


@quick
@given(problem=problems())
def test_a_conflict_is_minimal_and_the_relaxation_mends_it(crew: SolverCrew, problem: dict[str, Any]) -> None:
    answer = solve(parse_problem(problem), crew=crew)
    if answer.status != "infeasible":
        return
    everyone = {*problem["limits"], *(f"mandatory:{one['id']}" for one in problem["candidates"])}
    everyone |= {f"rules[{place}]" for place in range(len(problem["rules"]))}
    conflict = set(answer.conflict)

    def holds(members: set[str]) -> bool:
        without = frozenset(everyone - members)
        return any(brute_force.keeps(problem, choice, without=without) for choice in brute_force.choices(problem))

    assert not holds(conflict)
    assert all(holds(conflict - {member}) for member in conflict)
    mended = copy.deepcopy(problem)
    dropped = set()
    for change in answer.to_dict()["relaxations"]:
        if "limit" in change:
            mended["limits"][change["limit"]]["max"] = change["max"]
        else:
            dropped.add(change.get("rule") or f"mandatory:{change['mandatory']}")
    assert any(brute_force.keeps(mended, choice, without=frozenset(dropped)) for choice in brute_force.choices(mended))


@quick
@given(problem=problems(), seed=st.integers(0, 9))
def test_the_order_of_candidates_and_options_changes_nothing(
    crew: SolverCrew, problem: dict[str, Any], seed: int
) -> None:
    shuffled = copy.deepcopy(problem)
    order = random.Random(seed)  # noqa: S311 - not for secrets
    order.shuffle(shuffled["candidates"])
    for candidate in shuffled["candidates"]:
        order.shuffle(candidate["options"])
    one, other = (solve(parse_problem(given), crew=crew) for given in (problem, shuffled))
    assert one.chosen() == other.chosen()
    assert one.not_funded == other.not_funded
    assert one.limits == other.limits


@quick
@given(problem=problems(), more=st.integers(1, 30))
def test_more_budget_never_lowers_the_value(crew: SolverCrew, problem: dict[str, Any], more: int) -> None:
    richer = copy.deepcopy(problem)
    for limit in richer["limits"].values():
        limit["max"] += more
    before, after = (solve(parse_problem(given), crew=crew) for given in (problem, richer))
    if before.objective is not None:
        assert after.objective is not None
        assert after.objective >= before.objective - 1e-6


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(problem=problems(most=4), aversion=st.sampled_from([0.3, 1.0]), confidence=st.sampled_from([0.8, 0.93]))
def test_mean_and_tail_equal_brute_force_over_the_same_samples(
    crew: SolverCrew, problem: dict[str, Any], aversion: float, confidence: float
) -> None:
    for place, candidate in enumerate(problem["candidates"]):
        for option in candidate["options"]:
            option["value_sd"] = 10 * place
    problem["objective"] = {
        "kind": "risk_adjusted",
        "risk_aversion": aversion,
        "confidence": confidence,
        "samples": 40,
        "correlation": 0.4,
    }
    parsed = parse_problem(problem)
    answer = solve(parsed, crew=crew)
    drawn = shocks(linear_model(parsed), parsed.objective, 40)
    rows = {candidate.id: row for candidate, row in zip(linear_model(parsed).candidates, drawn, strict=True)}

    def score(choice: dict[str, str]) -> float:
        values = sorted(
            brute_force.total(problem, choice)
            + sum(
                brute_force.option_of(problem, name, option)["value_sd"] * rows[name][place]
                for name, option in choice.items()
            )
            for place in range(40)
        )
        mass = (1 - confidence) * 40
        worst = sum(values[: int(mass + 1e-9)]) + (mass - int(mass + 1e-9)) * values[int(mass + 1e-9)]
        return (1 - aversion) * sum(values) / 40 + aversion * worst / mass

    scores = [score(choice) for choice in brute_force.choices(problem) if brute_force.keeps(problem, choice)]
    if not scores:
        assert answer.status == "infeasible"
        return
    assert answer.objective == pytest.approx(max(scores), rel=1e-6, abs=1e-4)
    assert score(answer.chosen()) == pytest.approx(answer.objective, rel=1e-6, abs=1e-4)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(problem=problems(most=4))
def test_exact_reasons_equal_brute_force(crew: SolverCrew, problem: dict[str, Any]) -> None:
    answer = solve(parse_problem(problem), explain="exact", crew=crew)
    if answer.status == "infeasible":
        return
    feasible = [choice for choice in brute_force.choices(problem) if brute_force.keeps(problem, choice)]
    for row in answer.not_funded:
        forced = [brute_force.total(problem, choice) for choice in feasible if row.candidate in choice]
        if not forced:
            assert row.loss_if_forced is None
            continue
        assert answer.objective is not None
        assert row.loss_if_forced == pytest.approx(answer.objective - max(forced), abs=1e-5)
        for key, cut in row.cost_decrease.items():
            assert reaches(problem, row.candidate, key, cut, answer.objective)
            if cut > 1e-3:
                assert not reaches(problem, row.candidate, key, cut - 1e-3, answer.objective)


def reaches(problem: dict[str, Any], candidate: str, key: str, cut: float, objective: float) -> bool:
    """Whether cutting one key's use in some option brings the candidate into a portfolio as good as before."""
    for place, entry in enumerate(problem["candidates"]):
        if entry["id"] != candidate:
            continue
        for index, option in enumerate(entry["options"]):
            if key not in option["uses"]:
                continue
            cheaper = copy.deepcopy(problem)
            changed = cheaper["candidates"][place]["options"][index]
            changed["uses"][key] = max(changed["uses"][key] - cut, 0)
            for choice in brute_force.choices(cheaper):
                if (
                    choice.get(candidate) == option["id"]
                    and brute_force.keeps(cheaper, choice)
                    and brute_force.total(cheaper, choice) >= objective - 1e-5
                ):
                    return True
    return False


@pytest.mark.parametrize("unit", [1e-3, 1.0, 1e9, 1e15])
def test_the_unit_of_amounts_changes_nothing(crew: SolverCrew, unit: float) -> None:
    options = [{"id": "go", "uses": {"capex:1": (7 + p) * unit}, "value": (5 + p) * unit} for p in range(8)]
    problem = {
        "name": "units",
        "currency": "GBP",
        "candidates": [{"id": f"P{place}", "options": [option]} for place, option in enumerate(options)],
        "limits": {"capex:1": {"max": 30.5 * unit}},
        "objective": {"kind": "expected_value"},
    }
    answer = solve(parse_problem(problem), crew=crew)
    assert answer.objective == pytest.approx(24 * unit, rel=1e-9)
