"""The HTTP API answers with what the functions behind the commands answer."""

import csv
import io
from typing import Any

import pytest
from fastapi.testclient import TestClient

import optimizer
from service.api import create_app, examples
from service.api.bodies import MAX_BYTES


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(create_app(), raise_server_exceptions=False)


def problem_of(client: TestClient, status: int, path: str, **sent: Any) -> dict[str, Any]:
    response = client.post(path, **sent)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    return body


def test_the_server_says_that_it_is_alive(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


def test_peaks_of_a_panel_have_the_columns_of_the_command(client: TestClient) -> None:
    response = client.post(
        "/api/v1/peaks",
        params={"freq": "d", "season": "7", "windows": "7d", "levels": "0.5,0.95"},
        content=examples.PANEL,
    )
    assert response.status_code == 200, response.text
    rows = response.json()["rows"]
    assert [(row["unique_id"], row["window"], row["capacity"]) for row in rows] == [("cpu", "7d", 120.0)]
    assert rows[0]["q50"] <= rows[0]["q95"]
    assert response.json()["input_rows"] == len(list(csv.reader(io.StringIO(examples.PANEL)))) - 1


def test_a_recommendation_is_the_optimisers(client: TestClient) -> None:
    response = client.post("/api/v1/recommendations", json=examples.PROBLEM)
    assert response.status_code == 200, response.text
    expected = optimizer.solve(optimizer.parse_problem(examples.PROBLEM)).to_dict()
    body = response.json()
    assert body["funded"] == expected["funded"]
    assert [row["candidate"] for row in body["funded"]] == ["P-1"]
    assert body["problem_sha256"] == expected["problem_sha256"]


def test_a_problem_without_a_portfolio_is_an_answer(client: TestClient) -> None:
    mapping = {**examples.PROBLEM, "limits": {"capex:2027": {"max": 1}}}
    mapping["candidates"] = [{**examples.PROBLEM["candidates"][0], "mandatory": True}]
    body = client.post("/api/v1/recommendations", json=mapping).json()
    assert body["status"] == "infeasible"
    assert set(body["conflict"]) == {"capex:2027", "mandatory:P-1"}


def test_readings_credit_a_saving_to_its_solution(client: TestClient) -> None:
    response = client.post("/api/v1/readings", json=examples.DOCUMENTS)
    assert response.status_code == 200, response.text
    reading = response.json()["readings"][0]
    assert reading["id"] == "review-q2"
    found = {(event["solution"], event["value"], event["currency"], event["kind"]) for event in reading["events"]}
    assert found == {("sol-antifraud", "1200000", "USD", "saving")}


def test_a_bad_panel_names_row_column_and_value(client: TestClient) -> None:
    body = problem_of(client, 422, "/api/v1/peaks?freq=d", content="unique_id,ds,y\na,2026-01-01,12k\n")
    assert (body["type"], body["row"], body["field"], body["value"]) == (
        "urn:waterline:problem:bad-value",
        2,
        "y",
        "12k",
    )


def test_a_missing_column_is_named(client: TestClient) -> None:
    body = problem_of(client, 422, "/api/v1/peaks?freq=d", content="unique_id,ds\na,2026-01-01\n")
    assert body["type"] == "urn:waterline:problem:unknown-or-missing-field"
    assert "missing column 'y'" in body["detail"]


def test_an_unknown_key_is_refused_by_its_path(client: TestClient) -> None:
    body = problem_of(client, 422, "/api/v1/recommendations", json={**examples.PROBLEM, "colour": "red"})
    assert "colour" in body["detail"]


@pytest.mark.parametrize("text", ["", "   "])
def test_an_empty_body_is_refused(client: TestClient, text: str) -> None:
    assert problem_of(client, 400, "/api/v1/recommendations", content=text)["type"].endswith("unreadable-body")


def test_text_that_is_not_json_names_the_line(client: TestClient) -> None:
    assert problem_of(client, 400, "/api/v1/readings", content='{\n"documents": ]')["row"] == 2


def test_deeply_nested_json_is_refused(client: TestClient) -> None:
    body = problem_of(client, 400, "/api/v1/recommendations", content="[" * 100_000)
    assert "nested too deeply" in body["detail"] or "not JSON" in body["detail"]


def test_a_body_beyond_the_bound_is_refused(client: TestClient) -> None:
    body = problem_of(client, 413, "/api/v1/peaks?freq=d", content=b"x" * (MAX_BYTES + 1))
    assert body["type"] == "urn:waterline:problem:too-large"


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_are_not_finite_are_refused(client: TestClient, constant: str) -> None:
    body = problem_of(client, 422, "/api/v1/recommendations", content=f'{{"discount_rate": {constant}}}')
    assert body["value"] == constant


def test_bytes_that_are_not_utf8_are_refused(client: TestClient) -> None:
    assert "not UTF-8 at byte 1" in problem_of(client, 400, "/api/v1/readings", content=b"{\xff}")["detail"]


def test_a_missing_parameter_points_to_it(client: TestClient) -> None:
    body = problem_of(client, 422, "/api/v1/peaks", content=examples.PANEL)
    assert body["errors"][0]["pointer"] == "/query/freq"


@pytest.mark.parametrize(
    ("path", "status"), [("/api/v1/none", 404), ("/api/v1/recommendations", 405)], ids=["no such path", "wrong method"]
)
def test_what_does_not_exist_is_a_problem_document_too(client: TestClient, path: str, status: int) -> None:
    response = client.get(path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


def test_the_description_lists_every_operation_with_an_example(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert set(paths) == {"/healthz", "/api/v1/peaks", "/api/v1/recommendations", "/api/v1/readings"}
    for path in set(paths) - {"/healthz"}:
        content = paths[path]["post"]["requestBody"]["content"]
        assert all("example" in media for media in content.values())
