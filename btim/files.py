"""Files at the door and at the exit: text decoding with a clear refusal, and writing that leaves no half file.

Role: the one place that opens text a user handed in and that publishes finished files.
Must not know: what the files mean.
"""

import gzip
import hashlib
import os
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from btim.errors import FileError


def existing_file(path: Path) -> Path:
    """Return `path` when it is a readable, non-empty regular file.

    Raises:
        FileError: it does not exist, is a directory, or is empty.
    """
    if not path.exists():
        raise FileError("no such file", file=str(path), remedy="check the path")
    if path.is_dir():
        raise FileError("is a directory, not a file", file=str(path), remedy="name one file in it")
    if path.stat().st_size == 0:
        raise FileError("the file is empty", file=str(path), remedy="export it again with a header row and data")
    return path


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex, read in pieces.

    Raises:
        FileError: missing, a directory, or empty.
    """
    with existing_file(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def content_sha256(path: Path) -> str:
    """SHA-256 of a file's content, in hex: of `.gz` what it unpacks to, so that a packed copy is the same content.

    Raises:
        FileError: missing, a directory, empty, or no gzip.
    """
    if path.suffix != ".gz":
        return sha256_of(path)
    digest = hashlib.sha256()
    try:
        with gzip.open(existing_file(path)) as stream:
            while piece := stream.read(1 << 20):
                digest.update(piece)
    except (OSError, EOFError, zlib.error):
        raise FileError("is not gzip, or broken", file=str(path), remedy="pack it again") from None
    return digest.hexdigest()


def read_text(path: Path, encoding: str | None = None) -> str:
    """Read a whole text file: UTF-8 (with or without BOM) unless `encoding` says otherwise; `.gz` is unpacked.

    Raises:
        FileError: missing, a directory, empty, or not in that encoding; GB18030 is offered when it fits.
    """
    existing_file(path)
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    try:
        return raw.decode(encoding or "utf-8-sig")
    except LookupError:
        raise FileError("unknown encoding", file=str(path), value=encoding, remedy="try utf-8 or gb18030") from None
    except UnicodeDecodeError as error:
        row = raw[: error.start].count(b"\n") + 1
        raise FileError(
            f"not valid {encoding or 'UTF-8'} at byte {error.start}",
            file=str(path),
            row=row,
            remedy=_encoding_remedy(raw),
        ) from None


def _encoding_remedy(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "it reads as UTF-16: say so (--encoding utf-16, or encoding in the mapping) or save it as UTF-8"
    if raw.startswith((b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0")):
        return "this is a binary document, not text; export it as CSV (UTF-8)"
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError:
        return "save it as UTF-8"
    han = sum("\u4e00" <= char <= "\u9fff" for char in text)
    return (
        "it reads as GB18030: say so (--encoding gb18030, or encoding in the mapping) or save it as UTF-8"
        if han
        else "save it as UTF-8"
    )


@contextmanager
def published(target: Path) -> Iterator[Path]:
    """Yield a temporary path beside `target` that replaces it only when the block ends without an error."""
    _make_folder(target.parent)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=target.suffix, dir=target.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def published_folder(target: Path) -> Iterator[Path]:
    """Yield a temporary folder beside `target`; its files replace those of `target` only on success.

    Files already in `target` that the block did not write are kept.
    """
    _make_folder(target.parent)
    if target.exists() and not target.is_dir():
        raise FileError("the output must be a folder", file=str(target), remedy="choose another --out")
    temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    temporary.chmod(0o755)
    try:
        yield temporary
        for source in sorted(path for path in temporary.rglob("*") if path.is_file()):
            place = target / source.relative_to(temporary)
            place.parent.mkdir(parents=True, exist_ok=True)
            source.replace(place)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(
            "the folder cannot be made", file=str(folder), value=error.strerror, remedy="choose another place"
        ) from None
