"""The page of benchmarks: each benchmark owns the lines between its markers.

Role: replace one section of `docs/benchmarks.md` and say when, where and on what commit it was measured.
Must not know: any benchmark.
"""

import datetime as dt
import os
import platform
import subprocess
from pathlib import Path

from btim.files import published

TITLE = "# Benchmarks\n\nEach table says when, where, on which commit and with which command it was measured.\n"


def write_section(page: Path, name: str, body: str) -> None:
    """Put `body` between the markers of `name`, adding the section at the end when the page lacks it."""
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    text = page.read_text(encoding="utf-8") if page.exists() else TITLE
    section = f"{begin}\n{body.strip()}\n{end}"
    if begin in text:
        before, rest = text.split(begin, 1)
        text = before + section + rest.split(end, 1)[1]
    else:
        text = f"{text.rstrip()}\n\n{section}\n"
    with published(page) as target:
        target.write_text(text, encoding="utf-8")


def circumstances(command: str) -> str:
    """Date, machine, commit and command, as one line under a table's heading."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False).stdout
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    today = dt.datetime.now(tz=dt.UTC).date().isoformat()
    machine = f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}"
    return f"Measured {today} on {machine}, Python {platform.python_version()}, commit {commit.strip()}: `{command}`."
