"""Bytes of uploads and results, by their SHA-256, in pieces.

Role: keeps and gives back contents; the same bytes are kept once an organisation.
Must not know: what the bytes mean.

Pieces are written in short transactions before the content is announced, so that a large upload never keeps others
from writing; pieces that were never announced are invisible and are written over when the upload is repeated.
"""

from collections.abc import Iterator
from typing import BinaryIO

from sqlalchemy import func, select

from service.store.operation_tables import content_pieces, contents
from service.store.scope import Scope

PIECE = 1024 * 1024


class Contents:
    """The organisation's contents."""

    def __init__(self, scope: Scope) -> None:
        """Work in a transaction."""
        self._scope = scope

    def has(self, sha256: str) -> bool:
        """Is this content kept?"""
        return self._scope.first(self._scope.select(contents, sha256=sha256)) is not None

    def size(self, sha256: str) -> int:
        """Length in bytes.

        Raises:
            NotFoundError: the organisation has no such content.
        """
        return int(self._scope.one(contents, "content", sha256=sha256)["size"])

    def put_piece(self, sha256: str, position: int, piece: bytes) -> None:
        """Write one piece of a content that is not announced yet; repeating it writes it over."""
        self._scope.delete(content_pieces, sha256=sha256, position=position)
        self._scope.insert(content_pieces, [{"sha256": sha256, "position": position, "bytes": piece}])

    def announce(self, sha256: str, size: int) -> None:
        """Make a content visible whose pieces are all written; announcing it again changes nothing."""
        if not self.has(sha256):
            self._scope.insert(contents, [{"sha256": sha256, "size": size, "created_at": self._scope.now}])

    def pieces(self, sha256: str) -> Iterator[bytes]:
        """The content, piece by piece.

        Raises:
            NotFoundError: the organisation has no such content.
        """
        self.size(sha256)
        last = self._scope.connection.execute(
            select(func.max(content_pieces.c.position)).where(self._scope.mine(content_pieces, sha256=sha256))
        ).scalar_one()
        for position in range(-1 if last is None else last + 1):
            yield self._scope.one(content_pieces, "piece", sha256=sha256, position=position)["bytes"]

    def read(self, sha256: str) -> bytes:
        """The whole content.

        Raises:
            NotFoundError: the organisation has no such content.
        """
        return b"".join(self.pieces(sha256))

    def copy_to(self, sha256: str, target: BinaryIO) -> None:
        """Write the content to an open file.

        Raises:
            NotFoundError: the organisation has no such content.
        """
        for piece in self.pieces(sha256):
            target.write(piece)
