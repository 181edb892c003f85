"""Scenarios of the store: the problem one stands for, and the answer it got.

Role: applies a scenario's changes to its portfolio and reads its recommendation back.
Must not know: HTTP, or how a problem is solved.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from btim.errors import ConflictError
from btim.portfolio import Problem
from btim.recommendation import Recommendation
from optimizer import parse_problem
from optimizer.scenarios import changed
from service.store import Unit


@dataclass(frozen=True, slots=True)
class StoredScenario:
    """A scenario's record, its problem, and its recommendation where it has been solved."""

    record: Mapping[str, Any]
    problem: Problem
    answer: Recommendation | None

    def solved(self) -> tuple[str, Problem, Recommendation]:
        """Name, problem and recommendation.

        Raises:
            ConflictError: it has not been solved.
        """
        if self.answer is None:
            raise ConflictError(
                "the scenario has no recommendation yet",
                value=self.record["id"],
                remedy="change it, or wait for its job",
            )
        return str(self.record["name"]), self.problem, self.answer


def stored_scenario(unit: Unit, id_: str) -> StoredScenario:
    """A scenario with all that belongs to it.

    Raises:
        NotFoundError: the organisation has no such scenario.
    """
    record = unit.scenarios.get(id_)
    problem = problem_of(unit, record["portfolio"], record["changes"])
    kept = None if record["recommendation"] is None else unit.recommendations.get(record["recommendation"])["body"]
    return StoredScenario(record, problem, None if kept is None else Recommendation.from_dict(kept))


def problem_of(unit: Unit, portfolio: str, changes: list[str]) -> Problem:
    """A portfolio's problem with changes in the optimiser's words.

    Raises:
        NotFoundError: the organisation has no such portfolio.
        InputError: a change cannot be applied.
    """
    return changed(parse_problem(unit.portfolios.get(portfolio)["problem"]), changes)


def keep_answer(unit: Unit, portfolio: str, problem: Problem, answer: Recommendation, *, explain: str) -> str:
    """Keep a recommendation; returns its id."""
    record = unit.recommendations.add(
        "recommendation",
        portfolio,
        answer.to_dict(),
        problem_sha256=problem.sha256(),
        status=answer.status,
        objective=answer.objective,
        solver=answer.solver,
        settings={"explain": explain},
        job="",
    )
    return str(record["id"])
