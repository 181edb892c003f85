"""`waterline view`: the finance, technology and consumer view of a ledger.

Role: the terminal's side of the three views.
Must not know: how costs are allocated.
"""

import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from btim.contracts import commitment_view, expiring
from btim.covered_months import Months
from btim.intercompany import group_view
from btim.ledger import Ledger, open_ledger
from btim.rates import rate_basis, with_rates
from btim.view_frames import LINE_COLUMNS
from btim.views import finance_view
from service.comma_lists import items_of
from service.commands.publishing import Csv, Since, show
from service.ledger_views import ledger_view, span_of, tags_of
from service.terminal_tables import print_table

NOTICE_DAYS = 180


class View(StrEnum):
    """Whose question is answered."""

    FINANCE = "finance"
    TECHNOLOGY = "technology"
    CONSUMER = "consumer"


def view(
    which: Annotated[View, typer.Argument(metavar="finance|technology|consumer")],
    *,
    ledger: Annotated[list[Path], typer.Option(help="ledger.toml or a FOCUS file; repeat for several FOCUS files.")],
    month: Annotated[str | None, typer.Option(help="One month, YYYY-MM, or a span YYYY-MM:YYYY-MM.")] = None,
    months: Annotated[int, typer.Option(min=1, help="The latest months to cover.")] = 12,
    by: Annotated[str | None, typer.Option(help="Columns of ledger lines to group by, separated by commas.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help='Only what carries this tag, "AI Enabled=Yes"; repeat.')] = None,
    plan: Annotated[str | None, typer.Option(help="Version of the plan, where a month has several.")] = None,
    rates: Annotated[str, typer.Option(help="Exchange rates: actual, budget or constant.")] = "actual",
    constant_month: Annotated[str | None, typer.Option(help="Constant rates: the actual ones of this month.")] = None,
    group: Annotated[bool, typer.Option("--group", help="Without what legal entities charge each other.")] = False,
    since: Since = None,
    csv: Csv = None,
    data: Annotated[Path | None, typer.Option(help="Folder of the files that ledger.toml names.")] = None,
    currency: Annotated[str | None, typer.Option(help="Reporting currency (ISO 4217).")] = None,
) -> None:
    """Show where the money goes (finance), what towers cost and how they are used (technology), who pays (consumer)."""
    opened = with_rates(open_ledger(*ledger, currency=currency, data=data), rate_basis(rates, constant_month))
    if group:
        opened = group_view(opened)
    covered: Months = span_of(month) or months
    tags = tags_of(tag)
    frame, beside = ledger_view(which.value, opened, tuple(items_of(by or "")), covered, tags, plan)
    keys = [name for name in LINE_COLUMNS if name in frame.columns]
    show(frame, beside, title=f"{which.value} view", csv=csv, since=since, keys=keys)
    if which is View.FINANCE and not tags:
        _beside_finance(opened, covered, beside.as_of)


def _beside_finance(opened: Ledger, months: Months, as_of: str) -> None:
    """What else finance asks: run, grow and transform; committed cost, and contracts that end or need notice soon."""
    if (opened.costs["run_grow_transform"] != "").any():
        staged = finance_view(opened, ("run_grow_transform",), months)
        print_table(staged.drop(columns=["plan"]), "\nRun, grow, transform", shares=("share",))
    if opened.contracts.empty:
        return
    print_table(commitment_view(opened, months), "\nCommitted by contract, and discretionary", exact=True)
    if opened.calendar.kind == "months":
        due = expiring(opened, dt.date.fromisoformat(as_of), NOTICE_DAYS)
        print_table(due, f"\nContracts to decide on within {NOTICE_DAYS} days of {as_of}", exact=True)
