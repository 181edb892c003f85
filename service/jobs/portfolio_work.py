"""Portfolio jobs: recommendations, frontiers and scenarios.

Role: problems that are kept, to answers that are kept.
Must not know: SQL, or how a problem is solved.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

import optimizer
from btim import panel as columns
from btim.errors import ConflictError
from optimizer.scenarios import changed, money_limits
from service.headroom import with_headroom
from service.jobs.run import Finish, Run
from service.scenario_solving import problem_of
from service.store import Unit
from service.store.scope import Row


def recommend(run: Run) -> Finish:
    """Solve a kept problem, within the headroom of a kept forecast where one is named.

    Raises:
        SolverFailure: no portfolio was found in the time allowed.
    """
    asked = run.parameters
    run.tell(5, "reading the problem")
    with run.reading() as unit:
        problem = optimizer.parse_problem(unit.portfolios.get(asked["portfolio"])["problem"])
        rows = [] if asked["forecast"] is None else unit.forecasts.peaks(asked["forecast"])
    if rows:
        problem = with_headroom(problem, _peaks(rows))
    run.tell(20, "solving")
    body = optimizer.solve(problem, explain=asked["explain"]).to_dict()

    def finish(unit: Unit) -> Mapping[str, Any]:
        made = _kept(unit, run, asked["portfolio"], body, {"explain": asked["explain"], "forecast": asked["forecast"]})
        return {"recommendation": made["id"], "status": body["status"]}

    return finish


def frontier(run: Run) -> Finish:
    """Solve a kept problem at several budgets: all its limits on money move together.

    Raises:
        ConflictError: it has no limit on money.
    """
    asked = run.parameters
    run.tell(5, "reading the problem")
    with run.reading() as unit:
        record = unit.portfolios.get(asked["portfolio"])
    problem = changed(optimizer.parse_problem(record["problem"]), asked["changes"])
    limits = money_limits(problem)
    if not limits:
        raise ConflictError("the portfolio has no limit on money", value=asked["portfolio"], remedy="state a budget")
    run.tell(10, "solving at each budget")
    points = [point.to_dict() for point in optimizer.frontier(problem, limits=limits, points=int(asked["points"]))]
    body = {"limits": limits, "currency": record["currency"], "points": points}
    facts = {"problem_sha256": problem.sha256(), "status": "optimal", "objective": None, "solver": "frontier"}

    settings = {"points": asked["points"], "changes": asked["changes"]}

    def finish(unit: Unit) -> Mapping[str, Any]:
        made = unit.recommendations.add(
            "frontier",
            asked["portfolio"],
            body,
            **facts,
            settings=settings,
            job=run.job,
        )
        return {"recommendation": made["id"], "points": len(points)}

    return finish


def solve_scenario(run: Run) -> Finish:
    """Solve a scenario as it was at a version: its portfolio with all its changes, those of its parents among them."""
    asked = run.parameters
    run.tell(5, "reading the scenario")
    with run.reading() as unit:
        record = unit.scenarios.get(asked["scenario"])
        if record["version"] != asked["version"]:
            raise ConflictError("the scenario changed meanwhile", value=asked["scenario"], remedy="solve it again")
        problem = problem_of(unit, record["portfolio"], record["changes"])
    run.tell(20, "solving")
    body = optimizer.solve(problem, explain=asked["explain"]).to_dict()

    def finish(unit: Unit) -> Mapping[str, Any]:
        made = _kept(unit, run, record["portfolio"], body, {"scenario": record["id"], "explain": asked["explain"]})
        attached = unit.scenarios.attach(record["id"], asked["version"], made["id"])
        return {"recommendation": made["id"], "status": body["status"], "attached": attached}

    return finish


def _kept(unit: Unit, run: Run, portfolio: str, body: Mapping[str, Any], settings: Mapping[str, Any]) -> Row:
    facts = {name: body[name] for name in ("problem_sha256", "status", "objective", "solver")}
    return unit.recommendations.add("recommendation", portfolio, body, **facts, settings=dict(settings), job=run.job)


def _peaks(rows: list[Row]) -> pd.DataFrame:
    def flat(row: Row) -> Row:
        return row | {columns.quantile_column(float(level)): value for level, value in row["quantiles"].items()}

    return pd.DataFrame([flat(row) for row in rows])
