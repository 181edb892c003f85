"""Imported ledgers opened again: the few that are asked about stay in memory.

Role: from an import's record to the ledger that it was, by the same files and the same reader.
Must not know: HTTP, or what is asked of a ledger.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

from btim.errors import ConflictError
from btim.ledger import Ledger, open_ledger
from service.input_checks import named_files
from service.store import Store, Unit

MOST = 4
MAPPING = "ledger.toml"


@dataclass(slots=True)
class _Kept:
    """One ledger and the folder of its files, which views hash for their stamp."""

    folder: TemporaryDirectory[str]
    ledger: Ledger


@dataclass(slots=True)
class OpenedLedgers:
    """The ledgers asked about last, at most `MOST`."""

    store: Store
    _kept: OrderedDict[tuple[str, str], _Kept] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def opened(self, organisation: str, import_id: str) -> Ledger:
        """The ledger of an import.

        Raises:
            NotFoundError: the organisation has no such import.
            ConflictError: its files are not known any more.
        """
        with self._lock:
            key = organisation, import_id
            if key not in self._kept:
                self._kept[key] = self._open(organisation, import_id)
                while len(self._kept) > MOST:
                    _, gone = self._kept.popitem(last=False)
                    gone.folder.cleanup()
            self._kept.move_to_end(key)
            return self._kept[key].ledger

    def close(self) -> None:
        """Remove every folder."""
        with self._lock:
            while self._kept:
                self._kept.popitem()[1].folder.cleanup()

    def _open(self, organisation: str, import_id: str) -> _Kept:
        folder = TemporaryDirectory(prefix="waterline-ledger-")
        try:
            with self.store.reading(organisation) as unit:
                asked = _asked(unit, import_id)
                main = _laid_out(unit, asked, Path(folder.name))
            with named_files():
                return _Kept(folder, open_ledger(main, currency=asked["currency"]))
        except BaseException:
            folder.cleanup()
            raise


def _asked(unit: Unit, import_id: str) -> Mapping[str, Any]:
    job = unit.ledgers.get(import_id)["job"]
    if not job:
        raise ConflictError("the files of this import are not known", value=import_id, remedy="import them again")
    asked: Mapping[str, Any] = unit.jobs.get(job)["parameters"]
    return asked


def _laid_out(unit: Unit, asked: Mapping[str, Any], folder: Path) -> Path:
    """Write the files where the mapping expects them; the import has refused paths that lead out of the folder."""
    main = asked["main"]
    name = MAPPING if main["kind"] == "mapping" else PurePosixPath(main["file"].replace("\\", "/")).name
    for path, sha256 in {**asked["files"], name: main["sha256"]}.items():
        target = (folder / path).resolve()
        if not target.is_relative_to(folder.resolve()):
            raise ConflictError("the mapping names a path outside its folder", value=path, remedy="import it again")
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as stream:
            unit.contents.copy_to(sha256, stream)
    return folder / name
