"""What is seen of the application from outside: readiness, metrics, the request log."""

import logging
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from service.api import create_app
from service.operation.observed import observe
from service.store import Store


def client(store: Store) -> TestClient:
    return TestClient(observe(create_app(), store), raise_server_exceptions=False)


def test_it_is_ready_when_the_database_is(store: Store) -> None:
    answer = client(store).get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")
    assert answer.json()["database"] in {"sqlite", "postgresql"}


def test_it_is_not_ready_on_tables_of_another_version(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    answer = client(store).get("/readyz")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert "waterline db upgrade" in answer.json()["detail"]


def test_it_is_not_ready_without_its_database(tmp_path: Path) -> None:
    store = Store.open("postgresql+psycopg://nobody@127.0.0.1:1/none", busy_timeout_s=1)
    assert client(store).get("/readyz").status_code == 503


def test_metrics_count_requests_by_route_and_jobs_by_state(store: Store) -> None:
    with store.writing("here") as unit:
        unit.jobs.ask("peaks", {"n": 1})
    asking = client(store)
    asking.get("/healthz")
    asking.get("/api/v1/none/secret-name")
    told = asking.get("/metrics").text
    assert 'waterline_requests_total{method="GET",route="/healthz",status="200"} 1.0' in told
    assert 'waterline_requests_total{method="any",route="unmatched",status="404"} 1.0' in told
    assert 'waterline_jobs{kind="peaks",state="queued"} 1.0' in told
    assert "secret-name" not in told


def test_the_request_log_has_the_request_id_and_nothing_of_the_query(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="waterline.requests"):
        answer = client(store).get("/api/v1/peaks?token=hunter2", headers={"X-Request-ID": "abc-1"})
    record = next(record for record in caplog.records if record.name == "waterline.requests")
    assert vars(record)["request_id"] == answer.headers["x-request-id"]
    assert vars(record)["status"] == 405
    assert "hunter2" not in str(vars(record))
