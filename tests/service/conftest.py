"""The command line in this process: what a user types, what comes back."""

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from experiments.throwaway_postgresql import PostgresqlServer
from service.cli import main
from service.store import Store
from tests.service.databases import emptied, opened, server


class Answer(NamedTuple):
    code: int
    out: str
    err: str


Terminal = Callable[..., Answer]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    def run(*words: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["waterline", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as stop:
            main()
            raise SystemExit(0)
        captured = capsys.readouterr()
        code = stop.value.code
        return Answer(code if isinstance(code, int) else 1 if code else 0, captured.out, captured.err)

    return run


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlServer]:
    with server() as running:
        yield running


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database; a test that asks for it runs on both kinds."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.sqlite'}"
    url: str = request.getfixturevalue("postgresql").new_database()
    return url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the tables, to be copied."""
    file = tmp_path_factory.mktemp("template") / "waterline.sqlite"
    opened(f"sqlite:///{file}").close()
    return file


@pytest.fixture(scope="session")
def postgresql_url(postgresql: PostgresqlServer) -> str:
    """A database with the tables, to be emptied before each use."""
    url = postgresql.new_database()
    opened(url).close()
    return url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store with its tables and the organisations `here` and `there`; a test that asks for it runs on both kinds."""
    if request.param == "sqlite":
        file = shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "waterline.sqlite")
        made = Store.open(f"sqlite:///{file}")
    else:
        made = emptied(request.getfixturevalue("postgresql_url"))
    yield made
    made.close()
