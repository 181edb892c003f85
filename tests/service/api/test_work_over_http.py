"""Work that is asked for over HTTP is done by a worker and answered from what it kept."""

import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fastapi.testclient import TestClient

from btim.ledger import open_ledger
from btim.views import finance_view
from service.api import examples
from service.api.serving import Serving
from service.jobs.worker import Worker

COSTS = "date,account,vendor,amount,currency\n" + "".join(
    f"2026-{month:02d}-15,{account},{vendor},{amount + 100 * month},EUR\n"
    for month in range(1, 7)
    for account, vendor, amount in (("servers", "Dell", 9000), ("licences", "SAP", 5000), ("oddments", "Misc", 70))
)
MAPPING = """
title = "Bank, synthetic"
synthetic = true

[[files]]
path = "costs.csv"
format = "gl"
columns = { date = "date", account = "account", vendor = "vendor", amount = "amount", currency = "currency" }

[[rules]]
match = { account = '^servers$' }
assign = { pool = "Hardware", tower = "Compute", expenditure = "opex" }

[[rules]]
match = { account = '^licences$' }
assign = { pool = "Software & SaaS", tower = "Application", expenditure = "opex" }
"""


def work(serving: Serving) -> None:
    """Do every job that waits."""
    worker = Worker(serving.store, "test")
    while worker.step():
        pass


def done(api: TestClient, serving: Serving, answer: Any) -> dict[str, Any]:
    """The result of an accepted job."""
    assert answer.status_code == 202, answer.text
    work(serving)
    job = api.get(answer.headers["location"].removeprefix("/api/v1")).json()
    assert job["state"] == "succeeded", job["error"]
    result: dict[str, Any] = job["result"]
    return result


def imported(api: TestClient, serving: Serving, costs: str = COSTS) -> str:
    api.post("/uploads", params={"kind": "cost_file", "name": "costs.csv"}, content=costs)
    mapping = api.post("/uploads", params={"kind": "mapping", "name": "ledger.toml"}, content=MAPPING).json()
    identity: str = done(api, serving, api.post("/imports", json={"input": mapping["data"][0]["id"]}))["import"]
    return identity


def test_views_are_those_of_the_command(api: TestClient, serving: Serving, tmp_path: Path) -> None:
    imported(api, serving)
    (tmp_path / "costs.csv").write_text(COSTS)
    (tmp_path / "ledger.toml").write_text(MAPPING)
    expected = finance_view(open_ledger(tmp_path / "ledger.toml"), ("pool",), 3)
    body = api.get("/views/finance", params={"by": "pool", "months": 3}).json()
    assert {row["pool"]: Decimal(row["amount"]) for row in body["data"]} == dict(
        zip(expected["pool"], expected["amount"], strict=True)
    )
    assert (body["meta"]["currency"], body["meta"]["synthetic"], body["meta"]["kind"]) == ("EUR", True, "actual")
    assert {source["name"] for source in body["meta"]["sources"]} == {"costs.csv"}
    assert body["meta"]["period"] == "2026-04 to 2026-06"


@pytest.mark.parametrize("which", ["finance", "technology", "consumer"])
def test_a_view_is_the_same_table_in_every_format(api: TestClient, serving: Serving, which: str) -> None:
    imported(api, serving)
    rows = api.get(f"/views/{which}").json()["data"]
    csv = pd.read_csv(io.StringIO(api.get(f"/views/{which}", headers={"Accept": "text/csv"}).text))
    parquet = api.get(f"/views/{which}", headers={"Accept": "application/vnd.apache.parquet"}).content
    frame = pd.read_parquet(io.BytesIO(parquet))
    amounts = [Decimal(row["amount"]) for row in rows]
    assert amounts == frame["amount"].tolist() == [Decimal(str(each)) for each in csv["amount"]]
    assert set(frame["currency"]) == {"EUR"}
    assert set(csv["synthetic"]) == {True}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/views/nothing", 404),
        ("/views/finance?month=2030-01", 404),
        ("/views/finance?by=colour", 404),
        ("/views/finance?tag=AI", 422),
        ("/views/finance?months=0", 422),
        ("/views/finance?import=imp_none", 404),
        ("/views/finance?rates=tomorrow", 422),
    ],
)
def test_a_view_that_cannot_be_made_is_refused(api: TestClient, serving: Serving, path: str, status: int) -> None:
    imported(api, serving)
    assert api.get(path).status_code == status, api.get(path).text


def test_what_changed_between_two_imports_is_told(api: TestClient, serving: Serving) -> None:
    first = imported(api, serving)
    imported(api, serving, COSTS.replace("servers,Dell,9600", "servers,Dell,9700"))
    rows = api.get("/views/finance/changes", params={"since": first, "by": "pool"}).json()["data"]
    assert [(row["pool"], Decimal(row["change"])) for row in rows] == [("Hardware", Decimal(100))]


def test_an_import_proves_that_nothing_was_lost(api: TestClient, serving: Serving) -> None:
    identity = imported(api, serving)
    record = api.get(f"/imports/{identity}").json()
    assert (record["rows_in"], record["rows_out"], record["reconciled"]) == (18, 18, True)
    assert api.get(f"/imports/{identity}/unmapped").json()["data"][0]["account"] == "oddments"
    assert api.get(f"/imports/{identity}/reconciliation").json()["data"]
    assert api.get("/findings").status_code == 200


def test_a_mapping_without_its_file_fails_with_the_file_named(api: TestClient, serving: Serving) -> None:
    mapping = api.post("/uploads", params={"kind": "mapping", "name": "ledger.toml"}, content=MAPPING).json()
    answer = api.post("/imports", json={"input": mapping["data"][0]["id"]})
    work(serving)
    job = api.get(answer.headers["location"].removeprefix("/api/v1")).json()
    assert job["state"] == "failed"
    assert "costs.csv" in json.dumps(job["error"])


def test_peaks_of_a_tower_come_from_the_newest_forecast(api: TestClient, serving: Serving) -> None:
    params = {"name": "towers", "freq": "d", "season": "7", "windows": "7d,14d", "effort": "quick"}
    panel = api.post("/panels", params=params, content=examples.PANEL).json()["panel"]["id"]
    assert api.get("/towers/Compute/peaks").status_code == 404
    first, second = (api.post(f"/panels/{panel}/forecasts") for _ in range(2))
    assert first.json()["job"]["id"] == second.json()["job"]["id"]
    forecast = done(api, serving, second)["forecast"]
    body = api.get("/towers/Compute/peaks", params={"window": "7d", "level": 0.95}).json()
    resource = next(row for row in body["data"] if row["unique_id"] == "cpu")
    assert (resource["unit"], resource["window"], resource["level"], resource["capacity"]) == (
        "cores",
        "7d",
        0.95,
        120.0,
    )
    assert (body["meta"]["forecast"], body["meta"]["kind"]) == (forecast, "forecast")
    every = api.get("/towers/Compute/peaks", params={"window": "7d"}).json()["data"]
    assert next(row for row in every if row["unique_id"] == "cpu")["q95"] == resource["peak"]
    assert api.get("/towers/Compute/peaks", params={"window": "9d"}).status_code == 404
    assert api.get("/towers/Compute/peaks", params={"level": 0.42}).status_code == 404
    assert api.get("/towers/Compute/peaks", params={"level": 2}).status_code == 422
    advice = api.get("/towers/Compute/capacity", params={"window": "7d"}).json()["data"]
    held = next(row for row in advice if row["unique_id"] == "cpu")
    assert held["headroom"] == pytest.approx(120.0 - resource["peak"])
    assert api.get("/towers").json()["data"][0]["series"] == 1
    assert api.get(f"/forecasts/{forecast}/steps", params={"limit": 1}).json()["data"][0]["unique_id"] == "cpu"


def test_an_uploaded_calendar_lifts_the_peak_of_its_days(api: TestClient, serving: Serving) -> None:
    params = {"name": "plain", "freq": "d", "season": "7", "windows": "7d", "effort": "quick"}
    plain = api.post("/panels", params=params, content=examples.PANEL).json()["panel"]["id"]
    told = params | {"name": "told", "calendar": "launches"}
    refused = api.post("/panels", params=told, content=examples.PANEL)
    assert refused.status_code == 422
    assert "launches" in refused.json()["detail"]
    calendar = "event,ds,uplift\nlaunch,2026-02-03,3\n"
    api.post("/uploads", params={"kind": "calendar", "name": "launches"}, content=calendar)
    launched = api.post("/panels", params=told, content=examples.PANEL).json()["panel"]["id"]
    median = []
    for panel in (plain, launched):
        done(api, serving, api.post(f"/panels/{panel}/forecasts"))
        peaks = api.get("/towers/Compute/peaks", params={"window": "7d", "level": 0.5}).json()["data"]
        median.append(next(row["peak"] for row in peaks if row["unique_id"] == "cpu"))
    assert median[1] > 1.5 * median[0]
    first = api.post(f"/panels/{launched}/forecasts").json()["job"]["id"]
    api.post("/uploads", params={"kind": "calendar", "name": "launches"}, content=calendar.replace("3\n", "2\n"))
    assert api.post(f"/panels/{launched}/forecasts").json()["job"]["id"] != first


def test_a_recommendation_fits_the_headroom_of_a_forecast(api: TestClient, serving: Serving) -> None:
    params = {"name": "towers", "freq": "d", "season": "7", "windows": "7d", "effort": "quick"}
    panel = api.post("/panels", params=params, content=examples.PANEL).json()["panel"]["id"]
    forecast = done(api, serving, api.post(f"/panels/{panel}/forecasts"))["forecast"]
    option = {"id": "full", "uses": {"capex:2027": 1, "headroom:cpu": 1000}, "value": 5}
    problem = {**examples.PROBLEM, "candidates": [{"id": "P-1", "options": [option]}]}
    body = api.post("/recommendations", params={"forecast": forecast}, json=problem).json()
    assert [row["because"] for row in body["not_funded"]] == [["headroom:cpu"]]


def test_a_large_problem_becomes_a_job(api: TestClient, serving: Serving) -> None:
    answer = api.post("/recommendations", json=examples.PROBLEM, headers={"Prefer": "respond-async"})
    made = done(api, serving, answer)["recommendation"]
    kept = api.get(f"/recommendations/{made}").json()
    assert (kept["status"], kept["objective"]) == ("optimal", 400000.0)
    assert [row["candidate"] for row in kept["body"]["funded"]] == ["P-1"]


def test_a_frontier_is_proven_in_a_job(api: TestClient, serving: Serving) -> None:
    portfolio = api.post("/portfolios", json=examples.PROBLEM).json()["portfolio"]["id"]
    body = {"name": "half", "portfolio": portfolio, "set": ["money limits=-40%"]}
    scenario = api.post("/scenarios", json=body).json()["scenario"]["id"]
    made = done(api, serving, api.post(f"/scenarios/{scenario}/frontier", params={"points": 3}))["recommendation"]
    points = api.get(f"/recommendations/{made}").json()["body"]["points"]
    assert [point["budget"] for point in points] == [150000.0, 525000.0, 900000.0]
    assert [point["objective"] for point in points] == [0.0, 260000.0, 400000.0]


def test_a_report_becomes_value_once_a_person_confirms_it(api: TestClient, serving: Serving) -> None:
    catalogue = json.dumps(examples.DOCUMENTS["catalogue"][0])
    api.post("/uploads", params={"kind": "catalogue", "name": "catalogue.jsonl"}, content=catalogue)
    text = "The Fraud Analytics Platform cut fraud losses by US$1.2 million in 2025."
    answer = api.post("/reports", params={"name": "q2.txt", "published": "2025-07-10"}, content=text)
    done(api, serving, answer)
    report = api.get("/reports").json()["data"][0]
    assert (report["state"], report["name"]) == ("read", "q2.txt")
    assert api.get(f"/reports/{report['id']}/text").text.strip() == text
    event = api.get("/value-events", params={"solution": "sol-antifraud"}).json()["data"][0]
    assert (event["value"], event["currency"], event["kind"]) == ("1200000", "USD", "change")
    path = f"/value-events/{event['id']}"
    seen = {"If-Match": api.get(path).headers["etag"]}
    assert api.post(f"{path}/review", json={"decision": "confirm"}).status_code == 428
    assert api.post(f"{path}/review", json={"decision": "maybe"}, headers=seen).status_code == 422
    wrong = {"decision": "confirm", "solution": "sol-none"}
    assert api.post(f"{path}/review", json=wrong, headers=seen).status_code == 404
    decided = api.post(f"{path}/review", json={"decision": "confirm", "note": "seen"}, headers=seen)
    assert decided.json()["state"] == "confirmed"
    assert api.post(f"{path}/review", json={"decision": "reject"}, headers=seen).status_code == 412
    row = api.get("/solutions/sol-antifraud/value").json()
    assert (row["data"][0]["realised_saving"], row["meta"]["currency"]) == ("1200000", "USD")
    assert api.get(f"{path}/reviews").json()["data"][0]["decision"] == "confirm"
    assert api.get("/solutions/sol-none/value").status_code == 404


def test_a_job_is_followed_until_it_ends_and_cancelled_once(api: TestClient, serving: Serving) -> None:
    panel = api.post("/panels", params={"name": "t", "freq": "d"}, content=examples.PANEL).json()["panel"]["id"]
    job = api.post(f"/panels/{panel}/forecasts").json()["job"]["id"]
    assert api.post(f"/jobs/{job}/cancel").json()["state"] == "cancelled"
    stream = api.get(f"/jobs/{job}/events").text
    assert stream.startswith("event: end\n")
    assert json.loads(stream.partition("data: ")[2])["state"] == "cancelled"
    assert api.post(f"/jobs/{job}/cancel").status_code == 409
    assert api.get("/jobs/job_none/events").status_code == 404
