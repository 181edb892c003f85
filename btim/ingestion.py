"""Streaming import of cost files: DuckDB reads, maps and aggregates; raw rows never stand in memory.

Role: turn cost files into exact sums per month, place in the four layers and dimensions. The only DuckDB module.
Must not know: what a tower is, how amounts are rounded or shown.

Amounts travel as integers counted in 10**-scale of the currency, at the files' own scale, so that nothing is rounded.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from btim.cell_statements import Reading
from btim.currencies import is_currency
from btim.errors import FileError, RuleError, ValueFormatError
from btim.files import content_sha256
from btim.fiscal import FiscalCalendar
from btim.focus import focus_version
from btim.import_records import Held, Imported, SourceRecord
from btim.inspection import Header, broken_row, header_of, line_of_record, refused_cell, rewritten, transcoded
from btim.ledger_settings import Rule, SourceFile
from btim.mapping_tables import AMOUNTS, SIDES
from btim.reading_statements import (
    FIRST_MONTH,
    GROUPED,
    LAST_MONTH,
    PARTS,
    TAGS_UNREAD,
    TOO_FINE,
    bad_row_statement,
    lines_statement,
    resolved_fields,
)
from btim.rounding import WIDE
from btim.statements import (
    aggregate_statement,
    classified_statement,
    mapped_statement,
    purchases_statement,
    totals_statement,
)

LEAST_SCALE, MOST_SCALE = 12, 30
"""FOCUS costs reach 1e-11; amounts with more than 30 decimal digits are refused."""
MEMORY = "1GB"


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
        database.execute("SET TimeZone = 'UTC'")
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
    seen: dict[object, str] = {}
    database.execute(f"CREATE TEMP TABLE lines ({GROUPED.format(scale=how.scale)})")
    for source in sources:
        header = header_of(source)
        digest = content_sha256(source.path)
        key = (digest, _what_is_read(source))
        if key in seen:
            about = (source.path.name, digest, source.format, 0, source.tax.in_cost)
            records.append(SourceRecord(*about, repeated_of=seen[key]))
            continue
        seen[key] = source.path.name
        record, digits = _read(database, source, header, how)
        own_scale = max(own_scale, digits)
        records.append(replace(record, sha256=digest))
    return _fetched(database, how.rules, how.scale, own_scale, tuple(records))


def _what_is_read(source: SourceFile) -> tuple[str, ...]:
    """The columns and constants that say which amounts and times a mapping takes from a file.

    One file may be read twice under different mappings (a column a month, say); under one it is counted once.
    """
    taken = ("date", "period", "currency", *AMOUNTS, *SIDES)
    return tuple(f"{name}={source.columns.get(name)}/{source.constants.get(name)}" for name in taken)


def _read(
    database: duckdb.DuckDBPyConnection, source: SourceFile, header: Header, how: _How
) -> tuple[SourceRecord, int]:
    """Stream one file into `lines`; return what it holds, and its decimal digits."""
    fields = resolved_fields(source, header)
    path = transcoded(source.path, source.encoding, how.folder)
    reading = Reading(source, header, fields, path, how.scale, how.fiscal)
    database.execute("CREATE OR REPLACE TEMP TABLE incoming_lines AS SELECT * FROM lines LIMIT 0")
    try:
        database.execute(f"INSERT INTO incoming_lines {lines_statement(reading, how.rules)}")
    except duckdb.Error as error:
        _refuse_unreadable(source, error)
        reading = replace(reading, path=rewritten(source, how.folder))
        database.execute(f"INSERT INTO incoming_lines {lines_statement(reading, how.rules)}")
    table = database.execute("SELECT * FROM incoming_lines WHERE total ORDER BY month, currency").to_arrow_table()
    totals = _frame(table).to_dict("records")
    if not totals:
        raise FileError("has a header but no data rows", file=str(source.path), remedy="export it again with its rows")
    if any(_is_wrong(line, dated=how.fiscal.kind == "months") for line in totals):
        raise _refused(reading)
    digits = max(int(line["digits"] or 0) for line in totals)
    if digits > MOST_SCALE:
        raise _too_fine(reading)
    held = tuple(_held(line, how.scale) for line in totals)
    database.execute("INSERT INTO lines SELECT * FROM incoming_lines")
    record = SourceRecord(
        source.path.name,
        "",
        source.format,
        sum(each.rows for each in held),
        source.tax.in_cost,
        version=focus_version(header) if source.format == "focus" else None,
        held=held,
        untagged_example=_untagged(reading) if any(each.untagged for each in held) else None,
    )
    return record, digits


def _is_wrong(line: dict[Any, Any], *, dated: bool) -> bool:
    bad = any(line[name] for name in ("bad_amounts", "bad_dates", "bad_rates"))
    month, currency = str(line["month"] or ""), str(line["currency"] or "")
    timely = len(month) == 7 and FIRST_MONTH <= month <= LAST_MONTH
    return bad or not timely or not is_currency(currency, month if dated else "")


def _held(line: dict[Any, Any], scale: int) -> Held:
    exact = {
        name: Decimal(int(line[name] or 0)).scaleb(-scale, context=WIDE).normalize(WIDE) for name in ("amount", *PARTS)
    }
    return Held(
        str(line["month"]),
        str(line["currency"]),
        int(line["rows"]),
        exact["amount"],
        int(line["outside"]),
        exact["outside_amount"],
        int(line["bad_tags"]),
        exact["untagged_amount"],
    )


def _refused(reading: Reading) -> Exception:
    """Read again, in order, up to the first row that cannot be taken."""
    found = _first(bad_row_statement(reading))
    if found is None:
        return FileError("cannot be read", file=str(reading.source.path), remedy="export it again")
    row = line_of_record(reading.source, int(found["n"]))
    return refused_cell(reading.source, reading.fields, found).at(file=str(reading.source.path), row=row)


def _too_fine(reading: Reading) -> Exception:
    found = _first(bad_row_statement(reading, TOO_FINE.format(most=MOST_SCALE)))
    row = line_of_record(reading.source, int(found["n"])) if found else None
    return ValueFormatError(
        "has too many decimal digits",
        file=str(reading.source.path),
        row=row,
        value=found and found["cell_amount"],
        remedy=f"at most {MOST_SCALE} are summed exactly",
    )


def _untagged(reading: Reading) -> str | None:
    found = _first(bad_row_statement(reading, TAGS_UNREAD))
    if found is None:
        return None
    return f"row {line_of_record(reading.source, int(found['n']))}: {str(found['cell_tags'])[:60]!r}"


def _first(statement: str) -> dict[str, Any] | None:
    with _database(1) as ordered:
        ordered.execute("SET preserve_insertion_order = true")
        cursor = ordered.execute(statement)
        names = [column[0] for column in cursor.description or ()]
        line = cursor.fetchone()
    return None if line is None else dict(zip(names, line, strict=True))


def _refuse_unreadable(source: SourceFile, error: duckdb.Error) -> None:
    """Say why a file cannot be read; return only where it is sound row by row (it may mix line ends)."""
    message = str(error).splitlines()[0]
    if isinstance(error, duckdb.OutOfRangeException):
        raise ValueFormatError(
            "amounts are too large to sum", file=str(source.path), remedy="look for a cell with too many digits"
        ) from None
    if "format specifier" in message:
        raise ValueFormatError(
            "is no date format",
            file=str(source.path),
            field="files.date_format",
            value=source.date_format,
            remedy="use %Y, %m, %d as in %d/%m/%Y",
        ) from None
    found = broken_row(source)
    if found is not None:
        raise found from None
    if "CSV" not in message:
        raise FileError(f"cannot be read: {message}", file=str(source.path), remedy="export it again") from None


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
        totals=_frame(database.execute(totals_statement()).to_arrow_table()),
        mapped=_frame(database.execute(mapped_statement()).to_arrow_table()),
        scale=scale,
        own_scale=own_scale,
        sources=records,
    )


def _frame(table: Any) -> pd.DataFrame:
    columns = {
        name: _integers(table.column(name)) if name in {*AMOUNTS, *PARTS} else table.column(name).to_pandas()
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
