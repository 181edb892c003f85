"""The core method for large portfolios: its bound and its portfolio against a solver that knows nothing of it."""

import numpy as np
import pytest
from scipy import optimize

from experiments.portfolio_instances import large_problem
from optimizer import parse_problem, solve
from optimizer.checking import Ledger
from optimizer.matrix import linear_model
from optimizer.race import SolverCrew


@pytest.mark.parametrize("seed", [11])
def test_the_bound_holds_and_the_gap_is_kept_at_four_hundred_projects(crew: SolverCrew, seed: int) -> None:
    problem = parse_problem(large_problem(400, seed, gap=1e-3))
    answer = solve(problem, explain="none", crew=crew)
    model = linear_model(problem)
    exact = optimize.milp(
        -model.gain,
        constraints=optimize.LinearConstraint(model.matrix, model.low, model.high),
        integrality=np.ones(len(model.gain)),
        bounds=optimize.Bounds(0, 1),
        options={"mip_rel_gap": 5e-4, "time_limit": 20},
    )
    assert answer.status == "optimal"
    assert answer.bound is not None
    assert answer.objective is not None
    assert answer.bound >= -exact.fun - 1e-6
    assert answer.objective >= -exact.fun * (1 - 1e-3)
    assert Ledger(problem).broken(answer.chosen()) == []


def test_sampled_prices_reach_the_same_bound_as_the_whole_relaxation(crew: SolverCrew) -> None:
    problem = parse_problem(large_problem(4500, 5))
    answer = solve(problem, explain="fast", crew=crew)
    assert answer.status == "optimal"
    assert answer.gap is not None
    assert answer.gap <= 1e-4
    model = linear_model(problem)
    relaxed = optimize.linprog(-model.gain, A_ub=model.matrix, b_ub=model.high, bounds=(0, 1), method="highs")
    assert answer.bound == pytest.approx(-relaxed.fun, rel=1e-4)
    binding = [row for row in answer.limits if row.marginal_value and row.marginal_value > 1e-9]
    assert binding
    assert all(row.valid is not None and row.valid[0] <= row.max <= row.valid[1] for row in binding if row.valid)
    assert len(answer.not_funded) == 4500 - len(answer.funded)
