"""Linear quantile regression of scores on what past windows looked like, for pools with enough windows.

Role: give each series its own shape of uncertainty, learnt from the whole pool: how the next maximum lies relative to
the lowest, middle and highest of the last ones.
Must not know: stamps, models, towers.

Solved by majorise-minimise steps (Hunter and Lange 2000) with a small ridge; quantiles are sorted afterwards
(Chernozhukov, Fernandez-Val and Galichon 2010). Above the 95th percentile the tail is a generalised Pareto distribution
of how far scores went beyond it, in units of its distance from the median, where at least 50 did.
"""

import warnings

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from forecasting.scores import TAIL_FROM, Tail, fitted_tail

Floats = npt.NDArray[np.float64]
KNOTS = np.array([0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.99])
MIDDLE, HIGH = int(np.flatnonzero(KNOTS == 0.5)[0]), int(np.flatnonzero(KNOTS == TAIL_FROM)[0])
FEWEST_ROWS = 400
MOST_ROWS = 6_000
RIDGE = 3.0
MOST_STEPS = 40
SMOOTHING = 1e-3
WILDEST = 10.0
SHAPE = (0.0, 0.25, 0.5, 0.75, 0.9, 1.0)


def shape_features(past: Floats, candidates: Floats, centres: Floats, size: Floats) -> Floats:
    """Features (window, series, feature): the last windows' maxima and the central forecasts, as scores.

    Args:
        past: maxima of the windows before each window (window, block, series), latest first.
        candidates: central forecasts (window, series, candidate).
        centres: their weighted combination (window, series).
        size: the unit of a score (window, series).
    """
    scores = (past - centres[:, None, :]) / size[:, None, :]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        quantiles = np.nanquantile(scores, SHAPE, axis=1)
        spread = np.nanmean(np.abs(scores - np.nanmedian(scores, axis=1, keepdims=True)), axis=1)
    parts = [*quantiles, spread, *np.moveaxis((candidates - centres[:, :, None]) / size[:, :, None], 2, 0)]
    stacked = np.stack([np.ones(centres.shape), *parts], axis=2)
    tame = np.nan_to_num(stacked, nan=0.0, posinf=WILDEST, neginf=-WILDEST)
    return np.asarray(np.clip(tame, -WILDEST, WILDEST))


def fitted_quantiles(features: Floats, scores: Floats, weights: Floats, grid: Floats) -> Floats | None:
    """Quantiles on `grid` (series, grid) of the last window's scores; None when there are too few rows.

    Args:
        features: (window + 1, series, feature), the last window to be answered.
        scores: (window, series), NaN where unknown.
        weights: of each window's loss (window, series).
        grid: levels, ascending.
    """
    known = np.isfinite(scores)
    rows = int(known.sum())
    if rows < FEWEST_ROWS:
        return None
    thin = slice(None, None, -(-rows // MOST_ROWS))
    design, target = features[:-1][known][thin], np.clip(scores[known][thin], -WILDEST, WILDEST)
    unit = design.std(axis=0)
    unit[unit == 0] = 1.0
    with threadpool_limits(1):
        slopes = _regression(design / unit, target, weights[known][thin])
    answer = np.sort((features[-1] / unit) @ slopes.T, axis=1)
    found = np.stack([np.interp(grid, KNOTS, row) for row in answer])
    tail = _tail(np.sort((design / unit) @ slopes.T, axis=1), target)
    return found if tail is None else _with_tail(found, answer, grid, tail)


def _tail(fitted: Floats, target: Floats) -> Tail | None:
    """Tail of scores beyond their fitted 95th percentile, relative to its distance from the median."""
    distance = fitted[:, HIGH] - fitted[:, MIDDLE]
    beyond = (target > fitted[:, HIGH]) & (distance > SMOOTHING)
    return fitted_tail((target - fitted[:, HIGH])[beyond] / distance[beyond])


def _with_tail(found: Floats, answer: Floats, grid: Floats, tail: Tail) -> Floats:
    above = grid > TAIL_FROM
    further = tail.quantile((grid[above] - TAIL_FROM) / (1 - TAIL_FROM))
    found[:, above] = answer[:, [HIGH]] + (answer[:, HIGH] - answer[:, MIDDLE])[:, None] * further
    return found


def _regression(design: Floats, target: Floats, weights: Floats) -> Floats:
    """Slopes (knot, feature), each knot starting from its neighbour's."""
    ridge = RIDGE * np.eye(design.shape[1])
    ridge[0, 0] = SMOOTHING
    smooth = SMOOTHING * (float(np.median(np.abs(target))) + SMOOTHING)
    slopes = np.zeros(design.shape[1])
    found = []
    for level in KNOTS:
        tilt = (level - 0.5) * (weights @ design)
        for _ in range(MOST_STEPS):
            curve = 0.5 * weights / (np.abs(target - design @ slopes) + smooth)
            moved = np.linalg.solve((design * curve[:, None]).T @ design + ridge, design.T @ (curve * target) + tilt)
            done = float(np.abs(moved - slopes).max()) < SMOOTHING
            slopes = moved
            if done:
                break
        found.append(slopes)
    return np.array(found)
