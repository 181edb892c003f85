"""Why nothing fits: a minimal set of conditions that cannot hold together, and the cheapest change that mends it.

Role: answer an infeasible problem. A deletion filter proves minimality: every member dropped alone makes the rest
hold (Chinneck and Dravnieks, ORSA Journal on Computing 3, 1991).
Must not know: objectives.
"""

from dataclasses import replace

import numpy as np
from scipy import sparse

from btim.recommendation import Relaxation as Mending
from optimizer.effort import Effort
from optimizer.linear import Relaxation
from optimizer.matrix import MANDATORY, MIN_SPEND, LinearModel
from optimizer.programs import Program, program_of
from optimizer.race import SolverCrew

DROP_WEIGHT = 1000.0
"""Dropping a rule costs as much as raising a limit a thousandfold: limits are raised first."""


def owners_of(model: LinearModel) -> list[str]:
    """Every limit, rule and mandatory candidate that owns a row, in row order."""
    return list(dict.fromkeys(row.owner for row in model.rows if row.owner is not None))


def minimal_conflict(model: LinearModel, crew: SolverCrew, effort: Effort) -> tuple[str, ...]:
    """A minimal list of owners that cannot hold together."""
    everyone = owners_of(model)
    kept = everyone
    for owners in _halved(everyone):
        rest = [owner for owner in kept if owner not in owners]
        if len(rest) < len(kept) and not _holds(model, set(rest), crew, effort):
            kept = rest
    for owner in list(kept):
        rest = [other for other in kept if other != owner]
        if not _holds(model, set(rest), crew, effort):
            kept = rest
    return tuple(kept)


def _halved(owners: list[str]) -> list[set[str]]:
    """Ever smaller blocks, so that a small conflict among many conditions is found in few steps."""
    blocks: list[set[str]] = []
    size = len(owners) // 2
    while size >= 2:
        blocks.extend(set(owners[start : start + size]) for start in range(0, len(owners), size))
        size //= 4
    return blocks


def _holds(model: LinearModel, owners: set[str], crew: SolverCrew, effort: Effort) -> bool:
    """Whether some portfolio keeps these conditions (all others being dropped)."""
    program = _without(model, owners)
    relaxed = Relaxation(program).solve()
    if relaxed is None:
        return False
    values = relaxed.point[program.integer == 1]
    if np.abs(values - np.round(values)).max(initial=0.0) < 1e-9:
        return True
    return crew.solve(program, gap=1.0, seconds=max(effort.left(), 1.0), absolute_gap=1e30).status != "infeasible"


def _without(model: LinearModel, owners: set[str]) -> Program:
    free = [row.owner is not None and row.owner not in owners for row in model.rows]
    low = np.array([row.free_low if loose else row.low for row, loose in zip(model.rows, free, strict=True)])
    high = np.array([row.free_high if loose else row.high for row, loose in zip(model.rows, free, strict=True)])
    return replace(program_of(model, np.zeros(model.matrix.shape[1])), low=low, high=high)


def cheapest_mending(model: LinearModel, crew: SolverCrew, effort: Effort) -> tuple[Mending, ...]:
    """Limits to raise, by how much relative to their size, and rules to drop where no limit can help."""
    program, columns = _elastic(model)
    answer = crew.solve(program, gap=1e-6, seconds=max(effort.left(), 2.0), absolute_gap=1e-9)
    if answer.point is None:
        return ()
    choices = np.round(answer.point[: model.choices])
    point = np.append(choices, answer.point[model.choices : model.matrix.shape[1]])
    activity = model.matrix @ point
    mended: dict[str, Mending] = {}
    limits = {limit.id: limit for limit in model.problem.limits}
    for place, row in enumerate(model.rows):
        over = activity[place] - row.high
        broken = over > 1e-6 + 1e-9 * abs(row.high) or row.low - activity[place] > 1e-6 + 1e-9 * abs(row.low)
        if row.owner is None or place not in columns or not broken:
            continue
        if row.owner in limits:
            mended[row.owner] = Mending(row.owner, "limit", limits[row.owner].max + float(over))
        elif row.owner.startswith(MANDATORY):
            mended[row.owner] = Mending(row.owner.removeprefix(MANDATORY), "mandatory")
        else:
            mended[row.owner] = Mending(row.owner, "objective" if row.owner == MIN_SPEND else "rule")
    return tuple(mended.values())


def _elastic(model: LinearModel) -> tuple[Program, set[int]]:
    """The program with a slack on every owned row, priced by the size of the limit, choices free of charge."""
    base = program_of(model, np.zeros(model.matrix.shape[1]))
    owned = [place for place, row in enumerate(model.rows) if row.owner is not None]
    limits = {limit.id: limit for limit in model.problem.limits}
    extra, cost, high, integer = [], [], [], []
    for place in owned:
        row = model.rows[place]
        if row.owner in limits:
            extra.append((place, -1.0))
            cost.append(1.0 / max(1.0, abs(limits[str(row.owner)].max)))
            high.append(np.inf)
            integer.append(0)
        else:
            reach = _reach(base, place)
            if row.high < row.free_high:
                extra.append((place, -max(reach[1] - row.high, 0.0)))
                cost.append(DROP_WEIGHT)
                high.append(1.0)
                integer.append(1)
            if row.low > row.free_low:
                extra.append((place, max(row.low - reach[0], 0.0)))
                cost.append(DROP_WEIGHT)
                high.append(1.0)
                integer.append(1)
    places, amounts = [place for place, _ in extra], [amount for _, amount in extra]
    slack = sparse.csr_array((amounts, (places, range(len(extra)))), shape=(len(model.rows), len(extra)))
    rows = sparse.hstack([base.matrix(), slack]).tocsr()
    program = Program(
        cost=np.concatenate([base.cost, cost]),
        column_low=np.concatenate([base.column_low, np.zeros(len(extra))]),
        column_high=np.concatenate([base.column_high, high]),
        integer=np.concatenate([base.integer, integer]).astype(np.int32),
        low=base.low,
        high=base.high,
        start=rows.indptr.astype(np.int32),
        index=rows.indices.astype(np.int32),
        value=rows.data,
    )
    return program, set(owned)


def _reach(program: Program, place: int) -> tuple[float, float]:
    values = program.value[program.start[place] : program.start[place + 1]]
    return float(values[values < 0].sum()), float(values[values > 0].sum())
