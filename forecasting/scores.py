"""Quantiles of scores: weighted, widened for few scores, with a modelled tail beyond them.

Role: turn past scores into quantiles of the next one.
Must not know: what a score is of.

Older scores weigh less, so that quantiles follow a drift (weighted conformal prediction, Barber et al. 2023). A score
that is only a lower bound hands its weight to the greater ones (Efron 1967). Above the 95th percentile a generalised
Pareto distribution takes over where at least 50 scores lie beyond it, fitted by probability-weighted moments (Hosking
and Wallis 1987); with fewer, Student's t with the scores' mean and spread.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
GRID = (np.arange(400) + 0.5) / 400
OWN_PRIOR = 8.0
TAIL_FROM = 0.95
FEWEST_EXCEEDANCES = 50
MOST_SHAPE = 0.5
LARGE_POOL = 2_000


@dataclass(frozen=True)
class Scores:
    """Scores and their weights, which add up to about their number."""

    values: Floats
    weights: Floats

    @classmethod
    def known(cls, values: Floats, weights: Floats, held: Bools) -> "Scores":
        """The finite scores; those that are only lower bounds hand their weight to the greater ones."""
        finite = np.isfinite(values)
        found = cls(values[finite], weights[finite])
        return found._redistributed(held[finite]) if held[finite].any() else found

    def _redistributed(self, held: Bools) -> "Scores":
        order = np.argsort(self.values, kind="stable")
        weights, bound = self.weights[order].copy(), held[order]
        for place in np.flatnonzero(bound[:-1]):
            greater = weights[place + 1 :]
            greater += weights[place] * greater / greater.sum()
            weights[place] = 0.0
        kept = weights > 0
        return Scores(self.values[order][kept], weights[kept])

    def compressed(self) -> "Scores":
        """At most `LARGE_POOL` scores that stand for all."""
        if len(self.values) <= LARGE_POOL:
            return self
        order = np.argsort(self.values, kind="stable")
        ran = np.cumsum(self.weights[order])
        levels = (np.arange(LARGE_POOL) + 0.5) / LARGE_POOL * ran[-1]
        values = np.interp(levels, ran - self.weights[order] / 2, self.values[order])
        return Scores(values, np.full(LARGE_POOL, ran[-1] / LARGE_POOL))


@dataclass(frozen=True)
class Tail:
    """Generalised Pareto distribution of exceedances: shape and scale."""

    shape: float
    scale: float

    def quantile(self, level: Floats) -> Floats:
        """Quantile of the exceedance at levels in [0, 1)."""
        if abs(self.shape) < 1e-9:
            return np.asarray(-self.scale * np.log1p(-level))
        return np.asarray(self.scale / self.shape * np.expm1(-self.shape * np.log1p(-level)))


def fitted_tail(exceedances: Floats) -> Tail | None:
    """The tail of exceedances above a threshold; None when there are fewer than 50."""
    if len(exceedances) < FEWEST_EXCEEDANCES:
        return None
    ordered = np.sort(exceedances)
    count = len(ordered)
    first = float(ordered.mean())
    second = float(np.mean((count - np.arange(1, count + 1)) / (count - 1) * ordered))
    if first <= 0 or first <= 2 * second:
        return None
    shape = float(np.clip(2 - first / (first - 2 * second), -MOST_SHAPE, MOST_SHAPE))
    return Tail(shape, first * (1 - shape))


def score_quantiles(own: Scores, pool: Scores) -> Floats:
    """Quantiles on `GRID` of the mixture of a series' own scores and its pool's, corrected for their number."""
    mass = float(own.weights.sum())
    share = mass / (mass + OWN_PRIOR)
    values = np.concatenate([own.values, pool.values])
    parts = [own.weights * (share / max(mass, 1e-12)), pool.weights * ((1 - share) / float(pool.weights.sum()))]
    weights = np.concatenate(parts)
    weights = weights / weights.sum()
    order = np.argsort(values, kind="stable")
    values, weights = values[order], weights[order]
    size = 1.0 / float(np.sum(weights**2))
    middle = np.cumsum(weights) - weights / 2
    level = 0.5 + (GRID - 0.5) * (size + 1) / size
    inner = np.interp(level, middle, values)
    mean = float(np.sum(weights * values))
    spread = float(np.sqrt(np.sum(weights * (values - mean) ** 2)))
    outer = mean + special.stdtrit(max(size - 1, 1), GRID) * spread * np.sqrt(1 + 1 / size)
    beyond, below = level > middle[-1], level < middle[0]
    found = np.where(beyond, np.maximum(inner, outer), np.where(below, np.minimum(inner, outer), inner))
    return np.maximum.accumulate(_with_tail(found, pool.values))


def _with_tail(quantiles: Floats, pool: Floats) -> Floats:
    threshold = float(np.interp(TAIL_FROM, GRID, quantiles))
    tail = fitted_tail(pool[pool > threshold] - threshold)
    if tail is None:
        return quantiles
    above = GRID > TAIL_FROM
    quantiles = quantiles.copy()
    quantiles[above] = threshold + tail.quantile((GRID[above] - TAIL_FROM) / (1 - TAIL_FROM))
    return quantiles
