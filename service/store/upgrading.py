"""The version of the tables: which one a database has, and bringing it up to this release's.

Role: runs Alembic's migrations that are shipped with the package.
Must not know: what the tables hold.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from btim.errors import StoreError
from service.store.engine import own_words

MIGRATIONS = Path(__file__).parent / "migrations"
UPGRADE_LOCK = 0x7761746572
"""Advisory lock of PostgreSQL: two servers that start at once upgrade one after the other."""


def config() -> Config:
    """Alembic's configuration, without a file."""
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    settings.set_main_option("path_separator", "os")
    return settings


def newest() -> str:
    """Version of the tables that this release works with."""
    return str(ScriptDirectory.from_config(config()).get_current_head())


def version_of(engine: Engine) -> str | None:
    """Version of a database's tables; None for an empty one.

    Raises:
        StoreError: the database does not answer.
    """
    with own_words(), engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: Engine) -> tuple[str | None, str]:
    """Bring a database to the newest version, in one transaction, and say from which to which.

    Raises:
        StoreError: it belongs to a later release, or cannot be changed now.
    """
    with own_words(), engine.connect() as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
        before = MigrationContext.configure(connection).get_current_revision()
        _refuse_later(before)
        _run(connection)
    return before, newest()


def check_version(engine: Engine) -> None:
    """Refuse a database that this release does not fit.

    Raises:
        StoreError: it is empty, older or later.
    """
    version = version_of(engine)
    _refuse_later(version)
    if version != newest():
        raise StoreError(
            "the database is not at this release's version",
            value=f"{version or 'empty'}, needs {newest()}",
            remedy="run `waterline db upgrade` (after `waterline backup FILE`)",
        )


def _refuse_later(version: str | None) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}
    if version is not None and version not in known:
        raise StoreError(
            "the database belongs to a later release", value=version, remedy="run that release, or restore a backup"
        )


def _run(connection: Connection) -> None:
    settings = config()
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")
