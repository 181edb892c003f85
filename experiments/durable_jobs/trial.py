"""The trial both engines run: its arguments, the job, and marks in a file of when what happened.

Role: what must be the same on both sides.
Must not know: either engine.
"""

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True)
class Trial:
    """One process' part: the database, the worker's name, how many jobs to ask for, and whether a job takes long."""

    url: str
    name: str
    jobs: int
    slow: bool
    file: Path

    @classmethod
    def from_arguments(cls) -> Self:
        """Read the command line that the benchmark wrote."""
        url, name, jobs, pace, file = sys.argv[1:]
        return cls(url, name, int(jobs), pace == "slow", Path(file))

    def mark(self, kind: str, value: float | None = None) -> None:
        """Write one line: `kind time`."""
        with self.file.open("a", encoding="utf-8") as stream:
            stream.write(f"{kind} {time.time() if value is None else value}\n")

    def ready(self) -> None:
        """Write down the processor seconds until now."""
        self.mark("cpu", time.process_time())

    def work(self) -> None:
        """The job: nothing, or two minutes of it."""
        self.mark("began")
        if self.slow:
            time.sleep(120)
        self.mark("handled")
