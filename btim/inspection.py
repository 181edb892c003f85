"""Looking into a cost file row by row: its header, its encoding, and the first row that is wrong.

Role: the slow, exact reader behind an error message, and the bridge from other encodings to UTF-8.
Must not know: aggregation or layers.
"""

import csv
import gzip
import re
import shutil
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from btim.currencies import currency_remedy
from btim.errors import FileError, SchemaError, ValueFormatError
from btim.files import existing_file, read_text
from btim.ledger_settings import SourceFile
from btim.mapping_tables import AMOUNTS, SIDES
from btim.tables import plain_decimal, unquoted

PARQUET = {".parquet", ".pq"}


class Header(list[str]):
    """Column names of a file, the sign that separates them, and which columns hold values of several parts."""

    delimiter: str = ","
    nested: frozenset[str] = frozenset()


def header_of(source: SourceFile) -> Header:
    """Column names of a CSV, gzipped CSV or Parquet file; a column without a name is called `column 4`.

    Raises:
        FileError: missing, a directory, empty, wrong encoding, or no Parquet file.
        SchemaError: a column name stands twice.
    """
    path = existing_file(source.path)
    if path.suffix in PARQUET:
        try:
            schema = pq.read_schema(path)
        except (pa.ArrowInvalid, OSError):
            raise FileError("is not a Parquet file", file=str(path), remedy="write it again") from None
        header = Header(schema.names)
        header.nested = frozenset(field.name for field in schema if pa.types.is_nested(field.type))
        return header
    try:
        header = _csv_header(source)
    except UnicodeDecodeError:
        read_text(path, source.encoding)
        raise FileError("wrong encoding", file=str(path), remedy="save it as UTF-8") from None
    except gzip.BadGzipFile:
        raise FileError("is not gzip", file=str(path), remedy="rename or pack it again") from None
    folded = [name.casefold() for name in header]
    twice = [name for position, name in enumerate(header) if name.casefold() in folded[:position]]
    if twice:
        raise SchemaError(
            "column name stands twice (capitals aside)",
            file=str(path),
            row=source.skip_rows + 1,
            field=twice[0],
            remedy="rename one",
        )
    return header


def _csv_header(source: SourceFile) -> Header:
    with opened(source.path, source.encoding) as text:
        line = unquoted(next(islice(text, source.skip_rows, None), ""))
    header = Header()
    header.delimiter = "\t" if ".tsv" in source.path.suffixes else max(",;\t|", key=line.count)
    with opened(source.path, source.encoding) as text:
        names = next(csv.reader(islice(text, source.skip_rows, None), delimiter=header.delimiter), [])
    header.extend(name.strip() or f"column {number}" for number, name in enumerate(names, start=1))
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


def broken_row(source: SourceFile) -> FileError | None:
    """The refusal for the first row whose encoding, quoting or number of cells is wrong; None where all are sound."""
    if source.path.suffix in PARQUET:
        return None
    header = header_of(source)
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
    except csv.Error as error:
        return FileError(f"broken CSV: {error}", file=str(source.path), row=row + 1, remedy="check quoting")
    except UnicodeDecodeError:
        read_text(source.path, source.encoding)
    return None


def line_of_record(source: SourceFile, number: int) -> int:
    """Line, as an editor shows it, on which the `number`th record (from 1) starts; of Parquet the record's number.

    Blank rows are no records, as in the import.
    """
    if source.path.suffix in PARQUET:
        return number
    blank = source.format != "focus"
    records = _records(source, header_of(source))
    kept = (line for line, record in records if not blank or any(cell.strip() for cell in record))
    return next(islice(kept, number - 1, None), 0)


def _records(source: SourceFile, header: Header) -> Iterator[tuple[int, list[str]]]:
    with opened(source.path, source.encoding) as text:
        rows = csv.reader(islice(text, source.skip_rows, None), delimiter=header.delimiter, strict=True)
        next(rows)
        before = rows.line_num
        for record in rows:
            if record:
                yield before + 1 + source.skip_rows, record
            before = rows.line_num


def rewritten(source: SourceFile, folder: Path) -> Path:
    """A copy in UTF-8 with one kind of line end, for a file that is sound but mixes them."""
    header = header_of(source)
    copy = folder / f"{len(list(folder.iterdir()))}.csv"
    with copy.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=header.delimiter)
        writer.writerows("" for _ in range(source.skip_rows))
        writer.writerow(header)
        writer.writerows(record for _, record in _records(source, header))
    return copy


def refused_cell(source: SourceFile, fields: Mapping[str, str], found: Mapping[str, Any]) -> ValueFormatError:
    """The refusal for what `reading_statements.bad_row_statement` found; `row` is still to be filled in."""
    for name in AMOUNTS:
        if found[f"{name}_fails"]:
            return _refused_amount(fields, found, name)
    if found["period_fails"] or found["date_fails"]:
        name = "period" if found["period_fails"] else "date"
        cell = str(found[f"cell_{name}"] or source.constants.get(name, ""))
        return ValueFormatError(
            "is not a date", field=fields.get(name, name), value=cell, remedy=_date_remedy(cell, source)
        )
    if found["currency_fails"]:
        cell = str(found["cell_currency"] or source.constants.get("currency", "")).strip()
        what = "is no currency code" if cell else "has no currency"
        return ValueFormatError(
            what, field=fields.get("currency", "currency"), value=cell or None, remedy=currency_remedy(cell.upper())
        )
    if found["rate_fails"]:
        cell = str(found["cell_tax_rate"] or "")
        return ValueFormatError(
            "is not a tax rate", field=fields["tax_rate"], value=cell, remedy="write 0.13 or 13%, 0 where there is none"
        )
    cell = str(found["cell_period"] or found["cell_date"] or "")
    field = fields.get("period", fields.get("date", "date"))
    if found["month"] is None:
        return ValueFormatError(
            "is a date outside the fiscal calendar", field=field, value=cell, remedy="add its year to calendar.starts"
        )
    return ValueFormatError("is not a date of this time", field=field, value=cell, remedy=_date_remedy(cell, source))


def _refused_amount(fields: Mapping[str, str], found: Mapping[str, Any], name: str) -> ValueFormatError:
    sides = [side for side in SIDES if side in fields] if name not in fields else []
    if sides and found["raw_amount"] is None:
        return ValueFormatError("has neither debit nor credit", field=fields[sides[0]], remedy="write one of them")
    wrong = next((side for side in sides if not _is_plain(found[f"cell_{side}"] or "0")), sides[0] if sides else name)
    cell, read = str(found[f"cell_{wrong}"] or ""), str(found[f"raw_{name}"] or "")
    if _is_plain(read) and not sides:
        what, remedy = "is too large an amount", "check the cell, or state scale in ledger.toml"
    elif not cell.strip():
        what, remedy = "is blank", "write the amount (0 is one), or delete the row if it is a heading or a total"
    else:
        what, remedy = (
            "is not a plain decimal number",
            "correct the cell, or state decimal and thousands in ledger.toml",
        )
    return ValueFormatError(what, field=fields.get(wrong, wrong), value=cell, remedy=remedy)


def _is_plain(text: str) -> bool:
    try:
        plain_decimal(text)
    except (ValueError, ArithmeticError):
        return False
    return text.isascii()


DATE_FORMS = (
    (r"(1[3-9]|2\d|3[01])[/.-]\d{1,2}[/.-]\d{4}", "%d{0}%m{0}%Y"),
    (r"\d{1,2}[/.-](1[3-9]|2\d|3[01])[/.-]\d{4}", "%m{0}%d{0}%Y"),
    (r"\d{4}年\d{1,2}月\d{1,2}日", "%Y年%m月%d日"),
    (r"\d{4}年\d{1,2}月", "%Y年%m月"),
    (r"(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])", "%Y%m%d"),
    (r"(19|20)\d{2}(0[1-9]|1[0-2])", "%Y%m"),
    (r"\d{4}([-/.])\d{1,2}", "%Y{0}%m"),
)
"""How dates are also written, and the `date_format` that says so; `{0}` is the cell's own separator."""


def _date_remedy(cell: str, source: SourceFile) -> str:
    text = cell.strip()
    if text and not any(sign.isdigit() for sign in text):
        return "write the date, or delete the row if it is a heading or a total"
    if text and source.date_format:
        return f"ledger.toml says date_format = {source.date_format!r}"
    if not text:
        return "write YYYY-MM-DD, or delete the row if it is a heading or a total"
    for pattern, form in DATE_FORMS:
        if re.fullmatch(pattern, text):
            separator = next((sign for sign in "/.-" if sign in text), "")
            return f'state date_format = "{form.format(separator)}" in ledger.toml'
    if re.fullmatch(r"\d{1,2}[/.-]\d{1,2}[/.-](\d{4}|\d{2})", text):
        return 'state date_format in ledger.toml: "%d/%m/%Y" (day first) or "%m/%d/%Y", with the file\'s own separators'
    return "write YYYY-MM-DD or state date_format in ledger.toml"
