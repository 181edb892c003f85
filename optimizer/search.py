"""Search for the best portfolio of a linear objective: relaxation, race, rounding, independent check.

Role: from a model and a gain to a checked choice with a proven bound.
Must not know: explanations, ratios of return, sampled risk; they call this.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from btim.errors import SolverFailure
from optimizer.checking import ABSOLUTE_TOLERANCE, Ledger
from optimizer.core import Core, Relaxed
from optimizer.effort import Effort
from optimizer.exchanging import Exchange
from optimizer.lagrange import Separable
from optimizer.linear import LinearOptimum, Relaxation
from optimizer.matrix import INFINITY, Floats, LinearModel
from optimizer.programs import Answer, Program, program_of
from optimizer.race import SolverCrew
from optimizer.repairing import repaired
from optimizer.tabu import Tabu

INTEGRAL = 1e-7
ROUNDS = 6
LARGE = 300
"""From so many candidates on the core method is used; below, the relaxation's bound is too loose for it."""
CORES = (80, 250, 500)
POLISH, POLISHED = 50, 120
"""Nodes for which a problem of at most so many options is searched beyond the gap: most then get their very optimum."""
SLICE = 1_000_000
"""Amounts that one slice of the tabu search reads."""
ENOUGH = 0.1
"""Seconds below which no solver is asked any more."""
NEAR = 0.95
"""Share of the distance allowed at which a core's portfolio is good enough."""


@dataclass(frozen=True)
class Found:
    """A checked choice with the maximised objective it reaches and the proven bound; `infeasible` has no choice."""

    status: str
    chosen: Mapping[str, str]
    point: Floats
    objective: float
    bound: float
    solver: str
    relaxed: Relaxed | None = None
    pool: tuple[Floats, ...] = ()


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
    ledger = Ledger(model.problem)
    if len(model.candidates) >= LARGE:
        return _by_core(model, program, offset, ledger, crew, effort)
    optimum = Relaxation(program, offset).solve()
    if optimum is None:
        return INFEASIBLE
    found = _integral(model, program, ledger, optimum)
    return found or _branched(model, program, offset, ledger, crew, effort, optimum, hint)


def _by_core(
    model: LinearModel, program: Program, offset: float, ledger: Ledger, crew: SolverCrew, effort: Effort
) -> Found:
    strict = program
    for _ in range(ROUNDS):
        core = Core(model, strict)
        relaxed = core.relaxed(effort.left)
        if relaxed is None:
            return INFEASIBLE
        answer, bound = _core_answer(core, relaxed, offset, crew, effort)
        if answer is None or answer.point is None:
            answer = _from_prices(model, strict, relaxed) or answer
        if answer is None or answer.point is None:
            if bound == -INFINITY:
                return INFEASIBLE
            break
        chosen = chosen_options(model, answer.point)
        broken = ledger.broken(chosen)
        if not broken:
            answer = replace(answer, solver=f"core+{answer.solver}")
            found = _found(program, offset, answer, chosen, bound, effort.gap)
            return replace(found, relaxed=relaxed)
        strict = _tightened(model, strict, answer.point, set(broken))
    raise _no_time()


def _from_prices(model: LinearModel, program: Program, relaxed: Relaxed) -> Answer | None:
    """An answer made without a solver, for when none answered in time."""
    point = repaired(model, program, relaxed.priced)
    if point is None:
        return None
    return Answer("feasible", point, float(program.cost @ point), -relaxed.priced.bound, "prices")


def _core_answer(
    core: Core, relaxed: Relaxed, offset: float, crew: SolverCrew, effort: Effort
) -> tuple[Answer | None, float]:
    """Best answer and proven bound (maximised); a bound of minus infinity says that nothing is feasible."""
    bound = relaxed.priced.bound + offset
    allowed = effort.gap * abs(bound)
    best = core.exchanged(relaxed, max(NEAR * allowed, ABSOLUTE_TOLERANCE))
    if best is not None and bound - (offset - best.objective) <= allowed:
        return best, bound
    for size in CORES:
        if effort.left() <= ENOUGH:
            return best, bound
        answer = core.rounded(relaxed, crew, effort, size, max(NEAR * allowed, ABSOLUTE_TOLERANCE))
        if answer is not None and answer.point is not None and (best is None or answer.objective < best.objective):
            best = answer
        if best is not None and bound - (offset - best.objective) <= allowed:
            return best, bound
    if effort.left() <= ENOUGH:
        return best, bound
    if best is None:
        whole = crew.solve(core.program, gap=effort.gap, seconds=effort.left())
        return whole, -INFINITY if whole.status == "infeasible" else min(bound, offset - whole.bound)
    allowed = max(effort.gap * abs(offset - best.objective) * 0.9, ABSOLUTE_TOLERANCE)
    exact, _ = core.exact(relaxed, best, crew, effort, allowed)
    if exact is None or exact.status == "infeasible":
        return best, offset - best.objective
    bound = min(bound, max(offset - exact.bound, offset - best.objective))
    if exact.point is not None and exact.objective < best.objective:
        best = exact
    return best, bound


def _no_time() -> SolverFailure:
    return SolverFailure(
        "no portfolio was found in the time given", field="solver.time_limit_s", remedy="give it more seconds"
    )


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
    answer: Answer | None = None
    polish = POLISH if program.columns <= POLISHED else 0
    made = _Made(model, program, offset, ledger, optimum, effort.gap)
    if made.found is not None and made.found.status == "optimal" and not polish:
        return made.found
    if made.found is not None and hint is None:
        hint = made.found.point
    for _ in range(ROUNDS):
        if effort.left() <= ENOUGH:
            break
        answer = crew.solve(strict, gap=effort.gap, seconds=effort.left(), hint=hint, polish=polish, aside=made.go_on)
        bound = min(bound, optimum.objective, -answer.bound + offset)
        if answer.point is None:
            break
        chosen = chosen_options(model, answer.point)
        broken = ledger.broken(chosen)
        if not broken:
            return _found(program, offset, answer, chosen, bound, effort.gap)
        strict = _tightened(model, strict, answer.point, set(broken))
    if answer is not None and answer.status == "infeasible":
        return INFEASIBLE
    bound = min(bound, optimum.objective)
    easy = made.found or _easy(model, program, offset, ledger, optimum, bound)
    if easy is None:
        raise _no_time()
    return replace(easy, bound=min(easy.bound, max(bound, easy.objective)))


class _Made:
    """A portfolio made from the relaxation without a solver, `optimal` where the relaxation's bound proves it."""

    def __init__(
        self, model: LinearModel, program: Program, offset: float, ledger: Ledger, optimum: LinearOptimum, gap: float
    ) -> None:
        self.found: Found | None = None
        self.tabu: Tabu | None = None
        if program.columns > model.choices:
            return
        exchange = Exchange(model, program, np.ones(len(model.candidates), dtype=bool))
        least = optimum.objective - offset - NEAR * gap * abs(optimum.objective)
        point = exchange.improved(optimum.point, least)
        if point is None:
            return
        self.tabu = Tabu(exchange, point, optimum.row_dual)
        self.steps = max(1, SLICE // exchange.use.size)
        chosen = chosen_options(model, point)
        if not ledger.broken(chosen):
            answer = Answer("feasible", point, float(program.cost @ point), -INFINITY, "exchanges")
            self.found = _found(program, offset, answer, chosen, optimum.objective, gap)

    def go_on(self) -> Floats | None:
        """Search on beside the solvers, for about a hundredth of a second."""
        return None if self.tabu is None else self.tabu.advance(self.steps)


def _easy(
    model: LinearModel, program: Program, offset: float, ledger: Ledger, optimum: LinearOptimum, bound: float
) -> Found | None:
    """A portfolio made from the relaxation's prices when no solver found one in time."""
    point = repaired(model, program, Separable(model, program).priced(optimum.row_dual))
    if point is None or ledger.broken(chosen_options(model, point)):
        return None
    objective = float(-program.cost @ point + offset)
    return Found("feasible", chosen_options(model, point), point, objective, max(bound, objective), "prices")


def _found(program: Program, offset: float, answer: Answer, chosen: dict[str, str], bound: float, gap: float) -> Found:
    point = np.where(program.integer == 1, np.round(answer.point), answer.point)  # type: ignore[arg-type]
    objective = float(-program.cost @ point + offset)
    bound = max(bound, objective)
    proven = bound - objective <= max(ABSOLUTE_TOLERANCE, gap * abs(objective)) * (1 + 1e-9)
    status = "optimal" if proven else "feasible"
    return Found(status, chosen, point, objective, bound, answer.solver, pool=answer.pool)


def _tightened(model: LinearModel, program: Program, point: Floats | None, broken: set[str]) -> Program:
    """The same rows with a little less room where rounding a nearly integral point overstepped."""
    if point is None:
        return program
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
