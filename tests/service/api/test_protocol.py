"""Entity tags, request ids, retirement and pointers: the protocol around every answer."""

from datetime import date

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from service.api import create_app
from service.api.etags import etag_of, is_unchanged, require_match
from service.api.pointers import pointer_of
from service.api.refusals import PreconditionFailed, PreconditionRequired
from service.api.retirement import Announcements, Retirement
from tests.service.api.asking import request_of


@pytest.mark.parametrize("header", ['"3"', '"1", "3"', "*"])
def test_the_version_that_was_read_may_be_changed(header: str) -> None:
    require_match(request_of(headers={"If-Match": header}), etag_of(3))


@pytest.mark.parametrize("header", ['"2"', 'W/"3"', "3"])
def test_another_version_may_not(header: str) -> None:
    with pytest.raises(PreconditionFailed, match='current version is "3"'):
        require_match(request_of(headers={"If-Match": header}), etag_of(3))


def test_a_change_without_a_version_is_refused() -> None:
    with pytest.raises(PreconditionRequired):
        require_match(request_of(), etag_of(3))


@pytest.mark.parametrize(("header", "expected"), [('"3"', True), ('W/"3"', True), ("*", True), ('"2"', False)])
def test_a_copy_that_is_current_is_known(header: str, *, expected: bool) -> None:
    assert is_unchanged(request_of(headers={"If-None-Match": header}), etag_of(3)) is expected


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("candidates[0].options[1].uses.capex:2027", None, "/candidates/0/options/1/uses/capex:2027"),
        ("limits.a.b.max", {"limits": {"a.b": {"max": 1}}}, "/limits/a.b/max"),
        ("tags.a/b~c", None, "/tags/a~1b~0c"),
        ("name", {"name": 3}, "/name"),
    ],
)
def test_a_path_becomes_a_pointer(path: str, body: object, pointer: str) -> None:
    assert pointer_of(path, body) == pointer


def test_a_request_keeps_its_name_in_answer_and_problem() -> None:
    client = TestClient(create_app())
    answer = client.post("/api/v1/recommendations", content="{", headers={"X-Request-Id": "call-17"})
    assert answer.headers["x-request-id"] == "call-17"
    assert answer.json()["instance"] == "urn:waterline:request:call-17"


@pytest.mark.parametrize("name", ["", "a b", "x" * 65, "<script>"])
def test_a_name_that_logs_could_not_carry_is_replaced(name: str) -> None:
    answer = TestClient(create_app()).get("/healthz", headers={"X-Request-Id": name})
    assert len(answer.headers["x-request-id"]) == 32


def test_an_operation_that_will_go_says_so() -> None:
    app = FastAPI()

    @app.get("/old/{name}")
    def old(name: str) -> str:
        return name

    @app.get("/new")
    def new() -> str:
        return "new"

    retirement = Retirement(date(2026, 1, 1), date(2027, 1, 1), "/new")
    app.add_middleware(Announcements, table={("GET", "/old/{name}"): retirement})
    answer = TestClient(app).get("/old/x")
    assert answer.headers["deprecation"] == "@1767225600"
    assert answer.headers["sunset"] == "Fri, 01 Jan 2027 00:00:00 GMT"
    assert answer.headers["link"] == '</new>; rel="successor-version"'
    assert "deprecation" not in TestClient(app).get("/new").headers


def test_a_retirement_gives_a_year_of_notice() -> None:
    with pytest.raises(ValueError, match="365 days"):
        Retirement(date(2026, 1, 1), date(2026, 6, 1), "/new")
