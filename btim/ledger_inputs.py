"""What stands beside the costs: drivers, volumes, benchmarks, budget and exchange rates, each a checked frame.

Role: read these CSV or Parquet files at the door; inside, nothing checks again.
Must not know: how they are used.
"""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from btim.errors import UnknownReferenceError, ValueFormatError, listed
from btim.money import to_minor
from btim.tables import currency_column, line_of, parsed_column, plain_decimal, read_table, refuse_duplicates
from btim.taxonomy import Taxonomy

DRIVER_COLUMNS = ("month", "from_layer", "from", "to_layer", "to", "driver", "quantity", "basis")
VOLUME_COLUMNS = ("month", "layer", "element", "measure", "quantity", "unit")
PLAN_VOLUME_COLUMNS = (*VOLUME_COLUMNS, "version")
BENCHMARK_COLUMNS = ("layer", "element", "measure", "unit", "unit_cost", "currency", "source", "as_of")
BUDGET_COLUMNS = ("month", "pool", "tower", "expenditure", "amount", "currency", "version")
RATE_COLUMNS = ("month", "from", "to", "kind", "rate")
PRICE_COLUMNS = ("month", "layer", "element", "driver", "price", "currency")
FROM_LAYERS, TO_LAYERS = ("tower", "solution"), ("tower", "solution", "consumer")
MOST_PERIODS = 13
BASES = ("metered", "assumed")
MEASURES = ("used", "capacity", "output", "outcome")
RATE_KINDS = ("actual", "budget", "constant")


def empty(columns: Sequence[str]) -> pd.DataFrame:
    """A frame without rows."""
    return pd.DataFrame(columns=list(columns))


def read_drivers(path: Path, taxonomy: Taxonomy, encoding: str | None = None) -> pd.DataFrame:
    """Driver edges: `quantity` (float, ≥ 0) says in which proportion `from`'s cost goes to its `to`s that month.

    Raises:
        ValueFormatError: a quantity is missing, negative or no number (row named); a month is not YYYY-MM.
        UnknownReferenceError: unknown layer, basis or tower.
        DuplicateError: the same edge and driver twice in a month.
    """
    frame = read_table(path, DRIVER_COLUMNS, encoding=encoding)
    _months(frame, path)
    _one_of(frame, "from_layer", FROM_LAYERS, path)
    _one_of(frame, "to_layer", TO_LAYERS, path)
    _one_of(frame, "basis", BASES, path)
    for side in ("from", "to"):
        _filled(frame, side, path)
        _known_towers(frame, f"{side}_layer", side, taxonomy, path)
    frame["quantity"] = _quantities(frame, "quantity", path)
    refuse_duplicates(frame, DRIVER_COLUMNS[:6], file=path)
    return frame[list(DRIVER_COLUMNS)]


def read_volumes(path: Path, taxonomy: Taxonomy, encoding: str | None = None) -> pd.DataFrame:
    """Measured quantities (float, ≥ 0) of a layer's element a month: used, capacity, output or outcome.

    Raises:
        ValueFormatError: a quantity is missing, negative or no number; a month is not YYYY-MM.
        UnknownReferenceError: unknown layer, measure or tower.
        DuplicateError: the same element, measure and unit twice in a month.
    """
    return _volumes(read_table(path, VOLUME_COLUMNS, encoding=encoding), path, taxonomy)[list(VOLUME_COLUMNS)]


def read_plan_volumes(path: Path, taxonomy: Taxonomy, encoding: str | None = None) -> pd.DataFrame:
    """Planned quantities, as `read_volumes`, with the `version` of the budget that they belong to.

    Raises:
        ValueFormatError, UnknownReferenceError, DuplicateError: as `read_volumes`.
    """
    return _volumes(read_table(path, PLAN_VOLUME_COLUMNS, encoding=encoding), path, taxonomy, "version")[
        list(PLAN_VOLUME_COLUMNS)
    ]


def _volumes(frame: pd.DataFrame, path: Path, taxonomy: Taxonomy, *more: str) -> pd.DataFrame:
    _months(frame, path)
    _one_of(frame, "layer", TO_LAYERS, path)
    _one_of(frame, "measure", MEASURES, path)
    _known_towers(frame, "layer", "element", taxonomy, path)
    frame["quantity"] = _quantities(frame, "quantity", path)
    refuse_duplicates(frame, ("month", "layer", "element", "measure", "unit", *more), file=path)
    return frame


def read_benchmarks(path: Path, taxonomy: Taxonomy, encoding: str | None = None) -> pd.DataFrame:
    """Published unit costs (Decimal) with their source and date.

    Raises:
        ValueFormatError: a unit cost is missing or not positive, source or date is blank, a currency is none.
        UnknownReferenceError: unknown layer, measure or tower.
        DuplicateError: the same element, measure and unit twice.
    """
    frame = read_table(path, BENCHMARK_COLUMNS, encoding=encoding)
    _one_of(frame, "layer", TO_LAYERS, path)
    _one_of(frame, "measure", MEASURES, path)
    _known_towers(frame, "layer", "element", taxonomy, path)
    frame["currency"] = currency_column(frame, "currency", file=path)
    for column in ("source", "as_of"):
        _filled(frame, column, path)
    frame["unit_cost"] = parsed_column(frame, "unit_cost", _positive, file=path, expected="a positive number")
    _no_blank(frame, "unit_cost", path)
    refuse_duplicates(frame, ("layer", "element", "measure", "unit"), file=path)
    return frame[list(BENCHMARK_COLUMNS)]


def read_budget(path: Path, taxonomy: Taxonomy, encoding: str | None = None) -> pd.DataFrame:
    """Planned cost a month, pool, tower and expenditure, in minor units of its currency, with the plan's version.

    Raises:
        ValueFormatError: an amount is missing or no number, a currency is none.
        UnknownReferenceError: unknown pool or tower.
    """
    frame = read_table(path, BUDGET_COLUMNS, encoding=encoding)
    _months(frame, path)
    frame["currency"] = currency_column(frame, "currency", file=path, month="month")
    for layer in ("pool", "tower"):
        _known(frame, layer, taxonomy, path)
    amounts = parsed_column(frame, "amount", plain_decimal, file=path, expected="a plain decimal number")
    _no_blank(frame.assign(amount=amounts), "amount", path)
    pairs = zip(amounts, frame["currency"], strict=True)
    frame["amount"] = np.array([to_minor(amount, currency) for amount, currency in pairs], dtype=np.int64)
    return frame[list(BUDGET_COLUMNS)]


def read_rates(path: Path, encoding: str | None = None) -> pd.DataFrame:
    """Exchange rates (Decimal): one unit of `from` is `rate` units of `to` in that month, of that kind.

    Raises:
        ValueFormatError: a rate is missing or not positive, a currency is none.
        UnknownReferenceError: unknown kind.
        DuplicateError: two rates for one month, pair and kind.
    """
    frame = read_table(path, RATE_COLUMNS, encoding=encoding)
    _months(frame, path)
    _one_of(frame, "kind", RATE_KINDS, path)
    for side in ("from", "to"):
        frame[side] = currency_column(frame, side, file=path)
    frame["rate"] = parsed_column(frame, "rate", _positive, file=path, expected="a positive number")
    _no_blank(frame, "rate", path)
    refuse_duplicates(frame, RATE_COLUMNS[:4], file=path)
    return frame[list(RATE_COLUMNS)]


def read_prices(path: Path, taxonomy: Taxonomy, encoding: str | None = None) -> pd.DataFrame:
    """Internal prices (Decimal) a month: `element` charges `price` for each unit of its `driver`.

    Raises:
        ValueFormatError: a price is missing or not positive, a currency is none.
        UnknownReferenceError: unknown layer or tower.
        DuplicateError: two prices for one element and month.
    """
    frame = read_table(path, PRICE_COLUMNS, encoding=encoding)
    _months(frame, path)
    _one_of(frame, "layer", FROM_LAYERS, path)
    _known_towers(frame, "layer", "element", taxonomy, path)
    frame["currency"] = currency_column(frame, "currency", file=path, month="month")
    frame["price"] = parsed_column(frame, "price", _positive, file=path, expected="a positive number")
    _no_blank(frame, "price", path)
    refuse_duplicates(frame, ("month", "layer", "element"), file=path)
    return frame[list(PRICE_COLUMNS)]


def _positive(cell: Any) -> Decimal:
    number = plain_decimal(cell)
    if number <= 0:
        raise ValueError("not positive")
    return number


def _not_negative(cell: Any) -> float:
    number = float(plain_decimal(cell))
    if number < 0:
        raise ValueError("negative")
    return number


def _quantities(frame: pd.DataFrame, column: str, path: Path) -> Any:
    values = parsed_column(frame, column, _not_negative, file=path, expected="a number of 0 or more")
    _no_blank(frame.assign(**{column: values}), column, path)
    return np.array(values, dtype=np.float64)


def _no_blank(frame: pd.DataFrame, column: str, path: Path) -> None:
    missing = frame[column].isna().to_numpy()
    if missing.any():
        row = line_of(int(missing.argmax()))
        raise ValueFormatError("is blank", file=str(path), row=row, field=column, remedy="measure it or drop the row")


def _filled(frame: pd.DataFrame, column: str, path: Path) -> None:
    blank = (frame[column].isna() | (frame[column].astype(str).str.strip() == "")).to_numpy()
    if blank.any():
        row = line_of(int(blank.argmax()))
        raise ValueFormatError("is blank", file=str(path), row=row, field=column, remedy="fill it")


def _months(frame: pd.DataFrame, path: Path) -> None:
    frame["month"] = parsed_column(frame, "month", month_of, file=path, expected="a month (YYYY-MM)")
    _no_blank(frame, "month", path)


def month_of(cell: Any) -> str:
    """`YYYY-MM` of a month, date or timestamp (periods of four weeks go to 13).

    Raises:
        ValueError: not one.
    """
    text = str(cell).strip()
    if not re.fullmatch(r"\d{4}-\d{2}([-T ].*)?", text):
        raise ValueError("not a month")
    if not 1 <= int(text[5:7]) <= MOST_PERIODS or not int(text[:4]):
        raise ValueError("not a month")
    return text[:7]


def refuse_thirteenth(frame: pd.DataFrame, path: Path) -> None:
    """Refuse a thirteenth month, which only a calendar of thirteen periods has.

    Raises:
        ValueFormatError: naming the row.
    """
    wrong = frame["month"].str.endswith("-13").to_numpy(dtype=bool)
    if wrong.any():
        first = int(wrong.argmax())
        raise ValueFormatError(
            "is not a month (YYYY-MM)",
            file=str(path),
            row=line_of(first),
            field="month",
            value=frame["month"].iloc[first],
            remedy="months go from 01 to 12",
        )


def _one_of(frame: pd.DataFrame, column: str, allowed: Sequence[str], path: Path) -> None:
    _first_unknown(frame, column, lambda value: value in allowed, path, f"use {listed(allowed)}")


def _first_unknown(frame: pd.DataFrame, column: str, accept: Callable[[str], bool], path: Path, remedy: str) -> None:
    for value in frame[column].unique():
        if not accept(value):
            row = line_of(int((frame[column] == value).to_numpy().argmax()))
            raise UnknownReferenceError(
                f"unknown {column}", file=str(path), row=row, field=column, value=value, remedy=remedy
            )


def _known_towers(frame: pd.DataFrame, layer: str, column: str, taxonomy: Taxonomy, path: Path) -> None:
    towers = frame[frame[layer] == "tower"]
    _check_names(towers, column, "tower", taxonomy, path)


def _known(frame: pd.DataFrame, layer: str, taxonomy: Taxonomy, path: Path) -> None:
    _check_names(frame, layer, layer, taxonomy, path)


def _check_names(frame: pd.DataFrame, column: str, layer: str, taxonomy: Taxonomy, path: Path) -> None:
    for value in frame[column].unique():
        try:
            taxonomy.check(layer, value, file=str(path), field=column)
        except UnknownReferenceError as unknown:
            position = int(frame.index[frame[column] == value][0])
            raise unknown.at(row=line_of(position)) from None
