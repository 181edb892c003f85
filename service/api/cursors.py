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

from service.api.refusals import BadParameter

LONGEST = 2000
Place = tuple[str | float | int | bool | None, str | int]
"""The sort value of the last row, and its id."""


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
        BadParameter: it is not a cursor of ours, or belongs to another sort or filter.
    """
    try:
        raw = base64.urlsafe_b64decode(cursor[:LONGEST] + "=" * (-len(cursor) % 4))
        found = json.loads(raw)
        asked, value, identity = found
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise _refused("is not a cursor", cursor) from None
    is_place = isinstance(value, str | int | float | bool | None) and isinstance(identity, str | int)
    if not isinstance(asked, str) or not is_place or "\0" in str(value) + str(identity):
        raise _refused("is not a cursor", cursor)
    if asked != question:
        raise _refused("belongs to another sort or filter", cursor)
    return value, identity


def _refused(what: str, cursor: str) -> BadParameter:
    return BadParameter(what, field="cursor", value=cursor, remedy="take it from `links.next`, or begin without one")
