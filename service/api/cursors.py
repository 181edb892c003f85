"""Cursors: where a page ended, as an opaque text that only fits the question it came from.

Role: keyset pagination's place marker; it holds the sort values of the last row, its identity, and a hash of sort and
filters. It is not secret and not signed: a forged one can only name a place in what its bearer may read anyway.
Must not know: which table is paged.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping

from service.api.refusals import BadCursor

LONGEST = 8000
SCALARS = (str, int, float, bool)
Place = tuple[str | float, ...]
"""The sort value of the last row, and what tells the row apart from its equals."""


def question_of(sort: str, filters: Mapping[str, str]) -> str:
    """A short hash of what was asked, so that a cursor cannot be carried to another question."""
    asked = json.dumps([sort, sorted(filters.items())], ensure_ascii=True)
    return hashlib.sha256(asked.encode()).hexdigest()[:12]


def cursor_of(place: Place, question: str) -> str:
    """The opaque text of a place."""
    raw = json.dumps([question, *place], ensure_ascii=True, separators=(",", ":"))
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def place_of(cursor: str, question: str) -> Place:
    """The place that a cursor marks.

    Raises:
        BadCursor: it is not a cursor of ours, or belongs to another sort or filter.
    """
    try:
        raw = base64.urlsafe_b64decode(cursor[:LONGEST] + "=" * (-len(cursor) % 4))
        found = json.loads(raw, parse_constant=lambda _: None)
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise refused("is not a cursor", cursor) from None
    is_place = isinstance(found, list) and len(found) > 1 and all(isinstance(each, SCALARS) for each in found)
    if not is_place or not all(_is_storable(each) for each in found):
        raise refused("is not a cursor", cursor)
    if found[0] != question:
        raise refused("belongs to another sort or filter", cursor)
    return tuple(found[1:])


def _is_storable(value: str | float) -> bool:
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= char <= "\udfff" for char in value)
    return abs(value) < 2**63


def refused(what: str, cursor: str) -> BadCursor:
    """The refusal of a cursor."""
    return BadCursor(what, field="cursor", value=cursor, remedy="take it from `links.next`, or begin without one")
