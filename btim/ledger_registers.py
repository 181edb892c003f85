"""Registers beside the ledger: element tags, contracts, carbon coefficients, each a checked frame.

Role: read these files at the door; inside, nothing checks again.
Must not know: how they are used.
"""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from btim.errors import UnknownReferenceError, ValueFormatError, listed
from btim.tables import line_of, parsed_column, plain_decimal, read_table, refuse_duplicates

TAG_COLUMNS = ("layer", "element", "tag", "value")
TAGGABLE = ("pool", "tower", "sub_tower", "solution", "consumer", "project", "vendor", "account", "cost_centre")
"""What a tag file may mark: any column of a ledger line."""
CONTRACT_COLUMNS = ("contract", "vendor", "start", "end", "notice_by", "amount_a_month", "currency", "indexation")
TONNES_PER_KWH = "CO2e (metric ton/kWh)"
CARBON_COLUMNS = ("element", "unit", "kwh_per_unit", "kg_co2e_per_kwh", "scope", "source", "as_of")


def read_tags(path: Path) -> pd.DataFrame:
    """Element tags: `layer` (a column of the ledger), `element`, `tag`, `value`.

    Raises:
        UnknownReferenceError: an unknown layer.
        DuplicateError: one tag of one element twice.
    """
    frame = read_table(path, TAG_COLUMNS)
    unknown = frame[~frame["layer"].isin(TAGGABLE)]
    if len(unknown):
        raise UnknownReferenceError(
            "unknown layer",
            file=str(path),
            row=int(unknown.index[0]) + 2,
            field="layer",
            value=unknown["layer"].iloc[0],
            remedy=f"use {listed(TAGGABLE, 12)}",
        )
    refuse_duplicates(frame, TAG_COLUMNS[:3], file=path)
    return frame[list(TAG_COLUMNS)]


def read_contracts(path: Path) -> pd.DataFrame:
    """A contract register: start, end and notice_by (dates, notice may be blank), amount a month, yearly indexation.

    `indexation` is the share by which the amount rises at each anniversary (0.03 = 3 %), blank for none.

    Raises:
        ValueFormatError: a date or number does not parse, or a contract ends before it starts.
        DuplicateError: a contract stands twice.
    """
    frame = read_table(path, CONTRACT_COLUMNS)
    for column in ("start", "end", "notice_by"):
        frame[column] = parsed_column(frame, column, _date, file=path, expected="a date (YYYY-MM-DD)")
    for column in ("amount_a_month", "indexation"):
        frame[column] = parsed_column(
            frame, column, plain_decimal, file=path, expected="a plain decimal number", blank=Decimal(0)
        )
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


def read_carbon(path: Path, grid: Path | None = None) -> pd.DataFrame:
    """Energy and emission coefficients of towers: `kwh_per_unit` of a month's use, `kg_co2e_per_kwh` of the grid.

    With `grid`, a table of grid factors as Cloud Carbon Footprint publishes them (`Region`, `CO2e (metric ton/kWh)`),
    the file names a `region` in place of `kg_co2e_per_kwh`.

    Raises:
        ValueFormatError: a coefficient is missing or negative.
        DuplicateError: two rows for one element and unit.
    """
    if grid is None:
        frame = read_table(path, CARBON_COLUMNS)
    else:
        frame = read_table(path, [*(name for name in CARBON_COLUMNS if name != "kg_co2e_per_kwh"), "region"])
        factors = _grid_factors(frame["region"], grid, path)
        frame["kg_co2e_per_kwh"] = pd.Series(factors, index=frame.index, dtype=object)
    for column in ("kwh_per_unit", "kg_co2e_per_kwh"):
        frame[column] = parsed_column(frame, column, _not_negative, file=path, expected="a number of 0 or more")
        missing = frame[column].isna().to_numpy()
        if missing.any():
            row = line_of(int(missing.argmax()))
            raise ValueFormatError("is blank", file=str(path), row=row, field=column, remedy="state it or drop the row")
    refuse_duplicates(frame, ("element", "unit"), file=path)
    return frame[list(CARBON_COLUMNS)]


def _grid_factors(regions: pd.Series, grid: Path, path: Path) -> list[Decimal]:
    table = read_table(grid, ("Region", TONNES_PER_KWH))
    factors = parsed_column(table, TONNES_PER_KWH, _not_negative, file=grid, expected="a number of 0 or more")
    known = dict(zip(table["Region"], factors, strict=True))
    found = []
    for index, region in enumerate(regions):
        if known.get(region) is None:
            raise UnknownReferenceError(
                "the grid table has no factor for this region",
                file=str(path),
                row=line_of(index),
                field="region",
                value=region,
                remedy=f"it has {listed(known, 12)}",
            )
        found.append(known[region] * 1000)
    return found


def _not_negative(cell: Any) -> Decimal:
    number = plain_decimal(cell)
    if number < 0:
        raise ValueError("negative")
    return number
