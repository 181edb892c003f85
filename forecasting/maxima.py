"""The distribution of a window's maximum: joint residual paths and the calibrated maximum of each.

Role: give paths for one origin, and calibrated quantiles of the maximum over the first steps of its horizon.
Must not know: models, stamps, towers' names or output columns.

The median of the paths' maxima is one central forecast of the maximum; simple functions of past windows' maxima are
others; calibration weighs them. The paths are then stretched so that their maxima follow the calibrated distribution,
and multiplied by the events of the coming steps.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.calibration import Past, calibrated_quantiles
from forecasting.paths import History, path_medians, paths_at
from forecasting.scores import GRID

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
MOST_WINDOWS = 60
EARLIER_SHARE = 0.4
TIME_DECAY = 0.9


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


def maximum(history: History, origin: int, window: int) -> Maximum:
    """Paths and calibrated maximum of the first `window` steps from one origin, using only windows ended before it."""
    past = np.flatnonzero(history.backs - window >= history.backs[origin])
    paths = paths_at(history, origin, past, window)
    raw = paths.max(axis=2)
    quantiles, calibrated = calibrated_quantiles(_past_windows(history, origin, past, np.median(raw, axis=0), window))
    calibrated[_without_a_day(history, origin)] = 0
    for i in np.flatnonzero(calibrated == 0):
        quantiles[i] = np.quantile(raw[:, i], GRID)
    quantiles = np.where(history.non_negative[:, None], np.maximum(quantiles, 0.0), quantiles)
    usual = _stretched(paths, quantiles)
    raised, quantiles = _with_events(usual, quantiles, history.uplifts[origin, :, :window])
    return Maximum(raised, quantiles, calibrated, _times(history, origin, raised))


def _without_a_day(history: History, origin: int) -> Ints:
    """Series too young to be measured by what is known of the others: no whole day, or a single step."""
    back, least = int(history.backs[origin]), max(history.blocks.day, 2)
    return np.flatnonzero([len(y) - back < least for y in history.blocks.histories])


def _with_events(paths: Floats, quantiles: Floats, uplifts: Floats) -> tuple[Floats, Floats]:
    """Paths times the coming events, and the quantiles of their maxima raised by as much."""
    if np.all(uplifts == 1):
        return paths, quantiles
    raised = paths * uplifts
    touched = np.flatnonzero((uplifts != 1).any(axis=1))
    before, after = (np.quantile(some[:, touched].max(axis=2), GRID, axis=0).T for some in (paths, raised))
    factor = np.divide(after, before, out=np.ones_like(after), where=(before > 0) & (after > 0))
    moved = quantiles.copy()
    moved[touched] = np.maximum.accumulate(quantiles[touched] * factor, axis=1)
    return raised, moved


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


def _past_windows(history: History, origin: int, past: Ints, centre: Floats, window: int) -> Past:
    """Past windows of this length: those at past origins, and earlier ones as far as the history goes."""
    blocks, back = history.blocks, int(history.backs[origin])
    spacing = blocks.spacing(window)
    modelled = history.backs[past]
    furthest = int(modelled.max()) if len(modelled) else back + window - spacing
    room = (blocks.longest() - furthest) // spacing - 1
    earlier = furthest + spacing * np.arange(max(0, min(MOST_WINDOWS - len(modelled), room)), 0, -1)
    backs = np.concatenate([earlier, modelled, [back]]).astype(np.int64)
    candidates = blocks.candidates(window, backs)
    own = np.full((*candidates.shape[:2], 1), np.nan)
    own[len(earlier) : len(backs) - 1, :, 0] = path_medians(history, past, window)
    own[-1, :, 0] = centre
    levels, highest = blocks.levels(backs), blocks.highest(backs)
    return Past(
        np.concatenate([candidates, own], axis=2),
        blocks.before(window, backs),
        blocks.at(window, backs[:-1]),
        blocks.held(window, backs[:-1]),
        np.where(np.isfinite(levels), levels, highest),
        highest,
        history.groups,
    )


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
