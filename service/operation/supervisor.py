"""The supervisor: starts the server and the workers, replaces those that die, stops all of them together.

Role: processes. It does nothing that can fail by itself, so that it outlives whatever it watches.
Must not know: HTTP, or any kind of work.
"""

import logging
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from btim.errors import ConflictError, FileError, StoreError
from service.jobs.scheduling import ensure_defaults
from service.operation.watching import WatchedFolder
from service.settings import Settings
from service.store import Store
from service.store.jobs import Claim
from service.store.upgrading import upgrade
from service.store.versions import check_version

logger = logging.getLogger("waterline.supervisor")
LOOK_S = 0.1
SHORT_LIFE_S = 10.0
LONGEST_PAUSE_S = 10.0
BACKLOG = 1024
HOST = socket.gethostname()


@dataclass(slots=True)
class Child:
    """One process that must run: how it is started, and its present incarnation."""

    role: str
    command: Sequence[str]
    handles: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    name: str = ""
    began: float = 0.0
    pause: float = 0.0
    due: float = field(default=0.0)


class Supervisor:
    """Everything that runs on this machine for one store."""

    def __init__(self, settings: Settings, *, serves: bool) -> None:
        """Plan the children: the server where it `serves`, and the workers."""
        if settings.watch is not None and not settings.watch.is_dir():
            raise FileError("the watched folder does not exist", file=str(settings.watch), remedy="make it first")
        self._settings = settings
        self._store = Store.open(settings.database_url, busy_timeout_s=settings.busy_timeout_s, pool_size=2)
        self._children: list[Child] = []
        self._stopping = threading.Event()
        self._watch: WatchedFolder | None = None
        self._listening = _listening(settings) if serves else None
        if self._listening is not None:
            handle = self._listening.fileno()
            self._children.append(Child("server", ("service.operation.server_process", str(handle)), (handle,)))
        for _ in range(settings.workers):
            self._children.append(Child("worker", ("service.operation.worker_process",)))

    @property
    def port(self) -> int | None:
        """The port that is listened on, also where 0 asked for any."""
        return None if self._listening is None else int(self._listening.getsockname()[1])

    def prepare(self) -> None:
        """Bring the tables up to date, make the first organisation, take back jobs of processes that are gone.

        Raises:
            StoreError: the database does not answer, or is of another version and may not be upgraded.
        """
        if self._settings.upgrade:
            before, after = upgrade(self._store.engine)
            if before != after:
                logger.info("database upgraded", extra={"before": before or "empty", "after": after})
        check_version(self._store.engine)
        with self._store.operating() as everyone:
            everyone.ensure(self._settings.organisation)
        with self._store.writing(self._settings.organisation) as unit:
            ensure_defaults(unit)
        self._release(_is_gone)

    def run(self) -> None:
        """Watch the children until a signal or `stop`."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop())
        if self._settings.watch is not None:
            largest = self._settings.max_upload
            self._watch = WatchedFolder(self._store, self._settings.watch, self._settings.organisation, largest)
            self._watch.start()
        while not self._stopping.wait(LOOK_S):
            for child in self._children:
                self._look_after(child)
        self._stop_all()

    def stop(self) -> None:
        """Ask for the end."""
        self._stopping.set()

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if now >= child.due:
                self._start(child, now)
            return
        code = child.process.poll()
        if code is None:
            return
        logger.warning("a process ended and is replaced", extra={"child": child.name, "code": code})
        is_short = now - child.began < SHORT_LIFE_S
        child.pause = min(max(2 * child.pause, 0.2), LONGEST_PAUSE_S) if is_short else 0.0
        child.process, child.due = None, now + child.pause
        if child.role == "worker":
            gone = child.name
            self._release(gone.__eq__)

    def _start(self, child: Child, now: float) -> None:
        child.name = f"{HOST}:{os.getpid()}:{secrets.token_hex(4)}" if child.role == "worker" else child.role
        arguments = [sys.executable, "-m", *child.command, *([child.name] if child.role == "worker" else [])]
        child.process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            arguments,
            stdin=subprocess.PIPE,
            pass_fds=child.handles,
            env=_environment(self._settings),
            start_new_session=True,
        )
        child.began = now

    def _release(self, is_gone: Callable[[str], bool]) -> None:
        """Give back the jobs of workers that are known to be gone, so that nobody waits for their silence."""
        try:
            with self._store.overseeing() as everyone:
                running = [row for row in everyone.running_jobs() if is_gone(row["worker"])]
            for row in running:
                with self._store.writing(row["organisation"]) as unit:
                    unit.jobs.put_back(Claim(row["organisation"], row["id"], row["attempt"]))
                logger.info("a job is given back", extra={"job": row["id"], "worker": row["worker"]})
        except (StoreError, ConflictError) as error:
            logger.warning("jobs of a dead worker are left to the others: %s", error)

    def _stop_all(self) -> None:
        if self._watch is not None:
            self._watch.stopping.set()
        running = [child.process for child in self._children if child.process is not None]
        for process in running:
            process.terminate()
        until = time.monotonic() + self._settings.stop_patience_s + SHORT_LIFE_S
        for process in running:
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                logger.warning("a process did not stop in time", extra={"pid": process.pid})
                process.kill()
                process.wait()
        if self._listening is not None:
            self._listening.close()
        self._store.close()
        logger.info("stopped")


def _listening(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.address else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.address, settings.port))
    except OSError as error:
        raise FileError(
            "cannot listen on this address",
            value=f"{settings.address}:{settings.port} ({error.strerror})",
            remedy="stop what uses it, or choose another --port",
        ) from None
    listening.listen(BACKLOG)
    listening.set_inheritable(True)
    return listening


def _environment(settings: Settings) -> Mapping[str, str]:
    others = {name: value for name, value in os.environ.items() if not name.startswith("WATERLINE_")}
    return {**others, **settings.environment(), "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "2")}


def _is_gone(worker: str) -> bool:
    """Was this worker started on this machine by a supervisor that does not run any more?"""
    host, _, rest = worker.rpartition(":")[0].rpartition(":")
    if host != HOST or not rest.isdigit():
        return False
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return int(rest) == os.getpid()
