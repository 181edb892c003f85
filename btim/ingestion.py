"""Streaming import of cost files: DuckDB reads, maps and aggregates; raw rows never stand in memory.

Role: turn cost files into exact sums per month, place in the four layers and dimensions. The only DuckDB module.
Must not know: what a tower is, how amounts are rounded or shown.

Amounts travel as integers counted in 10**-scale of the currency, at the files' own scale, so that nothing is rounded.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from btim.errors import FileError, RuleError, ValueFormatError
from btim.files import sha256_of
from btim.fiscal import FiscalCalendar
from btim.inspection import first_bad_row, header_of, transcoded
from btim.ledger_settings import Rule, SourceFile
from btim.mapping_tables import AMOUNTS
from btim.statements import (
    GROUPED,
    aggregate_statement,
    classified_statement,
    lines_statement,
    mapped_statement,
    purchases_statement,
    resolved_fields,
)

LEAST_SCALE, MOST_SCALE = 12, 30
"""FOCUS costs reach 1e-11; amounts with more than 30 decimal digits are refused."""
MEMORY = "1GB"


@dataclass(frozen=True)
class SourceRecord:
    """What was read of one file: its content hash, rows, rows whose charge lies outside the billing period,
    and the months it holds.
    """

    name: str
    sha256: str
    format: str
    rows: int
    outside_period: int
    tax: str
    repeated_of: str | None = None
    months: tuple[str, ...] = ()


@dataclass(frozen=True)
class Imported:
    """Exact aggregates of all files.

    `groups`: one row a month, currency, place and dimensions, with `rows` and exact integer sums (object dtype, counted
    in 10**-scale, None where the file has no such cost); `incoming`: the same sums straight from the files by month and
    currency only; `unmapped`: what no rule placed, by account, vendor and description;
    `purchases`: what several owners buy of one vendor, by month;
    `mapped`: texts and places of the largest lines that rules placed.
    """

    groups: pd.DataFrame
    incoming: pd.DataFrame
    unmapped: pd.DataFrame
    purchases: pd.DataFrame
    mapped: pd.DataFrame
    scale: int
    own_scale: int
    sources: tuple[SourceRecord, ...]


def import_files(
    sources: Sequence[SourceFile],
    rules: Sequence[Rule],
    *,
    fiscal: FiscalCalendar | None = None,
    threads: int | None = None,
) -> Imported:
    """Read and aggregate files; a file whose content was already read in this call is counted once.

    Raises:
        FileError: a file cannot be read or is no CSV/Parquet.
        SchemaError: a column is missing.
        ValueFormatError: an amount or date does not parse (first such row named).
        RuleError: a pattern is not a regular expression.
    """
    scale = LEAST_SCALE
    for _ in range(2):
        with _database(threads) as database, tempfile.TemporaryDirectory() as folder:
            imported = _import(database, sources, _How(rules, scale, fiscal or FiscalCalendar(), Path(folder)))
        if imported.own_scale <= scale:
            return imported
        scale = imported.own_scale
    raise RuleError("amounts have too many decimal digits", value=imported.own_scale, remedy=f"at most {MOST_SCALE}")


@contextmanager
def _database(threads: int | None) -> Iterator[duckdb.DuckDBPyConnection]:
    with tempfile.TemporaryDirectory() as spill:
        database = duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": spill})
        database.execute("SET preserve_insertion_order = false")
        database.execute("SET autoinstall_known_extensions = false")
        if threads:
            database.execute(f"SET threads = {int(threads)}")
        try:
            yield database
        finally:
            database.close()


@dataclass(frozen=True)
class _How:
    """What stays the same for all files of one attempt."""

    rules: Sequence[Rule]
    scale: int
    fiscal: FiscalCalendar
    folder: Path


def _import(database: duckdb.DuckDBPyConnection, sources: Sequence[SourceFile], how: _How) -> Imported:
    records: list[SourceRecord] = []
    own_scale = 0
    seen: dict[str, str] = {}
    database.execute(f"CREATE TEMP TABLE lines ({GROUPED.format(scale=how.scale)})")
    for source in sources:
        header = header_of(source.path, source.encoding)
        digest = sha256_of(source.path)
        if digest in seen:
            records.append(SourceRecord(source.path.name, digest, source.format, 0, 0, source.tax, seen[digest]))
            continue
        seen[digest] = source.path.name
        rows, outside, digits = _read(database, source, header, how)
        months = database.execute("SELECT DISTINCT month FROM incoming_lines WHERE total ORDER BY month").fetchall()
        own_scale = max(own_scale, digits)
        held = tuple(str(month) for (month,) in months)
        records.append(SourceRecord(source.path.name, digest, source.format, rows, outside, source.tax, months=held))
    if own_scale > MOST_SCALE:
        raise RuleError("amounts have too many decimal digits", value=own_scale, remedy=f"at most {MOST_SCALE}")
    return _fetched(database, how.rules, how.scale, own_scale, tuple(records))


def _read(
    database: duckdb.DuckDBPyConnection, source: SourceFile, header: list[str], how: _How
) -> tuple[int, int, int]:
    """Stream one file into `lines`; return its rows, rows outside their period, and decimal digits."""
    fields = resolved_fields(source, header)
    path = transcoded(source.path, source.encoding, how.folder)
    statement = lines_statement(source, fields, header, path, how.rules, how.scale, how.fiscal)
    database.execute("CREATE OR REPLACE TEMP TABLE incoming_lines AS SELECT * FROM lines LIMIT 0")
    try:
        database.execute(f"INSERT INTO incoming_lines {statement}")
    except duckdb.Error as error:
        raise _unreadable(source, error) from None
    checks = database.execute(
        "SELECT sum(rows), sum(outside), max(digits), sum(bad_amounts), sum(bad_dates), sum(no_currency) "
        "FROM incoming_lines WHERE total"
    ).fetchone()
    rows, outside, digits, bad_amounts, bad_dates, no_currency = (int(value or 0) for value in checks or [0] * 6)
    if not rows:
        raise FileError("has a header but no data rows", file=str(source.path), remedy="export it again with its rows")
    if bad_amounts or bad_dates or no_currency:
        raise first_bad_row(source, fields, how.fiscal)
    database.execute("INSERT INTO lines SELECT * FROM incoming_lines")
    return rows, outside, digits


def _unreadable(source: SourceFile, error: duckdb.Error) -> Exception:
    if isinstance(error, duckdb.OutOfRangeException):
        return ValueFormatError("an amount is too large", file=str(source.path), remedy="correct it")
    found = first_bad_row(source, None)
    message = str(error).splitlines()[0]
    return (
        found if found.row else FileError(f"cannot be read: {message}", file=str(source.path), remedy="export it again")
    )


def _fetched(
    database: duckdb.DuckDBPyConnection,
    rules: Sequence[Rule],
    scale: int,
    own_scale: int,
    records: tuple[SourceRecord, ...],
) -> Imported:
    try:
        database.execute(f"CREATE TEMP TABLE placed AS {classified_statement(rules)}")
    except duckdb.InvalidInputException as error:
        raise RuleError(
            f"a pattern is not a regular expression: {error}".splitlines()[0], remedy="correct it"
        ) from None
    groups, incoming, unmapped = aggregate_statement()
    return Imported(
        groups=_frame(database.execute(groups).to_arrow_table()),
        incoming=_frame(database.execute(incoming).to_arrow_table()),
        unmapped=_frame(database.execute(unmapped).to_arrow_table()),
        purchases=_frame(database.execute(purchases_statement()).to_arrow_table()),
        mapped=_frame(database.execute(mapped_statement()).to_arrow_table()),
        scale=scale,
        own_scale=own_scale,
        sources=records,
    )


def _frame(table: Any) -> pd.DataFrame:
    columns = {
        name: _integers(table.column(name)) if name in AMOUNTS else table.column(name).to_pandas()
        for name in table.column_names
    }
    return pd.DataFrame(columns)


def _integers(column: Any) -> Any:
    """Unscaled integers of an Arrow decimal column; None where null."""
    values: list[int | None] = []
    for chunk in column.chunks:
        words = np.frombuffer(chunk.buffers()[1], dtype="<u8").reshape(-1, 2)[chunk.offset : chunk.offset + len(chunk)]
        high = words[:, 1].astype(np.int64)
        numbers = [(int(top) << 64) + int(low) for top, low in zip(high, words[:, 0], strict=True)]
        known = pa.compute.is_valid(chunk).to_pylist() if chunk.null_count else None
        values += numbers if known is None else [n if ok else None for n, ok in zip(numbers, known, strict=True)]
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made
