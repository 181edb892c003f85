"""`waterline recommend`: the portfolio that maximises the objective under the limits, proven and explained.

Role: the terminal's side of the optimiser.
Must not know: how a portfolio is found.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from btim.tables import read_table
from optimizer import solve, system_timer
from optimizer.named_model import write_model
from optimizer.overruns import overspend
from optimizer.words import Words
from optimizer.words_more import belief_lines, overspend_lines
from service.headroom import with_headroom
from service.output.workbook import write_workbook
from service.portfolio_files import read_assumptions, read_beliefs, read_overruns, read_portfolio
from service.scenario_files import write_json


class Explain(StrEnum):
    """How reasons are found."""

    fast = "fast"
    exact = "exact"
    none = "none"


def recommend(
    problem: Annotated[Path, typer.Argument(help="Problem as JSON, or a table of projects (CSV, Parquet).")],
    out: Annotated[Path | None, typer.Option(help="Where to write the recommendation (JSON).")] = None,
    explain: Annotated[
        Explain, typer.Option(help="fast: LP estimates; exact: proved by solving again.")
    ] = Explain.fast,
    peaks: Annotated[Path | None, typer.Option(help="Peaks file: headroom of every resource becomes a limit.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="TOML that maps the columns of a table of projects.")] = None,
    workbook: Annotated[Path | None, typer.Option(help="Where to write portfolio.xlsx with live formulas.")] = None,
    assume: Annotated[
        list[str] | None,
        typer.Option(
            help="Of the workbook's cash flow: life=5, salvage=0, inflation=0.02, declining=0.4, "
            "'method=declining balance'; may be repeated."
        ),
    ] = None,
    shrink: Annotated[  # noqa: FBT002
        bool, typer.Option("--shrink", help="Believe business cases only as far as their category and history carry.")
    ] = False,
    history: Annotated[
        Path | None,
        typer.Option(help="Table with candidate, history (observations behind its claim), noise (may be blank)."),
    ] = None,
    overruns: Annotated[
        str | None,
        typer.Option(
            help="Cost overruns in the sampled outcomes: us-federal-2012, or a table with planned and actual costs."
        ),
    ] = None,
    model: Annotated[
        Path | None, typer.Option(help="Where to write the model for another solver to check (.lp or .mps).")
    ] = None,
    lang: Annotated[str, typer.Option(help="Language of what is printed: en or zh.")] = "en",
) -> None:
    """Recommend which candidates to fund, at which option, and say why."""
    started = system_timer()
    assumptions = read_assumptions(assume or [])
    given = read_portfolio(problem, mapping)
    stated = given.problem if peaks is None else with_headroom(given.problem, read_table(peaks))
    notes = list(given.notes)
    if shrink or history is not None:
        believed = read_beliefs(stated, history)
        stated = believed.problem
        notes += belief_lines(believed)
    if model is not None:
        write_model(stated, model)
    classes = read_overruns(overruns)
    answer = solve(stated, explain=explain.value, spent=system_timer() - started, overruns=classes)
    if workbook is not None:
        write_workbook(workbook, stated, answer, sources=given.sources, assumptions=assumptions)
    if out is not None:
        write_json(out, answer.to_dict())
    words = Words(stated, answer, lang)
    lines = [*notes, *words.headline(), *words.limits()]
    if classes and answer.objective is not None:
        lines += overspend_lines(words, overspend(stated, answer.chosen(), classes=classes))
    for line in lines:
        typer.echo(line)
