"""`waterline view`: the finance, technology and consumer view of a ledger.

Role: the terminal's side of the three views.
Must not know: how costs are allocated.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from btim.allocation import allocate
from btim.errors import ValueFormatError
from btim.files import published
from btim.ledger import Ledger, open_ledger
from btim.tables import read_table
from btim.tagging import tagged_elements, with_tags
from btim.views import Months, changes, chosen_months, consumer_view, finance_view, period_of, technology_view
from service.terminal_tables import print_table

KEYS = ("month", "pool", "sub_pool", "expenditure", "run_grow_transform", "tower", "sub_tower", "consumer", "solution")
SHARES = ("share", "utilisation", "metered_share", "gap_share")


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
    by: Annotated[str | None, typer.Option(help="Columns to group by, separated by commas.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help='Only what carries this tag, "AI Enabled=Yes"; repeat.')] = None,
    since: Annotated[Path | None, typer.Option(help="A CSV of this view as last published: show what changed.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the whole view as CSV here.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of the files that ledger.toml names.")] = None,
    currency: Annotated[str | None, typer.Option(help="Reporting currency (ISO 4217).")] = None,
) -> None:
    """Show where the money goes (finance), what towers cost and how they are used (technology), who pays (consumer)."""
    opened = open_ledger(*ledger, currency=currency, data=data)
    covered = _span(month) or months
    frame = _frame(which, opened, by, covered, _tags(tag))
    period = period_of(chosen_months(opened, covered))
    label = " — SYNTHETIC" if opened.synthetic else ""
    print_table(
        frame, f"{which.value} view · {opened.title}{label} · {period} · {opened.currency} · actual", shares=SHARES
    )
    if since is not None:
        keys = [name for name in KEYS if name in frame.columns]
        print_table(changes(frame, read_table(since), keys), f"\nChanged since {since}", exact=True)
    if csv is not None:
        with published(csv) as target:
            frame.to_csv(target, index=False)


def _span(month: str | None) -> Months:
    if month is None:
        return None
    first, _, last = month.partition(":")
    return (first, last or first)


def _tags(texts: list[str] | None) -> dict[str, str]:
    wanted = {}
    for text in texts or []:
        name, sign, value = text.partition("=")
        if not sign:
            raise ValueFormatError("is not tag=value", field="--tag", value=text, remedy='write "AI Enabled=Yes"')
        wanted[name.strip()] = value.strip()
    return wanted


def _frame(which: View, opened: Ledger, by: str | None, months: Months, tags: dict[str, str]) -> pd.DataFrame:
    keys = [key.strip() for key in by.split(",")] if by else []
    if which is View.FINANCE:
        return finance_view(with_tags(opened, tags) if tags else opened, keys or ("pool", "expenditure"), months)
    frame = _allocated(which, opened, by, keys, months)
    if not tags:
        return frame
    carriers = [layer for layer in ("tower", "solution", "consumer") if layer in frame.columns]
    carries = [frame[layer].isin(tagged_elements(opened, layer, tags)) for layer in carriers]
    return frame[pd.concat(carries, axis=1).any(axis=1)].reset_index(drop=True)


def _allocated(which: View, opened: Ledger, by: str | None, keys: list[str], months: Months) -> pd.DataFrame:
    allocation = allocate(opened)
    if which is View.TECHNOLOGY:
        if keys:
            raise ValueFormatError("the technology view is by tower", field="--by", value=by, remedy="leave it out")
        return technology_view(opened, months, allocation=allocation)
    return consumer_view(opened, keys or ("consumer", "solution"), months, allocation=allocation)
