"""Tables of the mapping file that stand alone: calendar, close, controls, ways to allocate.

Role: read each into its frozen record and refuse what it does not know by name.
Must not know: files or rules.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from btim.allocation_methods import METHODS, Method
from btim.currencies import currency_remedy, is_currency
from btim.errors import RuleError, SchemaError, UnknownReferenceError, ValueFormatError, listed
from btim.fiscal import KINDS, FiscalCalendar, named_year

AMOUNTS = ("amount", "billed", "listed", "contracted")
"""Cost columns: `amount` is the one views use (effective cost of a cloud bill, posted amount of a general ledger)."""
SIDES = ("debit", "credit")
"""Columns that may stand in for `amount`: debit less credit."""
TREATMENTS = ("included", "excluded")
LARGE_UNIT = re.compile(r"[万千]元|[億亿]元|\b(thousands?|millions?)\b|\bin k\b|['’]000|\(000s?\)", re.IGNORECASE)


@dataclass(frozen=True)
class Control:
    """A total the user knows from elsewhere (an invoice, a trial balance)."""

    month: str
    currency: str
    column: str
    total: Decimal


@dataclass(frozen=True)
class Reason:
    """Why late postings came late, for those whose fields hold all the patterns (any case)."""

    match: tuple[tuple[str, str], ...]
    text: str


@dataclass(frozen=True)
class Close:
    """Months up to `through` are shut; `books` is the folder of an earlier import that holds them.

    `adjustment` names what is posted late; `reasons` say why, each for what it matches.
    """

    through: str
    books: Path
    adjustment: str = ""
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Tax:
    """How a file's amounts stand to value-added tax.

    `treatment`: included in the amounts or excluded from them. `rate` (0.13 for 13 %) or a `tax_rate` column of the
    file states how much; without either nothing is computed. Recoverable tax is no cost.
    """

    treatment: str = "excluded"
    rate: Decimal | None = None
    recoverable: bool = True
    is_stated: bool = False

    @property
    def in_cost(self) -> str:
        """What the ledger's cost holds: `excluded`, `included`, and why where a rate is stated."""
        if not self.is_stated:
            return self.treatment
        return "excluded (recovered)" if self.recoverable else "included (in lines of its own)"


@dataclass(frozen=True)
class Capital:
    """How an asset register stands to the ledger.

    `first`: depreciation starts in the month of `in_service` (same) or the one after (next). `purchases`: which booked
    lines bought assets and are no cost beside their depreciation: those that name an asset of the register (linked),
    or all CapEx lines (capex), which is right where the register holds all that was bought.
    """

    first: str = "same"
    purchases: str = "linked"


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
    refuse_unknown(table, ("kind", "first_month", "starts", "name"), path, "calendar.")
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
    return FiscalCalendar(kind, first, starts, _year_name(table, path))


def _year_name(table: Mapping[str, Any], path: Path) -> str:
    naming = str(table.get("name", "FY{end}"))
    try:
        distinct = named_year(naming, 2024, 2025) != named_year(naming, 2025, 2026)
    except (KeyError, IndexError, ValueError):
        distinct = False
    if not distinct:
        raise ValueFormatError(
            "names no year",
            file=str(path),
            field="calendar.name",
            value=naming,
            remedy="use {start}, {end}, {start2} or {end2}, as in FY{end}",
        )
    return naming


def close_table(table: Mapping[str, Any], path: Path, data: Path, fields: tuple[str, ...]) -> Close:
    """Which months are shut; reasons match `fields` of a line. Raises as `read_settings` does."""
    refuse_unknown(table, ("through", "books", "adjustment", "reasons"), path, "close.")
    for key in ("through", "books"):
        if key not in table:
            raise SchemaError("missing key", file=str(path), field=f"close.{key}", remedy="state it")
    return Close(
        str(table["through"]),
        data / str(table["books"]),
        str(table.get("adjustment") or f"closed through {table['through']}"),
        tuple(_reason(item, path, fields) for item in table.get("reasons", [])),
    )


def _reason(item: Mapping[str, Any], path: Path, fields: tuple[str, ...]) -> Reason:
    refuse_unknown(item, ("match", "reason"), path, "close.reasons.")
    refuse_unknown(item.get("match", {}), fields, path, "close.reasons.match.")
    if not item.get("reason"):
        raise SchemaError("missing key", file=str(path), field="close.reasons.reason", remedy="say why")
    patterns = tuple((str(name), str(pattern)) for name, pattern in item.get("match", {}).items())
    for name, pattern in patterns:
        try:
            re.compile(pattern)
        except re.error:
            raise ValueFormatError(
                "is not a regular expression", file=str(path), field=f"close.reasons.match.{name}", value=pattern
            ) from None
    return Reason(patterns, str(item["reason"]))


def tax_table(item: Mapping[str, Any], kind: str, columns: Mapping[str, str], path: Path) -> Tax:
    """How a file's amounts stand to tax. Raises as `read_settings` does."""
    treatment = str(item.get("tax", "excluded"))
    if treatment not in TREATMENTS:
        raise UnknownReferenceError(
            "unknown value", file=str(path), field="files.tax", value=treatment, remedy=f"use {listed(TREATMENTS)}"
        )
    stated = "tax_rate" in item or "tax_rate" in columns
    if not stated:
        return Tax(treatment)
    if kind == "focus":
        raise RuleError(
            "a FOCUS bill states tax as lines of its own", file=str(path), field="files.tax_rate", remedy="drop it"
        )
    if "tax" not in item or not isinstance(item.get("tax_recoverable"), bool):
        raise SchemaError(
            "a tax rate needs to know whether amounts include the tax and whether it is recovered",
            file=str(path),
            field="files.tax_recoverable" if "tax" in item else "files.tax",
            remedy='state tax = "included" or "excluded" and tax_recoverable = true or false',
        )
    rate = None
    if "tax_rate" in item:
        try:
            rate = tax_rate(str(item["tax_rate"]))
        except (ValueError, ArithmeticError):
            raise ValueFormatError(
                "is not a rate", file=str(path), field="files.tax_rate", value=item["tax_rate"], remedy="13 % is 0.13"
            ) from None
    return Tax(treatment, rate, item["tax_recoverable"], is_stated=True)


def tax_rate(text: str) -> Decimal:
    """A share from 0 to below 1, also written with a percent sign.

    Raises:
        ValueError, ArithmeticError: it is none.
    """
    text = text.strip()
    rate = Decimal(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    if not 0 <= rate < 1:
        raise ValueError("not a share")
    return rate


def scale_of(item: Mapping[str, Any], columns: Mapping[str, str], path: Path) -> int:
    """Currency units in one unit of a file's amounts. Raises as `read_settings` does.

    A column whose name says 万 or thousands needs the scale stated: its amounts would be wrong by that factor.
    """
    scale = item.get("scale")
    if scale is None:
        large = [name for field, name in columns.items() if field in {*AMOUNTS, *SIDES} and LARGE_UNIT.search(name)]
        if large:
            raise SchemaError(
                f"column {large[0]!r} seems to count in larger units",
                file=str(path),
                field="files.scale",
                remedy="state scale = 10000 for 万元, 1000 for thousands, or 1",
            )
        return 1
    if not isinstance(scale, int) or isinstance(scale, bool) or scale < 1:
        raise ValueFormatError(
            "must be a positive whole number", file=str(path), field="files.scale", value=scale, remedy="万元 is 10000"
        )
    return scale


def assets_table(table: Mapping[str, Any], path: Path) -> Capital:
    """How the asset register is applied. Raises as `read_settings` does."""
    refuse_unknown(table, ("first", "purchases"), path, "assets.")
    for key, allowed in (("first", ("same", "next")), ("purchases", ("linked", "capex"))):
        if key in table and table[key] not in allowed:
            raise UnknownReferenceError(
                "unknown value",
                file=str(path),
                field=f"assets.{key}",
                value=table[key],
                remedy=f"use {listed(allowed)}",
            )
    return Capital(**{str(key): str(value) for key, value in table.items()})


def stated_currency(value: object, field: str, path: Path) -> str:
    """A currency's code, in capitals. Raises as `read_settings` does."""
    code = str(value).strip().upper()
    if not is_currency(code):
        raise ValueFormatError(
            "is no currency code", file=str(path), field=field, value=value, remedy=currency_remedy(code)
        )
    return code


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
    currency = stated_currency(item["currency"], "controls.currency", path)
    return Control(str(item["month"]), currency, column, Decimal(str(item["total"])))
