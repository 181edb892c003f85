"""The distribution of a window's maximum: joint residual paths, the maximum of each, and its conformal calibration.

Role: from the ensemble's forecasts and what came at past origins, give paths for one origin, and calibrated quantiles
of the maximum over the first steps of its horizon.
Must not know: models, stamps, towers' names or output columns.

Paths are the point path plus whole residual windows of past origins (the same origin for all series, so that
coincident peaks stay together), scaled by the level before each origin. Calibration: (actual maximum - median of the
path maxima) / level over past windows, pooled, with a share of the series' own (Romano, Patterson and Candes 2019 for
the (n + 1) correction).
"""

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
GRID = (np.arange(400) + 0.5) / 400
OWN_PRIOR = 8.0
LEVEL_DAYS = 14
FEWEST_RESIDUALS = 4


@dataclass(frozen=True)
class History:
    """What calibration needs: forecasts and actuals (origin, series, step), levels (origin, series), backs, pools."""

    forecasts: Floats
    actuals: Floats
    levels: Floats
    backs: Ints
    groups: tuple[str, ...]
    non_negative: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Maximum:
    """A window's maximum at one origin: paths (path, series, step), quantiles on `GRID` (series, grid), pool counts."""

    paths: Floats
    quantiles: Floats
    calibrated: Ints

    def at(self, level: float) -> Floats:
        """Quantile of the maximum for every series; never below any step's quantile of the same level."""
        calibrated = np.array([np.interp(level, GRID, row) for row in self.quantiles])
        return np.asarray(np.maximum(calibrated, np.quantile(self.paths, level, axis=0).max(axis=1)))

    def exceedance(self, index: int, capacity: float) -> float:
        """Probability that the maximum of a series passes a capacity."""
        return float(np.mean(self.quantiles[index] > capacity))


def levels_before(filled: tuple[Floats, ...], backs: Ints, day: int) -> Floats:
    """Mean daily maximum of the last days before each origin (origin, series); 1 where a series is all zero."""
    levels = np.ones((len(backs), len(filled)))
    for i, y in enumerate(filled):
        for j, back in enumerate(backs):
            past = y[: max(0, len(y) - int(back))]
            days = min(LEVEL_DAYS, len(past) // day)
            maxima = np.abs(past[len(past) - days * day :]).reshape(days, day).max(axis=1) if days else np.abs(past)
            level = float(maxima.mean()) if maxima.size else 0.0
            levels[j, i] = level or float(np.abs(past).max(initial=0.0)) or 1.0
    return levels


def maximum(history: History, origin: int, window: int) -> Maximum:
    """Paths and calibrated maximum of the first `window` steps from one origin, using only windows ended before it."""
    past = np.flatnonzero(history.backs - window >= history.backs[origin])
    residuals = _scaled_residuals(history, past, window)
    paths = _paths(history, origin, residuals, window)
    raw = np.sort(paths.max(axis=2), axis=0)
    centre = np.median(raw, axis=0)
    scores = _scores(history, past, residuals, window)
    level = history.levels[origin]
    count = np.isfinite(scores).sum(axis=0)
    pooled = {group: int(sum(count[i] for i in _inside(history, group))) for group in set(history.groups)}
    quantiles = np.empty((paths.shape[1], len(GRID)))
    for i, group in enumerate(history.groups):
        if pooled[group] >= FEWEST_RESIDUALS:
            grid = score_quantiles(scores[:, i], scores[:, _inside(history, group)])
            quantiles[i] = centre[i] + level[i] * grid
        else:
            quantiles[i] = np.quantile(raw[:, i], GRID)
    if history.non_negative.any():
        quantiles[history.non_negative] = np.maximum(quantiles[history.non_negative], 0.0)
    calibrated = np.array([pooled[g] if pooled[g] >= FEWEST_RESIDUALS else 0 for g in history.groups], dtype=np.int64)
    return Maximum(_stretched(paths, quantiles), quantiles, calibrated)


def score_quantiles(own: Floats, pool: Floats) -> Floats:
    """Quantiles on `GRID` of the mixture of a series' own scores and its pool's, corrected for their number."""
    mine = own[np.isfinite(own)]
    others = pool[np.isfinite(pool)]
    share = len(mine) / (len(mine) + OWN_PRIOR)
    values = np.concatenate([mine, others])
    weights = np.concatenate(
        [np.full(len(mine), share / max(len(mine), 1)), np.full(len(others), (1 - share) / len(others))]
    )
    order = np.argsort(values, kind="stable")
    values, weights = values[order], weights[order]
    size = 1.0 / float(np.sum(weights**2))
    middle = np.cumsum(weights) - weights / 2
    level = 0.5 + (GRID - 0.5) * (size + 1) / size
    inner = np.interp(level, middle, values)
    spread = float(np.sqrt(np.sum(weights * (values - np.sum(weights * values)) ** 2)))
    tail = np.sum(weights * values) + stats.t.ppf(GRID, max(size - 1, 1)) * spread * np.sqrt(1 + 1 / size)
    outer = np.where(
        level > middle[-1], np.maximum(inner, tail), np.where(level < middle[0], np.minimum(inner, tail), inner)
    )
    return np.asarray(np.maximum.accumulate(outer))


def _inside(history: History, group: str) -> list[int]:
    return [i for i, name in enumerate(history.groups) if name == group]


def _scaled_residuals(history: History, past: Ints, window: int) -> Floats:
    residuals = history.actuals[past, :, :window] - history.forecasts[past, :, :window]
    return np.asarray(residuals / history.levels[past][:, :, None])


def _paths(history: History, origin: int, residuals: Floats, window: int) -> Floats:
    point = history.forecasts[origin, :, :window]
    if len(residuals) < 2:
        residuals = np.zeros((1, *point.shape))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        typical = np.nanmedian(residuals, axis=0)
    known = np.where(np.isfinite(residuals), residuals, np.nan_to_num(typical)[None])
    paths = point[None] + known * history.levels[origin][None, :, None]
    return np.asarray(np.where(history.non_negative[None, :, None], np.maximum(paths, 0.0), paths))


def _scores(history: History, past: Ints, residuals: Floats, window: int) -> Floats:
    """Scores (past origin, series): each past window against the paths that the other past windows make there."""
    scores = np.full(residuals.shape[:2], np.nan)
    backs = history.backs[past]
    for k, back in enumerate(backs):
        apart = np.flatnonzero(np.abs(backs - back) >= window)
        others = apart if len(apart) >= FEWEST_RESIDUALS else np.flatnonzero(np.arange(len(backs)) != k)
        if not len(others):
            continue
        level = history.levels[past[k]]
        paths = _paths(history, int(past[k]), residuals[others], window)
        actual = history.actuals[past[k], :, :window].max(axis=1)
        scores[k] = (actual - np.median(paths.max(axis=2), axis=0)) / level
    return scores


def _stretched(paths: Floats, quantiles: Floats) -> Floats:
    """Move each path's heights so that the paths' maxima follow the calibrated quantiles, keeping ranks and times."""
    count = len(paths)
    ranks = np.argsort(np.argsort(paths.max(axis=2), axis=0, kind="stable"), axis=0, kind="stable")
    levels = (ranks + 0.5) / count
    target = np.stack([np.interp(levels[:, i], GRID, quantiles[i]) for i in range(paths.shape[1])], axis=1)
    top, bottom = paths.max(axis=2), paths.min(axis=2)
    shift = target - top
    span = top - bottom
    with np.errstate(invalid="ignore", divide="ignore"):
        height = np.where(span[..., None] > 0, (paths - bottom[..., None]) / span[..., None], 1.0)
    height = np.where((shift > -0.9 * span)[..., None], height, 1.0)
    return np.asarray(np.minimum(paths + shift[..., None] * height, target[..., None]))
