"""Conformal calibration of a window's maximum: what past windows say about the error of its central forecast.

Role: weigh central forecasts by their past errors, and turn past scores into quantiles of the next maximum.
Must not know: models, paths, stamps.

A score is (actual maximum - centre) / size, where the size follows the centre but never falls far below the recent
level or the highest value seen. Scores are divided by each series' typical score, shrunk towards the pool's; the next
quantile mixes the series' own with its pool's, with the (n + 1) correction for their effective number
(Romano, Patterson and Candes 2019; Barber et al. 2023 for weighted scores). A pool with many past windows adds two
quantile regressions, of scores and of scores in units of each series' typical score.
"""

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.quantile_regression import fitted_quantiles, shape_features
from forecasting.scores import GRID, Scores, score_quantiles

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
CENTRE_POWER = 3.0
CENTRE_PRIOR = 4.0
ERROR_FLOOR = 0.05
LEVEL_SHARE = 0.3
HIGHEST_SHARE = 0.005
MOST_OVER_HIGHEST = 1.0
SPREAD_PRIOR = 4.0
WILDEST_OF_OTHERS = 7.0
FEWEST_WINDOWS = 4
WILDEST = 1e4
SHAPED_SHARE = 0.8
HALF_LIFE = 8.0
"""Windows after which a score weighs half."""


@dataclass(frozen=True)
class Past:
    """Past windows of one length, oldest first, and the coming one.

    `candidates` (window + 1, series, candidate) end with the coming window's; `blocks` (window + 1, block, series) are
    the maxima of the windows before each, latest first; `actuals` (window, series), of which `held` ones are only lower
    bounds; `levels` and `highest` (window + 1, series) are known before each window. NaN where unknown.
    """

    candidates: Floats
    blocks: Floats
    actuals: Floats
    held: Bools
    levels: Floats
    highest: Floats
    groups: tuple[str, ...]


def calibrated_quantiles(past: Past) -> tuple[Floats, Ints]:
    """Quantiles on `GRID` (series, grid) of the coming maximum, and how many past windows they rest on."""
    centres = _centres(past)
    size = np.maximum(LEVEL_SHARE * past.levels, np.abs(centres))
    size = np.fmax(np.fmax(size, HIGHEST_SHARE * past.highest), np.finfo(np.float64).tiny)
    with np.errstate(over="ignore", invalid="ignore"):
        scores = (past.actuals - centres[:-1]) / size[:-1]
    scores = np.clip(np.where(np.isfinite(scores), scores, np.nan), -WILDEST, WILDEST)
    quantiles = np.repeat(centres[-1][:, None], len(GRID), axis=1)
    counts = np.zeros(len(past.groups), dtype=np.int64)
    for inside in _pools(past.groups):
        known = int((np.isfinite(scores[:, inside]) & ~past.held[:, inside]).sum())
        if known < FEWEST_WINDOWS:
            continue
        counts[inside] = known
        found = _pool_quantiles(past, inside, centres[:, inside], size[:, inside], scores[:, inside])
        furthest = MOST_OVER_HIGHEST * past.highest[-1, inside][:, None]
        quantiles[inside] += np.minimum(size[-1, inside][:, None] * found, furthest)
    return quantiles, counts


def _pools(groups: tuple[str, ...]) -> list[Ints]:
    names = np.array(groups)
    return [np.flatnonzero(names == group) for group in sorted(set(groups))]


def _pool_quantiles(past: Past, inside: Ints, centres: Floats, size: Floats, scores: Floats) -> Floats:
    """Quantiles (series, grid) of one pool's coming scores."""
    held = past.held[:, inside]
    spread = _spreads(scores)
    with np.errstate(over="ignore"):
        relative = scores / spread
    age = np.arange(len(scores))[::-1]
    weights = np.repeat(0.5 ** (age / HALF_LIFE)[:, None], len(inside), axis=1)
    tame = np.clip(relative, -WILDEST_OF_OTHERS, WILDEST_OF_OTHERS)
    pool = Scores.known(tame.ravel(), weights.ravel(), held.ravel()).compressed()
    found = np.stack(
        [
            spread[i] * score_quantiles(Scores.known(relative[:, i], weights[:, i], held[:, i]), pool)
            for i in range(len(inside))
        ]
    )
    outcomes = np.where(held, np.nan, scores)
    blocks, candidates = past.blocks[:, :, inside], past.candidates[:, inside]
    plain = fitted_quantiles(shape_features(blocks, candidates, centres, size), outcomes, weights, GRID)
    own = fitted_quantiles(shape_features(blocks, candidates, centres, size * spread), outcomes / spread, weights, GRID)
    if plain is None or own is None:
        return found
    return np.asarray(SHAPED_SHARE * (plain + own * spread[:, None]) / 2 + (1 - SHAPED_SHARE) * found)


def _centres(past: Past) -> Floats:
    """Central forecast (window + 1, series): candidates weighted by their errors on the past windows, pooled."""
    with warnings.catch_warnings(), np.errstate(invalid="ignore", divide="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        errors = np.abs(past.candidates[:-1] - np.where(past.held, np.nan, past.actuals)[:, :, None])
        relative = errors / np.nanmean(errors, axis=2, keepdims=True)
    known = np.isfinite(relative)
    sums, counts = np.where(known, relative, 0.0).sum(axis=0), known.sum(axis=0)
    shrunk = np.ones(sums.shape)
    for inside in _pools(past.groups):
        total = counts[inside].sum(axis=0)
        pool = np.where(total > 0, sums[inside].sum(axis=0) / np.maximum(total, 1), 1.0)
        shrunk[inside] = (sums[inside] + CENTRE_PRIOR * pool) / (counts[inside] + CENTRE_PRIOR)
    weights = np.maximum(shrunk, ERROR_FLOOR) ** -CENTRE_POWER * np.isfinite(past.candidates)
    total = weights.sum(axis=2)
    summed = (weights * np.nan_to_num(past.candidates)).sum(axis=2)
    return np.asarray(np.divide(summed, total, out=np.full(total.shape, np.nan), where=total > 0))


def _spreads(scores: Floats) -> Floats:
    """Median absolute score of each series, shrunk towards the pool's."""
    count = np.isfinite(scores).sum(axis=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        own = np.nan_to_num(np.nanmedian(np.abs(scores), axis=0))
    pool = float(np.median(np.abs(scores[np.isfinite(scores)]))) or float(np.nanmean(np.abs(scores))) or 1.0
    return np.asarray((count * own + SPREAD_PRIOR * pool) / (count + SPREAD_PRIOR))
