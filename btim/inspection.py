"""Looking into a cost file row by row: its header, its encoding, and the first row that is wrong.

Role: the slow, exact reader behind an error message, and the bridge from other encodings to UTF-8.
Must not know: aggregation or layers.
"""

import csv
import datetime as dt
import gzip
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from btim.errors import FileError, InputError, SchemaError, ValueFormatError, listed
from btim.files import existing_file, read_text
from btim.fiscal import FiscalCalendar
from btim.ledger_settings import SIDES, SourceFile
from btim.mapping_tables import AMOUNTS
from btim.tables import plain_decimal

PARQUET = {".parquet", ".pq"}
NULLS = {"", "NULL"}


class Header(list[str]):
    """Column names of a file, and the sign that separates them."""

    delimiter: str = ","


def header_of(path: Path, encoding: str | None) -> Header:
    """Column names of a CSV, gzipped CSV or Parquet file.

    Raises:
        FileError: missing, a directory, empty, wrong encoding, or no Parquet file.
        SchemaError: a column name stands twice.
    """
    existing_file(path)
    if path.suffix in PARQUET:
        try:
            return Header(pq.read_schema(path).names)
        except (pa.ArrowInvalid, OSError):
            raise FileError("is not a Parquet file", file=str(path), remedy="write it again") from None
    try:
        with opened(path, encoding) as text:
            line = text.readline()
            header = Header()
            header.delimiter = "\t" if ".tsv" in path.suffixes else max(",;\t", key=line.count)
            header.extend(name.strip() for name in next(csv.reader([line], delimiter=header.delimiter), []))
    except UnicodeDecodeError:
        read_text(path, encoding)
        raise FileError("wrong encoding", file=str(path), remedy="save it as UTF-8") from None
    except gzip.BadGzipFile:
        raise FileError("is not gzip", file=str(path), remedy="rename or pack it again") from None
    twice = [name for position, name in enumerate(header) if name in header[:position]]
    if twice:
        raise SchemaError("column name stands twice", file=str(path), row=1, field=twice[0], remedy="rename one")
    return header


def opened(path: Path, encoding: str | None) -> IO[str]:
    """Open a text file, unpacking `.gz`; UTF-8 with or without BOM unless `encoding` says otherwise.

    Raises:
        FileError: the encoding's name is unknown.
    """
    try:
        if path.suffix == ".gz":
            return gzip.open(path, "rt", encoding=encoding or "utf-8-sig", newline="")
        return path.open(encoding=encoding or "utf-8-sig", newline="")
    except LookupError:
        raise FileError("unknown encoding", file=str(path), value=encoding, remedy="try utf-8 or gb18030") from None


def transcoded(path: Path, encoding: str | None, folder: Path) -> Path:
    """A UTF-8 copy of the file in `folder` where its encoding is another; else the file itself.

    Raises:
        FileError: the file is not in that encoding.
    """
    if (
        path.suffix in PARQUET
        or encoding is None
        or encoding.lower().replace("_", "-") in {"utf-8", "utf8", "utf-8-sig"}
    ):
        return path
    copy = folder / f"{len(list(folder.iterdir()))}.csv"
    try:
        with opened(path, encoding) as text, copy.open("w", encoding="utf-8", newline="") as out:
            shutil.copyfileobj(text, out)
    except UnicodeDecodeError:
        read_text(path, encoding)
        raise FileError("wrong encoding", file=str(path), remedy="save it as UTF-8") from None
    return copy


def first_bad_row(
    source: SourceFile, fields: Mapping[str, str] | None, fiscal: FiscalCalendar | None = None
) -> InputError:
    """The refusal for the first row that cannot be read, with row, column and value.

    `fields` None looks only at encoding, quoting and the number of cells.
    """
    if source.path.suffix in PARQUET:
        return ValueFormatError("a date, amount or currency is missing or not one", file=str(source.path))
    header = header_of(source.path, source.encoding)
    row = 1
    try:
        for row, record in _records(source, header):
            if len(record) != len(header):
                return FileError(
                    f"has {len(record)} cells where the header has {len(header)}",
                    file=str(source.path),
                    row=row,
                    remedy="quote cells that hold the delimiter, or complete the row",
                )
            found = _bad_cell(source, fields or {}, dict(zip(header, record, strict=True)))
            if found:
                return found.at(file=str(source.path), row=row)  # type: ignore[return-value]
    except csv.Error as error:
        return FileError(f"broken CSV: {error}", file=str(source.path), row=row + 1, remedy="check quoting")
    except UnicodeDecodeError:
        read_text(source.path, source.encoding)
    if fields and fiscal and fiscal.kind != "months":
        return ValueFormatError(
            "holds dates outside the fiscal calendar",
            file=str(source.path),
            remedy="add their years to calendar.starts",
        )
    return FileError("cannot be read", file=str(source.path), remedy="export it again")


def _records(source: SourceFile, header: Header) -> Iterator[tuple[int, list[str]]]:
    with opened(source.path, source.encoding) as text:
        rows = csv.reader(text, delimiter=header.delimiter, strict=True)
        next(rows)
        before = rows.line_num
        for record in rows:
            if record:
                yield before + 1, record
            before = rows.line_num


def _bad_cell(source: SourceFile, fields: Mapping[str, str], cells: Mapping[str, str]) -> InputError | None:
    nulls = NULLS if source.format == "focus" else {""}
    for name in (*AMOUNTS, *SIDES):
        cell = cells.get(fields.get(name, ""), "0").strip()
        if cell in nulls and name != "amount":
            continue
        try:
            plain_decimal(_plain(cell, source).replace("_", "?"))
        except (ValueError, ArithmeticError):
            return ValueFormatError(
                "is not a plain decimal number",
                field=fields[name],
                value=cell,
                remedy="correct the cell, or state decimal and thousands in ledger.toml",
            )
    sides = [fields[side] for side in SIDES if side in fields and "amount" not in fields]
    if sides and all(cells[column].strip() in nulls for column in sides):
        return ValueFormatError("has neither debit nor credit", field=sides[0], remedy="write one of them")
    for name in ("period", "date"):
        if name in fields and not _is_date(cells[fields[name]].strip(), source.date_format):
            return ValueFormatError(
                "is not a date",
                field=fields[name],
                value=cells[fields[name]],
                remedy="write YYYY-MM-DD or state date_format in ledger.toml",
            )
    if "currency" in fields and cells[fields["currency"]].strip() in nulls:
        return ValueFormatError("has no currency", field=fields["currency"], remedy="write its ISO 4217 code")
    return None


def _plain(cell: str, source: SourceFile) -> str:
    if source.decimal == "." and not source.thousands:
        return cell
    text = cell.replace(source.thousands, "") if source.thousands else cell
    text = text.replace(source.decimal, ".")
    return f"-{text[1:-1]}" if text.startswith("(") and text.endswith(")") else text


def _is_date(cell: str, form: str | None) -> bool:
    try:
        if form:
            dt.datetime.strptime(cell, form)  # noqa: DTZ007 - a ledger date has no zone
        else:
            dt.date.fromisoformat(cell[:10].replace("/", "-"))
    except ValueError:
        return False
    return True


def described(header: list[str]) -> str:
    """The columns of a file for a message."""
    return listed(header, most=20)
