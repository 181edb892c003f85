"""What an import depends on, as one hash: the same fingerprint gives the same ledger.

Role: hash contents of cost files, mapping file, inputs and closed books, whatever they are called.
Must not know: how a ledger is built or where it is kept.
"""

import hashlib
import json
from collections.abc import Sequence

from btim.files import content_sha256, sha256_of
from btim.ledger import BOOKS
from btim.ledger_settings import LedgerSettings
from btim.tables import read_table


def import_fingerprint(settings: LedgerSettings, said: Sequence[object] = ()) -> str:
    """SHA-256, in hex. Copies, packed copies, other names and another order of FOCUS files do not change it.

    Args:
        settings: the mapping, or what stands in its place.
        said: whatever else the result depends on (currency, reasons, the program's version).

    Raises:
        FileError: a file is missing or cannot be read.
    """
    parts = {
        "mapping": sha256_of(settings.file) if settings.file.suffix == ".toml" else "focus",
        "files": sorted({content_sha256(source.path) for source in settings.files}),
        "inputs": {name: content_sha256(path) for name, path in sorted(settings.inputs.items())},
        "books": _books(settings),
        "said": [str(each) for each in said],
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _books(settings: LedgerSettings) -> str:
    """Only the closed months of the books count."""
    if settings.close is None:
        return ""
    books = read_table(settings.close.books / BOOKS, ("month",))
    shut = books[books["month"] <= settings.close.through]
    return hashlib.sha256(shut.to_csv(index=False).encode()).hexdigest()
