"""Benchmark: the service's own jobs beside DBOS, on the same database and machine, in one run.

Role: time, and cut short, the same trivial jobs in both, in processes of their own, and write the table.
Must not know: how either keeps a job.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from experiments.benchmark_page import circumstances, write_section
from experiments.throwaway_postgresql import throwaway_postgresql

COMMAND = "python -m experiments.durable_jobs_benchmark"
ENGINES = {"service": "experiments.durable_jobs.own", "DBOS": "experiments.durable_jobs.peer"}
PATIENCE_S = 60.0
HANDLED = "handled"


class Row(NamedTuple):
    """One line of the table."""

    engine: str
    database: str
    jobs_a_second: float
    taken_over_s: float | None
    starts_cpu_s: float
    idle_cpu_share: float


def measured(engine: str, url: str, jobs: int) -> Row:
    """Start a worker and ask for jobs; kill a worker in a job, and let another one go on."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first = Child(engine, url, folder, "one", jobs=jobs)
        starts = first.cpu_at_start()
        waited(lambda: first.done() >= jobs, 600)
        speed = jobs / (first.times()[-1] - first.asked_at())
        before, began = first.cpu(), time.monotonic()
        time.sleep(5)
        idle = (first.cpu() - before) / (time.monotonic() - began)
        first.end()
        doomed = Child(engine, url, folder, "two", jobs=1, slow=True)
        waited(lambda: doomed.began(), PATIENCE_S)
        doomed.end()
        heir = Child(engine, url, folder, "three", jobs=0, slow=False)
        killed_at = time.monotonic()
        taken: float | None = None
        try:
            waited(lambda: heir.done() >= 1, PATIENCE_S)
            taken = time.monotonic() - killed_at
        except TimeoutError:
            taken = None
        heir.end()
    return Row(engine, "SQLite" if url.startswith("sqlite") else "PostgreSQL", speed, taken, starts, idle)


class Child:
    """A worker process that also asks for jobs; it tells by files what it did."""

    def __init__(self, engine: str, url: str, folder: Path, name: str, *, jobs: int, slow: bool = False) -> None:
        """Start it; returns when it has asked."""
        self._file = folder / name
        arguments = [url, name, str(jobs), "slow" if slow else "quick", str(self._file)]
        command = [sys.executable, "-m", ENGINES[engine], *arguments]
        environment = {key: value for key, value in os.environ.items() if not key.startswith("DBOS")}
        self._process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        waited(lambda: self._marks("asked") != [], 120)

    def _marks(self, kind: str) -> list[float]:
        if not self._file.exists():
            return []
        lines = [line.split() for line in self._file.read_text(encoding="utf-8").splitlines()]
        return [float(line[1]) for line in lines if line[0] == kind]

    def asked_at(self) -> float:
        """When it had asked for all jobs."""
        return self._marks("asked")[0]

    def began(self) -> bool:
        """Has it begun a job?"""
        return bool(self._marks("began"))

    def done(self) -> int:
        """How many jobs it has done."""
        return len(self._marks(HANDLED))

    def times(self) -> list[float]:
        """When each was done."""
        return self._marks(HANDLED)

    def cpu_at_start(self) -> float:
        """Processor seconds until it was ready to work."""
        return self._marks("cpu")[0]

    def cpu(self) -> float:
        """Processor seconds until now."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self) -> None:
        """`kill -9`."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()


def waited(is_so: Callable[[], bool], patience_s: float) -> None:
    """Wait until something is so.

    Raises:
        TimeoutError: it does not become so.
    """
    until = time.monotonic() + patience_s
    while not is_so():
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(0.05)


def table(rows: list[Row]) -> str:
    """The rows as Markdown."""
    lines = [
        "| engine | database | jobs a second | a killed worker's job is done by another after, s "
        "| processor seconds to start | idle, share of a processor |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for row in rows:
        taken = f"not within {PATIENCE_S:.0f}" if row.taken_over_s is None else f"{row.taken_over_s:.1f}"
        numbers = f"{row.jobs_a_second:.0f} | {taken} | {row.starts_cpu_s:.2f} | {row.idle_cpu_share:.3f}"
        lines.append(f"| {row.engine} | {row.database} | {numbers} |")
    return "\n".join(lines)


WORDS = """\
Jobs do nothing. One worker process asks for all of them and does them; then a worker is killed with `kill -9` in the
middle of a job, and another, with a name of its own as on another machine, is started. DBOS is used as its
documentation says (one queue looked at every quarter of a second, one job at a time, the executor's name and the
application's version set); without its hosted conductor it
recovers the work of an executor when one of the same name starts, so that the row of another name is not a fault but
its design. Under `waterline serve` a dead worker's job is given back at once, without the silence that this row waits
for."""


def main() -> None:
    """Measure and write the section."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--page", type=Path, default=Path("docs/benchmarks.md"))
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder, throwaway_postgresql(durable=True) as server:
        for engine in ENGINES:
            rows.append(measured(engine, f"sqlite:///{folder}/{engine}.sqlite", options.jobs))
            rows.append(measured(engine, server.new_database(), options.jobs))
    body = f"## Durable jobs\n\n{circumstances(COMMAND)}\n\n{table(rows)}\n\n{WORDS}"
    write_section(options.page, "durable-jobs", body)


if __name__ == "__main__":
    main()
