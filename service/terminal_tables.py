"""Frames as text: aligned columns for a terminal, money with thousands signs, blanks for what is unknown.

Role: how any frame of a command looks on stdout.
Must not know: what the columns mean beyond their kind.
"""

from decimal import Decimal
from typing import Any

import pandas as pd
import typer

MOST_WIDTH = 34


def print_table(
    frame: pd.DataFrame,
    title: str = "",
    *,
    rows: int = 40,
    shares: tuple[str, ...] = (),
    exact: bool = False,
    more: str = "--csv FILE writes all of them",
) -> None:
    """Print a frame, at most `rows` rows, saying how many were left out and (`more`) where they are.

    Columns of `shares` are shown in percent, money from 1,000 on without cents unless `exact`. Columns without a value
    are left out.
    """
    if title:
        typer.echo(title)
    shown = frame.head(rows).dropna(axis=1, how="all")
    columns = [
        [str(name), *(_text(value, share=name in shares, exact=exact) for value in shown[name])]
        for name in shown.columns
    ]
    widths = [max(map(len, column)) for column in columns]
    right = [all(_is_number(value) for value in shown[name]) for name in shown.columns]
    for cells in zip(*columns, strict=True):
        parts = [
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(cells, widths, right, strict=True)
        ]
        typer.echo("  ".join(parts).rstrip())
    if len(frame) > rows:
        typer.echo(f"… {len(frame) - rows} more rows; {more}")


def _is_number(value: Any) -> bool:
    return value is None or isinstance(value, (Decimal, int, float))


def _text(value: Any, *, share: bool, exact: bool) -> str:
    if value is None or (isinstance(value, float) and value != value) or value is pd.NA:
        return ""
    if share:
        return f"{float(value):.1%}"
    if isinstance(value, Decimal):
        return f"{value:,f}" if exact or abs(value) < 1_000 else f"{value.quantize(Decimal(1)):,f}"
    if isinstance(value, float):
        return f"{value:,.2f}" if abs(value) < 1_000 else f"{value:,.0f}"
    text = str(value)
    return text if len(text) <= MOST_WIDTH else text[: MOST_WIDTH - 1] + "…"
