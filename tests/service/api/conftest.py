"""A client of the whole API over a fresh SQLite store with the organisations `here` and `there`."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from service.api import create_app
from service.api.serving import Serving
from tests.service.databases import opened


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    store = opened(f"sqlite:///{tmp_path / 'waterline.sqlite'}")
    made = Serving(store, organisation="here", max_upload=1_000_000, max_body=1_000_000)
    yield made
    made.crews.close()
    store.close()


@pytest.fixture
def api(serving: Serving) -> TestClient:
    """Requests go to organisation `here` under `/api/v1`."""
    return TestClient(create_app(serving), base_url="http://testserver/api/v1", raise_server_exceptions=False)
