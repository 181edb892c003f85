"""The best mean and tail together: maximise (1 - a) mean + a CVaR by cutting planes.

Role: turn the objective `risk_adjusted` into a few linear searches with a proven bound. CVaR is the mean of the worst
sampled values (Rockafellar and Uryasev, Journal of Risk 2, 2000); for fixed worst samples it is linear in the choice
and an upper bound on the true one, so each round adds that plane (Kelley, SIAM 8, 1960).
Must not know: how samples are drawn or how a linear search is done.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from optimizer.checking import Ledger
from optimizer.effort import Effort
from optimizer.linear import Relaxation
from optimizer.matrix import Floats, LinearModel
from optimizer.outcomes import Outcomes, tail_weights
from optimizer.overruns import ReferenceClass
from optimizer.programs import Program, program_of
from optimizer.race import SolverCrew
from optimizer.search import Found, chosen_options, search

ROUNDS = 200
COARSE = 2e-3
"""Coarsest gap of an early round: its planes matter more than its proof."""


class TailPlanes:
    """The program with one more column, the tail's distance below the mean (at most 0), and planes that bound it."""

    def __init__(self, model: LinearModel, outcomes: Outcomes) -> None:
        """Begin without planes."""
        self.model, self.outcomes = model, outcomes
        self.objective = model.problem.objective
        self.planes: list[Floats] = []
        self.ledger = Ledger(model.problem)

    def tail(self, point: Floats) -> tuple[float, Floats]:
        """CVaR less mean of a choice, and the plane (coefficients of the choice columns) that touches it there."""
        plane = self.outcomes.plane(tail_weights(self.outcomes.deviations(point), self.objective.confidence))
        return float(plane @ point[: self.model.choices]), plane

    def add(self, plane: Floats) -> None:
        """Remember a plane."""
        self.planes.append(plane)

    def program(self) -> Program:
        """The model's program with the tail column last."""
        base = program_of(self.model)
        lowest = -float(self.outcomes.largest().sum()) - 1
        columns = base.columns
        start, index, value = [base.start], [base.index], [base.value]
        used = np.arange(self.model.choices, dtype=np.int32)
        filled = int(base.start[-1])
        for plane in self.planes:
            kept = np.flatnonzero(plane)
            index.append(np.append(used[kept], columns).astype(np.int32))
            value.append(np.append(-plane[kept], 1.0))
            filled += len(kept) + 1
            start.append(np.array([filled], dtype=np.int32))
        more = len(self.planes)
        return Program(
            cost=np.append(base.cost, -self.objective.risk_aversion),
            column_low=np.append(base.column_low, lowest),
            column_high=np.append(base.column_high, 0.0),
            integer=np.append(base.integer, 0).astype(np.int32),
            low=np.append(base.low, np.full(more, -np.inf)),
            high=np.append(base.high, np.zeros(more)),
            start=np.concatenate(start),
            index=np.concatenate(index),
            value=np.concatenate(value),
        )


def best_tail(
    model: LinearModel, crew: SolverCrew, effort: Effort, classes: Sequence[ReferenceClass] = ()
) -> tuple[Found, Program]:
    """Maximise mean and tail; returns the portfolio and the last program, whose planes hold at the optimum."""
    outcomes = Outcomes(model, model.problem.objective, model.problem.objective.samples, classes)
    gain = model.gain.copy()
    gain[: model.choices] += outcomes.expected
    model = replace(model, gain=gain)
    planes = TailPlanes(model, outcomes)
    _relaxed_planes(planes, effort)
    best: Found | None = None
    bound = float("inf")
    program = planes.program()
    gap = effort.gap / 2
    for _ in range(ROUNDS):
        found = search(model, crew, replace(effort, gap=gap), program=program)
        if found.status == "infeasible":
            return found, program
        bound = min(bound, found.bound)
        for point in (found.point, *found.pool):
            best = _better(planes, found, point, best)
        distance = 1.0 if best is None else (bound - best.objective) / max(abs(best.objective), 1e-9)
        if distance <= effort.gap or effort.left() <= 0:
            break
        gap = max(effort.gap / 2, min(distance / 5, COARSE))
        program = planes.program()
    best = best or found
    proven = bound - best.objective <= effort.gap * max(abs(best.objective), 1e-9)
    return replace(best, status="optimal" if proven else "feasible", bound=max(bound, best.objective)), program


def _better(planes: TailPlanes, found: Found, point: Floats, best: Found | None) -> Found | None:
    """Add the plane that touches the tail at a point; return the better of it and the best, if it keeps all rules."""
    model = planes.model
    rounded = np.where(np.arange(len(point)) < model.choices, np.round(point), point)
    tail, plane = planes.tail(rounded)
    planes.add(plane)
    objective = float(model.gain @ rounded[:-1]) + model.offset + planes.objective.risk_aversion * tail
    chosen = chosen_options(model, rounded)
    if (best is not None and objective <= best.objective) or planes.ledger.broken(chosen):
        return best
    return replace(found, point=rounded, chosen=chosen, objective=objective)


def _relaxed_planes(planes: TailPlanes, effort: Effort) -> None:
    """Collect planes at the optima of the relaxation until it hardly moves."""
    for _ in range(ROUNDS):
        optimum = Relaxation(planes.program()).solve()
        if optimum is None:
            return
        tail, plane = planes.tail(optimum.point)
        slack = optimum.point[-1] - tail
        if planes.planes and slack * planes.objective.risk_aversion <= effort.gap / 4 * abs(optimum.objective):
            return
        planes.add(plane)
        if effort.left() <= 0:
            return
