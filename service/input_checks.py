"""What can be said about an input when it arrives: it is read once by the reader that will read it later.

Role: refuses a file at the door, naming file, row, column, value and remedy, and notes what was found.
Must not know: HTTP, SQL, or where the file is kept.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from btim.catalogue import read_catalogue
from btim.errors import FileError, WaterlineError
from btim.files import read_text
from btim.ledger_inputs import read_rates
from btim.ledger_registers import read_contracts, read_tags
from btim.tables import read_table

LARGEST = 64 * 1024**2
"""Tables above this size are not read at the door; the import reads them."""
UNREAD = ("cost_file", "ledger")
"""Cost files are read by the import alone: their mapping says how."""
REQUIRED: Mapping[str, tuple[str, ...]] = {"calendar": ("event", "ds"), "events": ("event", "ds")}


def check_input(kind: str, path: Path) -> dict[str, Any]:
    """What a file of a kind holds: rows and columns of a table, solutions of a catalogue, files of a mapping.

    Raises:
        InputError: it cannot be what it is said to be.
    """
    if kind in UNREAD or path.stat().st_size > LARGEST:
        return {}
    with named_files():
        return CHECKS.get(kind, _table(kind))(path)


@contextmanager
def named_files() -> Iterator[None]:
    """Let refusals name files as their sender did: without the folders in which they lie for a moment."""
    try:
        yield
    except WaterlineError as error:
        if error.file is None or "/" not in error.file:
            raise
        raise type(error)(
            error.what,
            file=Path(error.file).name,
            row=error.row,
            field=error.field,
            value=error.value,
            remedy=error.remedy,
        ) from None


def _mapping(path: Path) -> dict[str, Any]:
    try:
        given = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise FileError(f"is not TOML: {error}", file=path.name, remedy="correct the syntax") from None
    return {"keys": sorted(given)}


def _catalogue(path: Path) -> dict[str, Any]:
    return {"solutions": len(read_catalogue(path))}


def _frame(read: Callable[[Path], Any]) -> Callable[[Path], dict[str, Any]]:
    def check(path: Path) -> dict[str, Any]:
        frame = read(path)
        return {"rows": len(frame), "columns": [str(name) for name in frame.columns]}

    return check


def _table(kind: str) -> Callable[[Path], dict[str, Any]]:
    if kind in {"taxonomy", "mapping"}:
        return _mapping
    return _frame(lambda path: read_table(path, REQUIRED.get(kind, ())))


CHECKS: Mapping[str, Callable[[Path], dict[str, Any]]] = {
    "mapping": _mapping,
    "catalogue": _catalogue,
    "rates": _frame(read_rates),
    "tags": _frame(read_tags),
    "contracts": _frame(read_contracts),
}
