"""Lists over HTTP: which fields a list has, what it may be sorted and filtered by, and what a client asked of it.

Role: one declaration a list, from which its parameters are read, checked and described.
Must not know: SQL, or where the rows come from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from fastapi import Request

from btim.errors import NotFoundError, listed
from service.api.bodies import refuse_unknown_parameters
from service.api.cursors import Place, place_of, question_of, refused
from service.api.refusals import BadParameter

DEFAULT_LIMIT = 50
MAX_LIMIT = 1000
MAX_TEXT = 200
SINCE = "updated_since"
CONTROLS = ("limit", "cursor", "sort", "fields")

SCHEMAS: Mapping[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "whole": {"type": "integer"},
    "number": {"type": "number"},
    "decimal": {"type": "string", "description": "a decimal, exact to its last digit"},
    "flag": {"type": "boolean"},
    "moment": {"type": "string", "format": "date-time"},
    "day": {"type": "string", "format": "date"},
    "object": {"type": "object"},
    "any": {"type": ["object", "array", "string", "number", "boolean", "null"]},
    "list": {"type": "array"},
}


SCALAR: Mapping[str, Any] = {"whole": int, "number": int | float}
"""Types of the values in a cursor; text where it is none of these."""


class Field(NamedTuple):
    """One field of a list: its type (a key of `SCHEMAS`), meaning and example; whether it may be missing."""

    type: str
    about: str
    example: Any
    nullable: bool = False

    def schema(self) -> dict[str, Any]:
        """The field as JSON Schema."""
        schema = dict(SCHEMAS[self.type])
        if self.nullable and isinstance(schema["type"], str):
            schema["type"] = [schema["type"], "null"]
        return schema | {"description": self.about, "examples": [self.example]}


@dataclass(frozen=True, slots=True)
class Listing:
    """A list: its fields, the ones it may be sorted and filtered by, and the order without a `sort`.

    `key` holds the fields that tell rows apart; they settle ties of the sort. A list with the fields `sequence` and
    `updated_at` can be read incrementally: `sequence` rises with every change.
    """

    name: str
    fields: Mapping[str, Field]
    sorts: tuple[str, ...]
    filters: tuple[str, ...] = ()
    default_sort: str = "-sequence"
    key: tuple[str, ...] = ("id",)

    @property
    def is_incremental(self) -> bool:
        """Whether `updated_since` is known."""
        return "updated_at" in self.fields and "sequence" in self.sorts

    def parameters(self) -> frozenset[str]:
        """Every query parameter of the list."""
        return frozenset((*CONTROLS, *self.filters, *((SINCE,) if self.is_incremental else ())))


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client asked of a list: page size, order, chosen fields, filters, and where the last page ended."""

    limit: int
    sort: str
    fields: tuple[str, ...]
    filters: Mapping[str, Any]
    since: datetime | None
    after: tuple[Any, ...] | None
    question: str


def asked_of(request: Request, listing: Listing, more: frozenset[str] = frozenset()) -> Asked:
    """Read the parameters of a list; `more` are parameters that the operation reads itself.

    Raises:
        BadParameter: an unknown parameter, or one that does not hold what it must.
    """
    refuse_unknown_parameters(request, listing.parameters() | more)
    given = dict(request.query_params)
    sort = given.get("sort", "sequence" if SINCE in given else listing.default_sort)
    name = sort.removeprefix("-")
    if name not in listing.sorts:
        raise BadParameter("cannot be sorted by", field="sort", value=name, remedy=f"use {listed(listing.sorts)}")
    texts = {key: given[key] for key in (*listing.filters, SINCE, *sorted(more)) if key in given}
    question = question_of(sort, texts)
    cursor = given.get("cursor")
    return Asked(
        limit=whole_parameter(given, "limit", DEFAULT_LIMIT, MAX_LIMIT),
        sort=sort,
        fields=chosen_fields(given.get("fields"), tuple(listing.fields)) or tuple(listing.fields),
        filters={key: _value(listing, key, given[key]) for key in listing.filters if key in given},
        since=moment_parameter(given, SINCE),
        after=None if cursor is None else _place(cursor, place_of(cursor, question), listing, name),
        question=question,
    )


def whole_parameter(given: Mapping[str, str], name: str, default: int, most: int, least: int = 1) -> int:
    """A whole number between `least` and `most`."""
    text = given.get(name)
    if text is None:
        return default
    is_whole = text.isascii() and text.isdecimal() and len(text) < 10
    if not is_whole or not least <= int(text) <= most:
        raise BadParameter("is out of bounds", field=name, value=text, remedy=f"a whole number from {least} to {most}")
    return int(text)


def moment_parameter(given: Mapping[str, str], name: str) -> datetime | None:
    """A moment in ISO 8601; without a zone it is UTC."""
    text = given.get(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadParameter("is not a moment", field=name, value=text, remedy="write 2026-07-01T00:00:00Z") from None


def chosen_fields(text: str | None, known: tuple[str, ...]) -> tuple[str, ...] | None:
    """The sparse fields of a client, in the list's order; None where all are wanted.

    Raises:
        BadParameter: one of them is unknown.
    """
    if text is None:
        return None
    names = {part.strip() for part in text.split(",")}
    unknown = sorted(names - set(known))
    if unknown:
        raise BadParameter("unknown field", field="fields", value=unknown[0], remedy=f"known: {listed(known, most=40)}")
    return tuple(name for name in known if name in names)


def chosen_columns(text: str | None, known: tuple[str, ...]) -> tuple[str, ...] | None:
    """The same for a table whose columns depend on the data.

    Raises:
        NotFoundError: it has no such column.
    """
    try:
        return chosen_fields(text, known)
    except BadParameter as refusal:
        raise NotFoundError("no such column", field="fields", value=refusal.value, remedy=refusal.remedy) from None


def _place(cursor: str, place: Place, listing: Listing, sort: str) -> tuple[Any, ...]:
    """The place with moments as moments; each value must be of its field's type."""
    names = (sort, *(name for name in listing.key if name != sort))
    kinds = [listing.fields[name].type for name in names]
    wanted = [SCALAR.get(kind, str) for kind in kinds]
    if len(place) != len(kinds) or not all(isinstance(value, each) for value, each in zip(place, wanted, strict=True)):
        raise refused("is not a cursor of this list", cursor)
    try:
        return tuple(
            datetime.fromisoformat(str(value)) if kind == "moment" else value
            for value, kind in zip(place, kinds, strict=True)
        )
    except ValueError:
        raise refused("is not a cursor of this list", cursor) from None


def _value(listing: Listing, name: str, text: str) -> Any:
    kind = listing.fields[name].type
    if len(text) > MAX_TEXT:
        raise BadParameter("is too long", field=name, value=text, remedy=f"at most {MAX_TEXT} characters")
    if kind == "flag":
        if text not in {"true", "false"}:
            raise BadParameter("is not true or false", field=name, value=text, remedy="write true or false")
        return text == "true"
    if kind == "whole":
        return whole_parameter({name: text}, name, 0, 10**9 - 1, 0)
    if kind == "moment":
        return moment_parameter({name: text}, name)
    return text
