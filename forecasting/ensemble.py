"""Members' forecasts become one: weights from each origin's own past, shrunk towards the pool's.

Role: for every origin, combine members by what they did on windows that had ended before it, by weighted mean or by
median, whichever served the pool better until then.
Must not know: models, paths or calibration.
"""

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.origins import MemberForecasts

Floats = npt.NDArray[np.float64]
PRIOR_WINDOWS = 0.5
POWER = 4.0
ERROR_FLOOR = 0.05


@dataclass(frozen=True)
class Combined:
    """The ensemble's forecasts (origin, series, step), and at the last origin each member's weight and the rule."""

    forecasts: Floats
    weights: Floats
    rules: tuple[str, ...]


def combined(members: MemberForecasts, groups: list[str]) -> Combined:
    """Combine members at every origin, each from the windows that had ended before it."""
    backs, horizon = members.plan.backs, members.plan.horizon
    errors = _relative_errors(members)
    mean = np.full(members.actuals.shape, np.nan)
    weights = np.zeros(errors.shape[::2])
    for j, back in enumerate(backs):
        ended = backs - horizon >= back
        weights = _weights(errors[:, ended], np.isfinite(members.forecasts[:, j, :, 0]), groups)
        mean[j] = np.einsum("mi,mih->ih", weights, np.nan_to_num(members.forecasts[:, j]))
        mean[j][~np.any(weights > 0, axis=0)] = np.nan
    median = _nanmedian(members.forecasts)
    forecasts, rules = _better_rule(members, mean, median, groups)
    return Combined(forecasts, weights, rules)


def described(members: MemberForecasts, weights: Floats, rule: str, index: int) -> str:
    """What was really used for one series: members with weights, or the members of a median."""
    used = [(name, float(w)) for name, w in zip(members.members, weights[:, index], strict=True) if w > 0]
    if rule == "median":
        return f"median({'+'.join(name for name, _ in used)})"
    return "+".join(f"{weight:.2f}*{name}" for name, weight in used)


def _relative_errors(members: MemberForecasts) -> Floats:
    """Mean absolute error of each member over each window, relative to the members' mean there."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        errors = np.nanmean(np.abs(members.forecasts - members.actuals), axis=3)
        typical = np.nanmean(errors, axis=0)
        return np.asarray(np.where(typical > 0, errors / typical, np.where(np.isfinite(errors), 1.0, np.nan)))


def _weights(errors: Floats, available: npt.NDArray[np.bool_], groups: list[str]) -> Floats:
    """Weights (member, series) from relative errors (member, past origin, series)."""
    counts = np.isfinite(errors).sum(axis=1)
    sums = np.nansum(errors, axis=1)
    shrunk = np.ones(available.shape)
    for group in sorted(set(groups)):
        inside = np.array([name == group for name in groups])
        pool = sums[:, inside].sum(axis=1) / np.maximum(counts[:, inside].sum(axis=1), 1)
        pool = np.where(counts[:, inside].sum(axis=1) > 0, pool, 1.0)
        shrunk[:, inside] = (sums[:, inside] + PRIOR_WINDOWS * pool[:, None]) / (counts[:, inside] + PRIOR_WINDOWS)
    raw = np.where(available, np.maximum(shrunk, ERROR_FLOOR) ** -POWER, 0.0)
    total = raw.sum(axis=0)
    return np.asarray(np.divide(raw, total, out=np.zeros_like(raw), where=total > 0))


def _better_rule(
    members: MemberForecasts, mean: Floats, median: Floats, groups: list[str]
) -> tuple[Floats, tuple[str, ...]]:
    backs, horizon = members.plan.backs, members.plan.horizon
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        losses = [np.nanmean(np.abs(rule - members.actuals), axis=2) for rule in (mean, median)]
    chosen = mean.copy()
    rules = ["mean"] * len(groups)
    for group in sorted(set(groups)):
        inside = np.flatnonzero([name == group for name in groups])
        for j, back in enumerate(backs):
            ended = np.flatnonzero(backs - horizon >= back)
            past = [loss[np.ix_(ended, inside)] for loss in losses]
            level = past[0] + past[1]
            with np.errstate(invalid="ignore", divide="ignore"):
                gain = np.where(level > 0, (past[0] - past[1]) / level, 0.0)
            if np.nansum(gain) > 0:
                chosen[j, inside] = median[j, inside]
                if j == len(backs) - 1:
                    for index in inside:
                        rules[index] = "median"
    return chosen, tuple(rules)


def _nanmedian(forecasts: Floats) -> Floats:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(np.nanmedian(forecasts, axis=0))
