"""The description of operations: parameters, bodies and answers as OpenAPI 3.1 has them.

Role: the vocabulary with which routes describe themselves; every operation shows an example of what it takes and gives.
Must not know: any operation.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from service.api.formats import ARROW, CSV, JSON, PARQUET
from service.api.listings import DEFAULT_LIMIT, MAX_LIMIT, MAX_TEXT, SINCE, Field, Listing

PROBLEM = "application/problem+json"
IDENTITY = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[^\\u0000/]+$"}


class Param(NamedTuple):
    """A parameter: its name, meaning, JSON Schema and example; in the query unless `where` says otherwise."""

    name: str
    about: str
    schema: Mapping[str, Any]
    example: Any = None
    required: bool = False
    where: str = "query"

    def to_dict(self) -> dict[str, Any]:
        """The parameter as OpenAPI has it."""
        shown = {} if self.example is None else {"example": self.example}
        place = {"name": self.name, "in": self.where, "required": self.required or self.where == "path"}
        return place | {"description": self.about, "schema": dict(self.schema)} | shown


class Body(NamedTuple):
    """A request body in one media type, with an example."""

    media: str
    schema: Mapping[str, Any]
    example: Any


def text(most: int = MAX_TEXT, **more: Any) -> dict[str, Any]:
    """A text parameter that holds something."""
    return {"type": "string", "minLength": 1, "maxLength": most, "pattern": "^[^\\u0000]*$", **more}


MATCH = Param(
    "If-Match",
    "The ETag that was read; * is any.",
    {"type": "string", "pattern": '^(\\*|"[0-9]+")$'},
    '"1"',
    required=True,
    where="header",
)
COLUMNS = Param(
    "fields", "Columns to give, separated by commas.", {"type": "string", "pattern": "^[a-z_0-9.]+(,[a-z_0-9.]+)*$"}
)
"""Which columns of a table whose columns depend on the data."""


def identity(name: str, about: str, example: str) -> Param:
    """A part of the path that names a record."""
    return Param(name, about, IDENTITY, example, where="path")


def described(
    answer: Mapping[str, Any] | None,
    *,
    params: Sequence[Param] = (),
    bodies: Sequence[Body] = (),
    status: int = 200,
    about: str = "The answer.",
    more: Mapping[int, tuple[str, Mapping[str, Any] | None]] | None = None,
    headers: Sequence[str] = (),
) -> dict[str, Any]:
    """What `openapi_extra` adds to an operation: `answer` maps media types to `{schema, example}`."""
    responses: dict[str, Any] = {str(status): {"description": about} | ({"content": dict(answer)} if answer else {})}
    if headers:
        responses[str(status)]["headers"] = {name: {"schema": {"type": "string"}} for name in headers}
    for code, (words, content) in (more or {}).items():
        responses[str(code)] = {"description": words} | ({"content": dict(content)} if content else {})
    extra: dict[str, Any] = {"responses": responses}
    if params:
        extra["parameters"] = [param.to_dict() for param in params]
    if bodies:
        content = {body.media: {"schema": dict(body.schema), "example": body.example} for body in bodies}
        extra["requestBody"] = {"required": True, "content": content}
    return extra


def gives(example: Any, schema: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A JSON answer with its example."""
    return {JSON: {"schema": dict(schema or {"type": "object"}), "example": example}}


def table_answer(example_row: Mapping[str, Any], row_schema: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A table in the four media types."""
    row = dict(row_schema or {"type": "object"})
    page = {
        "type": "object",
        "required": ["data", "meta", "links"],
        "properties": {
            "data": {"type": "array", "items": row},
            "meta": {"type": "object"},
            "links": {
                "type": "object",
                "required": ["next"],
                "properties": {"next": {"type": ["string", "null"], "description": "Path of the next page."}},
            },
        },
    }
    example = {"data": [dict(example_row)], "meta": {"synthetic": False}, "links": {"next": None}}
    binary = {"schema": {"type": "string", "format": "binary"}}
    header = ",".join(example_row)
    return {
        JSON: {"schema": page, "example": example},
        CSV: {"schema": {"type": "string"}, "example": f"{header}\n"},
        PARQUET: dict(binary),
        ARROW: dict(binary),
    }


def row_schema(fields: Mapping[str, Field]) -> dict[str, Any]:
    """A row of a list as JSON Schema; sparse fields leave members out."""
    return {"type": "object", "properties": {name: field.schema() for name, field in fields.items()}}


def list_params(listing: Listing) -> list[Param]:
    """Every parameter of a list."""
    sorts = [sign + name for name in listing.sorts for sign in ("", "-")]
    params = [
        Param(
            "limit",
            "Rows of a page.",
            {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
            20,
        ),
        Param("cursor", "Where the last page ended: the `cursor` of its `links.next`.", text(8000)),
        Param("sort", "Order; a leading - falls.", {"type": "string", "enum": sorts}, listing.default_sort),
        Param(
            "fields",
            "Fields to give, separated by commas: " + ", ".join(listing.fields),
            names_of(listing.fields),
            _few(listing),
        ),
    ]
    for name in listing.filters:
        field = listing.fields[name]
        params.append(
            Param(name, f"Only rows with this: {field.about}", FILTERS.get(field.type, text()), field.example)
        )
    if listing.is_incremental:
        since = "Only rows changed at or after this moment, oldest change first; `meta.next_updated_since` goes on."
        params.append(Param(SINCE, since, {"type": "string", "format": "date-time"}, "2026-07-01T00:00:00Z"))
    return params


def names_of(names: Iterable[str]) -> dict[str, Any]:
    """Names out of a list, separated by commas."""
    one = "(" + "|".join(names) + ")"
    return {"type": "string", "pattern": f"^{one}(,{one})*$"}


FILTERS: Mapping[str, dict[str, Any]] = {
    "flag": {"type": "boolean"},
    "whole": {"type": "integer", "minimum": 0, "maximum": 10**9 - 1},
}


def _few(listing: Listing) -> str:
    return ",".join(tuple(listing.fields)[:3])
