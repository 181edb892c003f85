"""The asset register: what was bought to last, and the schedule by which each asset loses its value.

Role: read and check the register, write schedules.
Must not know: ledgers.

Straight line: equal parts of cost less salvage. Declining: each year of its life takes `factor` / life in years of the
book value at the year's start (factor 2 is double declining), in equal months, never below salvage; from the year in
which equal parts of the rest are more, those are taken. Both round the running total, so a schedule sums to cost less
salvage to the cent.
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from btim.errors import UnknownReferenceError, ValueFormatError, listed
from btim.money import from_minor, to_minor
from btim.tables import currency_column, line_of, parsed_column, plain_decimal, read_table, refuse_duplicates
from btim.taxonomy import Taxonomy

NEEDED = ("asset", "in_service", "life_months", "method", "cost", "salvage", "currency", "pool", "tower")
PLACED = ("sub_tower", "solution", "consumer", "run_grow_transform", "vendor", "account")
BELONGS = ("cost_centre", "legal_entity", "project")
ASSET_COLUMNS = (*NEEDED, "sub_pool", "factor", "disposed", *PLACED, *BELONGS)
"""Columns of the register; those beyond `NEEDED` may be left out."""
METHODS = ("straight-line", "declining")
SUB_POOL = "Depreciation & Amortization"
"""Where depreciation stands when the register names no sub-pool."""
DOUBLE = Decimal(2)


def read_assets(path: Path, taxonomy: Taxonomy, encoding: str | None = None) -> pd.DataFrame:
    """The register: dates as dates, `cost` and `salvage` in minor units, `life_months` whole, blank texts as "".

    Raises:
        SchemaError: a needed column is absent.
        ValueFormatError: a cell is blank or does not hold what it must, with its row.
        UnknownReferenceError: unknown method, pool or tower.
        DuplicateError: an asset stands twice.
    """
    frame = read_table(path, NEEDED, encoding=encoding)
    for column in ASSET_COLUMNS:
        texts = frame[column] if column in frame else pd.Series("", index=frame.index)
        frame[column] = texts.astype(object).where(texts.notna(), "").map(lambda cell: str(cell).strip())
    for column in NEEDED:
        _refuse(frame, column, frame[column] == "", path, "is blank", "fill it; a salvage of nothing is 0")
    refuse_duplicates(frame, ("asset",), file=path)
    frame["sub_pool"] = frame["sub_pool"].where(frame["sub_pool"] != "", taxonomy.current("pool", SUB_POOL))
    for column, layer in (("pool", "pool"), ("sub_pool", "pool"), ("tower", "tower"), ("sub_tower", "tower")):
        _check_names(frame, column, layer, taxonomy, path)
    unknown = ~frame["method"].isin(METHODS)
    if unknown.any():
        row = int(unknown.to_numpy().argmax())
        raise UnknownReferenceError(
            "unknown method",
            file=str(path),
            row=line_of(row),
            field="method",
            value=frame["method"].iloc[row],
            remedy=f"use {listed(METHODS)}",
        )
    return _parsed(frame, path)[list(ASSET_COLUMNS)]


def _parsed(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    frame["currency"] = currency_column(frame, "currency", file=path)
    for column in ("in_service", "disposed"):
        dates = parsed_column(frame, column, _date, file=path, expected="a date (YYYY-MM-DD)")
        frame[column] = pd.Series(dates, index=frame.index, dtype=object)
    lives = parsed_column(frame, "life_months", _whole, file=path, expected="a whole number of months above 0")
    factors = parsed_column(frame, "factor", _factor, file=path, expected="a number of 1 or more", blank=DOUBLE)
    frame["life_months"] = np.array(lives, dtype=np.int64)
    frame["factor"] = pd.Series(factors, index=frame.index, dtype=object)
    for column in ("cost", "salvage"):
        amounts = parsed_column(frame, column, _not_negative, file=path, expected="an amount of 0 or more")
        cents = [to_minor(amount, currency) for amount, currency in zip(amounts, frame["currency"], strict=True)]
        exact = [from_minor(c, u) == a for c, u, a in zip(cents, frame["currency"], amounts, strict=True)]
        _refuse(frame, column, ~pd.Series(exact), path, "has parts of a minor unit", "round it as the books do")
        frame[column] = np.array(cents, dtype=np.int64)
    _refuse(frame, "salvage", frame["salvage"] > frame["cost"], path, "is above the cost", "correct one of them")
    ended = [one is not None and one < other for one, other in zip(frame["disposed"], frame["in_service"], strict=True)]
    _refuse(frame, "disposed", pd.Series(ended), path, "lies before in_service", "correct the date")
    return frame


def schedule(
    cost: int, salvage: int, periods: int, method: str, factor: Decimal = DOUBLE, *, a_year: int = 12
) -> list[int]:
    """Minor units of every period of an asset's life; they sum to cost less salvage.

    Args:
        cost: in minor units.
        salvage: what it is worth after its life.
        periods: of its life.
        method: one of `METHODS`.
        factor: of the declining method.
        a_year: periods of a year.
    """
    if method == "straight-line":
        return _steps([Fraction(cost - salvage, periods)] * periods)
    exact: list[Fraction] = []
    book = Fraction(cost)
    while len(exact) < periods:
        left = periods - len(exact)
        taken = min(left, a_year)
        part = min(max(book * Fraction(factor) / periods, (book - salvage) / left), (book - salvage) / taken)
        exact += [part] * taken
        book -= part * taken
    return _steps(exact)


def _steps(exact: Sequence[Fraction]) -> list[int]:
    """Whole units whose running total is the exact one, rounded."""
    total, before, steps = Fraction(0), 0, []
    for part in exact:
        total += part
        steps.append(round(total) - before)
        before = round(total)
    return steps


def _refuse(frame: pd.DataFrame, column: str, wrong: pd.Series, path: Path, what: str, remedy: str) -> None:
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise ValueFormatError(
            what, file=str(path), row=line_of(row), field=column, value=frame[column].iloc[row], remedy=remedy
        )


def _check_names(frame: pd.DataFrame, column: str, layer: str, taxonomy: Taxonomy, path: Path) -> None:
    for row, name in enumerate(frame[column]):
        if name:
            try:
                taxonomy.check(layer, name, file=str(path), field=column)
            except UnknownReferenceError as unknown:
                raise unknown.at(row=line_of(row)) from None


def _date(cell: Any) -> dt.date:
    return dt.date.fromisoformat(str(cell).strip()[:10])


def _whole(cell: Any) -> int:
    number = plain_decimal(cell)
    if number <= 0 or number != int(number) or number > 1200:
        raise ValueError("no life")
    return int(number)


def _factor(cell: Any) -> Decimal:
    number = plain_decimal(cell)
    if number < 1:
        raise ValueError("below 1")
    return number


def _not_negative(cell: Any) -> Decimal:
    number = plain_decimal(cell)
    if number < 0:
        raise ValueError("negative")
    return number
