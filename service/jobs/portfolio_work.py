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
from btim.portfolio import Problem
from optimizer.scenarios import changed, money_limits
from service.headroom import with_headroom
from service.jobs.run import Finish, Run
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
    problem = optimizer.parse_problem(record["problem"])
    limits = money_limits(problem)
    if not limits:
        raise ConflictError("the portfolio has no limit on money", value=asked["portfolio"], remedy="state a budget")
    run.tell(10, "solving at each budget")
    points = [point.to_dict() for point in optimizer.frontier(problem, limits=limits, points=int(asked["points"]))]
    body = {"limits": limits, "currency": record["currency"], "points": points}
    facts = {"problem_sha256": record["sha256"], "status": "optimal", "objective": None, "solver": "frontier"}

    def finish(unit: Unit) -> Mapping[str, Any]:
        made = unit.recommendations.add(
            "frontier", asked["portfolio"], body, **facts, settings={"points": asked["points"]}, job=run.job
        )
        return {"recommendation": made["id"], "points": len(points)}

    return finish


def solve_scenario(run: Run) -> Finish:
    """Solve a scenario as it was at a version: its parents' changes first, then its own."""
    asked = run.parameters
    run.tell(5, "reading the scenario")
    with run.reading() as unit:
        record = unit.scenarios.get(asked["scenario"])
        if record["version"] != asked["version"]:
            raise ConflictError("the scenario changed meanwhile", value=asked["scenario"], remedy="solve it again")
        problem = scenario_problem(unit, record)
    run.tell(20, "solving")
    body = optimizer.solve(problem, explain=asked["explain"]).to_dict()

    def finish(unit: Unit) -> Mapping[str, Any]:
        made = _kept(unit, run, record["portfolio"], body, {"scenario": record["id"], "explain": asked["explain"]})
        attached = unit.scenarios.attach(record["id"], asked["version"], made["id"])
        return {"recommendation": made["id"], "status": body["status"], "attached": attached}

    return finish


def scenario_problem(unit: Unit, record: Row) -> Problem:
    """The problem that a scenario asks: its portfolio with the changes of its parents, the oldest first, and its own.

    Raises:
        InputError: a change cannot be read or names nothing.
    """
    changes: list[str] = list(record["changes"])
    parent, seen = record["parent"], {record["id"]}
    while parent is not None and parent not in seen:
        seen.add(parent)
        row = unit.scenarios.get(parent)
        changes = [*row["changes"], *changes]
        parent = row["parent"]
    problem = optimizer.parse_problem(unit.portfolios.get(record["portfolio"])["problem"])
    return changed(problem, changes) if changes else problem


def _kept(unit: Unit, run: Run, portfolio: str, body: Mapping[str, Any], settings: Mapping[str, Any]) -> Row:
    facts = {name: body[name] for name in ("problem_sha256", "status", "objective", "solver")}
    return unit.recommendations.add("recommendation", portfolio, body, **facts, settings=dict(settings), job=run.job)


def _peaks(rows: list[Row]) -> pd.DataFrame:
    def flat(row: Row) -> Row:
        return row | {columns.quantile_column(float(level)): value for level, value in row["quantiles"].items()}

    return pd.DataFrame([flat(row) for row in rows])
