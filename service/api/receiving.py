"""Uploads: a body of any size goes to a file on disk while its hash is taken, never into memory.

Role: raw bodies and `multipart/form-data`, bounded, as files with their name, type, size and SHA-256.
Must not know: what the files hold, or where they are kept.
"""

import hashlib
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from btim.errors import FileError, SchemaError
from service.api.bodies import chunks, refuse_unstorable
from service.api.refusals import PayloadTooLarge

MOST_FILES = 200
MOST_HEADER = 8192
LONGEST_NAME = 200
MULTIPART = "multipart/form-data"
PARQUET_SIGN = b"PAR1"
FOLDER_SIGNS = str.maketrans({"\\": "/"})


@dataclass(slots=True)
class ReceivedFile:
    """One file: its name without folders, media type, where it lies while the request lasts, size and SHA-256."""

    name: str
    media_type: str
    path: Path
    size: int = 0
    sha256: str = ""


@asynccontextmanager
async def received(request: Request, name: str, most: int) -> AsyncIterator[list[ReceivedFile]]:
    """The files of a request, on disk for as long as the block lasts; a raw body is one file called `name`.

    Raises:
        PayloadTooLarge: together more than `most` bytes, or too many files.
        FileError: an empty body, or a broken multipart one.
    """
    with tempfile.TemporaryDirectory(prefix="waterline-upload-") as folder:
        media, options = parse_options_header(request.headers.get("content-type", ""))
        receiver = _Receiver(Path(folder))
        try:
            if media.decode("latin-1") == MULTIPART:
                await _parts(request, options.get(b"boundary", b""), receiver, most)
            else:
                receiver.begin(name, media.decode("latin-1"))
                async for chunk in chunks(request, most):
                    await run_in_threadpool(receiver.write, chunk)
                receiver.end()
        finally:
            receiver.close()
        yield _refused_empty(receiver.files)


def file_name(text: str) -> str:
    """The name of a file as a client sent it, without folders.

    Raises:
        SchemaError: nothing is left, or it is too long.
    """
    refuse_unstorable(text, "name")
    name = PurePosixPath(text.translate(FOLDER_SIGNS)).name.strip()
    if not name or name in {".", ".."} or len(name) > LONGEST_NAME or len(name.encode()) > 255:
        raise SchemaError("is not the name of a file", field="name", value=text, remedy="send one like costs.csv")
    return name


def _refused_empty(files: list[ReceivedFile]) -> list[ReceivedFile]:
    if not files:
        raise FileError("the body holds no file", remedy="send a file as the body, or as parts with a filename")
    for each in files:
        if each.size == 0:
            raise FileError("the file is empty", file=each.name, remedy="send it with its content")
    return files


@dataclass(slots=True)
class _Receiver:
    """Writes one file after the other."""

    folder: Path
    files: list[ReceivedFile] = field(default_factory=list)
    _open: IO[bytes] | None = None
    _hash: "hashlib._Hash | None" = None

    def begin(self, name: str, media_type: str) -> None:
        if len(self.files) == MOST_FILES:
            raise PayloadTooLarge("too many files", value=f"> {MOST_FILES}", remedy="send them in several requests")
        path = self.folder / str(len(self.files))
        path.mkdir()
        self.files.append(ReceivedFile(file_name(name), media_type[:100], path / file_name(name)))
        self._open = self.files[-1].path.open("wb")
        self._hash = hashlib.sha256()

    def write(self, data: bytes) -> None:
        if self._open is not None and self._hash is not None:
            self._open.write(data)
            self._hash.update(data)
            self.files[-1].size += len(data)

    def end(self) -> None:
        self.close()
        if self._hash is not None:
            self.files[-1].sha256 = self._hash.hexdigest()
            self._hash = None
            self._named_by_content()

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    def _named_by_content(self) -> None:
        """Readers go by the ending: Parquet gets its own, whatever its sender called it."""
        last = self.files[-1]
        with last.path.open("rb") as stream:
            is_parquet = stream.read(len(PARQUET_SIGN)) == PARQUET_SIGN
        if is_parquet and last.path.suffix not in {".parquet", ".pq"}:
            last.path = last.path.rename(last.path.with_suffix(".parquet"))


@dataclass(slots=True)
class _Headers:
    """Headers of one part, as they arrive."""

    name: bytes = b""
    value: bytes = b""
    all: dict[bytes, bytes] = field(default_factory=dict)
    size: int = 0

    def add(self, name: bytes, value: bytes) -> None:
        self.size += len(name) + len(value)
        if self.size > MOST_HEADER:
            raise FileError("the headers of a part are too long", remedy="send a name and a type only")
        self.name += name
        self.value += value

    def close_one(self) -> None:
        self.all[self.name.lower()] = self.value
        self.name = self.value = b""


async def _parts(request: Request, boundary: bytes, receiver: _Receiver, most: int) -> None:
    if not boundary:
        raise FileError("the multipart body has no boundary", remedy="let the client's library write the header")
    headers = _Headers()
    is_over = False

    def begin_part() -> None:
        nonlocal headers
        headers = _Headers()

    def begin_file() -> None:
        _, options = parse_options_header(headers.all.get(b"content-disposition"))
        name = options.get(b"filename")
        if name is None:
            raise SchemaError(
                "a part has no filename", value=options.get(b"name", b"").decode("utf-8", "replace"),
                remedy="send files only; settings go into the query",
            )  # fmt: skip
        media = headers.all.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip()
        receiver.begin(name.decode("utf-8", "replace"), media)

    def end() -> None:
        nonlocal is_over
        is_over = True

    parser = MultipartParser(
        boundary,
        {
            "on_part_begin": begin_part,
            "on_header_field": lambda data, start, stop: headers.add(data[start:stop], b""),
            "on_header_value": lambda data, start, stop: headers.add(b"", data[start:stop]),
            "on_header_end": lambda: headers.close_one(),
            "on_headers_finished": begin_file,
            "on_part_data": lambda data, start, stop: receiver.write(data[start:stop]),
            "on_part_end": receiver.end,
            "on_end": end,
        },
    )
    try:
        async for chunk in chunks(request, most):
            await run_in_threadpool(parser.write, chunk)
    except FormParserError:
        raise FileError("the multipart body is broken", remedy="let the client's library write it") from None
    if not is_over:
        raise FileError("the multipart body ends early", remedy="send it again")
