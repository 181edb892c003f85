"""How every table of the ledger leaves the terminal: its rows, its stamp, what changed, and its CSV.

Role: print a frame with what stands beside its numbers; write it with the stamp in columns; set it beside a CSV.
Must not know: which table it is.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from btim.changes import changes
from btim.errors import RuleError
from btim.files import published
from btim.stamp import Stamp, differing
from btim.tables import read_table
from service.terminal_tables import print_table

SHARES = (
    "share", "utilisation", "metered_share", "gap_share", "unit_cost_change", "committed_share",
)  # fmt: skip
FIXED = ("view", "currency")
"""What must agree for a comparison with an earlier CSV to mean anything; whatever else differs is said."""

Csv = Annotated[Path | None, typer.Option(help="Write the whole table as CSV here, with what stands beside it.")]
Since = Annotated[Path | None, typer.Option(help="A CSV of this table as last published: show what changed.")]


def show(
    frame: pd.DataFrame,
    stamp: Stamp,
    *,
    title: str = "",
    csv: Path | None = None,
    since: Path | None = None,
    value: str = "amount",
    keys: Sequence[str] = (),
    exact: bool = False,
    rows: int = 40,
) -> None:
    """Print a table with its stamp, what changed since `since`, and write it to `csv`.

    Args:
        frame: the table.
        stamp: what its numbers are.
        title: the first words of its heading; the view's name when blank.
        csv: where to write it.
        since: an earlier CSV of it.
        value: the column whose changes are shown.
        keys: columns that name a row.
        exact: show cents.
        rows: how many rows to print.

    Raises:
        RuleError: `since` is of another view or currency.
        SchemaError: `since` lacks a needed column.
    """
    label = " — SYNTHETIC" if stamp.synthetic else ""
    print_table(
        frame,
        f"{title or stamp.view} · {stamp.ledger}{label} · {stamp.period} · {stamp.currency} · {stamp.status}",
        rows=rows,
        shares=SHARES,
        exact=exact,
    )
    for line in stamp.lines():
        typer.echo(line)
    if since is not None:
        compare(frame, stamp, since, value, keys)
    write(frame, stamp, csv)


def write(frame: pd.DataFrame, stamp: Stamp, csv: Path | None) -> None:
    """Write a table as CSV, its stamp in columns."""
    if csv is not None:
        with published(csv) as target:
            stamped(frame, stamp).to_csv(target, index=False)


def stamped(frame: pd.DataFrame, stamp: Stamp) -> pd.DataFrame:
    """The table with its stamp in columns, where it has no column of that name itself."""
    return frame.assign(**{name: text for name, text in stamp.columns().items() if name not in frame.columns})


def compare(frame: pd.DataFrame, stamp: Stamp, since: Path, value: str, keys: Sequence[str]) -> None:
    """Print what changed since an earlier CSV, in rows and in what stands beside them.

    Raises:
        RuleError: the CSV is of another view or currency.
        SchemaError: it lacks a needed column.
    """
    earlier = read_table(since)
    moved = differing(stamp, earlier)
    for name in FIXED:
        if name in moved and name not in frame.columns:
            raise RuleError(
                f"was published of another {name}",
                file=str(since),
                field=name,
                value=moved[name][0],
                remedy=f"compare with a CSV of {moved[name][1]}",
            )
    changed = changes(frame, earlier, keys, value)
    print_table(changed, f"\nChanged since {since}: {len(changed)} of {len(frame)} rows", exact=True)
    for name, (then, now) in moved.items():
        if name not in frame.columns and name != "sources":
            typer.echo(f"{name}: {then} then, {now} now")
