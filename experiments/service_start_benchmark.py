"""Benchmark: how long `waterline serve` takes until it is ready, and what it holds in memory then.

Role: start it several times on both databases, on empty tables and on made ones.
Must not know: what it does at its start.
"""

import argparse
import os
import socket
import statistics
import tempfile
import time
from pathlib import Path

from experiments.benchmark_page import circumstances, write_section
from experiments.service_under_load import RunningService, children_of
from experiments.throwaway_postgresql import throwaway_postgresql

COMMAND = "python -m experiments.service_start_benchmark"
TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
WORDS = """\
From the start of the command until `/readyz` answers 200; processor seconds and memory of supervisor, server and one
worker together at that moment. Goods: ready in 8 s, aim 3 s."""


def started(url: str, folder: Path) -> tuple[float, float, float]:
    """Seconds until ready, processor seconds until then, resident MiB."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    began = time.monotonic()
    service = RunningService(Path(tempfile.mkdtemp(dir=folder)), url, port)
    try:
        service.wait_ready()
        took = time.monotonic() - began
        processes = [service.process.pid, *children_of(service.process.pid)]
        return took, sum(map(_cpu, processes)), sum(map(_resident, processes)) / 1024**2
    finally:
        service.stop()


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def _resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * PAGE


def main() -> None:
    """Measure and write the section."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--page", type=Path, default=Path("docs/benchmarks.md"))
    options = parser.parse_args()
    lines = [
        "| database | first start (makes the tables), s | later starts, median s | processor s | resident MiB |",
        "|---|---:|---:|---:|---:|",
    ]
    with tempfile.TemporaryDirectory() as name, throwaway_postgresql(durable=True) as server:
        folder = Path(name)
        for database, url in (("SQLite", f"sqlite:///{folder / 's.sqlite'}"), ("PostgreSQL", server.new_database())):
            first = started(url, folder)
            later = [started(url, folder) for _ in range(options.times)]
            medians = [statistics.median(run[place] for run in later) for place in range(3)]
            lines.append(f"| {database} | {first[0]:.1f} | {medians[0]:.1f} | {medians[1]:.1f} | {medians[2]:.0f} |")
    table = "\n".join(lines)
    body = f"## The service's start\n\n{circumstances(COMMAND)}\n\n{table}\n\n{WORDS}"
    write_section(options.page, "service-start", body)


if __name__ == "__main__":
    main()
