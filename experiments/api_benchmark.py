"""The HTTP API measured from outside: a list beside a bare route, a recommendation, and what hostile clients cost.

Role: starts the service and, beside it, the smallest FastAPI application with the same SQL and JSON; writes the table.
Must not know: how the service answers.

    python -m experiments.api_benchmark --write
"""

import argparse
import http.client
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from experiments.benchmark_page import circumstances, write_section
from experiments.portfolio_instances import large_problem

PAGE = Path("docs/benchmarks.md")
COMMAND = "python -m experiments.api_benchmark --write"
SERIES, STEPS, ROUNDS, ASKED = 40, 250, 15, 100
SLOW_CLIENTS, MIB = 200, 1024 * 1024
BARE = '''
import sys
from fastapi import FastAPI
from sqlalchemy import create_engine
import uvicorn

engine = create_engine(sys.argv[1], connect_args={"check_same_thread": False})
app = FastAPI()
SQL = """SELECT panel, unique_id, ds, version, until, y, tower, unit, capacity, censored, statistic, sequence,
updated_at FROM panel_rows WHERE organisation = ? AND until = ? AND panel = ?
ORDER BY unique_id, panel, ds, version LIMIT 51"""

@app.get("/rows/{panel}")
def rows(panel: str):
    with engine.connect() as connection:
        found = connection.exec_driver_sql(SQL, ("main", 2147483647, panel)).mappings()
        return {"data": [dict(row) for row in found][:50], "meta": {}, "links": {"next": None}}

uvicorn.run(app, port=int(sys.argv[2]), log_level="warning", access_log=False)
'''


class Server:
    """A running server: its port, and the process that answers."""

    def __init__(self, port: int, process: subprocess.Popen[str]) -> None:
        self.port, self._process = port, process

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, bytes]:
        """One request on its own connection."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): text for name, text in headers.items()})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def memory_mib(self) -> float:
        """Peak resident memory of the process that answers, its children included."""
        family = [self._process.pid, *_children(self._process.pid)]
        return max(_peak_mib(pid) for pid in family)


@contextmanager
def service(home: Path) -> Iterator[Server]:
    """The service as a user starts it, without workers."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("WATERLINE_")}
    program = [str(Path(sys.executable).parent / "waterline"), "serve", "--port", "0", "--workers", "0"]
    process = subprocess.Popen(
        program, env={**kept, "WATERLINE_HOME": str(home)}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        line = "" if process.stdout is None else process.stdout.readline()
        found = re.search(r"http://[\d.]+:(\d+)", line)
        server = Server(int(found.group(1)) if found else 0, process)
        _await(server, "/readyz")
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


@contextmanager
def bare(home: Path) -> Iterator[Server]:
    """The smallest application over the same file."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    database = f"sqlite:///{home / 'waterline.sqlite'}"
    process = subprocess.Popen([sys.executable, "-c", BARE, database, str(port)], text=True)
    try:
        server = Server(port, process)
        _await(server, "/openapi.json")
        yield server
    finally:
        process.terminate()
        process.wait(30)


def list_rows(server: Server, other: Server) -> list[str]:
    """The 50-row list, in turns with the bare route."""
    text = "unique_id,ds,y,tower,unit\n" + "".join(
        f"s{series:02d},{step},{series + step},Compute,cores\n" for series in range(SERIES) for step in range(STEPS)
    )
    _, made = server.ask("POST", "/api/v1/panels?name=bench&freq=1", text.encode(), Content_Type="text/csv")
    panel = json.loads(made)["panel"]["id"]
    ours, theirs = f"/api/v1/panels/{panel}/rows?sort=unique_id", f"/rows/{panel}"
    rounds = [(_rate(server, ours), _rate(other, theirs)) for _ in range(ROUNDS)]
    ratio = statistics.median(mine / bare_rate for mine, bare_rate in rounds)
    mine, bare_rate = (statistics.median(each) for each in zip(*rounds, strict=True))
    shown = f"{ratio:.2f} × bare ({mine:,.0f} against {bare_rate:,.0f} requests a second)"
    return [f"| 50-row list, one client | {shown} | ≥ .5 × | {_met(ratio >= 0.5)} |"]


def recommendation(server: Server, gap: float, times: int) -> list[str]:
    """A problem of 100 candidates, three options each, with nine limits, warm."""
    body = json.dumps(large_problem(100, 7, gap=gap)).encode()
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        status, answer = server.ask("POST", "/api/v1/recommendations", body, Content_Type="application/json")
        took.append(time.perf_counter() - begun)
        if status != http.client.OK:
            raise RuntimeError(answer[:500])
    median = statistics.median(took[1:])
    name = f"recommendation, 100 candidates of log-normal cost, proven to {gap:.2%}, warm"
    return [f"| {name} | {median:.2f} s | 1 s | {_met(median <= 1)} |"]


def hostile(server: Server, upload_mib: int) -> list[str]:
    """A large upload, deep JSON, and clients that hardly send anything."""
    before = server.memory_mib()
    begun = time.perf_counter()
    status, _ = server.ask(
        "POST",
        "/api/v1/uploads?kind=cost_file&name=large.csv",
        _zeros(upload_mib),
        Content_Length=str(upload_mib * MIB),
    )
    took, grown = time.perf_counter() - begun, server.memory_mib() - before
    shown = f"{status} in {took:.0f} s, peak memory + {grown:.0f} MiB"
    rows = [
        f"| {upload_mib:,} MiB upload | {shown} | bounded | {_met(status == http.client.CREATED and grown < 300)} |"
    ]
    deep = b'{"a":' * 10_000 + b"1" + b"}" * 10_000
    begun = time.perf_counter()
    status, _ = server.ask("POST", "/api/v1/recommendations", deep, Content_Type="application/json")
    took = time.perf_counter() - begun
    is_refused = _met(status == http.client.BAD_REQUEST)
    rows.append(f"| 10,000-deep JSON | {status} in {took * 1000:.0f} ms | clear refusal | {is_refused} |")
    with _slow_clients(server.port):
        waits = []
        for _ in range(100):
            begun = time.perf_counter()
            server.ask("GET", "/api/v1/panels?limit=1")
            waits.append(time.perf_counter() - begun)
    grown = server.memory_mib() - before
    slowest = statistics.quantiles(waits, n=20)[-1]
    shown = f"others wait {slowest * 1000:.0f} ms (95 %), peak memory + {grown:.0f} MiB in all"
    return [*rows, f"| {SLOW_CLIENTS} slow clients | {shown} | bounded | {_met(slowest < 1 and grown < 300)} |"]


def _rate(server: Server, path: str) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    begun = time.perf_counter()
    for _ in range(ASKED):
        connection.request("GET", path)
        answer = connection.getresponse()
        found = answer.read()
        if answer.status != http.client.OK or found.count(b'"unique_id"') != 50:
            raise RuntimeError(found[:300])
    connection.close()
    return ASKED / (time.perf_counter() - begun)


@contextmanager
def _slow_clients(port: int) -> Iterator[None]:
    stop = threading.Event()
    clients = [socket.create_connection(("127.0.0.1", port)) for _ in range(SLOW_CLIENTS)]
    lines = (
        "POST /api/v1/recommendations HTTP/1.1",
        "Host: x",
        "Content-Type: application/json",
        "Content-Length: 9999",
    )
    head = "\r\n".join([*lines, "", ""]).encode()
    for client in clients:
        client.sendall(head)

    def drip() -> None:
        while not stop.wait(1.0):
            for client in clients:
                client.sendall(b" ")

    dripping = threading.Thread(target=drip, daemon=True)
    dripping.start()
    try:
        time.sleep(1.5)
        yield
    finally:
        stop.set()
        dripping.join()
        for client in clients:
            client.close()


def _zeros(mib: int) -> Iterator[bytes]:
    line = b"2026-06-30,servers,1.00\n" * (MIB // 24)
    piece = line + b"\n" * (MIB - len(line))
    yield from (piece for _ in range(mib))


def _await(server: Server, path: str) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            if server.ask("GET", path)[0] == http.client.OK:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise TimeoutError(path)


def _children(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    return [each for child in map(int, found) for each in (child, *_children(child))]


def _peak_mib(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return int(found.group(1)) / 1024 if found else 0.0


def _met(is_met: object) -> str:
    return "met" if is_met else "**not met**"


def main() -> None:
    """Measure, print the table, and write it where asked."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--upload-mib", type=int, default=1024)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="waterline-api-") as folder:
        home = Path(folder)
        with service(home) as server, bare(home) as other:
            proofs = [row for gap, times in ((1e-3, 8), (1e-4, 3)) for row in recommendation(server, gap, times)]
            rows = [*list_rows(server, other), *proofs, *hostile(server, given.upload_mib)]
    table = ["| measure | found | good | |", "|---|---|---|---|", *rows]
    text = "## The HTTP API\n\n" + circumstances(COMMAND) + "\n\n" + "\n".join(table)
    sys.stdout.write(text + "\n")
    if given.write:
        write_section(PAGE, "api", text)


if __name__ == "__main__":
    main()
