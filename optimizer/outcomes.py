"""Sampled outcomes of a portfolio's value: one normal shock a candidate, correlated within its category.

Role: draw the shocks once from a seed and summarise what they do to a choice.
Must not know: solvers. Samples come in antithetic pairs, so their mean is the expected worth itself.
"""

import math

import numpy as np

from btim.portfolio import Objective
from btim.recommendation import Risk
from optimizer.matrix import Floats, LinearModel

DEFAULT_SAMPLES = 2000


def shocks(model: LinearModel, objective: Objective, samples: int) -> Floats:
    """Standard normal shocks, candidates x samples; the last half mirrors the first, an odd one out is zero.

    Candidates of one category share a factor, so that any two of them correlate by `objective.correlation`;
    the options of one candidate share its shock.
    """
    half = samples // 2
    generator = np.random.default_rng(objective.seed)
    categories = sorted({one.category for one in model.candidates if one.category is not None})
    factors = generator.standard_normal((len(categories), half))
    drawn = generator.standard_normal((len(model.candidates), half))
    shared = math.sqrt(objective.correlation)
    alone = math.sqrt(1 - objective.correlation)
    place = {name: index for index, name in enumerate(categories)}
    for index, candidate in enumerate(model.candidates):
        if candidate.category is not None:
            drawn[index] = shared * factors[place[candidate.category]] + alone * drawn[index]
    return np.hstack([drawn, -drawn, np.zeros((len(model.candidates), samples % 2))])


def deviations(model: LinearModel, point: Floats, drawn: Floats) -> Floats:
    """What each sample adds to the expected value of a choice."""
    spread = np.zeros(len(model.candidates))
    sd = np.array([option.value_sd for option in model.options])
    np.add.at(spread, model.candidate_of, sd * point[: model.choices])
    result: Floats = spread @ drawn
    return result


def tail_weights(values: Floats, confidence: float) -> Floats:
    """Weights, summing to 1, of the worst share `1 - confidence` of samples; the last one may count in part."""
    mass = (1 - confidence) * len(values)
    order = np.argsort(values, kind="stable")
    weights = np.zeros(len(values))
    whole = min(int(mass + 1e-9), len(values))
    weights[order[:whole]] = 1.0
    if whole < len(values):
        weights[order[whole]] = max(mass - whole, 0.0)
    total = weights.sum()
    if total <= 0:
        weights[order[0]] = total = 1.0
    result: Floats = weights / total
    return result


def risk_of(model: LinearModel, point: Floats, mean: float) -> Risk | None:
    """Distribution of the value of a choice whose expected value is `mean`; None when no option states a spread."""
    if not any(option.value_sd for option in model.options):
        return None
    objective = model.problem.objective
    samples = objective.samples if objective.kind == "risk_adjusted" else DEFAULT_SAMPLES
    funded = point[: model.choices] * np.array([option.value_sd for option in model.options])
    values = mean + (deviations(model, point, shocks(model, objective, samples)) if funded.any() else np.zeros(samples))
    low, middle, high = np.quantile(values, [0.1, 0.5, 0.9])
    return Risk(
        mean=float(values.mean()),
        sd=float(values.std(ddof=1)),
        p10=float(low),
        p50=float(middle),
        p90=float(high),
        loss_probability=float((values < 0).mean()),
        cvar=float(tail_weights(values, objective.confidence) @ values),
    )
