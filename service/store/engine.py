"""Connections: SQLite made durable and patient, PostgreSQL checked before use; their failures in our own words.

Role: the one place that knows the two databases apart.
Must not know: tables.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from btim.errors import ConflictError, StoreError

WRITING = "waterline_writing"
FULL_STATES = {"53100", "53200"}
BUSY_STATES = {"40001", "40P01", "55P03", "57014", "53300"}


def make_engine(url: str, *, busy_timeout_s: float = 10.0, pool_size: int = 10) -> Engine:
    """Open a database: SQLite with WAL, `synchronous=FULL`, foreign keys and a busy timeout, or PostgreSQL.

    Write transactions are begun with `BEGIN IMMEDIATE` on SQLite, so that none fails halfway for a lock.
    """
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite(url, busy_timeout_s, pool_size)
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        pool_timeout=busy_timeout_s,
        connect_args={
            "connect_timeout": max(2, int(busy_timeout_s)),
            "options": f"-c lock_timeout={int(busy_timeout_s * 1000)} -c timezone=UTC",
            "application_name": "waterline",
        },
    )


def _sqlite(url: str, busy_timeout_s: float, pool_size: int) -> Engine:
    file = make_url(url).database
    if file:
        _folder(Path(file).parent)
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=2 * pool_size,
        pool_timeout=max(busy_timeout_s, 1.0),
        connect_args={"timeout": busy_timeout_s, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        is_writing = connection.get_execution_options().get(WRITING, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")

    return engine


def reader_of(engine: Engine) -> Engine:
    """The engine for transactions that only read: all their statements see one state, as SQLite's do by themselves."""
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            "the folder of the store cannot be made",
            file=str(folder),
            value=error.strerror,
            remedy="set WATERLINE_HOME to a folder that can be written",
        ) from None


@contextmanager
def own_words() -> Iterator[None]:
    """Turn a failure of the database into a `StoreError` or `ConflictError` that says what to do.

    Raises:
        ConflictError: a key exists already, or what is named does not exist.
        StoreError: locked, full, read-only, unreachable or damaged.
    """
    try:
        yield
    except IntegrityError as error:
        raise ConflictError(
            "contradicts what is stored", value=_first_line(error), remedy="read the record again and repeat"
        ) from error
    except DBAPIError as error:
        raise _refusal(error) from error
    except PoolTimeout as error:
        raise StoreError("every connection is in use", remedy="repeat in a few seconds") from error


def _refusal(error: DBAPIError) -> StoreError:
    cause: Any = error.orig
    text, state = str(cause).lower(), getattr(cause, "sqlstate", None)
    if "is full" in text or "disk i/o error" in text or "no space left" in text or state in FULL_STATES:
        return StoreError("the disk of the store is full", remedy="free space; nothing of this request was kept")
    if "locked" in text or "busy" in text or state in BUSY_STATES:
        return StoreError("the store is busy", remedy="repeat in a few seconds; nothing of this request was kept")
    if "readonly" in text or state == "25006":
        return StoreError("the store cannot be written", remedy="check the rights on the database")
    if "no such table" in text or state in {"42P01", "42703"}:
        return StoreError("the store is of another version", remedy="run `waterline db upgrade`")
    if "malformed" in text or "not a database" in text:
        return StoreError("the database file is damaged", remedy="restore the last backup: `waterline restore`")
    if error.connection_invalidated or state is None or state.startswith(("08", "57P")):
        return StoreError("the database does not answer", remedy="repeat in a few seconds")
    return StoreError("the database refused the request", value=_first_line(error), remedy="see the log")


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0]
