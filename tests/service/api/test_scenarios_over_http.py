"""Scenarios: solved when asked, changed under If-Match, closed by signatures; the same request has one effect."""

import io
from typing import Any

import openpyxl
import pytest
from fastapi.testclient import TestClient

from service.api import examples

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def portfolio(api: TestClient) -> str:
    answer = api.post("/portfolios", json=examples.PROBLEM)
    assert answer.status_code == 201, answer.text
    identity: str = answer.json()["portfolio"]["id"]
    return identity


def made(api: TestClient, **body: Any) -> Any:
    answer = api.post("/scenarios", json=body)
    assert answer.status_code == 201, answer.text
    return answer


def test_a_portfolio_is_kept_with_its_candidates_and_versions(api: TestClient, portfolio: str) -> None:
    rows = api.get(f"/portfolios/{portfolio}/candidates", params={"fields": "id,mandatory", "sort": "position"}).json()
    assert rows["data"] == [{"id": "P-1", "mandatory": False}, {"id": "P-2", "mandatory": False}]
    assert api.post("/portfolios", json=examples.PROBLEM).json()["portfolio"]["id"] == portfolio
    other = {**examples.PROBLEM, "limits": {"capex:2027": {"max": 5}}}
    assert api.post("/portfolios", json=other).json()["portfolio"]["version"] == 2


def test_a_scenario_is_solved_and_its_child_changes_it_further(api: TestClient, portfolio: str) -> None:
    base = made(api, name="base", portfolio=portfolio).json()
    assert [row["candidate"] for row in base["recommendation"]["funded"]] == ["P-1"]
    child = made(api, name="-40 %", parent=base["scenario"]["id"], set=["money limits=-40%"]).json()
    assert [row["candidate"] for row in child["recommendation"]["funded"]] == ["P-2"]
    both = ",".join(each["scenario"]["id"] for each in (base, child))
    sides = api.get("/comparisons", params={"scenarios": both}).json()["data"]
    assert [side["objective"] for side in sides] == [400000.0, 260000.0]
    assert sides[1]["against_first"] == {"added": ["P-2"], "dropped": ["P-1"], "changed": []}


def test_a_draft_is_changed_only_by_who_saw_it(api: TestClient, portfolio: str) -> None:
    base = made(api, name="base", portfolio=portfolio)
    path = f"/scenarios/{base.json()['scenario']['id']}"
    etag = base.headers["etag"]
    assert api.get(path).headers["etag"] == etag
    assert api.get(path, headers={"If-None-Match": etag}).status_code == 304
    assert api.patch(path, json={"note": "x"}).status_code == 428
    changed = api.patch(path, json={"set": ["money limits=-40%"]}, headers={"If-Match": etag})
    assert changed.status_code == 200, changed.text
    assert [row["candidate"] for row in changed.json()["recommendation"]["funded"]] == ["P-2"]
    assert api.patch(path, json={"note": "x"}, headers={"If-Match": etag}).status_code == 412


def test_an_adopted_scenario_never_changes(api: TestClient, portfolio: str) -> None:
    path = f"/scenarios/{made(api, name='base', portfolio=portfolio).json()['scenario']['id']}"
    seen = {"If-Match": api.get(path).headers["etag"]}
    assert api.post(f"{path}/adopt", json={"business": "A. Chan"}, headers=seen).status_code == 422
    signed = api.post(f"{path}/adopt", json={"business": "A. Chan", "technology": "B. Li"}, headers=seen)
    assert signed.json()["scenario"]["state"] == "adopted"
    seen = {"If-Match": signed.headers["etag"]}
    assert api.patch(path, json={"note": "x"}, headers=seen).status_code == 409
    assert api.post(f"{path}/adopt", json={"business": "A", "technology": "B"}, headers=seen).status_code == 409
    line = api.get("/audit", params={"action": "scenario.adopted"}).json()["data"][0]
    assert line["detail"] == {"business": "A. Chan", "technology": "B. Li"}


def test_the_same_key_has_one_effect_and_another_body_is_refused(api: TestClient, portfolio: str) -> None:
    body, key = {"name": "base", "portfolio": portfolio}, {"Idempotency-Key": "ask-1"}
    first, again = (api.post("/scenarios", json=body, headers=key) for _ in range(2))
    assert again.content == first.content
    assert (first.headers.get("idempotency-replayed"), again.headers["idempotency-replayed"]) == (None, "true")
    assert again.headers["etag"] == first.headers["etag"]
    assert len(api.get("/scenarios").json()["data"]) == 1
    assert api.post("/scenarios", json={**body, "name": "other"}, headers=key).status_code == 409
    assert api.post("/scenarios", json=body, headers={"Idempotency-Key": "x" * 256}).status_code == 422


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ({"name": "x"}, 422, "/portfolio"),
        ({"name": "x", "portfolio": "pfl_none"}, 404, None),
        ({"name": " ", "portfolio": "P"}, 422, "/name"),
        ({"name": "x", "portfolio": "P", "set": ["limits"]}, 422, "/set"),
        ({"name": "x", "portfolio": "P", "set": ["carbon=-10%"]}, 422, "/set"),
        ({"name": "x", "portfolio": "P", "set": "capex"}, 422, "/set"),
        ({"name": "x", "portfolio": "P", "colour": "red"}, 422, "/colour"),
        ({"name": "x", "portfolio": "P", "explain": "why"}, 422, "/explain"),
    ],
)
def test_a_wrong_scenario_is_refused_where_it_is_wrong(
    api: TestClient, portfolio: str, body: dict[str, Any], status: int, pointer: str | None
) -> None:
    sent = {**body, "portfolio": portfolio} if body.get("portfolio") == "P" else body
    answer = api.post("/scenarios", json=sent)
    assert answer.status_code == status, answer.text
    if pointer:
        assert answer.json()["errors"][0]["pointer"] == pointer
    assert api.get("/scenarios").json()["data"] == []


def test_an_explanation_says_why_not_in_both_languages(api: TestClient, portfolio: str) -> None:
    path = f"/scenarios/{made(api, name='base', portfolio=portfolio).json()['scenario']['id']}/explanation"
    english = api.get(path, params={"candidate": "P-2"}).json()
    assert "P-2" in english["lines"][0]
    assert [row["because"] for row in english["candidates"]] == [["capex:2027"]]
    assert api.get(path, params={"candidate": "P-2", "lang": "zh"}).json()["lines"] != english["lines"]
    assert api.get(path, params={"lang": "fr"}).status_code == 422
    assert api.get(path, params={"candidate": "P-9"}).status_code == 404


def test_an_export_comes_in_three_formats(api: TestClient, portfolio: str) -> None:
    path = f"/scenarios/{made(api, name='base', portfolio=portfolio).json()['scenario']['id']}/export"
    assert api.get(path).json()["recommendation"]["objective"] == 400000.0
    lines = api.get(path, headers={"Accept": "text/csv"}).text.splitlines()
    assert lines[0].startswith("id,name,option")
    assert [line.partition(",")[0] for line in lines[1:]] == ["P-1", "P-2"]
    book = openpyxl.load_workbook(io.BytesIO(api.get(path, headers={"Accept": XLSX}).content))
    assert "Options" in book.sheetnames
    assert api.get(path, headers={"Accept": "image/png"}).status_code == 406


def test_an_exported_workbook_can_be_handed_in_again(api: TestClient, portfolio: str) -> None:
    path = f"/scenarios/{made(api, name='base', portfolio=portfolio).json()['scenario']['id']}/export"
    book = api.get(path, headers={"Accept": XLSX}).content
    answer = api.post("/portfolios", params={"name": "edited"}, content=book, headers={"Content-Type": XLSX})
    assert answer.status_code == 201, answer.text
    assert answer.json()["portfolio"]["candidates"] == 2


def test_a_preview_of_the_frontier_rises_with_the_budget(api: TestClient, portfolio: str) -> None:
    path = f"/scenarios/{made(api, name='base', portfolio=portfolio).json()['scenario']['id']}/frontier"
    body = api.get(path, params={"points": 4}).json()
    worths = [row["lp_objective"] for row in body["data"]]
    assert worths == sorted(worths)
    assert body["meta"]["notes"] == ["the relaxation: optimistic; POST proves every point"]
    assert api.get(path, params={"low": 200}).status_code == 422


def test_scenarios_of_other_organisations_cannot_be_reached(api: TestClient, portfolio: str) -> None:
    identity = made(api, name="base", portfolio=portfolio).json()["scenario"]["id"]
    there = {"Waterline-Organisation": "there", "If-Match": "*"}
    signed = {"business": "A", "technology": "B"}
    assert api.get(f"/scenarios/{identity}", headers=there).status_code == 404
    assert api.post(f"/scenarios/{identity}/adopt", json=signed, headers=there).status_code == 404
    assert api.post("/scenarios", json={"name": "x", "portfolio": portfolio}, headers=there).status_code == 404
    assert api.post("/scenarios", json={"name": "x", "parent": identity}, headers=there).status_code == 404
