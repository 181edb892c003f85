"""Pages of records: filtered, sorted and cut by allow-lists, continued by key and not by counting.

Role: one way to list every kind of record; a page costs the same at the end of a table as at its start.
Must not know: HTTP, or how a cursor is written down.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, and_, or_

from btim.errors import UnknownReferenceError, ValueFormatError, listed
from service.store import input_tables, operation_tables, result_tables
from service.store.scope import Row, Scope

MOST = 1000
COMPARISONS = ("eq", "ne", "in", "gt", "ge", "lt", "le")


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on a field: `eq`, `ne`, `in` (a sequence), `gt`, `ge`, `lt`, `le`."""

    field: str
    comparison: str
    value: Any


@dataclass(frozen=True, slots=True)
class Query:
    """What to list.

    `sort`: fields, a leading `-` falls; `after`: `Page.next` of the page before; `fields`: all that are not hidden if
    none is named.
    """

    filters: Sequence[Filter] = ()
    sort: Sequence[str] = ()
    after: Sequence[Any] | None = None
    limit: int = 50
    fields: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a page and where the next begins (None: this was the last)."""

    rows: list[Row]
    next: tuple[Any, ...] | None


@dataclass(frozen=True, slots=True)
class Listing:
    """What may be done with a kind of record. `hidden` fields are given only when asked for by name."""

    table: Table
    key: tuple[str, ...]
    sorts: tuple[str, ...] = ("sequence",)
    hidden: frozenset[str] = field(default_factory=frozenset)

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field but the organisation."""
        return tuple(column.name for column in self.table.c if column.name != "organisation")

    @property
    def filters(self) -> tuple[str, ...]:
        """Fields that a filter may name: all that are not JSON or bytes."""
        return _filterable(self.table)


@cache
def _filterable(table: Table) -> tuple[str, ...]:
    kinds = {"JSON", "BLOB"}
    shown = (column for column in table.c if column.name != "organisation")
    return tuple(column.name for column in shown if str(column.type) not in kinds)


STAMPED = ("sequence", "updated_at", "created_at")
_INPUTS, _RESULTS, _OPERATION = input_tables, result_tables, operation_tables
LISTINGS: dict[str, Listing] = {
    "inputs": Listing(_INPUTS.inputs, ("id",), (*STAMPED, "kind", "name", "size")),
    "panels": Listing(_INPUTS.panels, ("id",), (*STAMPED, "name")),
    "panel_versions": Listing(_INPUTS.panel_versions, ("panel", "version"), ("version",)),
    "panel_rows": Listing(
        _INPUTS.panel_rows, ("panel", "unique_id", "ds", "version"), ("sequence", "updated_at", "unique_id", "ds")
    ),
    "imports": Listing(_INPUTS.imports, ("id",), (*STAMPED, "name"), frozenset({"facts"})),
    "ledger_lines": Listing(_INPUTS.ledger_lines, ("import_id", "line"), ("line", "month", "amount", *_INPUTS.PLACES)),
    "view_rows": Listing(
        _INPUTS.view_rows,
        ("import_id", "view", "line"),
        ("line", "month", "amount", "pool", "tower", "solution", "consumer"),
    ),
    "portfolios": Listing(_INPUTS.portfolios, ("id",), (*STAMPED, "name"), frozenset({"problem"})),
    "candidates": Listing(
        _INPUTS.candidates,
        ("portfolio", "id"),
        ("position", "sequence", "updated_at", "name", "solution", "tower", "category"),
    ),
    "solutions": Listing(_INPUTS.solutions, ("id",), (*STAMPED, "name")),
    "forecasts": Listing(_RESULTS.forecasts, ("id",), (*STAMPED, "as_of")),
    "forecast_rows": Listing(_RESULTS.forecast_rows, ("forecast", "unique_id", "ds"), ("unique_id", "ds")),
    "peak_rows": Listing(
        _RESULTS.peak_rows, ("forecast", "unique_id", "window", "unit"), ("unique_id", "tower", "window", "window_end")
    ),
    "recommendations": Listing(_RESULTS.recommendations, ("id",), STAMPED, frozenset({"body"})),
    "scenarios": Listing(_RESULTS.scenarios, ("id",), (*STAMPED, "name", "state")),
    "scenario_versions": Listing(_RESULTS.scenario_versions, ("scenario", "version"), ("version",)),
    "reports": Listing(_RESULTS.reports, ("id",), (*STAMPED, "name", "state"), frozenset({"text"})),
    "value_events": Listing(
        _RESULTS.value_events, ("id",), (*STAMPED, "solution", "metric", "state", "confidence", "status")
    ),
    "event_reviews": Listing(_RESULTS.event_reviews, ("event", "version"), ("version", "created_at")),
    "findings": Listing(_RESULTS.findings, ("id",), (*STAMPED, "stake", "kind", "layer", "element")),
    "jobs": Listing(_OPERATION.jobs, ("id",), (*STAMPED, "kind", "state"), frozenset({"beat", "worker"})),
    "schedules": Listing(_OPERATION.schedules, ("id",), (*STAMPED, "kind", "next_at")),
    "audit": Listing(_OPERATION.audit, ("sequence",), ("sequence",)),
}
"""Every kind of record that can be listed; sorting is only by fields that are never null."""


class Listings:
    """The organisation's records, page by page."""

    def __init__(self, scope: Scope) -> None:
        """Work in a transaction."""
        self._scope = scope

    def get(self, kind: str, *key: Any, fields: Sequence[str] = ()) -> Row:
        """One record by its key.

        Raises:
            NotFoundError: the organisation has no such record.
        """
        listing = LISTINGS[kind]
        row = self._scope.one(
            listing.table, kind.replace("_", " ").rstrip("s"), **dict(zip(listing.key, key, strict=True))
        )
        return {name: row[name] for name in _shown(listing, fields)} if fields else row

    def page(self, kind: str, query: Query) -> Page:
        """A page of records.

        Raises:
            UnknownReferenceError: a filter, sort or field that this kind does not have.
            ValueFormatError: a limit out of range, or a cursor of another sort.
        """
        listing = LISTINGS[kind]
        if not 1 <= query.limit <= MOST:
            raise ValueFormatError("is out of range", field="limit", value=query.limit, remedy=f"write 1 to {MOST}")
        order = _order(listing, query.sort)
        shown = _shown(listing, query.fields)
        extra = [column for column, _ in order if column.name not in shown]
        conditions = [_condition(listing, each) for each in query.filters]
        if query.after is not None:
            conditions.append(_after(order, query.after))
        statement = (
            self._scope.select(listing.table, *conditions)
            .with_only_columns(*(listing.table.c[name] for name in shown), *extra)
            .order_by(*(column.desc() if falls else column.asc() for column, falls in order))
            .limit(query.limit + 1)
        )
        rows = self._scope.all(statement)
        more = len(rows) > query.limit
        rows = rows[: query.limit]
        last = tuple(rows[-1][column.name] for column, _ in order) if more else None
        names = {column.name for column in extra}
        return Page([{name: cell for name, cell in row.items() if name not in names} for row in rows], last)


def _shown(listing: Listing, fields: Sequence[str]) -> tuple[str, ...]:
    _known("field", fields, listing.fields)
    return tuple(fields) or tuple(name for name in listing.fields if name not in listing.hidden)


def _order(listing: Listing, sort: Sequence[str]) -> list[tuple[Column[Any], bool]]:
    asked = [(name.removeprefix("-"), name.startswith("-")) for name in (sort or listing.sorts[:1])]
    _known("sort", [name for name, _ in asked], listing.sorts)
    falls = asked[-1][1]
    names = dict(asked) | {name: falls for name in listing.key if name not in dict(asked)}
    return [(listing.table.c[name], falling) for name, falling in names.items()]


def _condition(listing: Listing, given: Filter) -> ColumnElement[bool]:
    _known("filter", [given.field], listing.filters)
    _known("comparison", [given.comparison], COMPARISONS)
    column, value = listing.table.c[given.field], given.value
    table: Mapping[str, Any] = {
        "eq": column.__eq__,
        "ne": column.__ne__,
        "in": column.in_,
        "gt": column.__gt__,
        "ge": column.__ge__,
        "lt": column.__lt__,
        "le": column.__le__,
    }
    condition: ColumnElement[bool] = table[given.comparison](value)
    return condition


def _after(order: Sequence[tuple[Column[Any], bool]], after: Sequence[Any]) -> ColumnElement[bool]:
    if len(after) != len(order):
        raise ValueFormatError(
            "is not a cursor of this list", field="cursor", remedy="repeat the sort of the first page"
        )
    choices = []
    for place, (column, falls) in enumerate(order):
        equal = [earlier == after[index] for index, (earlier, _) in enumerate(order[:place])]
        choices.append(and_(*equal, column < after[place] if falls else column > after[place]))
    return or_(*choices)


def _known(what: str, names: Sequence[str], allowed: Sequence[str]) -> None:
    for name in names:
        if name not in allowed:
            raise UnknownReferenceError(
                f"unknown {what}", field=what, value=name, remedy=f"use {listed(allowed, most=40)}"
            )
