"""Maxima of past windows: what the last windows of the same length peaked at.

Role: window maxima at any distance from the end, and simple forecasts of the next one from them.
Must not know: models, paths, calibration.

Everything is counted backwards from a series' end: `back` is how many steps before the end a window starts.
"""

import warnings

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
MOST_BLOCKS = 14
DECAY = 0.7
CANDIDATES = ("last", "median of 3", "median of 7", "median of 14", "decaying mean", "season ago")


class Blocks:
    """Window maxima of histories (NaN where missing), computed once a window length."""

    def __init__(self, histories: tuple[Floats, ...], bounded: tuple[Bools, ...], day: int, season: int) -> None:
        """Take histories, their steps that are only lower bounds, a day's steps, and the longest season (1: none)."""
        self.histories, self.bounded, self.day, self.season = histories, bounded, day, season
        self._starts: dict[int, list[Floats]] = {}

    def spacing(self, window: int) -> int:
        """Distance between windows that do not overlap and begin at the same time of day."""
        return -(-window // self.day) * self.day

    def at(self, window: int, backs: Ints) -> Floats:
        """Maxima (back, series) of the windows that start `backs` before each end; NaN when incomplete or missing."""
        if window not in self._starts:
            self._starts[window] = [_sliding_maxima(y, window) for y in self.histories]
        answer = np.full((len(backs), len(self.histories)), np.nan)
        for i, maxima in enumerate(self._starts[window]):
            place = len(self.histories[i]) - backs
            inside = (place >= 0) & (place < len(maxima))
            answer[inside, i] = maxima[place[inside]]
        return answer

    def held(self, window: int, backs: Ints) -> Bools:
        """Whether a window's maximum (back, series) is a lower bound: it holds a step that states only a bound."""
        answer = np.zeros((len(backs), len(self.histories)), dtype=np.bool_)
        for i, bounded in enumerate(self.bounded):
            if bounded.any():
                ran = np.concatenate([[0], np.cumsum(bounded)])
                begin = np.clip(len(bounded) - backs, 0, len(bounded))
                answer[:, i] = ran[np.clip(begin + window, 0, len(bounded))] > ran[begin]
        return answer

    def before(self, window: int, backs: Ints) -> Floats:
        """Maxima (back, block, series) of the windows ended before each back, latest first."""
        ago = self.spacing(window) * np.arange(1, MOST_BLOCKS + 1)
        past = self.at(window, (backs[:, None] + ago[None, :]).ravel())
        return past.reshape(len(backs), MOST_BLOCKS, len(self.histories))

    def peak_steps(self, window: int, back: int) -> list[Ints]:
        """Step of the maximum in each whole window ended before `back`, latest first, a series at a time."""
        starts = -back - self.spacing(window) * np.arange(1, MOST_BLOCKS + 1)
        return [
            np.array(
                [
                    int(np.argmax(y[len(y) + start : len(y) + start + window]))
                    for start in starts
                    if len(y) + start >= 0 and np.isfinite(y[len(y) + start : len(y) + start + window]).all()
                ],
                dtype=np.int64,
            )
            for y in self.histories
        ]

    def candidates(self, window: int, backs: Ints) -> Floats:
        """Forecasts (back, series, candidate) of the maximum of windows starting there, from windows ended before."""
        spacing = self.spacing(window)
        past = self.before(window, backs)
        season = self.season * -(-window // self.season)
        seasonal = self.at(window, backs + season) if season > spacing else np.full(past[:, 0].shape, np.nan)
        fade = DECAY ** np.arange(MOST_BLOCKS)[None, :, None] * np.isfinite(past)
        with warnings.catch_warnings(), np.errstate(invalid="ignore", divide="ignore"):
            warnings.simplefilter("ignore", RuntimeWarning)
            decaying = np.nansum(past * fade, axis=1) / fade.sum(axis=1)
            medians = [np.nanmedian(past[:, :count], axis=1) for count in (3, 7, 14)]
        for place, least in enumerate((2, 4, 8)):
            medians[place] = np.where(np.isfinite(past).sum(axis=1) >= least, medians[place], np.nan)
        return np.stack([past[:, 0], *medians, decaying, seasonal], axis=2)

    def levels(self, backs: Ints) -> Floats:
        """Mean of the last daily maxima before each back (back, series), NaN where there is none."""
        days = self.day * np.arange(1, MOST_BLOCKS + 1)
        daily = np.abs(self.at(self.day, (backs[:, None] + days[None, :]).ravel()))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            return np.asarray(np.nanmean(daily.reshape(len(backs), MOST_BLOCKS, len(self.histories)), axis=1))

    def highest(self, backs: Ints) -> Floats:
        """Greatest absolute value before each back (back, series); 0 where there is nothing."""
        answer = np.zeros((len(backs), len(self.histories)))
        for i, y in enumerate(self.histories):
            running = np.fmax.accumulate(np.concatenate([[0.0], np.nan_to_num(np.abs(y))]))
            answer[:, i] = running[np.clip(len(y) - backs, 0, len(y))]
        return answer

    def longest(self) -> int:
        """Steps of the longest history."""
        return max(len(y) for y in self.histories)


def _sliding_maxima(y: Floats, window: int) -> Floats:
    if len(y) < window:
        return np.empty(0)
    views = np.lib.stride_tricks.sliding_window_view(np.where(np.isnan(y), -np.inf, y), window)
    maxima = views.max(axis=1)
    return np.where(np.isneginf(maxima), np.nan, maxima)
