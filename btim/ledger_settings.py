"""The ledger's mapping file: which files, which columns, which rules, which further inputs.

Role: read `ledger.toml` into frozen records and refuse what it does not know by name.
Must not know: how files are queried or what the rules lead to.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from btim.allocation_methods import Method
from btim.errors import FileError, RuleError, SchemaError, UnknownReferenceError, ValueFormatError, listed
from btim.files import read_text
from btim.fiscal import FiscalCalendar
from btim.mapping_tables import (
    AMOUNTS,
    SIDES,
    Capital,
    Close,
    Control,
    Tax,
    assets_table,
    calendar_table,
    close_table,
    control_table,
    method_table,
    refuse_unknown,
    scale_of,
    stated_currency,
    tax_table,
)

FORMATS = ("gl", "focus")
DIMENSIONS = ("account", "vendor", "cost_centre", "legal_entity", "project", "counterparty")
"""Kept in the ledger's grain beside the four layers."""
PLACES = ("pool", "sub_pool", "expenditure", "tower", "sub_tower", "solution", "consumer", "run_grow_transform")
"""What a rule may assign and a column may carry."""
CHARGES = ("charge_category", "charge_class", "commitment", "commitment_status", "asset")
"""What kind of charge a line is (in FOCUS' words), its commitment, the asset it bought; kept in the grain."""
MATCHABLE = (*DIMENSIONS, "account_name", "description", "service", "service_category", *CHARGES, *PLACES)
FIELDS = ("date", "period", "period_end", "currency", "tags", "tax_rate", *AMOUNTS, *SIDES, *MATCHABLE)
LATE_FIELDS = ("from_month", "currency", *PLACES, *DIMENSIONS, *CHARGES, "tags")
"""What a reason for late postings may match."""
INPUTS = (
    *("drivers", "volumes", "plan_volumes", "benchmarks", "budget", "rates", "contracts", "taxonomy", "tags", "prices"),
    *("carbon", "grid", "assets", "rules", "power", "embodied"),
)
FILE_KEYS = (
    *("path", "format", "encoding", "scale", "tax", "tax_rate", "tax_recoverable", "columns", "constants", "tags"),
    *("keep_tags", "date_format", "decimal", "thousands", "skip_rows"),
)
"""What a [[files]] table may say."""
TOP_KEYS = (
    *("title", "synthetic", "currency", "files", "rules", "inputs", "controls", "allocation", "calendar", "close"),
    "assets",
)
TOML_INPUTS = ("taxonomy", "rules")
ALLOWED = {
    "expenditure": ("opex", "capex"),
    "run_grow_transform": ("run", "grow", "transform"),
    "charge_category": ("Usage", "Purchase", "Tax", "Credit", "Adjustment"),
    "charge_class": ("Correction",),
    "commitment_status": ("Used", "Unused"),
}
"""Values that a rule may assign, where they are few."""


@dataclass(frozen=True)
class SourceFile:
    """One file of cost lines. `columns` maps our field to the file's column, `constants` a field to its value.

    `decimal` and `thousands` are the signs in its amounts; where either is stated, an amount in parentheses or with
    its minus behind it is negative. `skip_rows` lines stand above the header.
    """

    path: Path
    format: str
    encoding: str | None = None
    scale: int = 1
    tax: Tax = field(default_factory=Tax)
    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    keep_tags: tuple[str, ...] = ()
    date_format: str | None = None
    decimal: str = "."
    thousands: str = ""
    skip_rows: int = 0


@dataclass(frozen=True)
class Rule:
    """First match wins; every pattern is a regular expression searched in any case, all must be found."""

    match: tuple[tuple[str, str], ...]
    assign: Mapping[str, str]
    exclude: str | None = None


@dataclass(frozen=True)
class LedgerSettings:
    """Everything `ledger.toml` says; paths are resolved against the file's own folder.

    `encodings` are those of inputs that are not in UTF-8.
    """

    file: Path
    title: str
    files: tuple[SourceFile, ...]
    rules: tuple[Rule, ...] = ()
    inputs: Mapping[str, Path] = field(default_factory=dict)
    encodings: Mapping[str, str] = field(default_factory=dict)
    controls: tuple[Control, ...] = ()
    methods: tuple[Method, ...] = ()
    calendar: FiscalCalendar = field(default_factory=FiscalCalendar)
    close: Close | None = None
    capital: Capital = field(default_factory=Capital)
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
    refuse_unknown(raw, TOP_KEYS, path, "")
    if not raw.get("files"):
        raise SchemaError("names no [[files]]", file=str(path), remedy='add [[files]] with path and format = "gl"')
    return LedgerSettings(
        file=path,
        title=str(raw.get("title", path.stem)),
        synthetic=bool(raw.get("synthetic", False)),
        currency=_currency(raw, path),
        files=tuple(source for item in raw["files"] for source in _sources(item, path, data or path.parent)),
        rules=_rules(raw, path, data or path.parent),
        inputs=_inputs(raw.get("inputs", {}), path, data or path.parent),
        encodings=_encodings(raw.get("inputs", {}), path),
        calendar=calendar_table(raw.get("calendar", {}), path),
        close=close_table(raw["close"], path, data or path.parent, LATE_FIELDS) if "close" in raw else None,
        capital=assets_table(raw.get("assets", {}), path),
        methods=tuple(method_table(item, path) for item in raw.get("allocation", [])),
        controls=tuple(control_table(item, path) for item in raw.get("controls", [])),
    )


def _currency(raw: Mapping[str, Any], path: Path) -> str | None:
    return stated_currency(raw["currency"], "currency", path) if "currency" in raw else None


def _sources(item: Mapping[str, Any], path: Path, data: Path) -> list[SourceFile]:
    refuse_unknown(item, FILE_KEYS, path, "files.")
    if "path" not in item:
        raise SchemaError("a [[files]] table has no path", file=str(path), remedy='add path = "…"')
    kind = str(item.get("format", "gl"))
    if kind not in FORMATS:
        raise ValueFormatError(
            "unknown format", file=str(path), field="files.format", value=kind, remedy="use gl or focus"
        )
    columns = {str(key): str(value) for key, value in item.get("columns", {}).items()}
    constants = {str(key): str(value) for key, value in item.get("constants", {}).items()}
    refuse_unknown({**columns, **constants}, FIELDS, path, "files.columns.")
    if "currency" in constants:
        constants["currency"] = stated_currency(constants["currency"], "files.constants.currency", path)
    return [
        SourceFile(
            path=found,
            format=kind,
            encoding=item.get("encoding"),
            scale=scale_of(item, columns, path),
            tax=tax_table(item, kind, columns, path),
            columns=columns,
            constants=constants,
            tags=dict(item.get("tags", {})),
            keep_tags=tuple(item.get("keep_tags", ())),
            date_format=item.get("date_format"),
            decimal=_sign(item, "decimal", ".", path),
            thousands=_sign(item, "thousands", "", path),
            skip_rows=_skipped(item, path),
        )
        for found in _found(str(item["path"]), path, data)
    ]


def _skipped(item: Mapping[str, Any], path: Path) -> int:
    lines = item.get("skip_rows", 0)
    if not isinstance(lines, int) or isinstance(lines, bool) or lines < 0:
        raise ValueFormatError(
            "is not a number of lines", file=str(path), field="files.skip_rows", value=lines, remedy="0 or more"
        )
    return lines


def _sign(item: Mapping[str, Any], key: str, usual: str, path: Path) -> str:
    sign = str(item.get(key, usual))
    if sign not in {".", ",", "'", " ", "\u00a0", "\u202f", ""} or (key == "decimal" and sign not in {".", ","}):
        raise ValueFormatError(
            "is not a sign that numbers are written with",
            file=str(path),
            field=f"files.{key}",
            value=sign,
            remedy="use . or ,",
        )
    if key == "thousands" and sign == str(item.get("decimal", ".")):
        raise RuleError("decimal and thousands are the same sign", file=str(path), field="files.thousands", value=sign)
    return sign


def _found(pattern: str, path: Path, data: Path) -> list[Path]:
    if not any(sign in pattern for sign in "*?["):
        return [data / pattern]
    found = sorted(data.glob(pattern))
    if not found:
        raise FileError(
            "no file matches", file=str(path), field="files.path", value=pattern, remedy="check the pattern"
        )
    return found


def _rules(raw: Mapping[str, Any], path: Path, data: Path) -> tuple[Rule, ...]:
    """The mapping file's own rules, then those of the file that `[inputs] rules` names."""
    own = [_rule(item, position, path) for position, item in enumerate(raw.get("rules", []), start=1)]
    file = _inputs(raw.get("inputs", {}), path, data).get("rules")
    if file is None:
        return tuple(own)
    try:
        more = tomllib.loads(read_text(file))
    except tomllib.TOMLDecodeError as error:
        raise FileError(f"is not valid TOML: {error}", file=str(file), remedy="correct that line") from None
    refuse_unknown(more, ("rules",), file, "")
    return (*own, *(_rule(item, position, file) for position, item in enumerate(more.get("rules", []), start=1)))


def _rule(item: Mapping[str, Any], position: int, path: Path) -> Rule:
    where = f"rules[{position}]."
    refuse_unknown(item, ("match", "assign", "exclude"), path, where)
    match, assign = item.get("match", {}), dict(item.get("assign", {}))
    refuse_unknown(match, MATCHABLE, path, f"{where}match.")
    refuse_unknown(assign, (*PLACES, *CHARGES), path, f"{where}assign.")
    if not assign and not item.get("exclude"):
        raise RuleError("assigns nothing", file=str(path), field=where.rstrip("."), remedy="add assign or exclude")
    for name, allowed in ALLOWED.items():
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
    """Where each input lies: a path, or a table of `path` and `encoding`."""
    refuse_unknown(table, (*INPUTS, "encoding"), path, "inputs.")
    found = {}
    for key, value in table.items():
        if isinstance(value, Mapping):
            refuse_unknown(value, ("path", "encoding"), path, f"inputs.{key}.")
            if "path" not in value:
                raise SchemaError("missing key", file=str(path), field=f"inputs.{key}.path", remedy="state it")
        if key != "encoding":
            found[key] = data / str(value["path"] if isinstance(value, Mapping) else value)
    return found


def _encodings(table: Mapping[str, Any], path: Path) -> dict[str, str]:
    """Encodings of inputs: the one of all that are no TOML, and those stated for one input."""
    found = {}
    for key, value in table.items():
        own = value.get("encoding") if isinstance(value, Mapping) else None
        if own is not None and key in TOML_INPUTS:
            raise RuleError("TOML is UTF-8", file=str(path), field=f"inputs.{key}.encoding", remedy="save it as UTF-8")
        encoding = own or table.get("encoding")
        if encoding is not None and key not in {*TOML_INPUTS, "encoding"}:
            found[key] = str(encoding)
    return found
