"""Tables at the door: CSV or Parquet in, a checked frame out.

Role: read a rectangular file once and refuse it with file, row, column, value and remedy.
Must not know: which stage the table feeds.
"""

import csv
import io
import re
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from btim.currencies import currency_remedy, is_currency
from btim.errors import DuplicateError, FileError, SchemaError, ValueFormatError, listed
from btim.files import existing_file, read_text

HEADER_ROWS = 1


def read_table(path: Path, required: Sequence[str] = (), *, encoding: str | None = None) -> pd.DataFrame:
    """Read CSV (`.csv`, `.csv.gz`, `.tsv`) or Parquet into a frame, one row a record.

    CSV cells stay text (object dtype, blank as the empty string) so that nothing is guessed; Parquet keeps its types.
    The index counts from 0; `line_of` turns it into the line a person sees.

    Raises:
        FileError: missing, a directory, empty, wrong encoding, no data rows, or broken quoting.
        SchemaError: a required column is absent, or a column name stands twice.
    """
    if path.suffix in {".parquet", ".pq"}:
        return _checked(_read_parquet(path), required, str(path))
    return table_from_text(read_text(path, encoding), required, name=str(path))


def table_from_text(text: str, required: Sequence[str] = (), *, name: str) -> pd.DataFrame:
    """Read CSV text (comma, semicolon or tab, told from the header) as `read_table` does; `name` stands in refusals.

    Raises:
        FileError: empty, no data rows, ragged rows or broken quoting.
        SchemaError: a required column is absent, or a column name stands twice.
    """
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        header = [cell.strip() for cell in next(rows)]
        records = _records(rows, len(header), name)
    except StopIteration:
        raise FileError("the file is empty", file=name, remedy="export it again") from None
    except csv.Error as error:
        raise FileError(f"broken CSV: {error}", file=name, row=rows.line_num, remedy="check quoting") from None
    twice = [cell for position, cell in enumerate(header) if cell in header[:position]]
    if twice:
        raise SchemaError("column name stands twice", file=name, row=1, field=twice[0], remedy="rename one")
    return _checked(pd.DataFrame(records, columns=header, dtype=object), required, name)


def _checked(frame: pd.DataFrame, required: Sequence[str], name: str) -> pd.DataFrame:
    missing = [column for column in required if column not in frame.columns]
    if missing:
        raise SchemaError(
            f"missing column {listed(repr(column) for column in missing)}",
            file=name,
            row=1,
            remedy=f"the file has {listed(frame.columns, most=20)}; rename a column or map it",
        )
    if frame.empty:
        raise FileError("has a header but no data rows", file=name, remedy="export it again with its rows")
    return frame


def line_of(index: int) -> int:
    """Line number, as an editor shows it, of a 0-based record of a CSV without line breaks inside cells."""
    return int(index) + HEADER_ROWS + 1


def parsed_column(
    frame: pd.DataFrame,
    column: str,
    parse: Callable[[Any], Any],
    *,
    file: Path | str | None,
    expected: str,
    blank: object = None,
) -> list[Any]:
    """Parse one column cell by cell; blank cells become `blank`.

    Raises:
        ValueFormatError: the first cell that `parse` refuses (ValueError, InvalidOperation), with its row.
    """
    values: list[Any] = []
    for index, cell in enumerate(frame[column].tolist()):
        if cell is None or cell == "" or (isinstance(cell, float) and cell != cell):
            values.append(blank)
            continue
        try:
            values.append(parse(cell))
        except (ValueError, InvalidOperation, TypeError):
            raise ValueFormatError(
                f"is not {expected}",
                file=None if file is None else str(file),
                row=line_of(index),
                field=column,
                value=cell,
                remedy="correct the cell or leave it blank" if blank is not None else "correct the cell",
            ) from None
    return values


def currency_column(frame: pd.DataFrame, column: str, *, file: Path | str, month: str | None = None) -> list[str]:
    """The codes of a column of currencies, in capitals.

    Args:
        frame: with that column.
        column: of currencies.
        file: named in refusals.
        month: column of the months in which the currencies must have been valid; None where any time will do.

    Raises:
        ValueFormatError: the first cell that is blank or no currency (ISO 4217), with its row.
    """
    codes = [str(cell).strip().upper() for cell in frame[column].where(frame[column].notna(), "")]
    months = frame[month].tolist() if month else [""] * len(codes)
    for index, (code, when) in enumerate(zip(codes, months, strict=True)):
        if not is_currency(code, when):
            raise ValueFormatError(
                "is no currency code" if code else "has no currency",
                file=str(file),
                row=line_of(index),
                field=column,
                value=code or None,
                remedy=currency_remedy(code),
            )
    return codes


def plain_decimal(cell: Any) -> Decimal:
    """Parse a finite decimal; thousands separators, currency signs and percent signs are refused, not guessed.

    Raises:
        ValueError: not a finite decimal number.
    """
    text = str(cell).strip()
    if "_" in text or not text.isascii():
        raise ValueError("not plain")
    number = Decimal(text)
    if not number.is_finite():
        raise ValueError("not finite")
    return number


def refuse_duplicates(frame: pd.DataFrame, keys: Sequence[str], *, file: Path | str | None) -> None:
    """Raise when a key combination stands twice.

    Raises:
        DuplicateError: naming the second row, the columns and the value.
    """
    twice = frame.duplicated(list(keys), keep="first")
    if twice.any():
        index = int(twice.to_numpy().argmax())
        value = " / ".join(str(frame[key].iloc[index]) for key in keys)
        same = (frame[list(keys)] == frame[list(keys)].iloc[index]).all(axis=1)
        first = int(same.to_numpy().argmax())
        raise DuplicateError(
            f"stands twice (first on row {line_of(first)})",
            file=None if file is None else str(file),
            row=line_of(index),
            field=", ".join(keys),
            value=value,
            remedy="keep one of them or give them different ids",
        )


def _read_parquet(path: Path) -> pd.DataFrame:
    existing_file(path)
    try:
        frame: pd.DataFrame = pq.read_table(path).to_pandas()
    except (pa.ArrowInvalid, OSError) as error:
        raise FileError(
            "is not a Parquet file", file=str(path), value=str(error).splitlines()[0], remedy="write it again"
        ) from None
    return frame


def _delimiter(text: str) -> str:
    header = unquoted(text.split("\n", 1)[0])
    return max(",;\t", key=header.count) if any(sign in header for sign in ",;\t") else ","


def unquoted(line: str) -> str:
    """A line of CSV without what stands in quotes, where a delimiter is none."""
    return re.sub(r'"[^"]*"', "", line)


def _records(rows: Any, width: int, name: str) -> list[list[str]]:
    records: list[list[str]] = []
    for record in rows:
        if not record:
            continue
        if len(record) != width:
            raise FileError(
                f"has {len(record)} cells where the header has {width}",
                file=name,
                row=rows.line_num,
                remedy="quote cells that hold the delimiter, or complete the row",
            )
        records.append(record)
    return records
