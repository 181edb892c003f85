"""Alternatives, core index and overspends."""

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

from btim.errors import InputError
from optimizer import SolverCrew, parse_problem, solve
from optimizer.alternatives import alternatives
from optimizer.core_index import core_index
from optimizer.overruns import US_FEDERAL_2012, ReferenceClass, classes_from, overspend
from tests.optimizer import brute_force
from tests.optimizer.problems import problems
from tests.optimizer.test_scenarios import SMALL


def difference(problem: dict[str, Any], one: dict[str, str], other: dict[str, str]) -> float:
    pairs = set(one.items()) ^ set(other.items())
    return sum(brute_force.spend(problem, dict([pair])) for pair in pairs) / 2


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(problem=problems(most=4))
def test_alternatives_are_near_apart_and_complete(crew: SolverCrew, problem: dict[str, Any]) -> None:
    parsed = parse_problem(problem)
    answer = solve(parsed, explain="none", crew=crew)
    if answer.objective is None or brute_force.spend(problem, answer.chosen()) == 0:
        return
    found = alternatives(parsed, answer, within=0.3, apart=0.2)
    least = answer.objective - 0.3 * abs(answer.objective)
    room = 0.2 * brute_force.spend(problem, answer.chosen())
    held = [answer.chosen(), *(dict(one.chosen) for one in found.found)]
    for place, one in enumerate(held):
        assert brute_force.keeps(problem, one)
        assert brute_force.total(problem, one) >= least - 1e-5
        assert all(difference(problem, one, other) >= room - 1e-6 for other in held[:place])
    if found.exhausted:
        further = [
            choice
            for choice in brute_force.choices(problem)
            if brute_force.keeps(problem, choice)
            and brute_force.total(problem, choice) > least + 1e-5
            and all(difference(problem, choice, other) > room + 1e-6 for other in held)
        ]
        assert not further
    else:
        assert len(found.found) == 3


def test_the_core_index_tells_the_sure_from_the_unsure() -> None:
    given = copy.deepcopy(SMALL)
    spreads = {"A": 1, "B": 30, "C": 30, "D": 0.1}
    for candidate in given["candidates"]:
        for option in candidate["options"]:
            option["value_sd"] = spreads[candidate["id"]]
    found = {row.candidate: row for row in core_index(parse_problem(given), samples=100)}
    assert found["A"].verdict == "certainly in"
    assert found["D"].verdict == "certainly out"
    assert found["B"].verdict == found["C"].verdict == "worth re-estimating"
    assert 0.05 < found["C"].index < 0.95


def test_a_limit_with_no_room_is_overspent_as_often_as_costs_overrun(crew: SolverCrew) -> None:
    problem = parse_problem(SMALL)
    sure = ReferenceClass(float("inf"), (1.2,) * 9, 10)
    rows = {row.limit: row for row in overspend(problem, {"A": "one", "C": "one"}, classes=[sure])}
    assert rows["capex:2027"].probability == 1.0
    assert rows["capex:2027"].p90 == pytest.approx(120)
    assert rows["opex:2027"].probability == 0.0


def test_own_history_replaces_the_reference_class() -> None:
    classes = classes_from([10, 20, 200, 300], [10, 30, 200, 600], [100])
    assert [one.projects for one in classes] == [2, 2]
    assert classes[0].quantiles[4] == pytest.approx(1.25)
    with pytest.raises(InputError):
        classes_from([10], [0], [])
    with pytest.raises(InputError, match="holds no project"):
        classes_from([10], [12], [5])


@pytest.mark.real_data
def test_the_shipped_statistics_are_those_of_the_us_file(real_data: Path) -> None:
    frame = pd.read_csv(real_data / "portfolio" / "us_federal_it_projects_2012.csv")
    plan = pd.to_numeric(frame["Planned_Cost_dollar_M"], errors="coerce").to_numpy() * 1e6
    real = pd.to_numeric(frame["Projected_slash_Actual_Cost_dollar_M"], errors="coerce").to_numpy() * 1e6
    kept = (plan > 0) & (real > 0)
    found = classes_from(plan[kept], real[kept], [1e6, 1e7])
    assert [one.projects for one in found] == [one.projects for one in US_FEDERAL_2012]
    for one, shipped in zip(found, US_FEDERAL_2012, strict=True):
        assert np.allclose(one.quantiles, shipped.quantiles, atol=6e-4)
