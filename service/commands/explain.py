"""`waterline explain`: a recommendation in words.

Role: the terminal's side of explanations.
Must not know: how reasons are found.
"""

from pathlib import Path
from typing import Annotated

import typer

from btim.errors import UnknownReferenceError
from optimizer import solve
from optimizer.alternatives import alternatives
from optimizer.core_index import core_index
from optimizer.overruns import overspend
from optimizer.words import Words
from optimizer.words_more import alternative_lines, core_lines, overspend_lines
from service.portfolio_files import US_FEDERAL, read_overruns
from service.scenario_files import read_recommendation, read_scenario


def explain(
    problem: Annotated[Path, typer.Argument(help="Problem, table, or a file that `waterline scenario` wrote.")],
    recommendation: Annotated[Path | None, typer.Option(help="Its recommendation, where there is one already.")] = None,
    candidate: Annotated[list[str] | None, typer.Option(help="Explain only this candidate; may be repeated.")] = None,
    exact: Annotated[bool, typer.Option("--exact", help="Prove every figure by solving again.")] = False,  # noqa: FBT002
    other: Annotated[  # noqa: FBT002
        bool, typer.Option("--alternatives", help="Other portfolios within 1 % that differ in 10 % of spend.")
    ] = False,
    sure: Annotated[  # noqa: FBT002
        bool, typer.Option("--core-index", help="How often each candidate is funded if values turn out otherwise.")
    ] = False,
    overruns: Annotated[  # noqa: FBT002
        bool, typer.Option("--overspend", help="Chance of overspending each money limit, from past projects' overruns.")
    ] = False,
    history: Annotated[
        str | None, typer.Option("--overruns", help="Of --overspend: us-federal-2012, or a table with planned, actual.")
    ] = None,
    lang: Annotated[str, typer.Option(help="en or zh.")] = "en",
    mapping: Annotated[Path | None, typer.Option(help="TOML that maps the columns of a table of projects.")] = None,
) -> None:
    """Say what is funded and why, what binds, and what would bring each other candidate above the line."""
    scenario, answer = read_scenario(problem, mapping)
    if recommendation is not None:
        answer = read_recommendation(recommendation)
    if answer is None or (exact and any(row.explain != "exact" for row in answer.not_funded)):
        answer = solve(scenario.problem, explain="exact" if exact else "fast")
    words = Words(scenario.problem, answer, lang)
    if not candidate:
        lines = words.everything()
    else:
        known = {one.id for one in scenario.problem.candidates}
        for name in candidate:
            if name not in known:
                raise UnknownReferenceError("no such candidate", field="--candidate", value=name, remedy="check the id")
        lines = [words.paragraph(row) for row in answer.not_funded if row.candidate in candidate]
        lines += [words.funded_line(row) for row in answer.funded if row.candidate in candidate]
    if other:
        lines += alternative_lines(words, alternatives(scenario.problem, answer), answer)
    if sure:
        lines += core_lines(words, core_index(scenario.problem))
    if overruns:
        classes = read_overruns(history or US_FEDERAL)
        lines += overspend_lines(words, overspend(scenario.problem, answer.chosen(), classes=classes))
    for line in lines:
        typer.echo(line)
