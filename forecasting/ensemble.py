"""Members' forecasts become one: weights from each origin's own past, shrunk towards the pool's.

Role: for every origin, combine members by what they did on windows that had ended before it, by weighted mean or by
median, whichever served the pool best until then.
Must not know: models, paths or calibration.
"""

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.origins import MemberForecasts

Floats = npt.NDArray[np.float64]
SHARP, EVEN, MEDIAN = "sharp mean", "even mean", "median"
RULES = {SHARP: (5.0, 0.1), EVEN: (1.0, 3.0)}
"""Power of the inverse error, and the pool's windows that it is shrunk by."""
ERROR_FLOOR = 0.05
LEAST_SHOWN = 0.005


@dataclass(frozen=True)
class Combined:
    """The ensemble's forecasts (origin, series, step), weights (origin, member, series) and rules (origin, series)."""

    forecasts: Floats
    weights: Floats
    rules: npt.NDArray[np.str_]


def combined(members: MemberForecasts, groups: list[str]) -> Combined:
    """Combine members at every origin, each from the windows that had ended before it."""
    backs, horizon = members.plan.backs, members.plan.horizon
    errors = _relative_errors(members)
    rules = {rule: np.full(members.actuals.shape, np.nan) for rule in RULES}
    shape = (len(backs), len(members.members), len(groups))
    weights = {rule: np.zeros(shape) for rule in RULES}
    for j, back in enumerate(backs):
        ended = backs - horizon >= back
        available = np.isfinite(members.forecasts[:, j, :, 0])
        for rule, (power, prior) in RULES.items():
            shrunk = _shrunk_errors(errors[:, ended], available.shape, groups, prior)
            weights[rule][j] = _weights(shrunk, available, power)
            rules[rule][j] = np.einsum("mi,mih->ih", weights[rule][j], np.nan_to_num(members.forecasts[:, j]))
            rules[rule][j][~available.any(axis=0)] = np.nan
    rules[MEDIAN] = _nanmedian(members.forecasts)
    weights[MEDIAN] = weights[EVEN]
    forecasts, chosen = _best_rule(members, rules, groups)
    used = weights[EVEN].copy()
    for rule in RULES:
        used = np.where((chosen == rule)[:, None, :], weights[rule], used)
    return Combined(forecasts, used, chosen)


def described(members: MemberForecasts, ensemble: Combined, origin: int, index: int) -> str:
    """What was really used for one series at an origin: members with weights, or the members of a median."""
    weights = ensemble.weights[origin, :, index]
    used = [(name, float(w)) for name, w in zip(members.members, weights, strict=True) if w >= LEAST_SHOWN]
    if used and ensemble.rules[origin, index] == MEDIAN:
        return f"median({'+'.join(name for name, _ in used)})"
    return "+".join(f"{weight:.2f}*{name}" for name, weight in used)


def _relative_errors(members: MemberForecasts) -> Floats:
    """Mean absolute error of each member over each window, relative to the members' mean there."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        errors = np.nanmean(np.abs(members.forecasts - members.actuals), axis=3)
        typical = np.nanmean(errors, axis=0)
        return np.asarray(np.where(typical > 0, errors / typical, np.where(np.isfinite(errors), 1.0, np.nan)))


def _shrunk_errors(errors: Floats, shape: tuple[int, ...], groups: list[str], prior: float) -> Floats:
    """Mean relative error (member, series) over past origins, shrunk towards the pool's; 1 where nothing is known."""
    counts = np.isfinite(errors).sum(axis=1)
    sums = np.nansum(errors, axis=1)
    shrunk = np.ones(shape)
    for group in sorted(set(groups)):
        inside = np.array([name == group for name in groups])
        total = counts[:, inside].sum(axis=1)
        pool = np.where(total > 0, sums[:, inside].sum(axis=1) / np.maximum(total, 1), 1.0)
        shrunk[:, inside] = (sums[:, inside] + prior * pool[:, None]) / (counts[:, inside] + prior)
    return shrunk


def _weights(errors: Floats, available: npt.NDArray[np.bool_], power: float) -> Floats:
    raw = np.where(available, np.maximum(errors, ERROR_FLOOR) ** -power, 0.0)
    total = raw.sum(axis=0)
    return np.asarray(np.divide(raw, total, out=np.zeros_like(raw), where=total > 0))


def _best_rule(
    members: MemberForecasts, rules: dict[str, Floats], groups: list[str]
) -> tuple[Floats, npt.NDArray[np.str_]]:
    """At every origin, each pool's rule with the least loss on the windows that had ended before it."""
    backs, horizon = members.plan.backs, members.plan.horizon
    names = list(rules)
    with warnings.catch_warnings(), np.errstate(invalid="ignore", divide="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        losses = np.stack([np.nanmean(np.abs(rules[rule] - members.actuals), axis=2) for rule in names])
        losses = losses / losses.mean(axis=0)
    losses = np.where(np.isfinite(losses), losses, 1.0)
    forecasts = rules[names[0]].copy()
    chosen = np.full((len(backs), len(groups)), names[0], dtype="U16")
    for group in sorted(set(groups)):
        inside = np.flatnonzero([name == group for name in groups])
        for j, back in enumerate(backs):
            ended = np.flatnonzero(backs - horizon >= back)
            best = int(np.argmin(losses[:, ended][:, :, inside].sum(axis=(1, 2)))) if len(ended) else 0
            forecasts[j, inside] = rules[names[best]][j, inside]
            chosen[j, inside] = names[best]
    return forecasts, chosen


def _nanmedian(forecasts: Floats) -> Floats:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(np.nanmedian(forecasts, axis=0))
