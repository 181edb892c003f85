"""Any frame as a table of the page.

Role: show a table whose columns nobody prepared for: amounts on one scale, shares as bars, the rest as it is.
Must not know: what the frame means.
"""

from decimal import Decimal
from typing import Any

import pandas as pd

from service.output.formats import (
    MISSING,
    Scale,
    counted,
    heading,
    is_missing,
    money_scale,
    number,
    scaled,
    share,
    unit_of,
)
from service.output.page import Cell, Column, Row, Table

MOST_ROWS = 40
_SHARES = ("share", "utilisation", "ratio", "percent")
_MONEY = ("amount", "cost", "plan", "variance", "total", "incoming", "ledger", "excluded", "difference", "control")


def plain_table(
    caption: str, frame: pd.DataFrame, currency: str | None, csv: str, *, marker: str = "actual", folded: bool = False
) -> Table | None:
    """The first rows of a frame; None when it has none."""
    if frame.empty:
        return None
    kinds = [(str(name), _kind(str(name), frame[name])) for name in frame.columns]
    scales = {name: money_scale(frame[name]) for name, kind in kinds if kind == "money"}
    columns = tuple(
        Column(
            heading(name), unit_of(currency, scales[name]) if name in scales else "", num=kind in ("money", "number")
        )
        for name, kind in kinds
    )
    rows = tuple(
        Row(tuple(_cell(row[name], kind, scales.get(name)) for name, kind in kinds))
        for row in frame.head(MOST_ROWS).to_dict("records")
    )
    more = len(frame) - MOST_ROWS
    note = f"{counted(more, 'more row')}{' in the file' if csv else ' not shown'}." if more > 0 else ""
    return Table(caption, columns, rows, marker, note, csv, folded)


def _kind(name: str, values: pd.Series) -> str:
    found = [value for value in values if not is_missing(value)]
    if not found or not all(_is_number(value) for value in found):
        return "text"
    if any(word in name for word in _SHARES):
        return "share"
    return "money" if any(word in name for word in _MONEY) and "unit" not in name else "number"


def _is_number(value: Any) -> bool:
    return isinstance(value, Decimal) or (pd.api.types.is_number(value) and not isinstance(value, bool))


def _cell(value: Any, kind: str, scale: Scale | None) -> Cell:
    if is_missing(value):
        return Cell(MISSING)
    if kind == "money" and scale is not None:
        return Cell(scaled(value, scale))
    if kind == "share":
        return Cell(share(value), bar=max(0.0, min(float(value), 1.0)))
    if kind == "number":
        return Cell(number(value, 0 if float(value) == int(float(value)) else 2))
    return Cell(str(value))
