"""Bytes into the store: pieces in short transactions, then one that makes them visible.

Role: keeps a file of any size without holding the store for long.
Must not know: what the bytes mean, or who sent them.
"""

from pathlib import Path

from service.store import Store
from service.store.contents import PIECE

PIECES_AT_ONCE = 8


def keep_file(store: Store, organisation: str, path: Path, sha256: str) -> None:
    """Write the pieces of a file that is not kept yet; announcing it is left to the transaction that refers to it."""
    with store.reading(organisation) as unit:
        if unit.contents.has(sha256):
            return
    with path.open("rb") as stream:
        position = 0
        while batch := [piece for _ in range(PIECES_AT_ONCE) if (piece := stream.read(PIECE))]:
            with store.writing(organisation) as unit:
                for offset, piece in enumerate(batch):
                    unit.contents.put_piece(sha256, position + offset, piece)
            position += len(batch)
