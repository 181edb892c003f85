"""Benchmark: the service killed, its database restarted, locked and out of disk, while clients write and jobs run.

Role: inflict faults on a running `waterline serve`, count what was lost or doubled, and write the table.
Must not know: how the service keeps its promise.
"""

import argparse
import random
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from experiments.benchmark_page import circumstances, write_section
from experiments.service_under_load import Damage, Load, RunningService, damage, waited
from experiments.throwaway_postgresql import PostgresqlServer, throwaway_postgresql
from service.store import Store

COMMAND = "python -m experiments.crash_benchmark"
ROLES = ("server", "worker", "worker", "server", "all")
LONGEST_PAUSE_S = 2.5
SMALL_DISK = "24m"


class Outcome(NamedTuple):
    """One row of the table."""

    fault: str
    database: str
    times: int
    damage: Damage
    recovered_s: float | None
    note: str


def kills(url: str, folder: Path, times: int, seed: int, **settings: str) -> Outcome:
    """`kill -9` of server, worker, or everything with the supervisor, at random moments under load."""
    chance = random.Random(seed)  # noqa: S311 - moments of faults
    with running(url, folder, **settings) as (service, load):
        done, counts = 0, dict.fromkeys(ROLES, 0)
        slowest = 0.0
        while done < times:
            time.sleep(chance.uniform(0.1, LONGEST_PAUSE_S))
            role = chance.choice(ROLES)
            if service.kill(role):
                done, counts[role] = done + 1, counts[role] + 1
                slowest = max(slowest, service.wait_ready() if role != "worker" else 0.0)
        load.stop()
        found = damage(load)
    told = ", ".join(f"{role} {count}" for role, count in counts.items())
    return Outcome("kill -9 at random moments", kind_of(url), times, found, slowest, told)


def restarts(server: PostgresqlServer, folder: Path, times: int) -> Outcome:
    """PostgreSQL crashes and comes back under load; recovered when a client's write is acknowledged again."""
    url = server.new_database()
    with running(url, folder) as (_, load):
        slowest = 0.0
        for _ in range(times):
            time.sleep(2.0)
            server.stop("immediate")
            time.sleep(0.5)
            server.start()
            began = time.monotonic()
            waited(lambda began=began: load.last_written > began, 60)  # type: ignore[misc]
            slowest = max(slowest, time.monotonic() - began)
        load.stop()
        found = damage(load)
    return Outcome("PostgreSQL crashes, restarts", "PostgreSQL", times, found, slowest, "seconds from its start")


def locked(folder: Path, seconds: float) -> Outcome:
    """Another program holds the SQLite file for longer than the busy timeout."""
    file = folder / "locked.sqlite"
    with running(f"sqlite:///{file}", folder, WATERLINE_BUSY_TIMEOUT="1") as (_, load):
        time.sleep(1)
        blocker = sqlite3.connect(file, isolation_level=None, timeout=30)
        blocker.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        refused = load.answers[503]
        blocker.execute("ROLLBACK")
        blocker.close()
        began = time.monotonic()
        waited(lambda: load.last_written > began, 60)
        took = time.monotonic() - began
        load.stop()
        found = damage(load)
        others = {status: count for status, count in load.answers.items() if status not in (200, 503)}
    note = f"locked {seconds:.0f} s; {refused} answers of 503 meanwhile, other refusals {others or 'none'}"
    return Outcome("database locked", "SQLite", 1, found, took, note)


def full_disk(folder: Path) -> Outcome:
    """The disk of the SQLite file fills up and is emptied again."""
    with small_disk(folder) as (disk, fill, free):
        file = disk / "full.sqlite"
        with running(f"sqlite:///{file}", folder) as (_, load):
            time.sleep(2)
            fill()
            waited(lambda: load.answers[503] >= 5, 120)
            refused = load.answers[503]
            free()
            began = time.monotonic()
            waited(lambda: load.last_written > began, 60)
            took = time.monotonic() - began
            load.stop()
            found = damage(load)
            others = {status: count for status, count in load.answers.items() if status not in (200, 503)}
        check = sqlite3.connect(file).execute("PRAGMA integrity_check").fetchone()[0]
    note = f"{refused} answers of 503 while full, other refusals {others or 'none'}; integrity check: {check}"
    return Outcome("disk full", "SQLite", 1, found, took, note)


@contextmanager
def small_disk(folder: Path) -> Iterator[tuple[Path, Callable[[], None], Callable[[], None]]]:
    """A disk of a few megabytes, with functions that fill and free it; needs the right to mount."""
    disk = folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK}", "tmpfs", str(disk)], check=True)
    ballast = disk / "ballast"

    def fill() -> None:
        try:
            with ballast.open("wb") as stream:
                while True:
                    stream.write(b"\0" * 4096)
                    stream.flush()
        except OSError:
            return

    try:
        yield disk, fill, ballast.unlink
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


@contextmanager
def running(url: str, folder: Path, **settings: str) -> Iterator[tuple[RunningService, Load]]:
    """A service with its load."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = Path(tempfile.mkdtemp(prefix="home-", dir=folder))
    service = RunningService(home, url, port, **settings)
    store = Store.open(url, busy_timeout_s=20)
    try:
        service.wait_ready()
        load = Load(service, store)
        load.start()
        yield service, load
    finally:
        service.stop()
        store.close()


def kind_of(url: str) -> str:
    """Name of a URL's database."""
    return "SQLite" if url.startswith("sqlite") else "PostgreSQL"


def table(outcomes: list[Outcome]) -> str:
    """The outcomes as Markdown."""
    lines = [
        "| fault | database | times | acknowledged writes | jobs | lost writes | doubled | lost jobs | doubled "
        "| slowest recovery, s |  |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---|",
    ]
    for fault, database, times, found, recovered, note in outcomes:
        numbers = (
            found.writes,
            found.jobs,
            found.lost_writes,
            found.doubled_writes,
            found.lost_jobs,
            found.doubled_jobs,
        )
        took = "-" if recovered is None else f"{recovered:.1f}"
        lines.append(f"| {fault} | {database} | {times} | {' | '.join(map(str, numbers))} | {took} | {note} |")
    return "\n".join(lines)


WORDS = """\
Two clients append rows to a panel over HTTP, each with an `Idempotency-Key` that is repeated until the answer
is 200; a third asks for recommendations, which one worker process computes. Acknowledged is what a client was
told; lost is what is then not there, doubled what is there twice (a row, a panel version, a result). Recovery:
from the kill until `/readyz` answers 200 (the slowest), from PostgreSQL's start or the end of the lock or of
the shortage until a client's next write is acknowledged. Goods: nothing lost or doubled; PostgreSQL recovered
in 10 s; a refusal with 503. A clock that jumps is inflicted on the store and the schedules through their clock
(`tests/service/store/test_listing.py`, `tests/service/jobs/test_scheduling.py`), not on the machine's."""


def main() -> None:
    """Measure and write the section."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--restarts", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--page", type=Path, default=Path("docs/benchmarks.md"))
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="waterline-crash-"))
    outcomes = [kills(f"sqlite:///{folder / 'kills.sqlite'}", folder, options.times, options.seed)]
    with throwaway_postgresql(durable=True) as server:
        outcomes.append(kills(server.new_database(), folder, options.times, options.seed + 1))
        outcomes.append(restarts(server, folder, options.restarts))
    outcomes.append(locked(folder, 10))
    outcomes.append(full_disk(folder))
    body = f"## The service under faults\n\n{circumstances(COMMAND)}\n\n{table(outcomes)}\n\n{WORDS}"
    write_section(options.page, "service-faults", body)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
