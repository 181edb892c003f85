"""Files are received once, checked at the door, and given back as they came."""

import json
import re

import pytest
from fastapi.testclient import TestClient

from service.api import examples

RATES = "month,from,to,kind,rate\n2026-06,EUR,USD,actual,1.08\n"


def test_a_file_is_kept_with_what_it_holds_and_given_back(api: TestClient) -> None:
    answer = api.post("/uploads", params={"kind": "rates", "name": "rates.csv"}, content=RATES)
    assert answer.status_code == 201, answer.text
    record = answer.json()["data"][0]
    assert (record["kind"], record["name"], record["version"], record["size"]) == ("rates", "rates.csv", 1, len(RATES))
    assert record["facts"] == {"rows": 1, "columns": ["month", "from", "to", "kind", "rate"]}
    assert answer.headers["location"] == f"/api/v1/uploads/{record['id']}"
    assert api.get(f"/uploads/{record['id']}/content").text == RATES


def test_several_files_come_as_parts_and_folders_are_dropped(api: TestClient) -> None:
    parts = [("file", (name, b"x,y\n1,2\n", "text/csv")) for name in ("a.csv", "../../etc/b.csv", "C:\\costs\\c.csv")]
    answer = api.post("/uploads", params={"kind": "cost_file"}, files=parts)
    assert [row["name"] for row in answer.json()["data"]] == ["a.csv", "b.csv", "c.csv"]


def test_the_same_content_again_is_the_same_version(api: TestClient) -> None:
    versions = [
        api.post("/uploads", params={"kind": "cost_file", "name": "a.csv"}, content=content).json()["data"][0][
            "version"
        ]
        for content in ("x\n1\n", "x\n1\n", "x\n2\n")
    ]
    assert versions == [1, 1, 2]
    latest = api.get("/uploads", params={"latest": "true", "fields": "version"}).json()["data"]
    assert latest == [{"version": 2}]


def test_a_wrong_cell_is_named_with_the_file_as_its_sender_called_it(api: TestClient) -> None:
    answer = api.post("/uploads", params={"kind": "rates", "name": "rates.csv"}, content=RATES.replace("1.08", "many"))
    body = answer.json()
    assert (answer.status_code, body["source"], body["row"], body["field"]) == (422, "rates.csv", 2, "rate")
    assert body["errors"][0]["pointer"] == "/2/rate"


@pytest.mark.parametrize(
    ("params", "content", "status"),
    [
        ({"kind": "rates"}, "", 400),
        ({"kind": "songs"}, "x", 422),
        ({"kind": "panel"}, "x", 422),
        ({}, "x", 422),
        ({"kind": "rates", "name": ".."}, "x", 422),
        ({"kind": "cost_file"}, "x" * 1_000_001, 413),
        ({"kind": "mapping"}, "[files\n", 400),
    ],
)
def test_what_cannot_be_kept_is_refused(api: TestClient, params: dict[str, str], content: str, status: int) -> None:
    answer = api.post("/uploads", params=params, content=content)
    assert answer.status_code == status, answer.text
    assert api.get("/uploads").json()["data"] == []


@pytest.mark.parametrize(
    "body",
    [b"", b"--b\r\n\r\n", b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--b--\r\n', b"nonsense"],
)
def test_broken_parts_are_refused(api: TestClient, body: bytes) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = api.post("/uploads", params={"kind": "cost_file"}, content=body, headers=headers)
    assert answer.status_code in {400, 422}, answer.text


def test_a_catalogue_puts_its_solutions_in_force(api: TestClient) -> None:
    catalogue = json.dumps(examples.DOCUMENTS["catalogue"][0])
    answer = api.post("/uploads", params={"kind": "catalogue", "name": "catalogue.jsonl"}, content=catalogue)
    assert answer.json()["data"][0]["facts"] == {"solutions": 1}
    assert api.get("/solutions", params={"fields": "id,name"}).json()["data"] == [
        {"id": "sol-antifraud", "name": "Fraud Analytics Platform"}
    ]


def test_other_organisations_see_nothing_of_it(api: TestClient) -> None:
    identity = api.post("/uploads", params={"kind": "rates", "name": "r.csv"}, content=RATES).json()["data"][0]["id"]
    there = {"Waterline-Organisation": "there"}
    assert api.get("/uploads", headers=there).json()["data"] == []
    assert api.get(f"/uploads/{identity}", headers=there).status_code == 404
    assert api.get(f"/uploads/{identity}/content", headers=there).status_code == 404


@pytest.mark.parametrize(("name", "status"), [("nowhere", 404), ("No Where", 422), ("x" * 64, 422)])
def test_an_organisation_that_does_not_exist_is_refused(api: TestClient, name: str, status: int) -> None:
    assert api.get("/uploads", headers={"Waterline-Organisation": name}).status_code == status


def test_a_cursor_leads_through_every_record_once(api: TestClient) -> None:
    for number in range(7):
        api.post("/uploads", params={"kind": "cost_file", "name": f"{number}.csv"}, content=f"x\n{number}\n")
    seen, link = [], "/api/v1/uploads?limit=3&sort=-name&fields=name"
    while link:
        page = api.get(link.removeprefix("/api/v1")).json()
        seen += [row["name"] for row in page["data"]]
        link = page["links"]["next"]
    assert seen == [f"{number}.csv" for number in reversed(range(7))]


def test_an_incremental_reader_goes_on_where_it_stopped(api: TestClient) -> None:
    for name in ("a.csv", "b.csv"):
        api.post("/uploads", params={"kind": "cost_file", "name": name}, content=name)
    first = api.get("/uploads", params={"updated_since": "2020-01-01T00:00:00Z"}).json()
    assert [row["name"] for row in first["data"]] == ["a.csv", "b.csv"]
    api.post("/uploads", params={"kind": "cost_file", "name": "c.csv"}, content="c")
    since = first["meta"]["next_updated_since"]
    later = api.get("/uploads", params={"updated_since": since}).json()["data"]
    assert [row["name"] for row in later] == ["b.csv", "c.csv"]


def test_panels_grow_by_versions_and_forget_nothing(api: TestClient) -> None:
    made = api.post("/panels", params={"name": "towers", "freq": "d", "season": "7"}, content=examples.PANEL).json()
    identity = made["panel"]["id"]
    assert (made["panel"]["series"], made["panel"]["rows"], made["rows"]) == (
        1,
        30,
        {"new": 30, "changed": 0, "same": 0},
    )
    path = f"/panels/{identity}/rows"
    csv = "unique_id,ds,y,tower,unit,capacity\ncpu,2026-01-31,63,Compute,cores,120\n"
    assert api.post(path, content=csv).json() == {"version": 2, "new": 1, "changed": 0, "same": 0}
    assert api.post(path, content=csv).json() == {"version": 2, "new": 0, "changed": 0, "same": 1}
    row = {"unique_id": "cpu", "ds": "2026-01-31T00:00", "y": 64, "tower": "Compute", "unit": "cores", "capacity": 120}
    assert api.post(path, json={"rows": [row]}).json() == {"version": 3, "new": 0, "changed": 1, "same": 0}
    fields = {"sort": "-ds", "limit": 1, "fields": "ds,y,version"}
    assert api.get(path, params=fields).json()["data"] == [{"ds": "2026-01-31T00:00:00", "version": 3, "y": 64.0}]
    history = api.get(f"/panels/{identity}/history", params={"sort": "-ds", "limit": 2, "fields": "y,version"})
    assert [(row["y"], row["version"]) for row in history.json()["data"]] == [(64.0, 3), (63.0, 2)]


def test_rows_for_another_version_of_a_panel_are_refused(api: TestClient) -> None:
    made = api.post("/panels", params={"name": "towers", "freq": "d"}, content=examples.PANEL).json()
    answer = api.post(
        f"/panels/{made['panel']['id']}/rows", params={"version": 7}, content="unique_id,ds,y\na,2026-01-01,1\n"
    )
    assert answer.status_code == 409


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ("unique_id,ds,y\ncpu,soon,1\n", "ds"),
        ("unique_id,ds,y\ncpu,2026-01-01,12k\n", "y"),
        ("unique_id,ds,y\n,2026-01-01,1\n", "unique_id"),
        ("unique_id,ds,y\na,2026-01-01,1\na,2026-01-01T00:00,1\n", "unique_id, ds"),
    ],
)
def test_a_panel_with_a_wrong_cell_is_refused(api: TestClient, content: str, field: str) -> None:
    answer = api.post("/panels", params={"name": "p", "freq": "d"}, content=content)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert api.get("/panels").json()["data"] == []


def test_every_change_leaves_a_line_in_the_audit(api: TestClient) -> None:
    headers = {"Waterline-Actor": "j.doe", "X-Request-Id": "call-17"}
    api.post("/uploads", params={"kind": "rates", "name": "r.csv"}, content=RATES, headers=headers)
    line = api.get("/audit").json()["data"][0]
    assert (line["actor"], line["action"], line["request_id"]) == ("j.doe", "input.uploaded", "call-17")
    assert re.fullmatch("inp_[0-9a-f]{32}", line["subject"])
