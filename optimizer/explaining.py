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
from optimizer.core import DIRECT, Core, Relaxed
from optimizer.effort import Effort
from optimizer.forcing import Forced, Forcing
from optimizer.matrix import Floats, LinearModel
from optimizer.programs import Program, program_of
from optimizer.worth import discount_factors

NEAR_TIE = 1e-4
"""A candidate whose forcing in costs less than this share of the objective is called a near-tie."""
PATIENCE = 0.5
"""Seconds after its time for which a problem's reasons are still found by solving again."""
MOVED = 0.5
ROOM = 1e-9
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
    relaxed: Relaxed | None = None


def limit_uses(ground: Ground) -> tuple[LimitUse, ...]:
    """Used, unused and marginal value of every limit."""
    prices = ground.relaxed or _priced(ground)
    rows = {row.owner: place for place, row in enumerate(ground.model.rows)}
    used = ground.ledger.all_used(ground.chosen)
    ranges = {} if prices is None else prices.ranges()
    uses = []
    for limit in ground.ledger.problem.limits:
        if prices is None:
            uses.append(LimitUse(limit.id, used[limit.id], limit.max, None, None))
            continue
        place = rows[limit.id]
        fixed = limit.max - ground.model.rows[place].high
        marginal = max(float(prices.dual[place]), 0.0) * ground.scale
        found = ranges.get(place)
        valid = None if found is None else _valid(found, fixed, marginal, limit)
        uses.append(LimitUse(limit.id, used[limit.id], limit.max, marginal, valid))
    return tuple(uses)


def _priced(ground: Ground) -> Relaxed | None:
    return Core(ground.model, ground.program).relaxed()


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


class Hindrances:
    """What each candidate would break if it were simply added to the recommended portfolio."""

    def __init__(self, ground: Ground) -> None:
        """Compute what every row holds today."""
        self.model = model = ground.model
        self.point = chosen_point(ground)
        base = program_of(model)
        self.room_high = base.high - model.matrix @ self.point
        self.room_low = model.matrix @ self.point - base.low
        self.by_column = model.matrix.tocsc()
        self.gain = -ground.program.cost
        self.owners = [row.owner for row in model.rows]
        self.synergies = [rule for rule in model.problem.rules if rule.kind == "synergy"]
        self.chosen = ground.chosen

    def of(self, position: int) -> tuple[str, ...]:
        """Limits and rules that the least hindered worthwhile option would break; empty if none stands against it."""
        options = [self._option(position, column) for column in self.model.columns_of(position)]
        worthwhile = [option for option in options if option[1] < 0]
        return min(worthwhile or options)[2]

    def _option(self, position: int, column: int) -> tuple[int, float, tuple[str, ...]]:
        entries = slice(self.by_column.indptr[column], self.by_column.indptr[column + 1])
        broken: dict[str, None] = {}
        for row, amount in zip(self.by_column.indices[entries], self.by_column.data[entries], strict=True):
            owner = self.owners[row]
            room = self.room_high[row] if amount > 0 else self.room_low[row]
            if owner is not None and abs(amount) > max(room, 0.0) + ROOM * max(1.0, abs(amount)):
                broken[owner] = None
        gain = float(self.gain[column]) + self._synergies(self.model.candidates[position].id)
        return len(broken), -gain, tuple(broken)

    def _synergies(self, candidate: str) -> float:
        return sum(
            rule.value
            for rule in self.synergies
            if candidate in rule.candidates
            and all(name == candidate or name in self.chosen for name in rule.candidates)
        )


def chosen_point(ground: Ground) -> Floats:
    """The recommended choice as columns of the model."""
    model = ground.model
    point = np.zeros(model.matrix.shape[1])
    for position, candidate in enumerate(model.candidates):
        wanted = ground.chosen.get(candidate.id)
        for column in model.columns_of(position):
            point[column] = float(model.options[column].id == wanted)
    synergies = [rule for rule in model.problem.rules if rule.kind == "synergy"]
    for place, rule in enumerate(synergies):
        point[model.choices + place] = float(all(name in ground.chosen for name in rule.candidates))
    return point


def fast_reasons(ground: Ground, effort: Effort) -> tuple[NotFunded, ...]:
    """Explain every candidate that is not funded by its forced-in relaxation.

    By prices alone in very large problems, and for those whose turn comes more than `PATIENCE` after the time is over.
    """
    relaxed = ground.relaxed or _priced(ground)
    if relaxed is None:
        return ()
    large = len(ground.model.candidates) > DIRECT
    forcing = None if large else Forcing(ground.model, ground.program, relaxed)
    levels = funded_levels(ground.model, relaxed.point)
    prices, hindrances = KeyPrices(ground), Hindrances(ground)
    return tuple(
        _fast(
            ground,
            position,
            _forced(forcing if effort.left() > -PATIENCE else None, relaxed, ground.model, position),
            levels,
            prices,
            hindrances,
        )
        for position, candidate in enumerate(ground.model.candidates)
        if candidate.id not in ground.chosen
    )


def _forced(
    forcing: Forcing | None, relaxed: Relaxed, model: LinearModel, position: int
) -> tuple[float, Forced] | None:
    """Loss and optimum with a candidate forced in; from its price alone where nothing is solved again."""
    if forcing is None:
        best = float(relaxed.priced.price[list(model.columns_of(position))].max())
        return max(-best, 0.0), Forced(0.0, relaxed.point, relaxed.dual)
    forced = forcing.force(position)
    return None if forced is None else (max(forcing.objective - forced.objective, 0.0), forced)


def _fast(
    ground: Ground,
    position: int,
    found: tuple[float, Forced] | None,
    levels: Floats,
    prices: "KeyPrices",
    hindrances: "Hindrances",
) -> NotFunded:
    candidate, hindrance = ground.model.candidates[position].id, hindrances.of(position)
    if found is None:
        return NotFunded(candidate, hindrance, None, (), None, {}, "fast")
    loss, forced = found
    return NotFunded(
        candidate=candidate,
        because=hindrance,
        loss_if_forced=loss * ground.scale,
        displaces=_displaced(ground, levels, funded_levels(ground.model, forced.point), position),
        value_increase=loss,
        cost_decrease=prices.decreases(position, forced, loss),
        explain="fast",
        near_tie=loss * ground.scale <= NEAR_TIE * abs(ground.objective),
    )


def funded_levels(model: LinearModel, point: Floats) -> Floats:
    """Funded share of every candidate in a relaxation."""
    levels: Floats = np.zeros(len(model.candidates))
    np.add.at(levels, model.candidate_of, point[: model.choices])
    return levels


def _displaced(ground: Ground, before: Floats, after: Floats, forced: int) -> tuple[str, ...]:
    """Funded candidates whose level falls by half or more; where none does, the one that falls most."""
    drop = before - after
    drop[forced] = 0.0
    fallen = [
        (-float(drop[place]), ground.model.candidates[place].id)
        for place in np.flatnonzero(drop > SMALL)
        if ground.model.candidates[place].id in ground.chosen
    ]
    return tuple(sorted(name for fall, name in fallen if -fall >= MOVED) or [name for _, name in sorted(fallen)[:1]])


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

    def decreases(self, position: int, forced: Forced, loss: float) -> dict[str, float]:
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

    def _price(self, key: str, position: int, forced: Forced) -> float:
        candidate = self.model.candidates[position]
        return sum(
            limit.of[key] * float(forced.dual[self.rows[limit.id]])
            for limit in self.limits.get(key, [])
            if candidate.matches(limit.where)
        )
