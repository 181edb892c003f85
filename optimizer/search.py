"""Search for the best portfolio of a linear objective: relaxation, race, rounding, independent check.

Role: from a model and a gain to a checked choice with a proven bound.
Must not know: explanations, ratios of return, sampled risk; they call this.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from btim.errors import SolverFailure
from optimizer.checking import ABSOLUTE_TOLERANCE, Ledger
from optimizer.linear import LinearOptimum, Relaxation
from optimizer.matrix import INFINITY, Floats, LinearModel
from optimizer.programs import Answer, Program, program_of
from optimizer.race import SolverCrew, Timer

INTEGRAL = 1e-7
ROUNDS = 6


@dataclass(frozen=True)
class Found:
    """A checked choice with the maximised objective it reaches and the proven bound; `infeasible` has no choice."""

    status: str
    chosen: Mapping[str, str]
    point: Floats
    objective: float
    bound: float
    solver: str


@dataclass(frozen=True)
class Effort:
    """How long and how good: relative gap, and the moment on the timer when an answer is due."""

    gap: float
    deadline: float
    timer: Timer

    def left(self) -> float:
        """Seconds that remain."""
        return self.deadline - self.timer()


INFEASIBLE = Found("infeasible", {}, np.zeros(0), -INFINITY, -INFINITY, "HiGHS")


def search(
    model: LinearModel,
    crew: SolverCrew,
    effort: Effort,
    *,
    program: Program | None = None,
    offset: float | None = None,
    hint: Floats | None = None,
) -> Found:
    """Maximise `-program.cost @ x + offset` (default: the model's own gain) over the portfolios.

    Raises:
        SolverFailure: no portfolio was found in the time, and none was proven impossible.
    """
    program = program or program_of(model)
    offset = model.offset if offset is None else offset
    optimum = Relaxation(program, offset).solve()
    if optimum is None:
        return INFEASIBLE
    ledger = Ledger(model.problem)
    found = _integral(model, program, ledger, optimum)
    return found or _branched(model, program, offset, ledger, crew, effort, optimum, hint)


def _integral(model: LinearModel, program: Program, ledger: Ledger, optimum: LinearOptimum) -> Found | None:
    values = optimum.point[program.integer == 1]
    if np.abs(values - np.round(values)).max(initial=0.0) > INTEGRAL:
        return None
    chosen = chosen_options(model, optimum.point)
    if ledger.broken(chosen):
        return None
    return Found("optimal", chosen, optimum.point, optimum.objective, optimum.objective, "HiGHS LP")


def _branched(
    model: LinearModel,
    program: Program,
    offset: float,
    ledger: Ledger,
    crew: SolverCrew,
    effort: Effort,
    optimum: LinearOptimum,
    hint: Floats | None,
) -> Found:
    bound = INFINITY
    strict = program
    for _ in range(ROUNDS):
        answer = crew.solve(strict, gap=effort.gap, seconds=effort.left(), hint=hint)
        bound = min(bound, optimum.objective, -answer.bound + offset)
        if answer.point is None:
            break
        chosen = chosen_options(model, answer.point)
        broken = ledger.broken(chosen)
        if not broken:
            return _found(program, offset, answer, chosen, bound, effort.gap)
        strict = _tightened(model, strict, answer.point, set(broken))
    if answer.status == "infeasible":
        return INFEASIBLE
    raise SolverFailure(
        "no portfolio was found in the time given", field="solver.time_limit_s", remedy="give it more seconds"
    )


def _found(program: Program, offset: float, answer: Answer, chosen: dict[str, str], bound: float, gap: float) -> Found:
    point = np.where(program.integer == 1, np.round(answer.point), answer.point)  # type: ignore[arg-type]
    objective = float(-program.cost @ point + offset)
    bound = max(bound, objective)
    proven = bound - objective <= max(ABSOLUTE_TOLERANCE, gap * abs(objective)) * (1 + 1e-9)
    return Found("optimal" if proven else "feasible", chosen, point, objective, bound, answer.solver)


def _tightened(model: LinearModel, program: Program, point: Floats, broken: set[str]) -> Program:
    """The same rows with a little less room where rounding a nearly integral point overstepped."""
    rounded = np.where(program.integer == 1, np.round(point), point)
    activity = program.matrix() @ rounded
    high = program.high.copy()
    low = program.low.copy()
    for place, row in enumerate(model.rows):
        if row.owner in broken:
            room = ABSOLUTE_TOLERANCE + 1e-9 * abs(program.high[place]) if np.isfinite(program.high[place]) else 0.0
            over = activity[place] - program.high[place]
            high[place] -= max(2 * over, room) if over > 0 else 0.0
            under = program.low[place] - activity[place]
            low[place] += 2 * under if under > 0 else 0.0
    return replace(program, high=high, low=low)


def chosen_options(model: LinearModel, point: Floats) -> dict[str, str]:
    """Option by candidate of a point whose choice columns are 0 or 1 but for rounding."""
    columns = np.flatnonzero(point[: model.choices] > 0.5)
    return {model.candidates[int(model.candidate_of[column])].id: model.options[column].id for column in columns}
