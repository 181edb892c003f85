"""Showing that stages run: a live line on a terminal, plain lines elsewhere, always on stderr.

Role: the progress of commands that run several stages.
Must not know: what the stages do.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from service.running import Stage


def stages() -> Stage:
    """Return a function that shows one named stage for as long as its block runs."""
    return _live if sys.stderr.isatty() else _plain


@contextmanager
def _live(name: str) -> Iterator[None]:
    bar = Progress(
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )
    with bar:
        task = bar.add_task(name, total=1)
        yield
        bar.update(task, completed=1)


@contextmanager
def _plain(name: str) -> Iterator[None]:
    started = time.perf_counter()
    sys.stderr.write(f"{name} …\n")
    yield
    sys.stderr.write(f"{name}: {time.perf_counter() - started:.1f} s\n")
