"""What a job's handler is given, and what it gives back.

Role: the seam between the worker, which knows how to keep a promise, and the handlers, which know what to do.
Must not know: any kind of work.
"""

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from btim.errors import WaterlineError
from service.store import Store, Unit

Finish = Callable[[Unit], Mapping[str, Any]]
"""Writes what was found and gives the job's result; runs in the transaction that ends the job."""
EARLY = 5.0
"""Percent before which no time left is told."""


class Stopped(BaseException):
    """Raised in a handler that must end now; nothing it did is kept."""


class Refused(WaterlineError):  # noqa: N818
    """Input that cannot be used, with what to write down about it beside the job's failure."""

    def __init__(self, cause: WaterlineError, record: Callable[[Unit], None]) -> None:
        """Keep the refusal's parts; `record` runs in the transaction that ends the job."""
        super().__init__(
            cause.what, file=cause.file, row=cause.row, field=cause.field, value=cause.value, remedy=cause.remedy
        )
        self.cause = cause
        self.record = record


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is."""

    percent: float = 0.0
    stage: str = "starting"
    eta_s: float | None = None


@dataclass(slots=True)
class Run:
    """One attempt at a job: its parameters, the store to read from, folders for files, and how to tell progress.

    `folder` is empty and goes with the attempt; `kept_folder` stays until the job ends, so that the next attempt can
    continue there.
    """

    store: Store
    organisation: str
    job: str
    parameters: Mapping[str, Any]
    folder: Path
    kept_folder: Path
    progress: Progress = field(default_factory=Progress)
    stopping: threading.Event = field(default_factory=threading.Event)
    _began: float = field(default_factory=time.monotonic)

    def reading(self) -> AbstractContextManager[Unit]:
        """A transaction that reads the organisation's records."""
        return self.store.reading(self.organisation)

    def tell(self, percent: float, stage: str) -> None:
        """Say how far the work is.

        Raises:
            Stopped: the work must end now.
        """
        if self.stopping.is_set():
            raise Stopped
        part = max(0.0, min(99.0, percent))
        took = time.monotonic() - self._began
        self.progress = Progress(part, stage, None if part < EARLY else round(took * (100 - part) / part, 1))

    def between(self, first: float, last: float, stage: str) -> Callable[[int, int], None]:
        """A function (done, in all) that tells progress between two percentages."""

        def tell(done: int, total: int) -> None:
            self.tell(first + (last - first) * done / max(total, 1), stage)

        return tell

    def file(self, sha256: str, name: str) -> Path:
        """A kept content as a file in the job's folder.

        Raises:
            NotFoundError: the organisation has no such content.
        """
        target = self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as stream, self.reading() as unit:
            unit.contents.copy_to(sha256, stream)
        return target

    def table_file(self, sha256: str, name: str) -> Path:
        """A kept table as a file named like its upload: the suffix stays, what could lead out of the folder goes.

        Raises:
            NotFoundError: the organisation has no such content.
        """
        last = name.replace("\\", "/").split("/")[-1]
        kept = "".join(char if char.isalnum() or char in "._-" else "_" for char in last)
        return self.file(sha256, kept.lstrip(".") or "panel.csv")
