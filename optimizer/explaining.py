"""Why a candidate is below the line: what stops it, what it would displace, what would change that (LP estimates).

Role: one forced-in re-solve of the relaxation for every candidate that is not funded, warm from the optimum.
Must not know: how the portfolio was found; the proven figures are in `proving`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from btim.portfolio import Limit, is_money, period_of
from btim.recommendation import LimitUse, NotFunded
from optimizer.checking import Ledger
from optimizer.linear import LinearOptimum, Relaxation
from optimizer.matrix import Floats, LinearModel
from optimizer.programs import Program
from optimizer.worth import discount_factors

NEAR_TIE = 1e-4
"""A candidate whose forcing in costs less than this share of the objective is called a near-tie."""
MOVED = 0.5
SMALL = 1e-9


@dataclass(frozen=True)
class Ground:
    """What explanations stand on: the model, the program whose relaxation is priced, and the recommended choice.

    `scale` turns gains of the program into units of the objective (1 but for ratios).
    """

    model: LinearModel
    program: Program
    ledger: Ledger
    chosen: Mapping[str, str]
    objective: float
    scale: float = 1.0


def limit_uses(ground: Ground) -> tuple[LimitUse, ...]:
    """Used, unused and marginal value of every limit."""
    relaxation = Relaxation(ground.program)
    optimum = relaxation.solve()
    ranges = relaxation.row_ranges() if optimum is not None else None
    rows = {row.owner: place for place, row in enumerate(ground.model.rows)}
    uses = []
    for limit in ground.ledger.problem.limits:
        used = ground.ledger.used(limit, ground.chosen)
        if optimum is None:
            uses.append(LimitUse(limit.id, used, limit.max, None, None))
            continue
        place = rows[limit.id]
        fixed = limit.max - ground.model.rows[place].high
        marginal = max(float(optimum.row_dual[place]), 0.0) * ground.scale
        valid = None if ranges is None else _valid(ranges[place], fixed, marginal, limit)
        uses.append(LimitUse(limit.id, used, limit.max, marginal, valid))
    return tuple(uses)


def _valid(
    found: tuple[float, float], fixed: float, marginal: float, limit: Limit
) -> tuple[float | None, float | None]:
    low, high = sorted(found)
    if marginal <= SMALL:
        high = float("inf")
    ends = [end + fixed if abs(end) < 1e25 else None for end in (low, high)]
    low_end = ends[0] if ends[0] is None else min(ends[0], limit.max)
    high_end = ends[1] if ends[1] is None else max(ends[1], limit.max)
    return low_end, high_end


def because(ground: Ground, candidate: str) -> tuple[str, ...]:
    """Limits and rules that the candidate's least hindered worthwhile option would break if simply added."""
    already = set(ground.ledger.broken(ground.chosen))
    found: list[tuple[int, float, list[str]]] = []
    worthwhile = []
    for option in ground.ledger.options[candidate].values():
        after = dict(ground.chosen) | {candidate: option.id}
        gain = ground.ledger.total_worth(after)
        broken = [name for name in ground.ledger.broken(after) if name not in already]
        found.append((len(broken), -gain, broken))
        if gain > ground.ledger.total_worth(ground.chosen):
            worthwhile.append(found[-1])
    return tuple(min(worthwhile or found)[2])


def fast_reasons(ground: Ground) -> tuple[NotFunded, ...]:
    """Explain every candidate that is not funded by its forced-in relaxation."""
    model = ground.model
    relaxation = Relaxation(ground.program)
    base = relaxation.solve()
    basis = relaxation.solver.getBasis()
    levels = funded_levels(model, base.point) if base is not None else np.zeros(len(model.candidates))
    prices = KeyPrices(ground)
    reasons = []
    for position, candidate in enumerate(model.candidates):
        if candidate.id in ground.chosen:
            continue
        forced = None
        if base is not None:
            relaxation.solver.setBasis(basis)
            forced = relaxation.solve_forced(np.array(model.columns_of(position), dtype=np.int32))
        hindrance = because(ground, candidate.id)
        if base is None or forced is None:
            reasons.append(NotFunded(candidate.id, hindrance, None, (), None, {}, "fast"))
            continue
        loss = max(base.objective - forced.objective, 0.0)
        reasons.append(
            NotFunded(
                candidate=candidate.id,
                because=hindrance,
                loss_if_forced=loss * ground.scale,
                displaces=_displaced(ground, levels, funded_levels(model, forced.point), position),
                value_increase=loss,
                cost_decrease=prices.decreases(position, forced, loss),
                explain="fast",
                near_tie=loss * ground.scale <= NEAR_TIE * abs(ground.objective),
            )
        )
    return tuple(reasons)


def funded_levels(model: LinearModel, point: Floats) -> Floats:
    """Funded share of every candidate in a relaxation."""
    levels: Floats = np.zeros(len(model.candidates))
    np.add.at(levels, model.candidate_of, point[: model.choices])
    return levels


def _displaced(ground: Ground, before: Floats, after: Floats, forced: int) -> tuple[str, ...]:
    drop = before - after
    drop[forced] = 0.0
    names = [
        (float(-drop[place]), candidate.id)
        for place, candidate in enumerate(ground.model.candidates)
        if candidate.id in ground.chosen and drop[place] > SMALL
    ]
    moved = sorted(name for name in names if -name[0] >= MOVED) or sorted(names)[:1]
    return tuple(name for _, name in moved)


class KeyPrices:
    """What one unit less of a resource key is worth to one candidate, from the duals of a relaxation."""

    def __init__(self, ground: Ground) -> None:
        """Collect, for every key, the rows it enters."""
        self.model = ground.model
        self.rows = {row.owner: place for place, row in enumerate(ground.model.rows)}
        self.factors = discount_factors(ground.model.problem)
        self.limits: dict[str, list[Limit]] = {}
        for limit in ground.model.problem.limits:
            for key in limit.of:
                self.limits.setdefault(key, []).append(limit)

    def decreases(self, position: int, forced: LinearOptimum, loss: float) -> dict[str, float]:
        """Smallest cut of each single key that makes up for the loss, where the key is large enough."""
        columns = self.model.columns_of(position)
        column = max(columns, key=lambda place: float(forced.point[place]))
        option = self.model.options[column]
        found = {}
        for key, amount in sorted(option.uses.items()):
            price = self._price(key, position, forced)
            if is_money(key) and option.value is None:
                price += self.factors[str(period_of(key))]
            if price > SMALL and loss / price <= amount * (1 + SMALL):
                found[key] = loss / price
        return found

    def _price(self, key: str, position: int, forced: LinearOptimum) -> float:
        candidate = self.model.candidates[position]
        return sum(
            limit.of[key] * float(forced.row_dual[self.rows[limit.id]])
            for limit in self.limits.get(key, [])
            if candidate.matches(limit.where)
        )
