"""Histories to learn from: past events taken out, demand at its ceiling lifted.

Role: what a series' steps would have been on usual days, and which steps state only a lower bound.
Must not know: models, origins, or what the answer looks like.

A step is judged by earlier steps alone, so that a history cut anywhere was cleaned by nothing after the cut.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.panel import DemandSeries

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
NOTABLE = 0.1
REFERENCE_WEEKS = 4
AT_CEILING = 1e-3
FEWEST_AT_CEILING = 3


@dataclass(frozen=True)
class Span:
    """Steps `begin` to `end` (exclusive) of one event's occurrence, on a series' own grid."""

    name: str
    begin: int
    end: int
    uplift: float


def filled_history(y: Floats, season: int) -> Floats:
    """Replace missing values by the value a season earlier, or the last one: never by anything later."""
    filled = y.copy()
    for position in np.flatnonzero(np.isnan(y)):
        filled[position] = filled[position - season] if position >= season else filled[position - 1]
    return filled


def references(begin: int, end: int, week: int) -> list[int]:
    """How many steps before an occurrence its usual weeks lie: up to four that it does not reach itself."""
    skip = -(-(end - begin) // week)
    return [week * k for k in range(skip, skip + REFERENCE_WEEKS) if begin - week * k >= 0]


def without_events(filled: Floats, spans: Sequence[Span], week: int) -> Floats:
    """The history with notable events replaced by the median of the same steps of the weeks before.

    An occurrence is notable from the step on at which its sum so far is a tenth off the usual sum.
    """
    usual = filled.copy()
    for span in sorted(spans, key=lambda one: (one.begin, one.end)):
        shifts = references(span.begin, span.end, week)
        begin, end = max(span.begin, 0), min(span.end, len(filled))
        if begin >= end or not shifts:
            continue
        before = np.median([usual[begin - shift : end - shift] for shift in shifts], axis=0)
        came, expected = np.cumsum(filled[begin:end]), np.cumsum(before)
        notable = (expected > 0) & (np.abs(came - expected) >= NOTABLE * expected)
        usual[begin:end] = np.where(notable, before, usual[begin:end])
    return usual


def at_ceiling(one: DemandSeries) -> Bools:
    """Steps whose value is only a lower bound of demand: stated so, or at a capacity that was never passed.

    Without a stated `censored`, a series that has met its capacity in three steps and not passed it until then is taken
    to be held by it.
    """
    if one.censored.any() or not len(one.capacity):
        return one.censored
    place = np.searchsorted(one.capacity_at, np.arange(len(one.y)), side="right")
    ceiling = np.concatenate([[np.nan], one.capacity])[place]
    with np.errstate(invalid="ignore"):
        met = (one.y >= (1 - AT_CEILING) * ceiling) & (ceiling > 0)
        passed = np.logical_or.accumulate(one.y > (1 + AT_CEILING) * ceiling)
    return np.asarray(met & ~passed & (np.cumsum(met) >= FEWEST_AT_CEILING))


def lifted(filled: Floats, bounded: Bools, season: int) -> Floats:
    """Raise steps that state a lower bound to the step a season earlier where that was higher."""
    if not bounded.any():
        return filled
    raised = filled.copy()
    for position in np.flatnonzero(bounded):
        if position >= season:
            raised[position] = max(raised[position], raised[position - season])
    return raised
