"""Lists: cursors fit their question alone, parameters are checked by name, and pages follow each other."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pyarrow.ipc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.api.answers import Stamp, frame_answer, page_answer
from service.api.cursors import cursor_of, place_of, question_of
from service.api.formats import ARROW, CSV, JSON, PARQUET, TABULAR, accepted
from service.api.listings import Field, Listing, asked_of
from service.api.refusals import BadParameter, NotAcceptable
from tests.service.api.asking import request_of

THINGS = Listing(
    "things",
    {
        "id": Field("text", "its id", "a"),
        "size": Field("whole", "how many", 3),
        "open": Field("flag", "whether open", True),
        "sequence": Field("whole", "order of change", 1),
        "updated_at": Field("moment", "last change", "2026-07-01T00:00:00Z"),
    },
    sorts=("id", "size", "sequence", "updated_at"),
    filters=("size", "open"),
)
ROWS = [
    {"id": name, "size": size, "open": True, "sequence": size, "updated_at": datetime(2026, 7, size, tzinfo=UTC)}
    for name, size in (("a", 1), ("b", 2), ("c", 3))
]


@settings(deadline=None)
@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")) | st.integers(-(2**63) + 1, 2**63 - 1),
    st.text("ab01", max_size=9),
)
def test_a_cursor_gives_its_place_back(value: str | int, identity: str) -> None:
    question = question_of("name", {"size": "3"})
    assert place_of(cursor_of((value, identity), question), question) == (value, identity)


@settings(deadline=None)
@given(st.text())
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(BadParameter):
        place_of(text, "0" * 12)


def test_a_cursor_of_another_question_is_refused() -> None:
    cursor = cursor_of(("a", "b"), question_of("name", {}))
    with pytest.raises(BadParameter, match="another sort or filter"):
        place_of(cursor, question_of("-name", {}))


def test_parameters_become_what_was_asked() -> None:
    asked = asked_of(request_of("limit=2&sort=-size&fields=size,id&open=true&updated_since=2026-07-01"), THINGS)
    assert (asked.limit, asked.sort, asked.fields) == (2, "-size", ("id", "size"))
    assert (asked.filters, asked.since) == ({"open": True}, datetime(2026, 7, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=٣", "limit"),
        ("sort=open", "sort"),
        ("fields=id,colour", "fields"),
        ("size=many", "size"),
        ("open=yes", "open"),
        ("updated_since=soon", "updated_since"),
        ("updated_since=0001-01-01T00:00:00%2B14:00", "updated_since"),
        ("cursor=x", "cursor"),
        ("colour=red", "colour"),
    ],
)
def test_a_wrong_parameter_is_named(query: str, field: str) -> None:
    with pytest.raises(BadParameter) as refusal:
        asked_of(request_of(query), THINGS)
    assert refusal.value.field == field


def page(query: str, **headers: str) -> Any:
    request = request_of(query, headers)
    asked = asked_of(request, THINGS)
    rows = [{name: row[name] for name in asked.fields} for row in ROWS[: asked.limit]]
    last = ROWS[asked.limit - 1] if len(ROWS) > asked.limit else None
    place = None if last is None else (last[asked.sort.removeprefix("-")], last["id"])
    return page_answer(request, asked, rows, place, {})


def test_a_page_with_more_behind_it_links_to_the_next() -> None:
    answer = page("limit=2&sort=size&fields=id")
    body = json.loads(answer.body)
    assert body["data"] == [{"id": "a"}, {"id": "b"}]
    path, _, query = body["links"]["next"].partition("?")
    assert (path, answer.headers["link"]) == ("/api/v1/things", f'<{body["links"]["next"]}>; rel="next"')
    assert asked_of(request_of(query), THINGS).after == (2, "b")


def test_a_cursor_of_a_moment_is_a_moment_again() -> None:
    link = json.loads(page("limit=1&sort=updated_at").body)["links"]["next"]
    assert asked_of(request_of(link.partition("?")[2]), THINGS).after == (datetime(2026, 7, 1, tzinfo=UTC), "a")


def test_the_last_page_links_nowhere() -> None:
    assert json.loads(page("limit=3").body)["links"] == {"next": None}


@pytest.mark.parametrize(
    ("header", "media"),
    [
        (None, JSON),
        ("*/*", JSON),
        ("text/*", CSV),
        ("application/json;q=0.1, text/csv", CSV),
        ("application/vnd.apache.parquet", PARQUET),
        ("text/html, application/xml;q=0.9, */*;q=0.8", JSON),
        ("application/json;q=0, */*;q=0.1", CSV),
    ],
)
def test_the_client_gets_what_it_likes_best(header: str | None, media: str) -> None:
    assert accepted(header, TABULAR) == media


@pytest.mark.parametrize("header", ["image/png", "application/json;q=0", "text/csv;q=high"])
def test_what_cannot_be_given_is_refused(header: str) -> None:
    with pytest.raises(NotAcceptable):
        accepted(header, TABULAR)


FRAME = pd.DataFrame({"tower": ["=1+1", None], "amount": [1.5, float("nan")], "parts": [[1], []]})
STAMP = Stamp(as_of="2026-06", kind="actual", currency="EUR", synthetic=True, sources=(("gl.csv", "ab12"),))


def test_a_table_in_json_has_its_stamp_beside_it() -> None:
    body = json.loads(frame_answer(request_of(), FRAME, STAMP).body)
    assert body["data"][1] == {"tower": None, "amount": None, "parts": []}
    assert body["meta"]["sources"] == [{"name": "gl.csv", "sha256": "ab12"}]
    assert (body["meta"]["currency"], body["meta"]["synthetic"]) == ("EUR", True)


def test_a_table_in_csv_carries_the_stamp_in_every_row_and_runs_no_formula() -> None:
    lines = frame_answer(request_of(headers={"Accept": "text/csv"}), FRAME, STAMP).body.decode().splitlines()
    assert lines[0] == "tower,amount,parts,as_of,kind,currency,unit,synthetic,source_sha256"
    assert lines[1] == "'=1+1,1.5,[1],2026-06,actual,EUR,,true,ab12"


@pytest.mark.parametrize("media", [PARQUET, ARROW])
def test_a_table_in_a_binary_format_is_the_same_table(media: str) -> None:
    raw = frame_answer(request_of(headers={"Accept": media}), FRAME, STAMP).body
    table = pd.read_parquet(io.BytesIO(raw)) if media == PARQUET else pyarrow.ipc.open_stream(raw).read_pandas()
    assert table["amount"].iloc[0] == 1.5
    assert table["tower"].tolist() == ["=1+1", None]
    assert table["currency"].tolist() == ["EUR", "EUR"]


def test_a_table_may_be_asked_for_in_part() -> None:
    body = json.loads(frame_answer(request_of("fields=amount"), FRAME, STAMP).body)
    assert body["data"] == [{"amount": 1.5}, {"amount": None}]
