"""A server with its worker, started as a user starts it, on SQLite and on PostgreSQL."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.service.databases import server

PATIENCE_S = 120.0


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def http(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """Requests to a running service under `/api/v1`."""
    home = tmp_path_factory.mktemp("home")
    if request.param == "sqlite":
        with served(home, {}) as client:
            yield client
        return
    with server() as database, served(home, {"WATERLINE_DATABASE_URL": database.new_database()}) as client:
        yield client


class served:  # noqa: N801 - read as a verb: with served(home, …)
    """Run `waterline serve` for as long as the block lasts."""

    def __init__(self, home: Path, more: dict[str, str]) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("WATERLINE_")}
        self._environment = {**kept, "WATERLINE_HOME": str(home), **more}

    def __enter__(self) -> httpx2.Client:
        program = str(Path(sys.executable).parent / "waterline")
        self._process = subprocess.Popen(
            [program, "serve", "--port", "0"],
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        found = re.search(r"http://[\d.]+:\d+", self._process.stdout.readline())
        assert found
        self._client = httpx2.Client(base_url=f"{found.group()}/api/v1", timeout=PATIENCE_S)
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            try:
                if self._client.get(f"{found.group()}/readyz").status_code == 200:
                    return self._client
            except httpx2.TransportError:
                pass
            time.sleep(0.2)
        raise TimeoutError("the service did not become ready")

    def __exit__(self, *_: object) -> None:
        self._client.close()
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(PATIENCE_S)


def ended(http: httpx2.Client, answer: httpx2.Response) -> dict[str, Any]:
    """Follow an accepted job by its events until it has ended; returns its result."""
    assert answer.status_code == 202, answer.text
    path = answer.headers["location"].removeprefix("/api/v1")
    with http.stream("GET", f"{path}/events") as stream:
        lines = list(stream.iter_lines())
    assert "event: end" in lines
    job = http.get(path).json()
    assert job["state"] == "succeeded", job["error"]
    result: dict[str, Any] = job["result"]
    return result
