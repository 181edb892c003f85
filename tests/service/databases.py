"""Stores for tests: with tables and two organisations, `here` and `there`."""

import contextlib
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from experiments.throwaway_postgresql import BINARIES, PostgresqlServer, throwaway_postgresql
from service.store import Store
from service.store.upgrading import upgrade
from service.store.versions import newest


@contextlib.contextmanager
def server() -> Iterator[PostgresqlServer]:
    """Run a server for as long as the block lasts; skip the test where PostgreSQL is not installed."""
    if not BINARIES:
        pytest.skip("PostgreSQL is not installed")
    with throwaway_postgresql() as running:
        yield running


def opened(url: str) -> Store:
    """A store in an empty database."""
    store = Store.open(url)
    upgrade(store.engine)
    return _with_organisations(store)


def emptied(url: str) -> Store:
    """The same store in a PostgreSQL database that was used before."""
    store = Store.open(url)
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :newest"), {"newest": newest()})
        connection.execute(text("TRUNCATE organisations CASCADE"))
    return _with_organisations(store)


def _with_organisations(store: Store) -> Store:
    with store.operating() as all_of_them:
        for name in ("here", "there"):
            all_of_them.ensure(name)
    return store
