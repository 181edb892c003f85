"""Backup and restore while the service runs.

Role: one file that holds the store as it was at one moment, and a store made of such a file.
Must not know: what the tables hold.

A backup is a gzip-compressed tar: `backup.json` (what it is), then the tables in the order of their references, each a
JSON Lines file of at most `PART` rows. It is read in one transaction that sees one state (SQLite: a WAL snapshot;
PostgreSQL: REPEATABLE READ), so it is consistent while others write, and it goes from either database to either.
"""

import base64
import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import BigInteger, Connection, Integer, LargeBinary, Table, func, insert, select

from btim.errors import ConflictError, FileError
from btim.files import existing_file, published
from service.release import RELEASE
from service.store import input_tables, operation_tables, result_tables
from service.store.engine import own_words, reader_of
from service.store.schema import Moment, metadata
from service.store.store import Store
from service.store.upgrading import upgrade
from service.store.versions import check_version, newest

ABOUT = "backup.json"
FORMAT = 1
PART = 2_000
PRIVATE = 0o600
"""A backup holds what everybody in the store may not see: only its owner reads it."""
TABLES = (operation_tables, input_tables, result_tables)
"""Imported so that `metadata` knows every table."""
Counts = dict[str, int]


def backup(store: Store, target: Path, now: datetime) -> Counts:
    """Write the whole store to one file, consistent while it is used; returns the rows by table.

    Raises:
        StoreError: the database does not answer, or is of another version.
        FileError: the file cannot be written.
    """
    check_version(store.engine)
    try:
        with (
            published(target) as path,
            path.open("wb") as raw,
            own_words(),
            reader_of(store.engine).connect() as connection,
            connection.begin(),
            gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=6, mtime=0) as packed,
            tarfile.open(fileobj=packed, mode="w|") as archive,
        ):
            counts = _write(connection, archive, now)
        target.chmod(PRIVATE)
    except OSError as error:
        raise FileError("cannot be written", file=str(target), value=error.strerror, remedy="free space") from None
    return counts


def restore(store: Store, source: Path) -> Counts:
    """Fill an empty database from a backup, in one transaction; returns the rows by table.

    Raises:
        ConflictError: the database holds records already.
        FileError: not a backup, damaged, or of another version.
    """
    existing_file(source)
    upgrade(store.engine)
    try:
        with (
            tarfile.open(source, mode="r|gz") as archive,
            own_words(),
            store.writer.connect() as connection,
            connection.begin(),
        ):
            if connection.execute(select(func.count()).select_from(operation_tables.organisations)).scalar_one():
                raise ConflictError("the database is not empty", remedy="restore into an empty one")
            return _read(connection, archive, source)
    except (tarfile.TarError, EOFError, OSError, ValueError, KeyError) as error:
        raise FileError(
            "is not a whole backup",
            file=str(source),
            value=str(error)[:100],
            remedy="name what `waterline backup` wrote",
        ) from None


def _write(connection: Connection, archive: tarfile.TarFile, now: datetime) -> Counts:
    about = {"format": FORMAT, "release": RELEASE, "version": newest(), "taken_at": now.isoformat()}
    _add(archive, ABOUT, json.dumps(about).encode())
    counts: Counts = {}
    digest = hashlib.sha256()
    for table in metadata.sorted_tables:
        counts[table.name] = 0
        for number, rows in enumerate(_parts(connection, table)):
            text = "".join(json.dumps(_packed(row), ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)
            digest.update(text.encode())
            counts[table.name] += len(rows)
            _add(archive, f"{table.name}/{number:06d}.jsonl", text.encode())
    _add(archive, "end.json", json.dumps({"rows": counts, "sha256": digest.hexdigest()}).encode())
    return counts


def _parts(connection: Connection, table: Table) -> Iterator[list[Mapping[str, Any]]]:
    wide = any(isinstance(column.type, LargeBinary) for column in table.c)
    query = select(*table.c).order_by(*table.primary_key.columns)
    result = connection.execution_options(yield_per=8 if wide else PART).execute(query).mappings()
    for part in result.partitions():
        yield [dict(row) for row in part]


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))


def _packed(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _packed_cell(cell) for name, cell in row.items()}


def _packed_cell(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat()
    if isinstance(cell, bytes | memoryview):
        return base64.b85encode(bytes(cell)).decode()
    return cell


def _read(connection: Connection, archive: tarfile.TarFile, source: Path) -> Counts:
    counts: Counts = dict.fromkeys((table.name for table in metadata.sorted_tables), 0)
    digest, end = hashlib.sha256(), None
    for place, entry in enumerate(archive):
        content = _content(archive, entry).read()
        if place == 0:
            _check_about(entry.name, content, source)
        elif entry.name == "end.json":
            end = json.loads(content)
        else:
            digest.update(content)
            table = metadata.tables[entry.name.partition("/")[0]]
            rows = [_unpacked(table, json.loads(line)) for line in content.decode().split("\n") if line]
            connection.execute(insert(table), rows)
            counts[table.name] += len(rows)
    if end != {"rows": counts, "sha256": digest.hexdigest()}:
        raise FileError("the backup is damaged or cut short", file=str(source), remedy="take another backup")
    return counts


def _content(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> IO[bytes]:
    found = archive.extractfile(entry)
    if found is None:
        raise KeyError(entry.name)
    return found


def _check_about(name: str, content: bytes, source: Path) -> None:
    about = json.loads(content) if name == ABOUT else {}
    if about.get("format") != FORMAT or about.get("version") != newest():
        raise FileError(
            "is not a backup of this release's tables",
            file=str(source),
            value=about.get("version"),
            remedy=f"restore it with the release that wrote it ({about.get('release', 'unknown')}), then upgrade",
        )


def _unpacked(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _unpacked_cell(table, name, cell) for name, cell in row.items()}


def _unpacked_cell(table: Table, name: str, cell: Any) -> Any:
    kind = table.c[name].type
    if cell is None:
        return None
    if isinstance(kind, Moment):
        return datetime.fromisoformat(cell)
    if isinstance(kind, LargeBinary):
        return base64.b85decode(cell)
    return int(cell) if isinstance(kind, Integer | BigInteger) else cell
