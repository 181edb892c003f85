"""The description holds for every operation: generated requests, right and wrong, are answered as it says."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.config import SchemathesisConfig

from service.api import create_app
from service.api.serving import Serving
from service.store import Store
from service.store.upgrading import upgrade

CONFIG = SchemathesisConfig.from_path(Path(__file__).parents[3] / "schemathesis.toml")
EXAMPLES = 2


FOLDER = TemporaryDirectory(prefix="waterline-described-")
SERVING = Serving(Store.open(f"sqlite:///{FOLDER.name}/waterline.sqlite"), organisation="here")
APP = create_app(SERVING)
schema = schemathesis.openapi.from_asgi("/openapi.json", APP, config=CONFIG)
"""Tests are collected from the description, so that the application exists before its tables do."""


@pytest.fixture(scope="module", autouse=True)
def tables() -> Iterator[None]:
    upgrade(SERVING.store.engine)
    with SERVING.store.operating() as everyone:
        everyone.ensure("here")
    yield
    SERVING.close()
    SERVING.store.close()
    FOLDER.cleanup()


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
def test_every_operation_answers_as_it_is_described(case: schemathesis.Case) -> None:
    case.call_and_validate()


def test_every_operation_has_examples_of_what_it_takes_and_gives() -> None:
    document = APP.openapi()
    assert document["openapi"].startswith("3.1")
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            bodies = operation.get("requestBody", {}).get("content", {})
            assert all("example" in media for media in bodies.values()), (method, path)
            shown = [
                media
                for status, answer in operation["responses"].items()
                if status.startswith("2")
                for media in answer.get("content", {}).values()
            ]
            is_bytes = any(media.get("schema", {}).get("format") == "binary" for media in shown)
            assert path in {"/healthz"} or is_bytes or any("example" in media for media in shown), (method, path)
            assert operation["summary"]
