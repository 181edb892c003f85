"""A PostgreSQL server of one's own: made, used, restarted and removed again, as a user without rights.

Role: databases for tests and benchmarks of the service.
Must not know: what is kept in them.
"""

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

from btim.errors import FileError

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
OWNER = "postgres"


class PostgresqlServer:
    """A running server. `durable` makes it wait for the disk, as a server in earnest does."""

    def __init__(self, folder: Path, *, durable: bool) -> None:
        """Make its data in a folder that its owner may write, and start it."""
        self._folder = folder
        self._fsync = "on" if durable else "off"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._run("initdb", "-D", str(folder / "data"), "-U", "waterline", "--auth=trust", "-E", "UTF8", "--locale=C")
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        places = f"-c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder}"
        options = f"-p {self.port} -c fsync={self._fsync} {places}"
        log = str(self._folder / "log")
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-o", options, "-l", log, "-w", "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop it: `immediate` is as good as a crash."""
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-m", mode, "-w", "stop")

    def new_database(self) -> str:
        """Make an empty database and return its URL."""
        name = f"waterline_{uuid.uuid4().hex[:12]}"
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "waterline", name)
        return f"postgresql+psycopg://waterline@127.0.0.1:{self.port}/{name}"

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(BINARIES[-1] / program), *arguments]
        is_root = os.geteuid() == 0
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            cwd=self._folder,
            user=OWNER if is_root else None,
            group=OWNER if is_root else None,
            extra_groups=[] if is_root else None,
        )
        if done.returncode:
            raise FileError(
                f"{program} failed", value=done.stderr.strip()[-200:], remedy="install PostgreSQL 15 or later"
            )


@contextlib.contextmanager
def throwaway_postgresql(*, durable: bool = False) -> Iterator[PostgresqlServer]:
    """Run a server for as long as the block lasts.

    Raises:
        FileError: PostgreSQL is not installed.
    """
    if not BINARIES:
        raise FileError("PostgreSQL is not installed", file="/usr/lib/postgresql", remedy="install it")
    folder = Path(tempfile.mkdtemp(prefix="waterline-pg-"))
    if os.geteuid() == 0:
        owner = pwd.getpwnam(OWNER)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    running = PostgresqlServer(folder, durable=durable)
    try:
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder, ignore_errors=True)
