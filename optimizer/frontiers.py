"""The frontier of budget against value: the best portfolio at each of several sizes of some limits.

Role: re-solve one problem at many budgets, quickly as relaxations or exactly.
Must not know: how a budget was chosen or how the curve is drawn.
"""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
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
    scales = [float(scale) for scale in np.linspace(low, high, points)]
    line = _Line(problem, set(chosen), timer)
    previews = [line.preview(scale) for scale in scales]
    if not exact:
        return tuple(previews)
    workers = min(problem.solver.threads, points)
    with ThreadPoolExecutor(workers) as pool:
        shares = pool.map(line.exact, [previews[place::workers] for place in range(workers)])
        found = sorted((point for share in shares for point in share), key=lambda point: point.scale)
    return tuple(_rising(found) if min(line.budgets.values()) >= 0 else found)


def _rising(points: Sequence[FrontierPoint]) -> list[FrontierPoint]:
    """A larger budget keeps the smaller one's portfolio where its own search, within the gap, found a worse one."""
    kept: list[FrontierPoint] = []
    for point in points:
        before = kept[-1].objective if kept else None
        if before is not None and point.objective is not None and before > point.objective:
            bound = max(point.bound or before, before)
            kept.append(replace(point, objective=before, funded=kept[-1].funded, bound=bound))
            continue
        kept.append(point)
    return kept


class _Line:
    """One problem at many budgets: the model is built once, only the chosen limits' rows move."""

    def __init__(self, problem: Problem, chosen: set[str], timer: Timer) -> None:
        self.problem, self.timer = problem, timer
        self.model = linear_model(problem)
        self.rows = {row.owner: place for place, row in enumerate(self.model.rows)}
        self.base = program_of(self.model)
        self.relaxation = Relaxation(self.base, self.model.offset)
        self.budgets = {limit.id: limit.max for limit in problem.limits if limit.id in chosen}
        self.total = sum(self.budgets.values())

    def preview(self, scale: float) -> FrontierPoint:
        """The relaxation at one budget, warm from the one before."""
        for name, most in self.budgets.items():
            row = self.rows[name]
            self.relaxation.set_row(row, -np.inf, float(self.base.high[row] + most * (scale - 1)))
        optimum = self.relaxation.solve()
        budget = self.total * scale
        if optimum is None:
            return FrontierPoint(scale, budget, None, None, None, None, "infeasible")
        gained = sum(float(optimum.row_dual[self.rows[name]]) * most for name, most in self.budgets.items())
        slope = gained / self.total if self.total else 0.0
        return FrontierPoint(scale, budget, optimum.objective, slope, None, None, "relaxation")

    def exact(self, previews: Sequence[FrontierPoint]) -> list[FrontierPoint]:
        """The best portfolio at each previewed budget."""
        with SolverCrew(self.timer, threads=1) as crew:
            return [self._exact(point, crew) if point.status == "relaxation" else point for point in previews]

    def _exact(self, point: FrontierPoint, crew: SolverCrew) -> FrontierPoint:
        high = self.base.high.copy()
        for name, most in self.budgets.items():
            high[self.rows[name]] += most * (point.scale - 1)
        limits = tuple(
            replace(limit, max=limit.max * point.scale) if limit.id in self.budgets else limit
            for limit in self.problem.limits
        )
        model = replace(self.model, problem=replace(self.problem, limits=limits))
        effort = Effort(self.problem.solver.gap, self.timer() + self.problem.solver.time_limit_s, self.timer)
        found = search(model, crew, effort, program=replace(self.base, high=high))
        if found.status not in FEASIBLE:
            return replace(point, status="infeasible")
        return replace(
            point,
            objective=found.objective,
            bound=found.bound,
            status=found.status,
            funded=tuple(sorted(found.chosen.items())),
        )
