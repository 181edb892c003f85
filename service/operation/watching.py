"""The watched folder: a report that is dropped there is read, as if it had been uploaded.

Role: finds files that are complete and new, keeps them, asks that they be read. Files are never changed or removed.
Must not know: how a report is read.
"""

import logging
import threading
from pathlib import Path

from btim.errors import FileError, StoreError
from btim.files import sha256_of
from service.jobs.asking import ask_reading
from service.keeping import keep_file
from service.store import Store

logger = logging.getLogger("waterline.watching")
LOOK_S = 2.0
HIDDEN = (".", "~")
UNFINISHED = (".part", ".tmp", ".crdownload", ".partial", ".swp")
Look = tuple[int, int]


class WatchedFolder(threading.Thread):
    """Looks into a folder every two seconds; a file whose size and time stand still for one look is complete."""

    def __init__(self, store: Store, folder: Path, organisation: str, largest: int) -> None:
        """Watch `folder` for reports of `organisation` of at most `largest` bytes."""
        super().__init__(name="watched folder", daemon=True)
        self._store, self._folder, self._organisation, self._largest = store, folder, organisation, largest
        self._seen: dict[Path, Look] = {}
        self._done: dict[Path, Look] = {}
        self.stopping = threading.Event()

    def run(self) -> None:
        """Look until `stopping` is set."""
        while not self.stopping.wait(LOOK_S):
            try:
                self.look()
            except (StoreError, OSError) as error:
                logger.warning("the watched folder waits: %s", error)

    def look(self) -> list[str]:
        """Look once; returns the ids of reports that arrived.

        Raises:
            StoreError: the store does not answer; the next look finds the same files.
        """
        found = {path: look for path in sorted(self._folder.rglob("*")) if (look := _look(path)) is not None}
        complete = [path for path, look in found.items() if self._seen.get(path) == look != self._done.get(path)]
        self._seen = found
        self._done = {path: look for path, look in self._done.items() if path in found}
        arrived = []
        for path in complete:
            report = self._keep(path, found[path])
            self._done[path] = found[path]
            if report is not None:
                arrived.append(report)
        return arrived

    def _keep(self, path: Path, look: Look) -> str | None:
        name = path.relative_to(self._folder).as_posix()
        if not 0 < look[0] <= self._largest:
            logger.warning("a file in the watched folder is empty or too large", extra={"file": name, "size": look[0]})
            return None
        try:
            sha256 = sha256_of(path)
        except (FileError, OSError) as error:
            logger.warning("a file in the watched folder cannot be read: %s", error, extra={"file": name})
            return None
        keep_file(self._store, self._organisation, path, sha256)
        with self._store.writing(self._organisation) as unit:
            unit.contents.announce(sha256, look[0])
            report, is_new = unit.reports.add(name, sha256=sha256, size=look[0], source="folder")
            if not is_new:
                return None
            job, _ = ask_reading(unit, report["id"], request_id="watched folder")
            unit.audit.append("watched folder", "report.received", report["id"], file=name)
        logger.info("a report arrived", extra={"file": name, "report": report["id"], "job": job["id"]})
        return str(report["id"])


def _look(path: Path) -> Look | None:
    if path.name.startswith(HIDDEN) or path.suffix.lower() in UNFINISHED or path.is_symlink() or not path.is_file():
        return None
    facts = path.stat()
    return facts.st_size, facts.st_mtime_ns
