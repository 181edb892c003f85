"""Joint residual paths: the point path plus whole windows of its own past errors.

Role: from the ensemble's forecasts and what came at past origins, give paths for one origin.
Must not know: models, stamps, towers' names, calibration or output columns.

Residual windows are taken from past origins, the same origin for all series, so that coincident peaks stay together,
and are scaled by the level before each origin.
"""

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.blocks import Blocks

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
LEVEL_DAYS = 14
FEWEST_RESIDUALS = 4
BIAS_KEPT = 0.1
DEVIATION_PATHS = 8
FEW_RESIDUALS = 10
STRETCHES = (0.7, 1.0, 1.5)
YOUNG_DAYS = 2


@dataclass(frozen=True)
class History:
    """What calibration needs: forecasts and actuals (origin, series, step), levels (origin, series), backs, pools.

    Forecasts and actuals are those of usual days; `uplifts` (origin, series, step) are the events' multipliers. Actuals
    are NaN where missing or only a lower bound.
    """

    forecasts: Floats
    actuals: Floats
    levels: Floats
    backs: Ints
    groups: tuple[str, ...]
    non_negative: npt.NDArray[np.bool_]
    blocks: Blocks
    uplifts: Floats


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


def paths_at(history: History, origin: int, past: Ints, window: int) -> Floats:
    """Paths (path, series, step) of the first `window` steps from an origin, on the residuals of origins `past`.

    With too few of them, windows known only in part are continued; a series without any residual of its own moves as
    its history moved, and one without two days of history as the others of its pool moved.
    """
    enough = len(past) >= FEWEST_RESIDUALS
    residuals = scaled_residuals(history, past, window) if enough else _partial_residuals(history, origin, window)
    unknown = ~np.isfinite(residuals).any(axis=(0, 2)) if len(residuals) else np.zeros(0, dtype=np.bool_)
    if unknown.any():
        moves = _deviations(history, int(history.backs[origin]), window)
        residuals = residuals.copy()
        for i in np.flatnonzero(unknown):
            residuals[:, i] = _borrowed(history, origin, moves, int(i), len(residuals))
    return _paths(history, origin, residuals, window)


def path_medians(history: History, past: Ints, window: int) -> Floats:
    """Median of the path maxima (past origin, series) at each past origin, on the residuals of the others."""
    residuals = scaled_residuals(history, past, window)
    medians = np.full(residuals.shape[:2], np.nan)
    backs = history.backs[past]
    for k, back in enumerate(backs):
        apart = np.flatnonzero(np.abs(backs - back) >= window)
        others = apart if len(apart) >= FEWEST_RESIDUALS else np.flatnonzero(np.arange(len(backs)) != k)
        if len(others):
            medians[k] = np.median(_paths(history, int(past[k]), residuals[others], window).max(axis=2), axis=0)
    return medians


def scaled_residuals(history: History, past: Ints, window: int) -> Floats:
    """Errors (past origin, series, step) as shares of the level before each origin; NaN where not known."""
    residuals = history.actuals[past, :, :window] - history.forecasts[past, :, :window]
    return np.asarray(residuals / history.levels[past][:, :, None])


def _partial_residuals(history: History, origin: int, window: int) -> Floats:
    """Residual windows known only in part, continued by their last season with the square root of time.

    Without any past origin, the history's own deviations from its mean stand in, at different phases.
    """
    back = int(history.backs[origin])
    found = []
    for k in np.flatnonzero(history.backs > back):
        known = min(int(history.backs[k]) - back, window)
        residual = scaled_residuals(history, np.array([k]), known)[0]
        season = min(max(history.blocks.day, 1), known)
        steps = np.arange(known, window)
        tail = residual[:, known - season + (steps - known) % season] * np.sqrt((steps + 1) / known)
        found.append(np.concatenate([residual, tail], axis=1))
    return np.array(found) if len(found) >= FEWEST_RESIDUALS else _deviations(history, back, window)


def _deviations(history: History, back: int, window: int) -> Floats:
    found = np.zeros((DEVIATION_PATHS, len(history.blocks.histories), window))
    for i, y in enumerate(history.blocks.histories):
        past = y[: max(0, len(y) - back)]
        seen = past[np.isfinite(past)]
        if len(seen):
            deviation = (seen - seen.mean()) / (float(np.abs(seen).max()) or 1.0)
            for k in range(DEVIATION_PATHS):
                found[k, i] = np.resize(np.roll(deviation, k * len(seen) // DEVIATION_PATHS), window)
    return found


def _borrowed(history: History, origin: int, moves: Floats, index: int, count: int) -> Floats:
    """Moves (path, step) of a series without residuals: its own, or in turn those of its pool when it is young."""
    blocks, back = history.blocks, int(history.backs[origin])
    lengths = np.array([len(y) - back for y in blocks.histories])
    mates = np.array([group == history.groups[index] for group in history.groups]) & (
        lengths >= YOUNG_DAYS * blocks.day
    )
    sources = np.flatnonzero(mates) if mates.any() and not mates[index] else np.array([index])
    path = np.arange(count)
    return np.asarray(moves[path % len(moves), sources[path % len(sources)]])


def _paths(history: History, origin: int, residuals: Floats, window: int) -> Floats:
    point = history.forecasts[origin, :, :window]
    if len(residuals) < 2:
        residuals = np.zeros((1, *point.shape))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        typical = np.nanmedian(residuals, axis=0)
    known = _centred(np.where(np.isfinite(residuals), residuals, np.nan_to_num(typical)[None]))
    paths = point[None] + known * history.levels[origin][None, :, None]
    return np.asarray(np.where(history.non_negative[None, :, None], np.maximum(paths, 0.0), paths))


def _centred(residuals: Floats) -> Floats:
    """Residual windows around a shrunk mean, widened for having been drawn from few windows.

    Fewer than ten are also mirrored and stretched, since so few never show a tail.
    """
    mean = residuals.mean(axis=0)
    count = len(residuals)
    widening = np.sqrt((count + 1) / (count - 1)) if count > 1 else 1.0
    around = (residuals - mean) * widening
    if FEWEST_RESIDUALS <= count < FEW_RESIDUALS:
        around = np.concatenate([sign * stretch * around for stretch in STRETCHES for sign in (1, -1)])
    return np.asarray(around + BIAS_KEPT * mean)
