"""The pooled direct model: all series of a tower learn one set of weights together.

Role: one ridge regression from the scaled lags of a window to every step of the horizon at once, over all series'
sliding windows; normal equations are accumulated, so memory is lags² and later origins only add windows.
Must not know: statsforecast, origins' meaning, or how forecasts are combined.

Each window is centred on the mean of its last seasons and divided by its mean absolute seasonal difference, both taken
from the window's own lags: nothing after an origin can reach a forecast made at it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
SEASONS_IN_CENTRE = 7
SCALE_FLOOR = 1e-4
WILDEST = 50.0
SERIES_WEIGHT = 100.0
RIDGE = 1e-4
MOST_PRODUCTS = 2e9
FEWEST_WINDOWS = 3
LEAST_BLOCK = 48
SEASONLESS = (70, 30, 8)


@dataclass(frozen=True)
class PooledModel:
    """Settings: lags, the season it is scaled by, the steps it forecasts at once, and whether it works on logarithms.

    A horizon longer than a block is forecast block by block, each on the blocks before it.
    """

    name: str
    lags: int
    season: int
    block: int
    logs: bool
    ridge: float = RIDGE

    def transform(self, y: Floats) -> Floats | None:
        """Logarithms where asked for and possible; None says that the model does not apply to the series."""
        if not self.logs:
            return y
        return np.log(y) if y.size and float(y.min()) > 0 else None

    def normed(self, lags: Floats) -> tuple[Floats, Floats, Floats]:
        """Centre and scale lag windows (n, lags); returns the scaled windows, centres and scales."""
        width = min(SEASONS_IN_CENTRE * self.season, self.lags)
        centre = lags[:, -width:].mean(axis=1)
        level = np.abs(lags).mean(axis=1)
        scale = np.abs(lags[:, self.season :] - lags[:, : -self.season]).mean(axis=1)
        floor = SCALE_FLOOR if self.logs else SCALE_FLOOR * level + np.finfo(np.float64).tiny
        scale = np.maximum(scale, floor)
        return (lags - centre[:, None]) / scale[:, None], centre, scale


class PooledFit:
    """Normal equations of one pooled model, grown origin by origin."""

    def __init__(self, model: PooledModel, series: Sequence[Floats], horizon: int) -> None:
        """Take histories (filled, one a series) and the horizon; nothing is learnt yet."""
        self.model = model
        self.asked = horizon
        self.horizon = min(horizon, model.block)
        horizon = self.horizon
        self.values = [model.transform(y) for y in series]
        longest = sum(max(0, len(y) - model.lags - horizon + 1) for y in series)
        affordable = MOST_PRODUCTS / (model.lags * (model.lags + horizon))
        self.stride = _coprime_stride(int(np.ceil(longest / affordable)), model.season)
        size = model.lags + 1
        self.gram = np.zeros((size, size))
        self.cross = np.zeros((size, horizon))
        self.learnt_to = np.zeros(len(series), dtype=np.int64)
        self.windows = 0

    def learn(self, cuts: Ints) -> None:
        """Add every window whose last target lies before its series' cut (exclusive) and was not yet added."""
        for index, values in enumerate(self.values):
            if values is not None:
                self._learn_series(index, values[: max(0, int(cuts[index]))])

    def predict(self, cuts: Ints) -> Floats:
        """Forecasts (series, horizon) from the lags before each cut; NaN where the model does not apply."""
        answer = np.full((len(self.values), self.asked), np.nan)
        usable = [
            index
            for index, values in enumerate(self.values)
            if values is not None and self.model.lags <= cuts[index] <= len(values)
        ]
        if self.windows < FEWEST_WINDOWS or not usable:
            return answer
        lags = np.stack([self._lags(index, int(cuts[index])) for index in usable])
        weights = self._weights()
        blocks: list[Floats] = []
        for _ in range(-(-self.asked // self.horizon)):
            scaled, centre, scale = self.model.normed(lags)
            block = (self._design(scaled) @ weights) * scale[:, None] + centre[:, None]
            blocks.append(block)
            lags = np.hstack([lags, block])[:, -self.model.lags :]
        forecasts = np.hstack(blocks)[:, : self.asked]
        answer[usable] = np.exp(np.minimum(forecasts, 700)) if self.model.logs else forecasts
        return answer

    def _lags(self, index: int, cut: int) -> Floats:
        values = self.values[index]
        return np.empty(0) if values is None else values[cut - self.model.lags : cut]

    def _learn_series(self, index: int, values: Floats) -> None:
        width = self.model.lags + self.horizon
        first = int(self.learnt_to[index])
        last = len(values) - width
        if last < first:
            return
        starts = np.arange(first, last + 1, self.stride)
        self.learnt_to[index] = int(starts[-1]) + self.stride
        blocks = np.lib.stride_tricks.sliding_window_view(values, width)[starts]
        scaled, centre, scale = self.model.normed(blocks[:, : self.model.lags])
        targets = (blocks[:, self.model.lags :] - centre[:, None]) / scale[:, None]
        tame = (np.abs(targets).max(axis=1) <= WILDEST) & (np.abs(scaled).max(axis=1) <= WILDEST)
        if not tame.any():
            return
        weight = SERIES_WEIGHT / max(1.0, (len(values) - width + 1) / self.stride)
        design = self._design(scaled[tame])
        self.gram += weight * (design.T @ design)
        self.cross += weight * (design.T @ targets[tame])
        self.windows += int(tame.sum())

    def _design(self, scaled: Floats) -> Floats:
        return np.hstack([scaled, np.ones((len(scaled), 1))])

    def _weights(self) -> Floats:
        penalty = self.model.ridge * float(np.trace(self.gram)) / len(self.gram)
        system = self.gram + max(penalty, 1e-12) * np.eye(len(self.gram))
        return np.asarray(cho_solve(cho_factor(system), self.cross))


def pooled_models(seasons: Sequence[int], shortest: int, horizon: int) -> tuple[PooledModel, ...]:
    """Choose lag lengths that leave windows to learn from in a history of `shortest` steps.

    Two lengths at most: the longest that fits (up to two of the longest season and a day), and the next shorter one.
    """
    season = seasons[0] if seasons else 1
    longest = seasons[-1] if seasons else 1
    block = min(horizon, max(longest, LEAST_BLOCK))
    room = shortest - block - 2 * season
    wanted = {2 * longest + season, longest + season, 3 * season, season + 2, *(SEASONLESS if season == 1 else ())}
    fitting = [lags for lags in sorted(wanted, reverse=True) if season < lags <= room][:2]
    models = [PooledModel(f"pooled{lags}", lags, season, block, logs=True) for lags in fitting]
    if fitting:
        models.append(PooledModel(f"pooled{fitting[0]}raw", fitting[0], season, block, logs=False))
    return tuple(models)


def _coprime_stride(least: int, season: int) -> int:
    stride = max(1, least)
    while season > 1 and stride > 1 and np.gcd(stride, season) != 1:
        stride += 1
    return stride
