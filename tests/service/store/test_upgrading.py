"""The tables of a database and its version."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from btim.errors import StoreError
from service.store import Store
from service.store.schema import metadata
from service.store.upgrading import upgrade
from service.store.versions import check_version, newest, version_of


def test_an_empty_database_is_brought_to_the_newest_version_once(database_url: str) -> None:
    store = Store.open(database_url)
    assert version_of(store.engine) is None
    assert upgrade(store.engine) == (None, newest())
    assert upgrade(store.engine) == (newest(), newest())
    check_version(store.engine)
    store.close()


def test_the_migrations_make_what_the_code_describes(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_an_empty_database_is_refused_with_the_command_that_helps(database_url: str) -> None:
    store = Store.open(database_url)
    with pytest.raises(StoreError, match="waterline db upgrade"):
        check_version(store.engine)
    store.close()


def test_a_database_of_a_later_release_is_refused(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for attempt in (check_version, upgrade):
        with pytest.raises(StoreError, match="later release"):
            attempt(store.engine)
