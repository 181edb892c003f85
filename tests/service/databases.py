"""Databases for tests: a fresh SQLite file, or a fresh database of a throw-away PostgreSQL server."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from service.store import Store
from service.store.upgrading import newest, upgrade

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))


class Server:
    """A PostgreSQL server of its own, started as a user without rights in a folder that is removed afterwards."""

    def __init__(self, binaries: Path, folder: Path, *, durable: bool) -> None:
        self._binaries, self._folder = binaries, folder
        self._fsync = "on" if durable else "off"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._run("initdb", "-D", str(folder / "data"), "-U", "waterline", "--auth=trust", "-E", "UTF8", "--locale=C")
        self.start()

    def start(self) -> None:
        places = f"-c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder}"
        options = f"-p {self.port} -c fsync={self._fsync} {places}"
        log = str(self._folder / "log")
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-o", options, "-l", log, "-w", "start")

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-m", mode, "-w", "stop")

    def new_database(self) -> str:
        name = f"waterline_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return f"postgresql+psycopg://waterline@127.0.0.1:{self.port}/{name}"

    def url(self, database: str) -> str:
        return f"postgresql://waterline@127.0.0.1:{self.port}/{database}"

    def _run(self, program: str, *arguments: str) -> None:
        user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        command = [str(self._binaries / program), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=self._folder, **user)
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"


@contextlib.contextmanager
def server(*, durable: bool = False) -> Iterator[Server]:
    """Run a server for as long as the block lasts; skip the test where PostgreSQL is not installed.

    `durable` makes it wait for the disk, as a server in earnest does.
    """
    if not BINARIES:
        pytest.skip("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="waterline-pg-"))
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    running = Server(BINARIES[-1], folder, durable=durable)
    try:
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder, ignore_errors=True)


def opened(url: str) -> Store:
    """A store with its tables and two organisations, `here` and `there`."""
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
