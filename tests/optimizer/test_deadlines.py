"""Solver children under deadlines: the clock is a fake, the children are real."""

import time
from pathlib import Path

import highspy
import numpy as np
import pytest

from experiments.portfolio_instances import large_problem
from optimizer import SolverCrew, parse_problem, solve
from optimizer.checking import Ledger
from optimizer.matrix import INFINITY
from optimizer.named_model import write_model
from optimizer.programs import Program


def knapsack(size: int, seed: int, rows: int = 5) -> Program:
    draw = np.random.default_rng(seed)
    weights = draw.integers(1, 1000, (rows, size)).astype(float)
    return Program(
        cost=-draw.integers(1, 1000, size).astype(float),
        column_low=np.zeros(size),
        column_high=np.ones(size),
        integer=np.ones(size, dtype=np.int32),
        low=np.full(rows, -INFINITY),
        high=np.floor(weights.sum(axis=1) / 2),
        start=np.arange(0, rows * size + 1, size, dtype=np.int32),
        index=np.tile(np.arange(size, dtype=np.int32), rows),
        value=weights.ravel(),
    )


def test_both_solvers_of_the_race_reach_the_same_optimum() -> None:
    program = knapsack(40, 3)
    with SolverCrew(time.perf_counter, threads=1) as crew:
        alone = crew.solve(program, gap=0, seconds=60)
    with SolverCrew(time.perf_counter, threads=2) as crew:
        raced = crew.solve(program, gap=0, seconds=60, head_start=0.0)
    assert alone.solver == "HiGHS"
    assert alone.status == raced.status == "optimal"
    assert alone.objective == pytest.approx(raced.objective)
    assert raced.bound == pytest.approx(raced.objective, abs=1e-3)


def test_a_hard_program_keeps_its_best_point_and_bound_at_the_deadline() -> None:
    program = knapsack(250, 4, rows=10)
    with SolverCrew(time.perf_counter) as crew:
        answer = crew.solve(program, gap=0, seconds=3.0)
        again = crew.solve(knapsack(30, 1), gap=0, seconds=30)
    assert answer.status == "feasible"
    assert answer.point is not None
    assert program.violation(np.round(answer.point)) == 0.0
    assert answer.bound < answer.objective
    assert again.status == "optimal"


def test_an_infeasible_program_is_called_infeasible() -> None:
    program = knapsack(20, 2)
    impossible = Program(**{**vars(program), "low": program.high + 1e6, "high": np.full(5, INFINITY)})
    with SolverCrew(time.perf_counter) as crew:
        assert crew.solve(impossible, gap=0, seconds=20).status == "infeasible"


class RunningOut:
    """A timer on which every reading costs a second."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


@pytest.mark.parametrize("size", [350, 4200])
def test_when_the_time_is_over_a_portfolio_and_a_bound_are_still_given(size: int) -> None:
    problem = parse_problem(large_problem(size, 9) | {"solver": {"time_limit_s": 1}})
    answer = solve(problem, explain="none", timer=RunningOut())
    assert answer.status == "feasible"
    assert answer.funded
    assert answer.bound is not None
    assert answer.objective is not None
    assert answer.bound > answer.objective > 0
    assert Ledger(problem).broken(answer.chosen()) == []


@pytest.mark.parametrize("suffix", [".lp", ".mps"])
def test_the_written_model_has_the_same_optimum_in_another_solver(tmp_path: Path, suffix: str) -> None:
    problem = parse_problem(large_problem(40, 3) | {"solver": {"gap": 0}})
    write_model(problem, tmp_path / f"model{suffix}")
    other = highspy.Highs()
    other.setOptionValue("output_flag", False)
    other.setOptionValue("mip_rel_gap", 0.0)
    other.readModel(str(tmp_path / f"model{suffix}"))
    other.run()
    answer = solve(problem, explain="none")
    assert -other.getObjectiveValue() == pytest.approx(answer.objective, rel=1e-6)
    assert "P000001_lite" in (tmp_path / f"model{suffix}").read_text(encoding="utf-8")
