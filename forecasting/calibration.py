"""Conformal calibration of a window's maximum: what past windows say about the error of its central forecast.

Role: weigh central forecasts by their past errors, and turn past scores into quantiles of the next maximum.
Must not know: models, paths, stamps.

A score is (actual maximum - centre) / size, where the size follows the centre but never falls far below the recent
level or the highest value seen. Scores are divided by each series' typical score, shrunk towards the pool's; the next
quantile mixes the series' own with its pool's, with the (n + 1) correction for their effective number
(Romano, Patterson and Candes 2019; Barber et al. 2023 for weighted scores).
"""

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from forecasting.quantile_regression import fitted_quantiles, shape_features

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
GRID = (np.arange(400) + 0.5) / 400
CENTRE_POWER = 3.0
CENTRE_PRIOR = 4.0
ERROR_FLOOR = 0.05
LEVEL_SHARE = 0.3
HIGHEST_SHARE = 0.005
MOST_OVER_HIGHEST = 1.0
SPREAD_PRIOR = 4.0
OWN_PRIOR = 8.0
WILDEST_OF_OTHERS = 7.0
FEWEST_WINDOWS = 4
WILDEST = 1e4
LARGE_POOL = 2_000
SHAPED_SHARE = 0.8


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
    for group in sorted(set(past.groups)):
        inside = np.flatnonzero([name == group for name in past.groups])
        known = int(np.isfinite(scores[:, inside]).sum())
        if known < FEWEST_WINDOWS:
            continue
        counts[inside] = known
        spread = _spreads(scores[:, inside])
        with np.errstate(over="ignore"):
            pool = np.clip(scores[:, inside] / spread, -WILDEST_OF_OTHERS, WILDEST_OF_OTHERS)
        pool = _compressed(pool[np.isfinite(pool)])
        shaped = _shaped(past, inside, centres, size[:, inside], scores[:, inside])
        for place, i in enumerate(inside):
            own = scores[:, i] / spread[place]
            score = spread[place] * score_quantiles(own[np.isfinite(own)], pool)
            if shaped is not None:
                score = SHAPED_SHARE * shaped[place] + (1 - SHAPED_SHARE) * score
            quantiles[i] += np.minimum(size[-1, i] * score, MOST_OVER_HIGHEST * past.highest[-1, i])
    return quantiles, counts


def _shaped(past: Past, inside: Ints, centres: Floats, unit: Floats, scores: Floats) -> Floats | None:
    """Quantiles (series, grid) of the coming window as scores, from its pool's shapes."""
    features = shape_features(past.blocks[:, :, inside], past.candidates[:, inside], centres[:, inside], unit)
    return fitted_quantiles(features, scores, GRID)


def score_quantiles(own: Floats, pool: Floats) -> Floats:
    """Quantiles on `GRID` of the mixture of a series' own scores and its pool's, corrected for their number."""
    share = len(own) / (len(own) + OWN_PRIOR)
    values = np.concatenate([own, pool])
    weights = np.concatenate([np.full(len(own), share / max(len(own), 1)), np.full(len(pool), (1 - share) / len(pool))])
    order = np.argsort(values, kind="stable")
    values, weights = values[order], weights[order]
    size = 1.0 / float(np.sum(weights**2))
    middle = np.cumsum(weights) - weights / 2
    level = 0.5 + (GRID - 0.5) * (size + 1) / size
    inner = np.interp(level, middle, values)
    mean = float(np.sum(weights * values))
    spread = float(np.sqrt(np.sum(weights * (values - mean) ** 2)))
    tail = mean + stats.t.ppf(GRID, max(size - 1, 1)) * spread * np.sqrt(1 + 1 / size)
    beyond, below = level > middle[-1], level < middle[0]
    outer = np.where(beyond, np.maximum(inner, tail), np.where(below, np.minimum(inner, tail), inner))
    return np.asarray(np.maximum.accumulate(outer))


def _centres(past: Past) -> Floats:
    """Central forecast (window + 1, series): candidates weighted by their errors on the past windows, pooled."""
    with warnings.catch_warnings(), np.errstate(invalid="ignore", divide="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        errors = np.abs(past.candidates[:-1] - past.actuals[:, :, None])
        relative = errors / np.nanmean(errors, axis=2, keepdims=True)
    known = np.isfinite(relative)
    sums, counts = np.where(known, relative, 0.0).sum(axis=0), known.sum(axis=0)
    shrunk = np.ones(sums.shape)
    for group in sorted(set(past.groups)):
        inside = [name == group for name in past.groups]
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


def _compressed(pool: Floats) -> Floats:
    return np.quantile(pool, (np.arange(LARGE_POOL) + 0.5) / LARGE_POOL) if len(pool) > LARGE_POOL else pool
