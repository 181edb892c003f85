"""Registers beside the ledger: element tags and contracts, each a checked frame.

Role: read these files at the door; inside, nothing checks again.
Must not know: how they are used.
"""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from btim.errors import UnknownReferenceError, ValueFormatError, listed
from btim.tables import currency_column, line_of, parsed_column, plain_decimal, read_table, refuse_duplicates

TAG_COLUMNS = ("layer", "element", "tag", "value")
TAGGABLE = (
    *("pool", "sub_pool", "tower", "sub_tower", "solution", "consumer", "project", "vendor", "account", "cost_centre"),
    *("legal_entity", "counterparty", "asset", "commitment"),
)
"""What a tag file may mark: any column of a ledger line."""
CONTRACT_COLUMNS = ("contract", "vendor", "start", "end", "notice_by", "amount_a_month", "currency", "indexation")


def read_tags(path: Path, encoding: str | None = None) -> pd.DataFrame:
    """Element tags: `layer` (a column of the ledger), `element`, `tag`, `value`.

    Raises:
        UnknownReferenceError: an unknown layer.
        DuplicateError: one tag of one element twice.
    """
    frame = read_table(path, TAG_COLUMNS, encoding=encoding)
    unknown = frame[~frame["layer"].isin(TAGGABLE)]
    if len(unknown):
        raise UnknownReferenceError(
            "unknown layer",
            file=str(path),
            row=int(unknown.index[0]) + 2,
            field="layer",
            value=unknown["layer"].iloc[0],
            remedy=f"use {listed(TAGGABLE, 20)}",
        )
    refuse_duplicates(frame, TAG_COLUMNS[:3], file=path)
    return frame[list(TAG_COLUMNS)]


def read_contracts(path: Path, encoding: str | None = None) -> pd.DataFrame:
    """A contract register: start, end and notice_by (dates, notice may be blank), amount a month, yearly indexation.

    `indexation` is the share by which the amount rises at each anniversary (0.03 = 3 %), blank for none.

    Raises:
        ValueFormatError: a date, number or currency does not parse, or a contract ends before it starts.
        DuplicateError: a contract stands twice.
    """
    frame = read_table(path, CONTRACT_COLUMNS, encoding=encoding)
    for column in ("start", "end", "notice_by"):
        frame[column] = parsed_column(frame, column, _date, file=path, expected="a date (YYYY-MM-DD)")
    for column in ("amount_a_month", "indexation"):
        frame[column] = parsed_column(
            frame, column, plain_decimal, file=path, expected="a plain decimal number", blank=Decimal(0)
        )
    paid = pd.Series([amount != 0 for amount in frame["amount_a_month"]], index=frame.index)
    checked = currency_column(frame.where(paid, "USD"), "currency", file=path)
    frame["currency"] = frame["currency"].where(~paid, pd.Series(checked, index=frame.index, dtype=object))
    for index, line in enumerate(frame.to_dict("records")):
        if line["start"] is None or line["end"] is None or line["end"] < line["start"]:
            raise ValueFormatError(
                "a contract needs a start and a later end",
                file=str(path),
                row=line_of(index),
                field="end",
                value=line["end"],
                remedy="correct the dates",
            )
    refuse_duplicates(frame, ("contract",), file=path)
    return frame[list(CONTRACT_COLUMNS)]


def _date(cell: Any) -> dt.date:
    return dt.date.fromisoformat(str(cell).strip()[:10])
