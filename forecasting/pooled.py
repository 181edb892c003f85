"""The pooled direct model: all series of a tower learn together, and each adds its own experience.

Role: one ridge regression from the scaled lags of a window to every step of a block at once. The tower's normal
equations are the mean of its series'; a series is forecast with the tower's plus its own, so that it adapts where it
has something to say (an empirical-Bayes prior around the tower's weights).
Must not know: statsforecast, origins' meaning, or how forecasts are combined.

Each window is centred on the mean of its last seasons and divided by its mean absolute seasonal difference, both taken
from the window's own lags; a window is learnt only when its last target lies before the cut: nothing after an origin
can reach a forecast made at it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
SEASONS_IN_CENTRE = 7
SCALE_FLOOR = 1e-4
WILDEST = 50.0
RIDGE = 1e-4
LEAST_WINDOWS_A_LAG = 0.25
LEAST_BLOCK = 48
MOST_LAGS = 600
SEASONLESS = ((112, 0.1), (70, 0.1), (30, 1.0), (8, 4.0))
SEASONLESS_RIDGE = 1e-3
LARGEST_LOG = 700.0


@dataclass(frozen=True)
class PooledModel:
    """Settings: lags, the season it is scaled by, the steps forecast at once, logarithms, and the own share.

    A horizon longer than a block is forecast block by block, each on the blocks before it. `own` is the weight of a
    series' own windows against all of its pool's.
    """

    name: str
    lags: int
    season: int
    block: int
    own: float
    logs: bool
    ridge: float = RIDGE

    def normed(self, lags: Floats) -> tuple[Floats, Floats, Floats]:
        """Centre and scale lag windows (n, lags); returns the scaled windows, centres and scales."""
        width = min(SEASONS_IN_CENTRE * self.season, self.lags)
        centre = lags[:, -width:].mean(axis=1)
        level = np.abs(lags).mean(axis=1)
        scale = np.abs(lags[:, self.season :] - lags[:, : -self.season]).mean(axis=1)
        floor = SCALE_FLOOR if self.logs else SCALE_FLOOR * level + np.finfo(np.float64).tiny
        scale = np.maximum(scale, floor)
        with np.errstate(over="ignore"):
            return (lags - centre[:, None]) / scale[:, None], centre, scale


def pooled_forecasts(
    model: PooledModel, series: Sequence[Floats], backs: Ints, horizon: int, affordable: float
) -> Floats:
    """Forecasts (origin, series, step) of one pool at origins `backs` before each series' end, oldest first.

    Args:
        model: settings.
        series: histories without missing values; positive where the model works on logarithms.
        backs: descending distances from the end.
        horizon: steps to forecast.
        affordable: most multiplications to spend on learning; windows are thinned evenly to stay below.

    Returns:
        NaN where there is too little to learn from or fewer lags than the model needs.
    """
    values = [_logarithms(y) if model.logs else y for y in series]
    stride = _stride(model, values, affordable)
    pool = [_Equations.empty(model) for _ in backs]
    counts = np.zeros(len(backs), dtype=np.int64)
    for y in values:
        for j, own in enumerate(_grown(model, y, backs, stride)):
            if own.windows:
                pool[j].add(own, 1.0 / own.windows)
                counts[j] += 1
    answer = np.full((len(backs), len(series), horizon), np.nan)
    for i, y in enumerate(values):
        for j, own in enumerate(_grown(model, y, backs, stride)):
            cut = len(y) - int(backs[j])
            if cut >= model.lags and pool[j].windows >= LEAST_WINDOWS_A_LAG * model.lags:
                mixed = pool[j].mixed(own, int(counts[j]), model)
                answer[j, i] = _forecast(model, mixed, y[cut - model.lags : cut], horizon)
    return answer


def _logarithms(y: Floats) -> Floats:
    """Logarithms; values that are not positive stand as the smallest positive one until then."""
    lowest = np.minimum.accumulate(np.where(y > 0, y, np.inf))
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.where(y > 0, y, lowest)))


@dataclass
class _Equations:
    """Normal equations: lags' products, lags' products with targets, and how many windows they come from."""

    gram: Floats
    cross: Floats
    windows: int = 0

    @classmethod
    def empty(cls, model: PooledModel) -> "_Equations":
        size = model.lags + 1
        return cls(np.zeros((size, size)), np.zeros((size, model.block)))

    def add(self, other: "_Equations", weight: float) -> None:
        self.gram += weight * other.gram
        self.cross += weight * other.cross
        self.windows += other.windows

    def mixed(self, own: "_Equations", series: int, model: PooledModel) -> "_Equations":
        """The pool's mean equations plus the series' own, with a ridge on the diagonal."""
        share = model.own / own.windows if own.windows else 0.0
        gram = self.gram / series + share * own.gram
        penalty = model.ridge * float(np.trace(gram)) / len(gram)
        gram[np.diag_indices(len(gram))] += max(penalty, 1e-12)
        return _Equations(gram, self.cross / series + share * own.cross)


def _grown(model: PooledModel, y: Floats, backs: Ints, stride: int) -> Iterator[_Equations]:
    """The series' own equations before each origin; one object that grows, to be used before the next is asked for."""
    own = _Equations.empty(model)
    width = model.lags + model.block
    begin = 0
    for back in backs:
        last = len(y) - int(back) - width
        if last >= begin:
            starts = np.arange(begin, last + 1, stride)
            begin = int(starts[-1]) + stride
            _learn(model, own, np.lib.stride_tricks.sliding_window_view(y, width)[starts])
        yield own


def _learn(model: PooledModel, own: _Equations, windows: Floats) -> None:
    scaled, centre, scale = model.normed(windows[:, : model.lags])
    with np.errstate(over="ignore"):
        targets = (windows[:, model.lags :] - centre[:, None]) / scale[:, None]
    tame = (np.abs(targets).max(axis=1) <= WILDEST) & (np.abs(scaled).max(axis=1) <= WILDEST)
    design = _design(scaled[tame])
    own.gram += design.T @ design
    own.cross += design.T @ targets[tame]
    own.windows += int(tame.sum())


def _forecast(model: PooledModel, mixed: _Equations, lags: Floats, horizon: int) -> Floats:
    factor = cho_factor(mixed.gram, overwrite_a=True, check_finite=False)
    current = lags[None, :]
    blocks: list[Floats] = []
    for _ in range(-(-horizon // model.block)):
        scaled, centre, scale = model.normed(current)
        solved = cho_solve(factor, _design(np.clip(scaled, -WILDEST, WILDEST))[0], check_finite=False)
        block = (solved @ mixed.cross) * scale + centre
        blocks.append(block)
        current = np.concatenate([current[0], block])[None, -model.lags :]
    point = np.concatenate(blocks)[:horizon]
    return np.asarray(np.exp(np.minimum(point, LARGEST_LOG)) if model.logs else point)


def _design(scaled: Floats) -> Floats:
    return np.hstack([scaled, np.ones((len(scaled), 1))])


def _stride(model: PooledModel, values: Sequence[Floats], affordable: float) -> int:
    windows = sum(max(0, len(y) - model.lags - model.block + 1) for y in values)
    products = windows * model.lags * (model.lags + model.block)
    stride = max(1, int(np.ceil(products / affordable)))
    while model.season > 1 and stride > 1 and np.gcd(stride, model.season) != 1:
        stride += 1
    return stride


def pooled_models(seasons: Sequence[int], longest: int, horizon: int, *, logs: bool) -> tuple[PooledModel, ...]:
    """Choose models whose lags leave windows to learn from in a history of `longest` steps.

    With two seasons: long lags scaled by the longer season, a season and a day scaled by the day, and three days that
    adapt most. Lags and own shares were chosen on the last parts of the M4 hourly and weekly training series.
    """
    first, last = (seasons[0], seasons[-1]) if seasons else (1, 1)
    block = min(horizon, max(last, LEAST_BLOCK))
    if not seasons:
        wanted = [(lags, 1, own) for lags, own in SEASONLESS]
    elif first == last:
        wanted = [(3 * first, first, 0.5), (2 * first, first, 1.0), (first + max(2, first // 6), first, 4.0)]
    else:
        wanted = [(2 * last + first, last, 0.5), (last + first, first, 1.0), (3 * first, first, 4.0)]
    ridge = RIDGE if seasons else SEASONLESS_RIDGE
    fitting = [one for one in wanted if one[1] < one[0] <= min(MOST_LAGS, longest - block - 2 * one[1])]
    return tuple(
        PooledModel(f"pooled{lags}", lags, season, block, own, logs, ridge)
        for lags, season, own in (fitting if seasons else fitting[:2])
    )
