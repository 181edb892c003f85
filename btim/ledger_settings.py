"""The ledger's mapping file: which files, which columns, which rules, which further inputs.

Role: read `ledger.toml` into frozen records and refuse what it does not know by name.
Must not know: how files are queried or what the rules lead to.
"""

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from btim.allocation_methods import METHODS, Method
from btim.errors import FileError, RuleError, SchemaError, UnknownReferenceError, ValueFormatError, listed
from btim.files import read_text
from btim.fiscal import KINDS, FiscalCalendar

FORMATS = ("gl", "focus")
DIMENSIONS = ("account", "vendor", "cost_centre", "legal_entity", "project", "counterparty")
"""Kept in the ledger's grain beside the four layers."""
PLACES = ("pool", "sub_pool", "expenditure", "tower", "sub_tower", "solution", "consumer", "run_grow_transform")
"""What a rule may assign and a column may carry."""
MATCHABLE = (*DIMENSIONS, "account_name", "description", "service", "service_category", "charge_category", *PLACES)
AMOUNTS = ("amount", "billed", "listed", "contracted")
"""Cost columns: `amount` is the one views use (effective cost of a cloud bill, posted amount of a general ledger)."""
FIELDS = ("date", "period", "currency", "tags", *AMOUNTS, *MATCHABLE)
INPUTS = (
    "drivers",
    "volumes",
    "benchmarks",
    "budget",
    "rates",
    "contracts",
    "taxonomy",
    "tags",
    "prices",
    "carbon",
    "grid",
)
EXPENDITURES = ("opex", "capex")
STAGES = ("run", "grow", "transform")


@dataclass(frozen=True)
class SourceFile:
    """One file of cost lines. `columns` maps our field to the file's column, `constants` a field to its value."""

    path: Path
    format: str
    encoding: str | None = None
    scale: int = 1
    tax: str = "excluded"
    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    keep_tags: tuple[str, ...] = ()
    date_format: str | None = None


@dataclass(frozen=True)
class Rule:
    """First match wins; every pattern is a regular expression searched in any case, all must be found."""

    match: tuple[tuple[str, str], ...]
    assign: Mapping[str, str]
    exclude: str | None = None


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


@dataclass(frozen=True)
class LedgerSettings:
    """Everything `ledger.toml` says; paths are resolved against the file's own folder."""

    file: Path
    title: str
    files: tuple[SourceFile, ...]
    rules: tuple[Rule, ...] = ()
    inputs: Mapping[str, Path] = field(default_factory=dict)
    controls: tuple[Control, ...] = ()
    methods: tuple[Method, ...] = ()
    calendar: FiscalCalendar = field(default_factory=FiscalCalendar)
    close: Close | None = None
    currency: str | None = None
    synthetic: bool = False


def read_settings(path: Path, data: Path | None = None) -> LedgerSettings:
    """Read a mapping file; its paths are relative to `data`, by default the folder it lies in.

    Raises:
        FileError: missing, unreadable or not TOML.
        SchemaError: a key is unknown or a needed one absent, named.
        RuleError: a rule assigns nothing or something that cannot be assigned.
    """
    try:
        raw = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise FileError(f"is not valid TOML: {error}", file=str(path), remedy="correct that line") from None
    _known(
        raw,
        ("title", "synthetic", "currency", "files", "rules", "inputs", "controls", "allocation", "calendar", "close"),
        path,
        "",
    )
    if not raw.get("files"):
        raise SchemaError("names no [[files]]", file=str(path), remedy='add [[files]] with path and format = "gl"')
    return LedgerSettings(
        file=path,
        title=str(raw.get("title", path.stem)),
        synthetic=bool(raw.get("synthetic", False)),
        currency=raw.get("currency"),
        files=tuple(source for item in raw["files"] for source in _sources(item, path, data or path.parent)),
        rules=tuple(_rule(item, position, path) for position, item in enumerate(raw.get("rules", []), start=1)),
        inputs=_inputs(raw.get("inputs", {}), path, data or path.parent),
        calendar=_calendar(raw.get("calendar", {}), path),
        close=_close(raw["close"], path, data or path.parent) if "close" in raw else None,
        methods=tuple(_method(item, path) for item in raw.get("allocation", [])),
        controls=tuple(_control(item, path) for item in raw.get("controls", [])),
    )


def _known(table: Mapping[str, Any], allowed: tuple[str, ...], path: Path, where: str) -> None:
    for key in table:
        if key not in allowed:
            raise SchemaError(
                "unknown key", file=str(path), field=f"{where}{key}", remedy=f"known: {listed(allowed, 30)}"
            )


def _sources(item: Mapping[str, Any], path: Path, data: Path) -> list[SourceFile]:
    keys = ("path", "format", "encoding", "scale", "tax", "columns", "constants", "tags", "keep_tags", "date_format")
    _known(item, keys, path, "files.")
    if "path" not in item:
        raise SchemaError("a [[files]] table has no path", file=str(path), remedy='add path = "…"')
    kind = str(item.get("format", "gl"))
    if kind not in FORMATS:
        raise ValueFormatError(
            "unknown format", file=str(path), field="files.format", value=kind, remedy="use gl or focus"
        )
    columns = {str(key): str(value) for key, value in item.get("columns", {}).items()}
    constants = {str(key): str(value) for key, value in item.get("constants", {}).items()}
    _known({**columns, **constants}, FIELDS, path, "files.columns.")
    scale = item.get("scale", 1)
    if not isinstance(scale, int) or scale < 1:
        raise ValueFormatError(
            "must be a positive whole number", file=str(path), field="files.scale", value=scale, remedy="万元 is 10000"
        )
    return [
        SourceFile(
            path=found,
            format=kind,
            encoding=item.get("encoding"),
            scale=scale,
            tax=str(item.get("tax", "excluded")),
            columns=columns,
            constants=constants,
            tags=dict(item.get("tags", {})),
            keep_tags=tuple(item.get("keep_tags", ())),
            date_format=item.get("date_format"),
        )
        for found in _found(str(item["path"]), path, data)
    ]


def _found(pattern: str, path: Path, data: Path) -> list[Path]:
    if not any(sign in pattern for sign in "*?["):
        return [data / pattern]
    found = sorted(data.glob(pattern))
    if not found:
        raise FileError(
            "no file matches", file=str(path), field="files.path", value=pattern, remedy="check the pattern"
        )
    return found


def _rule(item: Mapping[str, Any], position: int, path: Path) -> Rule:
    where = f"rules[{position}]."
    _known(item, ("match", "assign", "exclude"), path, where)
    match, assign = item.get("match", {}), dict(item.get("assign", {}))
    _known(match, MATCHABLE, path, f"{where}match.")
    _known(assign, PLACES, path, f"{where}assign.")
    if not assign and not item.get("exclude"):
        raise RuleError("assigns nothing", file=str(path), field=where.rstrip("."), remedy="add assign or exclude")
    for name, allowed in (("expenditure", EXPENDITURES), ("run_grow_transform", STAGES)):
        if name in assign and assign[name] not in allowed:
            raise UnknownReferenceError(
                "unknown value",
                file=str(path),
                field=f"{where}assign.{name}",
                value=assign[name],
                remedy=f"use {listed(allowed)}",
            )
    patterns = tuple((str(key), str(pattern)) for key, pattern in match.items() if pattern)
    return Rule(match=patterns, assign={key: str(value) for key, value in assign.items()}, exclude=item.get("exclude"))


def _inputs(table: Mapping[str, Any], path: Path, data: Path) -> dict[str, Path]:
    _known(table, INPUTS, path, "inputs.")
    return {key: data / str(value) for key, value in table.items()}


def _method(item: Mapping[str, Any], path: Path) -> Method:
    _known(item, ("layer", "element", "method", "to_layer", "to", "shares", "weights"), path, "allocation.")
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


def _calendar(table: Mapping[str, Any], path: Path) -> FiscalCalendar:
    _known(table, ("kind", "first_month", "starts"), path, "calendar.")
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


def _close(table: Mapping[str, Any], path: Path, data: Path) -> Close:
    _known(table, ("through", "books"), path, "close.")
    for key in ("through", "books"):
        if key not in table:
            raise SchemaError("missing key", file=str(path), field=f"close.{key}", remedy="state it")
    return Close(str(table["through"]), data / str(table["books"]))


def _control(item: Mapping[str, Any], path: Path) -> Control:
    _known(item, ("month", "currency", "column", "total"), path, "controls.")
    missing = [key for key in ("month", "currency", "total") if key not in item]
    if missing:
        raise SchemaError("a control lacks", file=str(path), field=f"controls.{missing[0]}", remedy="state it")
    column = str(item.get("column", "amount"))
    if column not in AMOUNTS:
        raise UnknownReferenceError(
            "unknown cost column", file=str(path), value=column, remedy=f"use {listed(AMOUNTS)}"
        )
    return Control(str(item["month"]), str(item["currency"]), column, Decimal(str(item["total"])))
