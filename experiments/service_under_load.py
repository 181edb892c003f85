"""A running service and its clients: writes over HTTP, repeated until acknowledged, and jobs that are asked for.

Role: what crash tests and crash benchmarks do to the service, and the count of what was lost or doubled afterwards.
Must not know: which faults are inflicted.
"""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from btim.errors import WaterlineError
from service.jobs.asking import ask_recommendation
from service.store import Filter, Query, Store
from service.store.jobs import ENDED, SUCCEEDED

ORGANISATION = "main"
PATIENCE_S = 180.0
OPEN_JOBS = 3
"""Jobs that wait or run at a time: clients ask for more when these have ended."""
PROBLEM: Mapping[str, Any] = {
    "currency": "GBP",
    "candidates": [
        {"id": f"P-{n}", "options": [{"id": "full", "uses": {"capex:2027": 100 + n}, "value": 90 + 7 * n}]}
        for n in range(12)
    ],
    "limits": {"capex:2027": {"max": 600}},
    "objective": {"kind": "expected_value"},
}


class RunningService:
    """`waterline serve` in processes of its own."""

    def __init__(self, home: Path, database_url: str, port: int, **settings: str) -> None:
        """Start it."""
        self.home, self.port = home, port
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("WATERLINE_")},
            "WATERLINE_HOME": str(home),
            "WATERLINE_DATABASE_URL": database_url,
            "WATERLINE_PORT": str(port),
            "WATERLINE_LOG_LEVEL": "warning",
            "WATERLINE_WORKERS": "1",
            "WATERLINE_STOP_PATIENCE": "3",
            **settings,
        }
        home.mkdir(parents=True, exist_ok=True)
        self.log = home / "log.jsonl"
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [str(Path(sys.executable).with_name("waterline")), "serve"],
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=self.home,
            )

    def is_ready(self) -> bool:
        """Does `/readyz` say so?"""
        return answer_of(self.port, "GET", "/readyz", timeout=2.0)[0] == 200

    def wait_ready(self, patience_s: float = 120.0) -> float:
        """Wait until it is ready; returns the seconds.

        Raises:
            TimeoutError: it does not become so.
        """
        return waited(self.is_ready, patience_s)

    def children(self) -> dict[str, list[int]]:
        """Process ids by role."""
        found: dict[str, list[int]] = {"server": [], "worker": []}
        for process in children_of(self.process.pid):
            try:
                command = Path(f"/proc/{process}/cmdline").read_bytes()
            except OSError:
                continue
            for role in found:
                if f"{role}_process".encode() in command:
                    found[role].append(process)
        return found

    def kill(self, role: str) -> bool:
        """`kill -9` one process of a role (`server`, `worker`), or `all` of them and start again."""
        if role == "all":
            victims = [self.process.pid, *(pid for pids in self.children().values() for pid in pids)]
            for pid in victims:
                killed(pid)
            self.process.wait()
            self.process = self._start()
            return True
        found = self.children()[role]
        return bool(found) and killed(found[0])

    def stop(self) -> None:
        """Stop it as an operator does."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill_for_good()

    def kill_for_good(self) -> None:
        """End every process of it."""
        for pid in [*(pid for pids in self.children().values() for pid in pids), self.process.pid]:
            killed(pid)
        self.process.wait()


@dataclass(slots=True)
class Load:
    """Clients that write rows over HTTP and ask for jobs, each until it is acknowledged, until told to stop."""

    service: RunningService
    store: Store
    writers: int = 2
    pause_s: float = 0.02
    job_pause_s: float = 0.3
    written: Counter[tuple[str, str]] = field(default_factory=Counter)
    asked: list[str] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    panel: str = ""
    last_written: float = 0.0
    stopping: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Make a panel and let the clients go."""
        with self.store.writing(ORGANISATION) as unit:
            self.panel = str(unit.panels.ensure(f"load {uuid.uuid4().hex}", {"freq": "1"})["id"])
        jobs: list[Callable[[], None]] = [self._ask]
        clients = [*(lambda name=name: self._write(name) for name in range(self.writers)), *jobs]
        self.threads = [threading.Thread(target=client, daemon=True) for client in clients]
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """Let every client finish what it has begun."""
        self.stopping.set()
        for thread in self.threads:
            thread.join(PATIENCE_S)

    def _write(self, name: int) -> None:
        step = 0
        while not self.stopping.wait(self.pause_s):
            key, body = uuid.uuid4().hex, json.dumps({"rows": [{"unique_id": f"w{name}", "ds": step, "y": step}]})
            until = time.monotonic() + PATIENCE_S
            while time.monotonic() < until:
                headers = {"Content-Type": "application/json", "Idempotency-Key": key}
                status, _ = answer_of(self.service.port, "POST", f"/api/v1/panels/{self.panel}/rows", body, headers)
                self.answers[status] += 1
                if status == 200:
                    self.written[f"w{name}", f"{step:015d}"] += 1
                    self.last_written = time.monotonic()
                    break
                time.sleep(0.1)
            step += 1

    def _ask(self) -> None:
        number = 0
        while not self.stopping.wait(self.job_pause_s):
            number += 1
            problem = {**PROBLEM, "name": f"{self.panel} {number}"}
            while not self.stopping.is_set():
                try:
                    if self._open_jobs() >= OPEN_JOBS:
                        time.sleep(0.2)
                        continue
                    with self.store.writing(ORGANISATION) as unit:
                        portfolio, _ = unit.portfolios.add(problem["name"], problem, problem["name"])
                        job, _ = ask_recommendation(unit, portfolio["id"], explain="none")
                except WaterlineError:
                    time.sleep(0.2)
                else:
                    self.asked.append(job["id"])
                    break

    def _open_jobs(self) -> int:
        with self.store.reading(ORGANISATION) as unit:
            return sum(unit.jobs.get(job)["state"] not in ENDED for job in self.asked[-OPEN_JOBS:])


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong after a run: numbers that should all be 0, and how much was right."""

    writes: int
    jobs: int
    lost_writes: int
    doubled_writes: int
    lost_jobs: int
    doubled_jobs: int

    @property
    def is_none(self) -> bool:
        """Is everything there, once?"""
        return not (self.lost_writes or self.doubled_writes or self.lost_jobs or self.doubled_jobs)


def damage(load: Load, patience_s: float = PATIENCE_S) -> Damage:
    """Wait until every job has ended, then count what was acknowledged and is not there, or is there twice."""
    store, asked = load.store, set(load.asked)

    def ended() -> bool:
        with store.reading(ORGANISATION) as unit:
            return all(unit.jobs.get(job)["state"] in ENDED for job in asked)

    waited(ended, patience_s)
    with store.reading(ORGANISATION) as unit:
        rows = _all(unit, "panel_rows", Filter("panel", "eq", load.panel))
        versions = _all(unit, "panel_versions", Filter("panel", "eq", load.panel))
        results = Counter(row["job"] for row in _all(unit, "recommendations", Filter("kind", "eq", "recommendation")))
        states = {job: unit.jobs.get(job)["state"] for job in asked}
    kept = Counter((row["unique_id"], row["ds"]) for row in rows)
    return Damage(
        writes=len(load.written),
        jobs=len(asked),
        lost_writes=sum(key not in kept for key in load.written),
        doubled_writes=sum(count > 1 for count in kept.values()) + max(0, len(versions) - len(kept)),
        lost_jobs=sum(state != SUCCEEDED or not results[job] for job, state in states.items()),
        doubled_jobs=sum(results[job] > 1 for job in asked),
    )


def _all(unit: Any, kind: str, *filters: Filter) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = None
    while True:
        page = unit.lists.page(kind, Query(filters, limit=1000, after=after))
        found += page.rows
        after = page.next
        if after is None:
            return found


def answer_of(
    port: int, method: str, path: str, body: str = "", headers: Mapping[str, str] | None = None, timeout: float = 30.0
) -> tuple[int, bytes]:
    """Status and body of a request; 0 where the connection broke."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, path, body or None, dict(headers or {}))
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def waited(is_so: Callable[[], bool], patience_s: float) -> float:
    """Wait until something is so; returns the seconds.

    Raises:
        TimeoutError: it does not become so.
    """
    began = time.monotonic()
    while time.monotonic() - began < patience_s:
        try:
            if is_so():
                return time.monotonic() - began
        except WaterlineError:
            time.sleep(0.1)
        time.sleep(0.05)
    raise TimeoutError(f"not so after {patience_s:.0f} s")


def children_of(pid: int) -> list[int]:
    """Ids of a process' children."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    except OSError:
        return []


def killed(pid: int) -> bool:
    """`kill -9`; False when there was nobody to kill."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
