"""`waterline frontier`: budget against value, point by point.

Role: the terminal's side of the frontier.
Must not know: how a point is found.
"""

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.table import Table

from btim.errors import ValueFormatError
from btim.files import published
from btim.portfolio import Problem
from optimizer import FrontierPoint
from optimizer import frontier as solved_frontier
from optimizer.risk_frontier import RiskPoint, risk_frontier
from optimizer.scenarios import money_limits
from service.commands.compare import wide_console
from service.scenario_files import read_scenario, write_json

MOST = 200


def frontier(
    problem: Annotated[Path, typer.Argument(help="Problem, table, or a file that `waterline scenario` wrote.")],
    limit: Annotated[
        list[str] | None, typer.Option(help="Limits to move together, as 'capex:*' or carbon:2027; default: all money.")
    ] = None,
    points: Annotated[int, typer.Option(help="How many budgets, 2 to 200.")] = 15,
    low: Annotated[float, typer.Option(help="Smallest budget as a multiple of today's.")] = 0.25,
    high: Annotated[float, typer.Option(help="Largest budget as a multiple of today's.")] = 1.5,
    risk: Annotated[bool, typer.Option("--risk", help="Mean against tail at the given budget instead.")] = False,  # noqa: FBT002
    preview: Annotated[bool, typer.Option("--preview", help="The relaxation only: quick, optimistic.")] = False,  # noqa: FBT002
    out: Annotated[Path | None, typer.Option(help="Where to write the points (.csv or .json).")] = None,
    mapping: Annotated[Path | None, typer.Option(help="TOML that maps the columns of a table of projects.")] = None,
) -> None:
    """Show the best value at each budget, or the best mean for each tail."""
    if not 2 <= points <= MOST or not 0 <= low < high:
        raise ValueFormatError(
            "cannot be drawn",
            field="--points, --low, --high",
            value=f"{points}, {low}, {high}",
            remedy="2 to 200, low < high",
        )
    given = read_scenario(problem, mapping)[0].problem
    rows = (
        _risk_rows(given, points)
        if risk
        else _rows(given, limit or money_limits(given), points, low, high, preview=preview)
    )
    if out is not None:
        _write(out, rows)
    table = Table(*rows[0].shown(), box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(_text(value) for value in row.shown().values()))
    wide_console().print(table)


def _rows(
    problem: Problem, limits: list[str], points: int, low: float, high: float, *, preview: bool
) -> "list[FrontierPoint | RiskPoint]":
    return list(solved_frontier(problem, limits=limits, points=points, low=low, high=high, exact=not preview))


def _risk_rows(problem: Problem, points: int) -> "list[FrontierPoint | RiskPoint]":
    return list(risk_frontier(problem, points=points))


def _write(out: Path, rows: "list[FrontierPoint | RiskPoint]") -> None:
    if out.suffix == ".json":
        write_json(out, [row.to_dict() for row in rows])
        return
    with published(out) as path:
        pd.DataFrame([row.shown() for row in rows]).to_csv(path, index=False)


def _text(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}"
    return str(value)
