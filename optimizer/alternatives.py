"""Other portfolios nearly as good: within a share of the optimum, each differing from the others in spend.

Role: show how much freedom the optimum leaves, or prove that it leaves none.
Must not know: how the recommended portfolio was found.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from btim.errors import RuleError
from btim.portfolio import Problem
from btim.recommendation import Recommendation
from optimizer.checking import Ledger
from optimizer.effort import Effort
from optimizer.matrix import INFINITY, Floats, LinearModel, linear_model
from optimizer.programs import Program, program_of
from optimizer.proving import with_row
from optimizer.race import SolverCrew, Timer
from optimizer.search import search
from optimizer.worth import discount_factors, money_value

KINDS = ("expected_value", "roi")


@dataclass(frozen=True, slots=True)
class Alternative:
    """A portfolio: its objective, and the share of the recommended spend in which it differs from the nearest other.

    The difference of two portfolios is half the spend of all options that only one of them holds.
    """

    objective: float
    difference: float
    chosen: Mapping[str, str]

    def to_dict(self) -> dict[str, Any]:
        """Row of the alternatives."""
        return {"objective": self.objective, "difference": self.difference, "funded": dict(self.chosen)}


@dataclass(frozen=True, slots=True)
class Alternatives:
    """What was found; `exhausted` says that it is proven that no portfolio differs enough from all those listed."""

    found: tuple[Alternative, ...]
    exhausted: bool
    within: float
    apart: float


def alternatives(
    problem: Problem,
    answer: Recommendation,
    *,
    count: int = 3,
    within: float = 0.01,
    apart: float = 0.1,
    timer: Timer = time.perf_counter,
) -> Alternatives:
    """Portfolios no worse than `within` of the recommended objective, pairwise `apart` in spend, best first.

    Each is the best that differs enough from the recommended one and all before it. Spend is the present value of money
    uses, or the number of candidates where options use no money.

    Raises:
        RuleError: the objective is neither `expected_value` nor `roi`, or there is no recommendation.
    """
    if problem.objective.kind not in KINDS or answer.objective is None:
        raise RuleError(
            "has no alternatives to look for",
            field="objective.kind",
            value=problem.objective.kind,
            remedy="use expected_value",
        )
    model = linear_model(problem)
    spend = _spend(model)
    program, offset = _near(model, answer.objective, within)
    ledger = Ledger(problem)
    points = [_point(model, answer.chosen())]
    total = float(spend @ points[0][: model.choices])
    if total <= 0:
        raise RuleError("the recommended portfolio spends nothing", remedy="there is nothing to differ in")
    program = _apart(program, points[0], spend, apart * total)
    found: list[Alternative] = []
    exhausted = False
    with SolverCrew(timer, threads=problem.solver.threads) as crew:
        while len(found) < count:
            effort = Effort(1e-4, timer() + problem.solver.time_limit_s, timer)
            best = search(model, crew, effort, program=program, offset=offset)
            if best.status == "infeasible":
                exhausted = True
                break
            point = _point(model, best.chosen)
            nearest = min(_difference(spend, point, other) for other in points) / total
            worth = ledger.total_worth(best.chosen)
            objective = worth / ledger.spend(best.chosen) if problem.objective.kind == "roi" else worth
            found.append(Alternative(objective, nearest, dict(best.chosen)))
            points.append(point)
            program = _apart(program, point, spend, apart * total)
    return Alternatives(tuple(found), exhausted, within, apart)


def _spend(model: LinearModel) -> Floats:
    problem = model.problem
    factors = discount_factors(problem)
    discounted = problem.discount_rate is not None
    spend = np.array([money_value(one.uses, factors, discounted=discounted) or 0.0 for one in model.options])
    return spend if spend.any() else np.ones(model.choices)


def _near(model: LinearModel, objective: float, within: float) -> tuple[Program, float]:
    """The program in which only portfolios within a share of the objective are allowed."""
    least = objective - within * abs(objective)
    ratio = 0.0
    if model.problem.objective.kind == "roi":
        ratio, least = least, 0.0
    gain = model.gain - ratio * model.spend
    columns = np.arange(len(gain))
    return with_row(program_of(model, gain), columns, gain, least - model.offset, INFINITY), model.offset


def _apart(program: Program, point: Floats, spend: Floats, least: float) -> Program:
    """The program without portfolios that differ from `point` in less than `least` of spend."""
    held = point[: len(spend)] > 0.5
    weights = np.where(held, -0.5, 0.5) * spend
    used = np.flatnonzero(weights)
    return with_row(program, used, weights[used], least - 0.5 * float(spend @ held), INFINITY)


def _difference(spend: Floats, one: Floats, other: Floats) -> float:
    return 0.5 * float(spend @ np.abs(one[: len(spend)] - other[: len(spend)]))


def _point(model: LinearModel, chosen: Mapping[str, str]) -> Floats:
    point = np.zeros(model.matrix.shape[1])
    for column, option in enumerate(model.options):
        candidate = model.candidates[int(model.candidate_of[column])]
        point[column] = float(chosen.get(candidate.id) == option.id)
    return point
