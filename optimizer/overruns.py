"""Reference classes of cost overruns, and how likely each money limit is to be overspent.

Role: look at a portfolio from outside: projects of this size have cost this multiple of their plan (Flyvbjerg, Project
Management Journal 37, 2006).
Must not know: how a portfolio was found.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from btim.errors import ValueFormatError
from btim.portfolio import Option, Problem, is_money
from optimizer.checking import Ledger

LEVELS = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
ENOUGH = 60
"""Projects of one's own history from which on they are told apart by size."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ReferenceClass:
    """Quantiles, at `LEVELS`, of actual ÷ planned cost of past projects whose plan was at most `up_to`."""

    up_to: float
    quantiles: tuple[float, ...]
    projects: int


US_FEDERAL_2012 = (
    ReferenceClass(1e6, (0.292, 0.580, 0.828, 0.996, 1.000, 1.000, 1.066, 1.311, 5.226), 904),
    ReferenceClass(1e7, (0.312, 0.717, 0.854, 0.990, 1.000, 1.000, 1.063, 1.215, 2.054), 1105),
    ReferenceClass(float("inf"), (0.472, 0.769, 0.893, 0.991, 1.000, 1.000, 1.025, 1.058, 1.293), 429),
)
"""US federal IT projects, planned against projected or actual cost, status of August 2012 (IT Dashboard, public domain;
rows with both costs above 0), by planned cost in US dollars. Many projects were still running and reported no variance
yet, so the upper tail is what the classes say best."""


def classes_from(
    planned: Sequence[float], actual: Sequence[float], bounds: Sequence[float]
) -> tuple[ReferenceClass, ...]:
    """Reference classes of one's own history; `bounds` are the upper plan sizes, the last class is unbounded.

    Raises:
        ValueFormatError: sequences of different length, a cost that is not above 0, or a class without projects.
    """
    plan, real = np.asarray(planned, dtype=np.float64), np.asarray(actual, dtype=np.float64)
    if plan.shape != real.shape or not ((plan > 0) & (real > 0)).all():
        raise ValueFormatError("needs planned and actual costs above 0", field="history", remedy="leave blank rows out")
    found = []
    low = 0.0
    for high in (*bounds, float("inf")):
        ratios = (real / plan)[(plan > low) & (plan <= high)]
        if not len(ratios):
            raise ValueFormatError("holds no project", field="history", value=f"{low:g} to {high:g}", remedy="merge it")
        found.append(ReferenceClass(high, tuple(float(one) for one in np.quantile(ratios, LEVELS)), len(ratios)))
        low = high
    return tuple(found)


def own_classes(planned: Sequence[float], actual: Sequence[float]) -> tuple[ReferenceClass, ...]:
    """Reference classes of one's own history: three by size from 60 projects on, one below.

    Raises:
        ValueFormatError: as `classes_from`.
    """
    if len(planned) < ENOUGH:
        return classes_from(planned, actual, ())
    bounds = sorted({float(one) for one in np.quantile(np.asarray(planned, dtype=np.float64), [1 / 3, 2 / 3])})
    return classes_from(planned, actual, bounds)


@dataclass(frozen=True, slots=True)
class Overspend:
    """Chance that a money limit is overspent, and the P90 of what it would use."""

    limit: str
    probability: float
    p90: float
    max: float

    def to_dict(self) -> dict[str, Any]:
        """Row of the overspends."""
        return {"limit": self.limit, "probability": self.probability, "p90": self.p90, "max": self.max}


def overspend(
    problem: Problem,
    chosen: Mapping[str, str],
    *,
    classes: Sequence[ReferenceClass] = US_FEDERAL_2012,
    samples: int = 4000,
    seed: int = 0,
) -> tuple[Overspend, ...]:
    """Chance of overspending each limit on money alone, funded options' costs multiplied by sampled overruns.

    One overrun a candidate applies to all its money uses; committed money, exits and what is freed stay as planned.
    The class is chosen by a candidate's whole undiscounted money use, in the currency of the classes.
    """
    draw = np.random.default_rng(seed)
    ledger = Ledger(problem)
    factors = {
        candidate.id: overruns_of(planned_money(option), classes, draw, samples)
        for candidate, option in ledger.picked(chosen)
    }
    rows = []
    for limit in problem.limits:
        if not all(map(is_money, limit.of)):
            continue
        used = np.full(samples, ledger.used(limit, chosen))
        for candidate, option in ledger.picked(chosen):
            if candidate.matches(limit.where):
                planned = sum(weight * option.uses.get(key, 0.0) for key, weight in limit.of.items())
                used += planned * (factors[candidate.id] - 1)
        beyond = float((used > limit.max).mean())
        rows.append(Overspend(limit.id, beyond, float(np.quantile(used, 0.9)), limit.max))
    return tuple(rows)


def planned_money(option: Option) -> float:
    """All money that an option plans to use, undiscounted."""
    return sum(use for key, use in option.uses.items() if is_money(key))


def overruns_of(cost: float, classes: Sequence[ReferenceClass], draw: np.random.Generator, samples: int) -> Floats:
    """Sampled actual ÷ planned, linear between the class's quantiles; the outermost ones bound it."""
    found = next(one for one in classes if cost <= one.up_to)
    return np.asarray(np.interp(draw.random(samples), LEVELS, found.quantiles))
