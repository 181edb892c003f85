"""The distribution of a window's maximum: joint residual paths and the calibrated maximum of each.

Role: from the ensemble's forecasts and what came at past origins, give paths for one origin, and calibrated quantiles
of the maximum over the first steps of its horizon.
Must not know: models, stamps, towers' names or output columns.

Paths are the point path plus whole residual windows of past origins (the same origin for all series, so that
coincident peaks stay together), scaled by the level before each origin. The median of the paths' maxima is one central
forecast of the maximum; simple functions of past windows' maxima are others; calibration weighs them. The paths are
then stretched so that their maxima follow the calibrated distribution.
"""

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.blocks import Blocks
from forecasting.calibration import GRID, Past, calibrated_quantiles

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
LEVEL_DAYS = 14
MOST_WINDOWS = 60
FEWEST_RESIDUALS = 4
BIAS_KEPT = 0.1
DEVIATION_PATHS = 8
FEW_RESIDUALS = 10
STRETCHES = (0.7, 1.0, 1.5)
EARLIER_SHARE = 0.4
TIME_DECAY = 0.9


@dataclass(frozen=True)
class History:
    """What calibration needs: forecasts and actuals (origin, series, step), levels (origin, series), backs, pools.

    `uplifts` (origin, series, step) are the events' multipliers that the forecasts contain.
    """

    forecasts: Floats
    actuals: Floats
    levels: Floats
    backs: Ints
    groups: tuple[str, ...]
    non_negative: npt.NDArray[np.bool_]
    blocks: Blocks
    uplifts: Floats


@dataclass(frozen=True)
class Maximum:
    """A window's maximum at one origin: paths (path, series, step), quantiles on `GRID` (series, grid), pool counts.

    `times` (series, step) are the probabilities that the maximum falls on each step.
    """

    paths: Floats
    quantiles: Floats
    calibrated: Ints
    times: Floats

    def likeliest(self, index: int) -> tuple[int, float]:
        """Step around which the maximum is likeliest, and the probability that it falls within one step of it."""
        near = np.convolve(self.times[index], np.ones(3), mode="same")[: self.times.shape[1]]
        at = int(np.argmax(near + 1e-6 * self.times[index]))
        return at, float(min(1.0, near[at]))

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
    enough = len(past) >= FEWEST_RESIDUALS
    paths = _paths(history, origin, residuals if enough else _partial_residuals(history, origin, window), window)
    raw = paths.max(axis=2)
    known = _past_windows(history, origin, past, residuals, np.median(raw, axis=0), window)
    quantiles, calibrated, _ = calibrated_quantiles(known)
    for i in np.flatnonzero(calibrated == 0):
        quantiles[i] = np.quantile(raw[:, i], GRID)
    quantiles = np.where(history.non_negative[:, None], np.maximum(quantiles, 0.0), quantiles)
    return Maximum(_stretched(paths, quantiles), quantiles, calibrated, _times(history, origin, paths))


def _times(history: History, origin: int, paths: Floats) -> Floats:
    """When the maximum falls: the paths' own times and those of past windows, the latest weighing most."""
    window = paths.shape[2]
    times = np.zeros(paths.shape[1:])
    earlier = history.blocks.peak_steps(window, int(history.backs[origin]))
    for i, steps in enumerate(earlier):
        weights = TIME_DECAY ** np.arange(len(steps))
        share = EARLIER_SHARE * len(steps) / (len(steps) + 1)
        np.add.at(times[i], steps, share * weights / max(weights.sum(), 1e-12))
        np.add.at(times[i], paths[:, i].argmax(axis=1), (1 - share) / len(paths))
    return times


def _past_windows(history: History, origin: int, past: Ints, residuals: Floats, centre: Floats, window: int) -> Past:
    """Past windows of this length: those at past origins, and earlier ones as far as the history goes."""
    blocks, back = history.blocks, int(history.backs[origin])
    spacing = blocks.spacing(window)
    modelled = history.backs[past]
    furthest = int(modelled.max()) if len(modelled) else back + window - spacing
    room = (blocks.longest() - furthest) // spacing - 1
    earlier = furthest + spacing * np.arange(max(0, min(MOST_WINDOWS - len(modelled), room)), 0, -1)
    backs = np.concatenate([earlier, modelled, [back]]).astype(np.int64)
    candidates = blocks.candidates(window, backs)
    candidates[len(earlier) :] *= _peak_uplifts(history, np.append(past, origin), window)[:, :, None]
    own = np.full((*candidates.shape[:2], 1), np.nan)
    own[len(earlier) : len(backs) - 1, :, 0] = _path_medians(history, past, residuals, window)
    own[-1, :, 0] = centre
    actuals = blocks.at(window, backs[:-1])
    actuals[len(earlier) :] = history.actuals[past, :, :window].max(axis=2)
    return Past(
        np.concatenate([candidates, own], axis=2),
        blocks.before(window, backs),
        actuals,
        np.nan_to_num(blocks.levels(backs)),
        blocks.highest(backs),
        history.groups,
    )


def _peak_uplifts(history: History, origins: Ints, window: int) -> Floats:
    """How much events raise the forecast's maximum over the window (origin, series)."""
    with_events = history.forecasts[origins, :, :window]
    usual = (with_events / history.uplifts[origins, :, :window]).max(axis=2)
    raised = with_events.max(axis=2)
    return np.asarray(np.divide(raised, usual, out=np.ones_like(raised), where=(usual > 0) & (raised > 0)))


def _scaled_residuals(history: History, past: Ints, window: int) -> Floats:
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
        residual = _scaled_residuals(history, np.array([k]), known)[0]
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


def _path_medians(history: History, past: Ints, residuals: Floats, window: int) -> Floats:
    """Median of the path maxima (past origin, series) at each past origin, on the residuals of the others."""
    medians = np.full(residuals.shape[:2], np.nan)
    backs = history.backs[past]
    for k, back in enumerate(backs):
        apart = np.flatnonzero(np.abs(backs - back) >= window)
        others = apart if len(apart) >= FEWEST_RESIDUALS else np.flatnonzero(np.arange(len(backs)) != k)
        if len(others):
            medians[k] = np.median(_paths(history, int(past[k]), residuals[others], window).max(axis=2), axis=0)
    return medians


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
