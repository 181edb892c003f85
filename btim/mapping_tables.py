"""Tables of the mapping file that stand alone: calendar, close, controls, ways to allocate.

Role: read each into its frozen record and refuse what it does not know by name.
Must not know: files or rules.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from btim.allocation_methods import METHODS, Method
from btim.errors import SchemaError, UnknownReferenceError, ValueFormatError, listed
from btim.fiscal import KINDS, FiscalCalendar

AMOUNTS = ("amount", "billed", "listed", "contracted")
"""Cost columns: `amount` is the one views use (effective cost of a cloud bill, posted amount of a general ledger)."""


@dataclass(frozen=True)
class Control:
    """A total the user knows from elsewhere (an invoice, a trial balance)."""

    month: str
    currency: str
    column: str
    total: Decimal


@dataclass(frozen=True)
class Close:
    """Months up to `through` are shut; `books` is the folder of an earlier import that holds them."""

    through: str
    books: Path


def refuse_unknown(table: Mapping[str, Any], allowed: tuple[str, ...], path: Path, where: str) -> None:
    """Refuse a key that is not allowed, by name."""
    for key in table:
        if key not in allowed:
            raise SchemaError(
                "unknown key", file=str(path), field=f"{where}{key}", remedy=f"known: {listed(allowed, 30)}"
            )


def method_table(item: Mapping[str, Any], path: Path) -> Method:
    """One way to allocate. Raises as `read_settings` does."""
    refuse_unknown(item, ("layer", "element", "method", "to_layer", "to", "shares", "weights"), path, "allocation.")
    needs = {"direct": "to", "even": "layer", "fixed": "shares", "mix": "weights"}
    for key in ("layer", "element", "method", needs.get(str(item.get("method")), "method")):
        if not item.get(key):
            raise SchemaError("missing key", file=str(path), field=f"allocation.{key}", remedy="state it")
    if item["method"] not in METHODS:
        raise UnknownReferenceError(
            "unknown method", file=str(path), value=item["method"], remedy=f"use {listed(METHODS)}; prices go to inputs"
        )
    shares = {str(key): float(value) for key, value in {**item.get("shares", {}), **item.get("weights", {})}.items()}
    if any(not 0 <= value < float("inf") for value in shares.values()) or (shares and sum(shares.values()) <= 0):
        raise ValueFormatError(
            "shares must be 0 or more and not all 0", file=str(path), field="allocation", value=shares
        )
    return Method(
        layer=str(item["layer"]),
        element=str(item["element"]),
        method=str(item["method"]),
        to_layer=str(item.get("to_layer", "solution")),
        to=tuple(map(str, item.get("to", ()))),
        shares=shares if item["method"] == "fixed" else {},
        weights=shares if item["method"] == "mix" else {},
    )


def calendar_table(table: Mapping[str, Any], path: Path) -> FiscalCalendar:
    """The fiscal calendar. Raises as `read_settings` does."""
    refuse_unknown(table, ("kind", "first_month", "starts"), path, "calendar.")
    kind, first = str(table.get("kind", "months")), table.get("first_month", 1)
    if kind not in KINDS:
        raise UnknownReferenceError("unknown calendar", file=str(path), value=kind, remedy=f"use {listed(KINDS)}")
    if not isinstance(first, int) or not 1 <= first <= 12:
        raise ValueFormatError("is not a month number", file=str(path), field="calendar.first_month", value=first)
    try:
        starts = {int(year): dt.date.fromisoformat(str(day)) for year, day in table.get("starts", {}).items()}
    except ValueError:
        raise ValueFormatError(
            "starts must be year = first day",
            file=str(path),
            field="calendar.starts",
            remedy='write 2026 = "2025-12-29"',
        ) from None
    if kind != "months" and len(starts) < 2:
        raise SchemaError(
            "weeks need the first day of each fiscal year and of the one after",
            file=str(path),
            field="calendar.starts",
            remedy='write 2026 = "2025-12-29", 2027 = "2026-12-28"',
        )
    return FiscalCalendar(kind, first, starts)


def close_table(table: Mapping[str, Any], path: Path, data: Path) -> Close:
    """Which months are shut. Raises as `read_settings` does."""
    refuse_unknown(table, ("through", "books"), path, "close.")
    for key in ("through", "books"):
        if key not in table:
            raise SchemaError("missing key", file=str(path), field=f"close.{key}", remedy="state it")
    return Close(str(table["through"]), data / str(table["books"]))


def control_table(item: Mapping[str, Any], path: Path) -> Control:
    """A total known from elsewhere. Raises as `read_settings` does."""
    refuse_unknown(item, ("month", "currency", "column", "total"), path, "controls.")
    missing = [key for key in ("month", "currency", "total") if key not in item]
    if missing:
        raise SchemaError("a control lacks", file=str(path), field=f"controls.{missing[0]}", remedy="state it")
    column = str(item.get("column", "amount"))
    if column not in AMOUNTS:
        raise UnknownReferenceError(
            "unknown cost column", file=str(path), value=column, remedy=f"use {listed(AMOUNTS)}"
        )
    return Control(str(item["month"]), str(item["currency"]), column, Decimal(str(item["total"])))
