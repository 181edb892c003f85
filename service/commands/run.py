"""`waterline run`: one's own files through as much of the chain as they allow.

Role: terminal options to one run and its outputs.
Must not know: what a stage does.
"""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from btim.errors import ValueFormatError
from service.comma_lists import items_of
from service.commands.showing import show
from service.commands.stages import stages
from service.output import write_outputs
from service.running import RunInputs, run_chain
from service.workflows import DemandSettings


def run(
    *,
    ledger: Annotated[list[Path] | None, typer.Option(help="ledger.toml, or FOCUS files (repeat).")] = None,
    demand: Annotated[Path | None, typer.Option(help="Demand panel, CSV or Parquet.")] = None,
    portfolio: Annotated[
        Path | None, typer.Option(help="Portfolio problem (.json), or a table with --mapping.")
    ] = None,
    mapping: Annotated[Path | None, typer.Option(help="TOML that maps the columns of a portfolio table.")] = None,
    catalogue: Annotated[Path | None, typer.Option(help="Solutions that value may be credited to, JSON Lines.")] = None,
    reports: Annotated[list[Path] | None, typer.Option(help="Reports: files or folders (repeat).")] = None,
    budget: Annotated[
        str | None, typer.Option(help="Cap on all money: an amount, or 40% of all candidates' cost.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for report.html, portfolio.xlsx and CSV files.")] = Path(
        "waterline-run"
    ),
    freq: Annotated[str, typer.Option(help="One step of the panel: h, 5min, d, w, m …")] = "h",
    season: Annotated[str, typer.Option(help="Season lengths, as spans or steps.")] = "24h,7d",
    windows: Annotated[str, typer.Option(help="Windows whose peak is forecast.")] = "7d,28d",
    totals: Annotated[bool, typer.Option("--totals", help="Add the peaks of towers as a whole.")] = False,
    tz: Annotated[str | None, typer.Option(help="Zone of naive stamps. [default: UTC]")] = None,
    published: Annotated[str | None, typer.Option(help="Date of reports that state none, YYYY-MM-DD.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Of text files that are not UTF-8, such as gb18030.")] = None,
    explain: Annotated[str, typer.Option(help="fast or exact reasons for what is not funded.")] = "fast",
) -> None:
    """Run your own ledger, demand, portfolio and reports, or any subset, through the chain."""
    inputs = RunInputs(
        ledger=tuple(ledger or ()),
        demand=demand,
        portfolio=portfolio,
        mapping=mapping,
        catalogue=catalogue,
        reports=tuple(reports or ()),
        budget=budget,
        published=_day(published),
        encoding=encoding,
        explain=explain,
        settings=DemandSettings(
            freq=freq, seasons=tuple(items_of(season)), windows=tuple(items_of(windows)), totals=totals, tz=tz
        ),
    )
    stage = stages()
    chain = run_chain(inputs, stage, today=datetime.now(UTC).date())
    with stage("report and files"):
        write_outputs(chain, out)
    show(chain)
    typer.echo(f"\nnext: open {out / 'report.html'}")


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise ValueFormatError(
            "is not a date", field="--published", value=text, remedy="write it like 2025-07-10"
        ) from None
