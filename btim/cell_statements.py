"""SQL of single cells: texts, amounts, dates, tax rates, as one file writes them.

Role: the expression for each of our fields in one file, and whether it can be taken.
Must not know: grouping, rules or connections.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from btim.fiscal import FiscalCalendar
from btim.inspection import Header
from btim.ledger_settings import SourceFile
from btim.mapping_tables import AMOUNTS, SIDES

RATE = "DECIMAL(18,12)"


@dataclass(frozen=True)
class Reading:
    """One file to read: what the mapping says, its header, our field → its column, and where its UTF-8 text lies."""

    source: SourceFile
    header: Header
    fields: Mapping[str, str]
    path: Path
    scale: int
    fiscal: FiscalCalendar

    def has(self, field: str) -> bool:
        """Whether a column or a constant states the field."""
        return field in self.fields or field in self.source.constants


def literal(text: str) -> str:
    """A quoted SQL string."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A quoted SQL name."""
    return '"' + name.replace('"', '""') + '"'


def text_sql(reading: Reading, name: str) -> str:
    """A field's cell as it stands; NULL where no column is mapped."""
    return f"{identifier(reading.fields[name])}::VARCHAR" if name in reading.fields else "NULL::VARCHAR"


def cell_sql(reading: Reading, name: str) -> str:
    """A field's trimmed cell, NULL where blank, or its constant."""
    if name in reading.fields:
        return f"nullif(trim({text_sql(reading, name)}), '')"
    return literal(reading.source.constants[name]) if name in reading.source.constants else "NULL"


def _number(reading: Reading, name: str) -> str:
    """An amount's text with a point as its decimal sign and no thousands sign; `?` where it is written otherwise."""
    source, text = reading.source, text_sql(reading, name)
    if name not in reading.fields or (source.decimal == "." and not source.thousands):
        return text
    text = f"nullif(trim({text}), '')"
    plain = f"replace({text}, {literal(source.thousands)}, '')" if source.thousands else text
    plain = f"replace({plain}, {literal(source.decimal)}, '.')"
    plain = f"regexp_replace(regexp_replace({plain}, '^\\((.*)\\)$', '-\\1'), '^(.*)-$', '-\\1')"
    return (
        f"CASE WHEN regexp_full_match({text}, {literal(_written(source))}) THEN {plain} WHEN {text} <> '' THEN '?' END"
    )


def _written(source: SourceFile) -> str:
    """How numbers are written: digits, alone or in groups of three (Indian: two before the last; Chinese: four)."""
    sign, point = f"[{source.thousands}]", f"[{source.decimal}]"
    whole = r"\d*"
    if source.thousands:
        whole = rf"(\d*|\d{{1,3}}({sign}\d{{2,3}})*{sign}\d{{3}}|\d{{1,4}}({sign}\d{{4}})+)"
    return rf"[-+(]?{whole}({point}\d*)?[-)]?"


def raw_amount_sql(reading: Reading, name: str) -> str:
    """An amount's text; debit less credit where the file has these, `?` where one of them is no number."""
    if name != "amount" or name in reading.fields or not any(side in reading.fields for side in SIDES):
        return _number(reading, name)
    texts = [f"nullif(trim({_number(reading, side)}), '')" for side in SIDES]
    debit, credit = (f"try_cast({text} AS DECIMAL(38,{reading.scale}))" for text in texts)
    bad = f"({texts[0]} IS NOT NULL AND {debit} IS NULL) OR ({texts[1]} IS NOT NULL AND {credit} IS NULL)"
    fine = " OR ".join(
        rf"coalesce(regexp_matches({text}, '\.\d{{{reading.scale + 1},}}|_|[eE]-'), false)" for text in texts
    )
    return (
        f"CASE WHEN {bad} OR {fine} THEN '?' "
        f"WHEN {texts[0]} IS NULL AND {texts[1]} IS NULL THEN NULL "
        f"ELSE (coalesce({debit}, 0) - coalesce({credit}, 0))::VARCHAR END"
    )


def amount_sql(reading: Reading, name: str) -> str:
    """A cost at the attempt's scale; NULL where it is no number or too large."""
    parsed = f"try_cast({raw_amount_sql(reading, name)} AS DECIMAL(38,{reading.scale}))"
    return parsed if reading.source.scale == 1 else f"{parsed} * {reading.source.scale}"


def digits_sql() -> str:
    """Decimal digits of the amounts' texts, also of those written with an exponent (1.5e-13 has fourteen)."""
    each = ", ".join(
        f"CASE WHEN contains(raw_{name}, 'e') OR contains(raw_{name}, 'E') THEN "
        rf"length(regexp_extract(raw_{name}, '\.([0-9]*)', 1)) "
        f"- coalesce(try_cast(regexp_extract(raw_{name}, '[eE]([+-]?[0-9]+)', 1) AS INTEGER), 0) "
        f"WHEN contains(raw_{name}, '.') THEN length(raw_{name}) - instr(raw_{name}, '.') END"
        for name in AMOUNTS
    )
    return f"greatest({each}, 0)"


def bad_amount_sql(reading: Reading, name: str) -> str:
    """Whether a cost cannot be taken (`raw_…` and the cost itself are columns); a cloud bill states what it bills."""
    needed = name == "amount" or (name == "billed" and reading.source.format == "focus")
    blank = f"raw_{name} IS NULL OR " if needed else ""
    return f"({blank}(raw_{name} IS NOT NULL AND {name} IS NULL) OR coalesce(contains(raw_{name}, '_'), false))"


def date_sql(reading: Reading, name: str) -> str:
    """A field's date; NULL where it is none."""
    if name not in reading.fields:
        return f"try_cast({literal(reading.source.constants.get(name, ''))} AS DATE)"
    if reading.source.date_format:
        return f"try_strptime({text_sql(reading, name)}, {literal(reading.source.date_format)})::DATE"
    return f"try_cast({text_sql(reading, name)} AS DATE)"


def month_sql(reading: Reading) -> str:
    """Calendar month of the billing period, else of the date; in a calendar of weeks the date decides alone."""
    if reading.fiscal.kind == "months":
        return f"strftime({date_sql(reading, 'period' if 'period' in reading.fields else 'date')}, '%Y-%m')"
    date = date_sql(reading, "date")
    tests = [
        f"WHEN {date} >= DATE {literal(day.isoformat())} THEN {literal(name) if name else 'NULL'}"
        for day, name in reversed(reading.fiscal.boundaries())
    ]
    return f"CASE {' '.join(tests)} END"


def rate_sql(reading: Reading) -> str:
    """A line's tax rate as a share, else the file's."""
    text = cell_sql(reading, "tax_rate")
    percent = f"try_cast(replace({text}, '%', '') AS {RATE}) / 100"
    parsed = f"CASE WHEN {text} LIKE '%\\%' ESCAPE '\\' THEN ({percent})::{RATE} ELSE try_cast({text} AS {RATE}) END"
    usual = reading.source.tax.rate
    return parsed if usual is None else f"CASE WHEN {text} IS NULL THEN {usual}::{RATE} ELSE {parsed} END"


def bad_rate_sql(reading: Reading) -> str:
    """Whether a line's tax rate is missing or no share."""
    if "tax_rate" not in reading.fields:
        return "false"
    return f"NOT coalesce({rate_sql(reading)} >= 0 AND {rate_sql(reading)} < 1, false)"
