"""The version of the tables: which one a database has, and which one this release needs.

Role: what a server asks before it answers; reads only.
Must not know: Alembic, or how tables are changed.
"""

from pathlib import Path

from sqlalchemy import Engine, inspect, text

from btim.errors import StoreError
from service.store.engine import own_words

MIGRATIONS = Path(__file__).parent / "migrations"


def newest() -> str:
    """Version of the tables that this release works with: the last of its migrations, `m0003_results.py` is 0003."""
    return known()[-1]


def known() -> list[str]:
    """Every version that this release knows, in order."""
    return sorted(path.stem[1:5] for path in (MIGRATIONS / "versions").glob("m[0-9]*.py"))


def version_of(engine: Engine) -> str | None:
    """Version of a database's tables; None for an empty one.

    Raises:
        StoreError: the database does not answer.
    """
    with own_words(), engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def check_version(engine: Engine) -> None:
    """Refuse a database that this release does not fit.

    Raises:
        StoreError: it is empty, older or later.
    """
    version = version_of(engine)
    refuse_later(version)
    if version != newest():
        raise StoreError(
            "the database is not at this release's version",
            value=f"{version or 'empty'}, needs {newest()}",
            remedy="run `waterline db upgrade` (after `waterline backup FILE`)",
        )


def refuse_later(version: str | None) -> None:
    """Refuse a version that this release does not know.

    Raises:
        StoreError: it is of a later release.
    """
    if version is not None and version not in known():
        raise StoreError(
            "the database belongs to a later release", value=version, remedy="run that release, or restore a backup"
        )
