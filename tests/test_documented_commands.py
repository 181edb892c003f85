"""Every `waterline` and `make` line in the README and the docs exists and runs.

A page's ```sh blocks run in order in one fresh folder that holds `docs`. Lines that read real data run
where WATERLINE_DATA is set and are checked for existence elsewhere; `waterline serve` is
started, asked for its health, and stopped.
"""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
WATERLINE = Path(sys.executable).with_name("waterline")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
TARGET = re.compile(r"^([a-z-]+):", re.MULTILINE)


def commands_of(page: Path) -> list[str]:
    lines = "".join(BLOCK.findall(page.read_text(encoding="utf-8"))).replace("\\\n", " ").splitlines()
    return [re.sub(r"\s+#.*$", "", line).strip() for line in lines if line.strip() and not line.startswith("#")]


def run(command: str, folder: Path) -> None:
    environment = {**os.environ, "PATH": f"{WATERLINE.parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"


def serve_and_stop(command: str, folder: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    arguments = [str(WATERLINE), *shlex.split(command)[1:], "--port", str(port)]
    with subprocess.Popen(arguments, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as server:
        try:
            assert answers(f"http://127.0.0.1:{port}/healthz"), command
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=20)


def answers(address: str) -> bool:
    for _ in range(400):
        try:
            with urllib.request.urlopen(address) as response:  # noqa: S310 - our own server on localhost
                return bool(response.status == 200)
        except OSError:
            time.sleep(0.2)
    return False


def exists(command: str, folder: Path) -> None:
    run(" ".join([*shlex.split(command.replace("$", ""))[:2], "--help"]), folder)


@pytest.mark.parametrize("page", [p for p in PAGES if p.exists()], ids=lambda p: str(p.relative_to(ROOT)))
def test_the_commands_of_a_page_run_in_order(page: Path, tmp_path: Path) -> None:
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    targets = set(TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8")))
    for command in commands_of(page):
        if command.startswith("make "):
            assert command.split()[1] in targets, command
        elif command.startswith("waterline serve"):
            serve_and_stop(command, tmp_path)
        elif "WATERLINE_DATA" in command and "WATERLINE_DATA" not in os.environ:
            if command.startswith("waterline "):
                exists(command, tmp_path)
        elif command.startswith("waterline ") or "WATERLINE_DATA" in command:
            run(command, tmp_path)


def test_the_readme_documents_both_commands() -> None:
    assert {"make demo", "make test"} <= set(commands_of(ROOT / "README.md"))
