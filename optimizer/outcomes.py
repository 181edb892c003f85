"""Sampled outcomes of a portfolio's value: one normal shock a candidate, correlated within its category.

Role: draw the shocks once from a seed and summarise what they do to a choice.
Must not know: solvers. Samples come in antithetic pairs, so their mean is the expected worth itself.
"""

import math
from collections.abc import Sequence

import numpy as np

from btim.portfolio import Objective
from btim.recommendation import Risk
from optimizer.matrix import Floats, LinearModel
from optimizer.overruns import ReferenceClass, overruns_of, planned_money
from optimizer.worth import discount_factors, money_value

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


class Outcomes:
    """What each sample adds to the worth of a choice: shocks of values and, with reference classes, cost overruns.

    One overrun a candidate multiplies the present value of all its money uses; its class is that of its dearest
    option. `expected` is what overruns take from every option on average, so that shocks are about a mean of 0.
    """

    def __init__(
        self, model: LinearModel, objective: Objective, samples: int, classes: Sequence[ReferenceClass] = ()
    ) -> None:
        """Draw all samples once."""
        self.model = model
        self.shock = shocks(model, objective, samples)
        self.sd = np.array([option.value_sd for option in model.options])
        self.expected: Floats = np.zeros(model.choices)
        self.overrun: Floats | None = None
        if classes:
            self._draw_overruns(objective.seed, samples, classes)

    def _draw_overruns(self, seed: int, samples: int, classes: Sequence[ReferenceClass]) -> None:
        model, problem = self.model, self.model.problem
        factors, discounted = discount_factors(problem), problem.discount_rate is not None
        cost = [money_value(option.uses, factors, discounted=discounted) or 0.0 for option in model.options]
        self.cost: Floats = np.array(cost)
        plain = np.array([planned_money(option) for option in model.options])
        dearest = np.maximum.reduceat(plain, model.first_column[:-1])
        draw = np.random.default_rng([seed, 1])
        drawn = np.array([overruns_of(float(size), classes, draw, samples) for size in dearest]) - 1
        average = drawn.mean(axis=1)
        self.overrun = drawn - average[:, None]
        self.expected = -self.cost * average[model.candidate_of]

    def deviations(self, point: Floats) -> Floats:
        """What each sample adds to the mean worth of a choice."""
        taken = point[: self.model.choices]
        result: Floats = self._by_candidate(self.sd * taken) @ self.shock
        if self.overrun is not None:
            result = result - self._by_candidate(self.cost * taken) @ self.overrun
        return result

    def plane(self, weights: Floats) -> Floats:
        """What each option adds to the mean of the samples so weighted."""
        result: Floats = self.sd * (self.shock @ weights)[self.model.candidate_of]
        if self.overrun is not None:
            result = result - self.cost * (self.overrun @ weights)[self.model.candidate_of]
        return result

    def largest(self) -> Floats:
        """The most that any sample may take from or add to each option."""
        far: Floats = self.sd * np.abs(self.shock).max(axis=1, initial=0.0)[self.model.candidate_of]
        if self.overrun is not None:
            far = far + self.cost * np.abs(self.overrun).max(axis=1, initial=0.0)[self.model.candidate_of]
        return far

    def _by_candidate(self, amounts: Floats) -> Floats:
        total: Floats = np.zeros(len(self.model.candidates))
        np.add.at(total, self.model.candidate_of, amounts)
        return total


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


def risk_of(model: LinearModel, point: Floats, mean: float, classes: Sequence[ReferenceClass] = ()) -> Risk | None:
    """Distribution of the value of a choice whose expected value is `mean` but for overruns; None without spread."""
    objective = model.problem.objective
    samples = objective.samples if objective.kind == "risk_adjusted" else DEFAULT_SAMPLES
    if not classes and not any(option.value_sd for option in model.options):
        return None
    outcomes = Outcomes(model, objective, samples, classes)
    values = mean + float(outcomes.expected @ point[: model.choices]) + outcomes.deviations(point)
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
