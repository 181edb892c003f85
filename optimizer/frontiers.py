"""The frontier of budget against value: the best portfolio at each of several sizes of some limits.

Role: re-solve one problem at many budgets, quickly as relaxations or exactly.
Must not know: how a budget was chosen or how the curve is drawn.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

import numpy as np

from btim.errors import UnknownReferenceError, listed
from btim.portfolio import Problem
from optimizer.effort import Effort
from optimizer.linear import Relaxation
from optimizer.matrix import linear_model
from optimizer.programs import program_of
from optimizer.race import SolverCrew, Timer
from optimizer.search import search

FEASIBLE = ("optimal", "feasible")


@dataclass(frozen=True, slots=True)
class FrontierPoint:
    """One budget: `scale` of the chosen limits, their sum, the relaxation's value and slope, the exact portfolio.

    `slope` is the LP estimate of what one more unit, spread over the chosen limits in proportion, would add.
    `objective` is None where only the relaxation was solved or where no portfolio exists.
    """

    scale: float
    budget: float
    lp_objective: float | None
    slope: float | None
    objective: float | None
    bound: float | None
    status: str
    funded: tuple[tuple[str, str], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Row of the frontier, with the portfolio."""
        return self.shown() | {"funded": dict(self.funded)}

    def shown(self) -> dict[str, Any]:
        """Row of the frontier, figures only."""
        return {
            "scale": self.scale,
            "budget": self.budget,
            "lp_objective": self.lp_objective,
            "slope": self.slope,
            "objective": self.objective,
            "bound": self.bound,
            "status": self.status,
            "candidates": len(self.funded),
        }


def frontier(
    problem: Problem,
    *,
    limits: Sequence[str] = ("capex:*",),
    points: int = 15,
    low: float = 0.25,
    high: float = 1.5,
    exact: bool = True,
    timer: Timer = time.perf_counter,
) -> tuple[FrontierPoint, ...]:
    """Solve the problem with the named limits (patterns allowed) scaled from `low` to `high` in equal steps.

    The objective is the expected value whatever the problem's own objective is.

    Raises:
        UnknownReferenceError: no limit matches.
    """
    chosen = [
        limit.id
        for limit in problem.limits
        if any(limit.id == wanted or fnmatchcase(limit.id, wanted) for wanted in limits)
    ]
    if not chosen:
        raise UnknownReferenceError(
            "no such limit", value=listed(limits), remedy=f"limits are {listed(limit.id for limit in problem.limits)}"
        )
    problem = replace(problem, objective=replace(problem.objective, kind="expected_value"))
    scales = np.linspace(low, high, points)
    with SolverCrew(timer, threads=problem.solver.threads) as crew:
        return tuple(_points(problem, set(chosen), [float(scale) for scale in scales], crew, timer, exact=exact))


def _points(
    problem: Problem, chosen: set[str], scales: list[float], crew: SolverCrew, timer: Timer, *, exact: bool
) -> list[FrontierPoint]:
    model = linear_model(problem)
    rows = {row.owner: place for place, row in enumerate(model.rows)}
    base = program_of(model)
    relaxation = Relaxation(base, model.offset)
    budgets = {limit.id: limit.max for limit in problem.limits if limit.id in chosen}
    total = sum(budgets.values())
    result: list[FrontierPoint] = []
    for scale in scales:
        high = base.high.copy()
        for name, most in budgets.items():
            high[rows[name]] += most * (scale - 1)
            relaxation.set_row(rows[name], -np.inf, float(high[rows[name]]))
        optimum = relaxation.solve()
        if optimum is None:
            result.append(FrontierPoint(scale, total * scale, None, None, None, None, "infeasible"))
            continue
        gained = sum(float(optimum.row_dual[rows[name]]) * most for name, most in budgets.items())
        slope = gained / total if total else 0.0
        if not exact:
            result.append(FrontierPoint(scale, total * scale, optimum.objective, slope, None, None, "relaxation"))
            continue
        scaled = tuple(
            replace(limit, max=limit.max * scale) if limit.id in chosen else limit for limit in problem.limits
        )
        at_scale = replace(model, problem=replace(problem, limits=scaled))
        effort = Effort(problem.solver.gap, timer() + problem.solver.time_limit_s, timer)
        found = search(at_scale, crew, effort, program=replace(base, high=high))
        if found.status not in FEASIBLE:
            result.append(FrontierPoint(scale, total * scale, optimum.objective, slope, None, None, "infeasible"))
            continue
        funded = tuple(sorted(found.chosen.items()))
        result.append(
            FrontierPoint(
                scale, total * scale, optimum.objective, slope, found.objective, found.bound, found.status, funded
            )
        )
    return result
