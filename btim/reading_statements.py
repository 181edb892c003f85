"""The SQL that reads one cost file: its cells, checks and sums, written out from a mapping.

Role: one statement that reads and groups a file, one that finds its first bad row.
Must not know: rules, layers, connections or results. Values reach SQL only through `literal` and `identifier`.
"""

from collections.abc import Sequence

from btim.cell_statements import (
    Reading,
    amount_sql,
    bad_amount_sql,
    bad_rate_sql,
    cell_sql,
    date_sql,
    digits_sql,
    identifier,
    literal,
    month_sql,
    rate_sql,
    raw_amount_sql,
    text_sql,
)
from btim.currencies import currencies
from btim.errors import SchemaError, listed
from btim.focus import CONSUMER_TAGS, SOLUTION_TAGS, focus_fields
from btim.inspection import PARQUET
from btim.ledger_settings import MATCHABLE, Rule, SourceFile
from btim.mapping_tables import AMOUNTS, SIDES

KEYS = ("month", "currency", *MATCHABLE, "tags", "tax")
DETAIL = ("description", "service", "account_name")
"""Fields that are no dimension: grouped only as far as rules or examples need them."""
COUNTS = ("rows", "outside", "digits", "bad_amounts", "bad_dates", "bad_rates", "bad_tags")
PARTS = ("outside_amount", "untagged_amount")
"""Sums of `amount` over rows outside their billing period, and over rows whose tags could not be read."""
GROUPED = (
    "total BOOLEAN, "
    + ", ".join(f"{key} VARCHAR" for key in (*KEYS, "format"))
    + ", "
    + ", ".join(f"{name} BIGINT" for name in COUNTS)
    + ", "
    + ", ".join(f"{name} DECIMAL(38,{{scale}})" for name in (*PARTS, *AMOUNTS))
)
CHECKED = ("date", "period", "period_end", "currency", "tax_rate", "tags", *AMOUNTS, *SIDES)
REFUSED = " OR ".join(f"{name}_fails" for name in (*AMOUNTS, "date", "period", "currency", "rate", "month"))
TAGS_UNREAD, TOO_FINE = "tags_fail", "digits > {most}"
"""What to ask `bad_row_statement` for."""
FIRST_MONTH, LAST_MONTH = "1900-01", "2199-99"


def resolved_fields(source: SourceFile, header: Sequence[str]) -> dict[str, str]:
    """Our field → the file's column, checked against the header.

    Raises:
        SchemaError: a mapped column is absent, or date, amount or currency is neither mapped nor constant.
    """
    fields = focus_fields(source, list(header)) if source.format == "focus" else dict(source.columns)
    for field, column in fields.items():
        if column not in header:
            raise SchemaError(
                f"missing column {column!r}, mapped to '{field}'",
                file=str(source.path),
                row=source.skip_rows + 1,
                remedy=f"the file has {listed(header, 20)}; if its header stands further down, state skip_rows",
            )
    sided = any(side in fields for side in SIDES)
    for field in ("date", "amount", "currency"):
        if field not in fields and field not in source.constants and not (field == "amount" and sided):
            raise SchemaError(
                f"no column is mapped to '{field}'",
                file=str(source.path),
                remedy=f"add {field} under [files.columns] or [files.constants]; the file has {listed(header, 20)}",
            )
    return fields


def lines_statement(reading: Reading, rules: Sequence[Rule]) -> str:
    """Read one file and group it; grouping set () of (month, currency) carries the independent control sums."""
    source = reading.source
    cells = _cells(reading, rules)
    inner = ", ".join(f"{cells[key]}::VARCHAR AS {key}" for key in KEYS)
    inner += f", {literal(source.format)} AS format"
    inner += "".join(
        f", {raw_amount_sql(reading, name)} AS raw_{name}, {amount_sql(reading, name)} AS {name}" for name in AMOUNTS
    )
    inner += f", {_outside(reading)} AS outside, {date_sql(reading, 'date')} IS NULL AS bad_date"
    inner += f", {_bad_tags(reading)} AS bad_tag, {bad_rate_sql(reading)} AS bad_rate"
    bad_amounts = " OR ".join(bad_amount_sql(reading, name) for name in AMOUNTS)
    used = [key for key in KEYS if cells[key] != "NULL"]
    return (
        f"SELECT grouping_id(format) > 0 AS total, {', '.join(KEYS)}, {literal(source.format)}, "
        f"count(*), count(*) FILTER (outside), max({digits_sql()}), count(*) FILTER ({bad_amounts}), "
        "count(*) FILTER (bad_date OR month IS NULL), count(*) FILTER (bad_rate), count(*) FILTER (bad_tag), "
        "sum(amount) FILTER (outside), sum(amount) FILTER (bad_tag), "
        + ", ".join(f"sum({name})" for name in AMOUNTS)
        + f" FROM (SELECT {inner} FROM {_rows(reading)}) "
        f"GROUP BY GROUPING SETS ((format, {', '.join(used)}), (month, currency)), "
        + ", ".join(key for key in KEYS if key not in used)
    ).rstrip(", ")


def bad_row_statement(reading: Reading, asked: str = REFUSED) -> str:
    """The first row of which `asked` holds, with the texts of its checked cells and which check it fails.

    Columns: `n` (1 for the first record), the cells of `CHECKED`, `raw_…` amounts, `month`, then a flag a check:
    `amount_fails` and the others, `date_fails`, `period_fails`, `currency_fails`, `rate_fails`, `tags_fail`.
    """
    taken = [
        f"{raw_amount_sql(reading, name)} AS raw_{name}, {amount_sql(reading, name)} AS {name}" for name in AMOUNTS
    ]
    taken += [f"{text_sql(reading, name)} AS cell_{name}" for name in CHECKED]
    period = f"{date_sql(reading, 'period')} IS NULL" if reading.has("period") else "false"
    taken += [
        f"{month_sql(reading)} AS month",
        f"{date_sql(reading, 'date')} IS NULL AS date_fails",
        f"{period} AS period_fails",
        f"upper({cell_sql(reading, 'currency')}) AS code",
        f"{bad_rate_sql(reading)} AS rate_fails",
        f"{_bad_tags(reading)} AS tags_fail",
    ]
    late = f"month IS NULL OR length(month) <> 7 OR month NOT BETWEEN '{FIRST_MONTH}' AND '{LAST_MONTH}'"
    flags = [f"{bad_amount_sql(reading, name)} AS {name}_fails" for name in AMOUNTS]
    flags += [
        f"NOT coalesce({_is_currency(reading)}, false) AS currency_fails",
        f"{late} AS month_fails",
        f"{digits_sql()} AS digits",
    ]
    return (
        f"SELECT * FROM (SELECT *, {', '.join(flags)} FROM (SELECT {', '.join(taken)}, row_number() OVER () AS n "
        f"FROM {_rows(reading)})) WHERE {asked} ORDER BY n LIMIT 1"
    )


def _is_currency(reading: Reading) -> str:
    """Of columns `code` and `month`: withdrawn currencies count up to their last month, where periods are months."""
    dated = reading.fiscal.kind == "months"
    always = [known.code for known in currencies().values() if not (known.until and dated)]
    ended = [
        f"(code = {literal(known.code)} AND month <= {literal(known.until)})"
        for known in currencies().values()
        if known.until and dated
    ]
    return " OR ".join([f"code IN ({', '.join(map(literal, always))})", *ended])


def _cells(reading: Reading, rules: Sequence[Rule]) -> dict[str, str]:
    matched = {field for rule in rules for field, _ in rule.match}
    detail = {"description", "account_name"} if reading.source.format == "gl" else {"service"}
    needed = (set(MATCHABLE) - set(DETAIL)) | matched | detail
    cells = {key: cell_sql(reading, key) if key in needed else "NULL" for key in MATCHABLE}
    cells |= _tag_cells(reading)
    cells |= {"month": month_sql(reading), "currency": f"upper({cell_sql(reading, 'currency')})"}
    return cells | {"tax": _tax(reading)}


def _rows(reading: Reading) -> str:
    """The file's rows without those that are blank, and the values of the tags that matter as one list."""
    names = ", ".join(["*", *([f"{_tag_values(reading)} AS tag_values"] if _tag_keys(reading.source) else [])])
    if reading.source.format == "focus" or reading.source.path.suffix in PARQUET:
        return f"(SELECT {names} FROM {_relation(reading)})"
    filled = ", ".join(f"nullif(trim({identifier(name)}), '')" for name in reading.header)
    return f"(SELECT {names} FROM {_relation(reading)} WHERE coalesce({filled}) IS NOT NULL)"


def _relation(reading: Reading) -> str:
    path, header = literal(str(reading.path)), reading.header
    if reading.source.path.suffix in PARQUET:
        return f"read_parquet({path})"
    from_header = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in header)
    nulls = "['NULL', '']" if reading.source.format == "focus" else "['']"
    return (
        f"read_csv({path}, columns={{{from_header}}}, auto_detect=false, header=true, skip={reading.source.skip_rows}, "
        f"delim={literal(header.delimiter)}, quote='\"', escape='\"', nullstr={nulls}, strict_mode=true)"
    )


def _outside(reading: Reading) -> str:
    if "period" not in reading.fields or "date" not in reading.fields:
        return "false"
    period, date = date_sql(reading, "period"), date_sql(reading, "date")
    if "period_end" in reading.fields:
        return f"{date} < {period} OR {date} >= {date_sql(reading, 'period_end')}"
    return f"date_trunc('month', {date}) <> date_trunc('month', {period})"


def _tax(reading: Reading) -> str:
    """Treatment, whether it is recovered, and rate, as one text (`included|recovered|0.13`); NULL without a rate."""
    tax = reading.source.tax
    key = f"{tax.treatment}|{'recovered' if tax.recoverable else 'borne'}|"
    if "tax_rate" in reading.fields:
        return f"concat({literal(key)}, {rate_sql(reading)}::VARCHAR)"
    return "NULL" if tax.rate is None else literal(key + str(tax.rate))


def _tag_keys(source: SourceFile) -> list[str]:
    """Every tag key that may matter in a file, in the order of `tag_values`."""
    return list(dict.fromkeys([*_named_tags(source, "solution"), *_named_tags(source, "consumer"), *source.keep_tags]))


def _named_tags(source: SourceFile, name: str) -> list[str]:
    usual = {"solution": SOLUTION_TAGS, "consumer": CONSUMER_TAGS}[name] if source.format == "focus" else ()
    return [source.tags[name]] if name in source.tags else list(usual)


def _tag_text(reading: Reading) -> str:
    column = identifier(reading.fields["tags"])
    return f"to_json({column})::VARCHAR" if reading.fields["tags"] in reading.header.nested else f"{column}::VARCHAR"


def _tag_values(reading: Reading) -> str:
    if "tags" not in reading.fields:
        return "NULL::VARCHAR[]"
    paths = ", ".join("'$.\"" + key.replace("'", "''").replace('"', '\\"') + "\"'" for key in _tag_keys(reading.source))
    return f"try(json_extract_string({_tag_text(reading)}, [{paths}]))"


def _bad_tags(reading: Reading) -> str:
    """Tags that are there and are no JSON object."""
    if "tags" not in reading.fields or not _tag_keys(reading.source):
        return "false"
    text = _tag_text(reading)
    return f"(trim({text}) <> '' AND (tag_values IS NULL OR NOT starts_with(ltrim({text}), '{{')))"


def _tag_cells(reading: Reading) -> dict[str, str]:
    source, keys = reading.source, _tag_keys(reading.source)
    cells = {"tags": "NULL"}
    if "tags" not in reading.fields:
        return cells
    for name in ("solution", "consumer"):
        if _named_tags(source, name):
            cells[name] = _first_tag([keys.index(key) + 1 for key in _named_tags(source, name)])
    if source.keep_tags:
        pairs = ", ".join(
            f"{literal(key)}, {_first_tag([keys.index(key) + 1])}" for key in sorted(set(source.keep_tags))
        )
        cells["tags"] = f"CASE WHEN tag_values IS NULL THEN NULL ELSE json_object({pairs})::VARCHAR END"
    return cells


def _first_tag(places: Sequence[int]) -> str:
    values = ", ".join(f"nullif(trim(tag_values[{place}]), '')" for place in places)
    return f"coalesce({values})"
