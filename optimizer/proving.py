"""Why a candidate is below the line, every figure proved by solving again.

Role: the exact counterpart of `explaining`: one integer program a candidate for the loss, one a resource key for the
smallest cut of its use that brings it into an optimal portfolio.
Must not know: how the portfolio was found.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from btim.portfolio import is_money, period_of
from btim.recommendation import NotFunded
from optimizer.effort import Effort
from optimizer.explaining import NEAR_TIE, Ground, Hindrances, chosen_point
from optimizer.matrix import INFINITY, MIN_SPEND, Floats
from optimizer.programs import Program
from optimizer.race import SolverCrew
from optimizer.search import Found, search
from optimizer.worth import discount_factors

TIGHT = 1e-9


def exact_reasons(ground: Ground, crew: SolverCrew, effort: Effort) -> tuple[NotFunded, ...]:
    """Explain every candidate that is not funded by solving with it forced in.

    Each solve gets the problem's own time limit again: a proof is worth waiting for.
    """
    budget = ground.model.problem.solver.time_limit_s
    reasons = []
    hindrances = Hindrances(ground)
    for position, candidate in enumerate(ground.model.candidates):
        if candidate.id not in ground.chosen:
            patient = replace(effort, gap=TIGHT, deadline=effort.timer() + budget)
            reasons.append(_exact(ground, crew, patient, position, hindrances.of(position)))
    return tuple(reasons)


def _exact(ground: Ground, crew: SolverCrew, effort: Effort, position: int, hindrance: tuple[str, ...]) -> NotFunded:
    candidate = ground.model.candidates[position].id
    columns = np.array(ground.model.columns_of(position))
    program = with_row(ground.program, columns, np.ones(len(columns)), 1.0, 1.0)
    found = search(ground.model, crew, effort, program=program, offset=0.0)
    if found.status == "infeasible":
        return NotFunded(candidate, hindrance, None, (), None, {}, "exact")
    reached = chosen_point(ground)
    best = float(-ground.program.cost[: len(reached)] @ reached)
    loss = max(best - found.objective, 0.0)
    return NotFunded(
        candidate=candidate,
        because=hindrance,
        loss_if_forced=loss * ground.scale,
        displaces=tuple(sorted(name for name in ground.chosen if name not in found.chosen)),
        value_increase=loss,
        cost_decrease=_cuts(ground, crew, effort, position, best, found),
        explain="exact",
        near_tie=loss * ground.scale <= NEAR_TIE * abs(ground.objective),
    )


def _cuts(
    ground: Ground, crew: SolverCrew, effort: Effort, position: int, best: float, forced: Found
) -> dict[str, float]:
    """Smallest cut of each single resource key with which forcing the candidate in costs nothing."""
    model = ground.model
    if forced.objective >= best:
        return {}
    found: dict[str, float] = {}
    for column in model.columns_of(position):
        for key in sorted(model.options[column].uses):
            answer = crew.solve(cut_program(ground, column, key, best), gap=TIGHT, seconds=effort.left())
            if answer.point is not None and answer.status == "optimal":
                found[key] = min(max(answer.objective, 0.0), found.get(key, INFINITY))
    return dict(sorted(found.items()))


def cut_program(ground: Ground, column: int, key: str, best: float) -> Program:
    """Minimise the cut of one key's use by one option such that a portfolio with that option is as good as `best`."""
    base, option = ground.program, ground.model.options[column]
    effect = sparse.csr_array(-_row_effects(ground, column, key)[:, None])
    matrix = sparse.hstack([base.matrix(), effect]).tocsr()
    column_low = np.append(base.column_low, 0.0)
    column_low[column] = 1.0
    wide = replace(
        base,
        cost=np.append(np.zeros(base.columns), 1.0),
        column_low=column_low,
        column_high=np.append(base.column_high, option.uses[key]),
        integer=np.append(base.integer, 0).astype(np.int32),
        start=matrix.indptr.astype(np.int32),
        index=matrix.indices.astype(np.int32),
        value=matrix.data,
    )
    siblings = np.array(ground.model.columns_of(int(ground.model.candidate_of[column])))
    wide = with_row(wide, siblings, np.ones(len(siblings)), 1.0, 1.0)
    every = np.flatnonzero(base.cost)
    gains = np.append(-base.cost[every], _gain_per_unit(ground, column, key))
    return with_row(wide, np.append(every, base.columns), gains, best, INFINITY)


def _row_effects(ground: Ground, column: int, key: str) -> Floats:
    """What one unit of a key's use by one option adds to every row."""
    model = ground.model
    candidate = model.candidates[int(model.candidate_of[column])]
    places = {row.name: place for place, row in enumerate(model.rows)}
    effects = np.zeros(len(ground.program.low))
    for limit in model.problem.limits:
        if key in limit.of and candidate.matches(limit.where):
            effects[places[limit.id]] += limit.of[key]
    for rule in model.problem.rules:
        if rule.kind == "share" and key in rule.of:
            inside = 1.0 if candidate.matches(rule.where) else 0.0
            for name, sign, bound in (("min", 1.0, rule.min), ("max", -1.0, rule.max)):
                if bound is not None:
                    effects[places[f"{rule.id} {name}"]] += sign * (bound - inside)
    if MIN_SPEND in places and is_money(key):
        effects[places[MIN_SPEND]] += _present_value(ground, key)
    return effects


def _gain_per_unit(ground: Ground, column: int, key: str) -> float:
    """What one unit less of a key adds to the gain: its present value where the worth is benefits less costs."""
    if not is_money(key):
        return 0.0
    factor = _present_value(ground, key)
    gain = factor if ground.model.options[column].value is None else 0.0
    return gain + (ground.objective * factor if ground.model.problem.objective.kind == "roi" else 0.0)


def _present_value(ground: Ground, key: str) -> float:
    problem = ground.model.problem
    return 1.0 if problem.discount_rate is None else discount_factors(problem).get(str(period_of(key)), 0.0)


def with_row(program: Program, columns: npt.NDArray[np.int64], values: Floats, low: float, high: float) -> Program:
    """The program with one more row."""
    return replace(
        program,
        low=np.append(program.low, low),
        high=np.append(program.high, high),
        start=np.append(program.start, program.start[-1] + len(columns)).astype(np.int32),
        index=np.append(program.index, columns).astype(np.int32),
        value=np.append(program.value, values),
    )
