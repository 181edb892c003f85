"""Tables as answers: JSON, CSV, Parquet or Arrow, with what the numbers are standing beside them.

Role: lays one page of rows, or a whole frame, out in the media type the client accepts.
Must not know: what the rows are about or where they came from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pandas as pd
from fastapi import Request, Response
from pydantic_core import to_json

from service.api.cursors import cursor_of
from service.api.formats import JSON, TABULAR, accepted, encoded
from service.api.listings import Asked, chosen_columns

VARY = {"Vary": "Accept, Accept-Encoding, Waterline-Organisation"}


@dataclass(frozen=True, slots=True)
class Stamp:
    """What stands beside every published number.

    `kind` is actual, accrued, plan, forecast or claimed. `sources` are pairs of a name and the SHA-256 of its content.
    `more` holds what only this answer has, such as a share mapped.
    """

    as_of: str | None = None
    kind: str | None = None
    currency: str | None = None
    unit: str | None = None
    synthetic: bool = False
    sources: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The stamp as the `meta` of a JSON answer."""
        return {
            "as_of": self.as_of,
            "kind": self.kind,
            "currency": self.currency,
            "unit": self.unit,
            "synthetic": self.synthetic,
            "sources": [{"name": name, "sha256": sha256} for name, sha256 in self.sources],
            "notes": list(self.notes),
            **self.more,
        }

    def columns(self) -> dict[str, Any]:
        """The stamp as columns beside the numbers of a table."""
        return {
            "as_of": self.as_of,
            "kind": self.kind,
            "currency": self.currency,
            "unit": self.unit,
            "synthetic": self.synthetic,
            "source_sha256": " ".join(sha256 for _, sha256 in self.sources) or None,
        }


def json_answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer; what is not a number is null, decimals are exact texts, moments ISO 8601 in UTC."""
    return Response(to_json(value, inf_nan_mode="null"), status, dict(headers or {}), media_type=JSON)


def page_answer(
    request: Request,
    asked: Asked,
    rows: Sequence[Mapping[str, Any]],
    following: Sequence[Any] | None,
    meta: Mapping[str, Any],
) -> Response:
    """One page of a list; `following` is the place where the next page begins, None after the last."""
    media = accepted(request.headers.get("accept"), TABULAR)
    link = None
    if following is not None:
        link = _with_cursor(request, cursor_of(tuple(_plain(value) for value in following), asked.question))
    links = {} if link is None else {"Link": f'<{link}>; rel="next"'}
    if media == JSON:
        # SQLAlchemy's column names are a subclass of text that the serialiser reads slowly: plain text is 5 × as fast.
        names = [str.__str__(name) for name in asked.fields]
        data = [dict(zip(names, (row[name] for name in names), strict=True)) for row in rows]
        return json_answer({"data": data, "meta": meta, "links": {"next": link}}, headers=VARY | links)
    frame = pd.DataFrame([tuple(row.values()) for row in rows], columns=list(asked.fields), dtype=object)
    facts = {name: str(value) for name, value in meta.items() if isinstance(value, str | bool | int)}
    return Response(encoded(frame, media, facts), headers=VARY | links, media_type=_described(media))


def frame_answer(request: Request, frame: pd.DataFrame, stamp: Stamp, **more: Any) -> Response:
    """A whole frame with its stamp; `fields` in the query chooses columns. `more` are further members of the JSON.

    Raises:
        NotFoundError: `fields` names an unknown column.
        NotAcceptable: the client accepts none of the media types.
    """
    media = accepted(request.headers.get("accept"), TABULAR)
    names = chosen_columns(request.query_params.get("fields"), tuple(str(name) for name in frame.columns))
    chosen = frame if names is None else frame[list(names)]
    if media == JSON:
        body = {"data": records_of(chosen), "meta": stamp.to_dict(), "links": {"next": None}, **more}
        return json_answer(body, headers=VARY)
    facts = {name: str(value) for name, value in stamp.columns().items() if value is not None}
    beside = {name: value for name, value in stamp.columns().items() if name not in chosen.columns}
    return Response(encoded(chosen.assign(**beside), media, facts), headers=VARY, media_type=_described(media))


def records_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON-ready objects: what is missing is null, stamps are ISO texts, decimals stay exact."""
    columns = {str(name): [_cell(value) for value in frame[name].tolist()] for name in frame.columns}
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def _cell(value: Any) -> Any:
    if value is None or value is pd.NaT or value is pd.NA or value != value:
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "tolist"):
        return value.tolist()
    return value


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _with_cursor(request: Request, cursor: str) -> str:
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    return f"{request.url.path}?{urlencode([*kept, ('cursor', cursor)])}"


def _described(media: str) -> str:
    return f"{media}; charset=utf-8; header=present" if media == "text/csv" else media
