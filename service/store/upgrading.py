"""Bringing the tables of a database up to this release's version.

Role: runs Alembic's migrations that are shipped with the package.
Must not know: what the tables hold.
"""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, text

from service.store.engine import own_words
from service.store.versions import MIGRATIONS, newest, refuse_later

UPGRADE_LOCK = 0x7761746572
"""Advisory lock of PostgreSQL: two servers that start at once upgrade one after the other."""


def upgrade(engine: Engine) -> tuple[str | None, str]:
    """Bring a database to the newest version, in one transaction, and say from which to which.

    Raises:
        StoreError: it belongs to a later release, or cannot be changed now.
    """
    with own_words(), engine.connect() as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
        before = MigrationContext.configure(connection).get_current_revision()
        refuse_later(before)
        if before != newest():
            _run(connection)
    return before, newest()


def _run(connection: Connection) -> None:
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    settings.set_main_option("path_separator", "os")
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")
