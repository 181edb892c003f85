"""Cost overruns of a reference class in the sampled outcomes, by hand."""

from typing import Any

import numpy as np
import pytest

from optimizer import parse_problem, solve
from optimizer.matrix import linear_model
from optimizer.outcomes import Outcomes, tail_weights
from optimizer.overruns import US_FEDERAL_2012, ReferenceClass, own_classes
from optimizer.race import SolverCrew

HALF_MORE = (ReferenceClass(float("inf"), (1.5,) * 9, 30),)


def two(kind: dict[str, Any]) -> dict[str, Any]:
    """A dear candidate and a cheap one that is worth a little less; the money is enough for one."""
    return {
        "name": "two",
        "currency": "USD",
        "candidates": [
            {"id": "cheap", "options": [{"id": "go", "uses": {"capex:1": 10}, "value": 95}]},
            {"id": "dear", "options": [{"id": "go", "uses": {"capex:1": 80}, "value": 100}]},
        ],
        "limits": {"capex:1": {"max": 85}},
        "objective": kind,
    }


def test_overruns_lower_the_distribution_but_not_the_stated_worth(crew: SolverCrew) -> None:
    answer = solve(parse_problem(two({"kind": "expected_value"})), crew=crew, overruns=HALF_MORE)
    assert answer.objective == pytest.approx(100)
    assert answer.risk is not None
    assert answer.risk.mean == pytest.approx(60)
    assert answer.risk.p10 == pytest.approx(60)


def test_mean_and_tail_choose_what_overruns_leave_most_of(crew: SolverCrew) -> None:
    problem = parse_problem(two({"kind": "risk_adjusted", "risk_aversion": 0.5}))
    assert solve(problem, crew=crew).chosen() == {"dear": "go"}
    answer = solve(problem, crew=crew, overruns=HALF_MORE)
    assert answer.chosen() == {"cheap": "go"}
    assert answer.objective == pytest.approx(90)
    assert answer.status == "optimal"


def test_the_objective_is_the_mean_and_tail_of_samples_with_skewed_overruns(crew: SolverCrew) -> None:
    problem = parse_problem(two({"kind": "risk_adjusted", "risk_aversion": 0.4, "confidence": 0.9}))
    answer = solve(problem, crew=crew, overruns=US_FEDERAL_2012)
    model = linear_model(problem)
    outcomes = Outcomes(model, problem.objective, problem.objective.samples, US_FEDERAL_2012)

    def score(place: int, worth: float) -> float:
        point = np.eye(2)[place]
        values = worth + outcomes.expected[place] + outcomes.deviations(point)
        return float(0.6 * values.mean() + 0.4 * tail_weights(values, 0.9) @ values)

    assert answer.objective == pytest.approx(max(score(0, 95.0), score(1, 100.0)))


def test_own_history_makes_three_classes_by_size_when_it_is_long_enough() -> None:
    planned = [float(size) for size in range(1, 91)]
    found = own_classes(planned, [2 * one for one in planned])
    assert [one.projects for one in found] == [30, 30, 30]
    assert all(level == pytest.approx(2.0) for one in found for level in one.quantiles)
    assert len(own_classes(planned[:10], planned[:10])) == 1
