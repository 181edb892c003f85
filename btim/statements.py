"""The SQL of the import, written out from a mapping.

Role: one statement that reads and groups a file, one that applies the ordered rules, three that aggregate.
Must not know: connections or results. Values reach SQL only through `literal` and `identifier`.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from btim.errors import SchemaError, listed
from btim.fiscal import FiscalCalendar
from btim.focus import (
    CONSUMER_TAGS,
    EXPENDITURE,
    POOL,
    SOLUTION_TAGS,
    SUB_POOL,
    UNMAPPED,
    category_towers,
    focus_fields,
)
from btim.ledger_settings import DIMENSIONS, MATCHABLE, PLACES, SIDES, Rule, SourceFile
from btim.mapping_tables import AMOUNTS

KEYS = ("month", "currency", *MATCHABLE, "tags")
KEPT = ("month", "currency", *PLACES, *DIMENSIONS, "tags")
DETAIL = ("description", "service", "account_name", "charge_category")
"""Fields that are no dimension: grouped only as far as rules or examples need them."""
SUMS = ", ".join(AMOUNTS)
GROUPED = (
    "total BOOLEAN, "
    + ", ".join(f"{key} VARCHAR" for key in (*KEYS, "format"))
    + ", rows BIGINT, outside BIGINT, digits BIGINT, bad_amounts BIGINT, bad_dates BIGINT, no_currency BIGINT, "
    + ", ".join(f"{name} DECIMAL(38,{{scale}})" for name in AMOUNTS)
)


def literal(text: str) -> str:
    """A quoted SQL string."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A quoted SQL name."""
    return '"' + name.replace('"', '""') + '"'


def resolved_fields(source: SourceFile, header: list[str]) -> dict[str, str]:
    """Our field → the file's column, checked against the header.

    Raises:
        SchemaError: a mapped column is absent, or date, amount or currency is neither mapped nor constant.
    """
    fields = focus_fields(source, header) if source.format == "focus" else dict(source.columns)
    for field, column in fields.items():
        if column not in header:
            raise SchemaError(
                f"missing column {column!r}, mapped to '{field}'",
                file=str(source.path),
                row=1,
                remedy=f"the file has {listed(header, 20)}",
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


def lines_statement(
    source: SourceFile,
    fields: Mapping[str, str],
    header: list[str],
    path: Path,
    rules: Sequence[Rule],
    scale: int,
    fiscal: FiscalCalendar,
) -> str:
    """Read one file and group it; grouping set () of (month, currency) carries the independent control sums."""
    needed = _needed(source, rules)
    cells = {key: _cell(source, fields, key) if key in needed else "NULL" for key in MATCHABLE}
    cells |= _tag_cells(source, fields)
    month = _month(source, fields, fiscal)
    cells |= {"month": month, "currency": f"upper({_cell(source, fields, 'currency')})"}
    amounts = {name: _amount(source, fields, name, scale) for name in AMOUNTS}
    inner = ", ".join(f"{cells[key]}::VARCHAR AS {key}" for key in KEYS)
    inner += f", {literal(source.format)} AS format"
    inner += "".join(
        f", {_raw(source, fields, name, scale)} AS raw_{name}, {amounts[name]} AS {name}" for name in AMOUNTS
    )
    inner += f", {_outside(source, fields)} AS outside, {_date(source, fields, 'date')} IS NULL AS bad_date"
    used = [key for key in KEYS if cells[key] != "NULL"]
    return (
        f"SELECT grouping_id(format) > 0 AS total, {', '.join(KEYS)}, {literal(source.format)}, "
        f"count(*), count(*) FILTER (outside), max({_digits()}), count(*) FILTER ({_bad_amount()}), "
        "count(*) FILTER (bad_date OR month IS NULL), count(*) FILTER (currency IS NULL), "
        + ", ".join(f"sum({name})" for name in AMOUNTS)
        + f" FROM (SELECT {inner} FROM {_relation(source, header, path)}) "
        f"GROUP BY GROUPING SETS ((format, {', '.join(used)}), (month, currency)), "
        + ", ".join(key for key in KEYS if key not in used)
    ).rstrip(", ")


def _needed(source: SourceFile, rules: Sequence[Rule]) -> set[str]:
    matched = {field for rule in rules for field, _ in rule.match}
    detail = {"description", "account_name"} if source.format == "gl" else {"service"}
    return (set(MATCHABLE) - set(DETAIL)) | matched | detail


def _relation(source: SourceFile, header: list[str], path: Path) -> str:
    if source.path.suffix in {".parquet", ".pq"}:
        return f"read_parquet({literal(str(path))})"
    from_header = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in header)
    nulls = "['NULL', '']" if source.format == "focus" else "['']"
    return (
        f"read_csv({literal(str(path))}, columns={{{from_header}}}, auto_detect=false, header=true, "
        f"delim={literal(delimiter(source.path, header))}, quote='\"', escape='\"', nullstr={nulls}, strict_mode=true)"
    )


def delimiter(path: Path, header: list[str]) -> str:
    """Tab for `.tsv`, else the sign that `header_of` split the header by."""
    return getattr(header, "delimiter", "\t" if ".tsv" in path.suffixes else ",")


def _text(fields: Mapping[str, str], name: str) -> str:
    return f"{identifier(fields[name])}::VARCHAR" if name in fields else "NULL::VARCHAR"


def _cell(source: SourceFile, fields: Mapping[str, str], name: str) -> str:
    if name in fields:
        return f"nullif(trim({_text(fields, name)}), '')"
    return literal(source.constants[name]) if name in source.constants else "NULL"


def _number(source: SourceFile, fields: Mapping[str, str], name: str) -> str:
    """An amount's text with a point for its decimal sign and nothing for thousands."""
    text = _text(fields, name)
    if name not in fields or (source.decimal == "." and not source.thousands):
        return text
    if source.thousands:
        text = f"replace({text}, {literal(source.thousands)}, '')"
    if source.decimal != ".":
        text = f"replace({text}, {literal(source.decimal)}, '.')"
    return f"nullif(regexp_replace(trim({text}), '^\\((.*)\\)$', '-\\1'), '')"


def _raw(source: SourceFile, fields: Mapping[str, str], name: str, scale: int) -> str:
    """An amount's text; debit less credit where the file has these, `?` where one of them is no number."""
    if name != "amount" or name in fields or not any(side in fields for side in SIDES):
        return _number(source, fields, name)
    texts = [_number(source, fields, side) for side in SIDES]
    debit, credit = (f"try_cast({text} AS DECIMAL(38,{scale}))" for text in texts)
    bad = f"({texts[0]} IS NOT NULL AND {debit} IS NULL) OR ({texts[1]} IS NOT NULL AND {credit} IS NULL)"
    return (
        f"CASE WHEN {bad} THEN '?' WHEN {texts[0]} IS NULL AND {texts[1]} IS NULL THEN NULL "
        f"ELSE (coalesce({debit}, 0) - coalesce({credit}, 0))::VARCHAR END"
    )


def _amount(source: SourceFile, fields: Mapping[str, str], name: str, scale: int) -> str:
    parsed = f"try_cast({_raw(source, fields, name, scale)} AS DECIMAL(38,{scale}))"
    return parsed if source.scale == 1 else f"{parsed} * {source.scale}"


def _digits() -> str:
    each = ", ".join(
        f"CASE WHEN contains(raw_{name}, '.') THEN length(raw_{name}) - instr(raw_{name}, '.') END" for name in AMOUNTS
    )
    return f"greatest({each}, 0)"


def _bad_amount() -> str:
    doubtful = " OR ".join(f"(raw_{name} IS NOT NULL AND {name} IS NULL)" for name in AMOUNTS)
    return f"raw_amount IS NULL OR contains(raw_amount, '_') OR {doubtful}"


def _date(source: SourceFile, fields: Mapping[str, str], name: str) -> str:
    if name not in fields:
        return f"try_cast({literal(source.constants.get(name, ''))} AS DATE)"
    if source.date_format:
        return f"try_strptime({_text(fields, name)}, {literal(source.date_format)})::DATE"
    return f"try_cast({_text(fields, name)} AS DATE)"


def _month(source: SourceFile, fields: Mapping[str, str], fiscal: FiscalCalendar) -> str:
    """Calendar month of the billing period, else of the date; in a calendar of weeks the date decides alone."""
    if fiscal.kind == "months":
        return f"strftime({_date(source, fields, 'period' if 'period' in fields else 'date')}, '%Y-%m')"
    date = _date(source, fields, "date")
    tests = [
        f"WHEN {date} >= DATE {literal(day.isoformat())} THEN {literal(name) if name else 'NULL'}"
        for day, name in reversed(fiscal.boundaries())
    ]
    return f"CASE {' '.join(tests)} END"


def _outside(source: SourceFile, fields: Mapping[str, str]) -> str:
    if "period" not in fields or "date" not in fields:
        return "false"
    period, date = _date(source, fields, "period"), _date(source, fields, "date")
    return f"date_trunc('month', {date}) <> date_trunc('month', {period})"


def _tag_cells(source: SourceFile, fields: Mapping[str, str]) -> dict[str, str]:
    if "tags" not in fields:
        return {"tags": "NULL"}
    text = identifier(fields["tags"])
    named = dict(source.tags)
    solution = [named["solution"]] if "solution" in named else list(SOLUTION_TAGS if source.format == "focus" else ())
    consumer = [named["consumer"]] if "consumer" in named else list(CONSUMER_TAGS if source.format == "focus" else ())
    cells = {key: _first_tag(text, keys) for key, keys in (("solution", solution), ("consumer", consumer)) if keys}
    if source.keep_tags:
        pairs = ", ".join(f"{literal(key)}, {_first_tag(text, [key])}" for key in sorted(source.keep_tags))
        cells["tags"] = f"CASE WHEN {text} IS NULL THEN NULL ELSE json_object({pairs})::VARCHAR END"
    else:
        cells["tags"] = "NULL"
    return cells


def _first_tag(text: str, keys: Sequence[str]) -> str:
    paths = ", ".join("'$.\"" + key.replace("'", "''").replace('"', '\\"') + "\"'" for key in keys)
    found = f"try(json_extract_string({text}, [{paths}]))"
    return f"nullif(trim(list_first(list_filter({found}, lambda tag: tag IS NOT NULL))), '')"


def classified_statement(rules: Sequence[Rule]) -> str:
    """Apply the ordered rules to grouped lines: a line's own place wins over a rule's, a rule's over the table's."""
    tests = " ".join(f"WHEN {_condition(rule)} THEN {number}" for number, rule in enumerate(rules))
    number = f"CASE {tests} END" if tests else "NULL::INTEGER"
    excluded = _by_rule({number: rule.exclude for number, rule in enumerate(rules) if rule.exclude})
    places = ", ".join(_place(name, rules) for name in PLACES)
    return (
        f"SELECT * REPLACE ({places}), {excluded} AS excluded "
        f"FROM (SELECT *, {number} AS rule FROM lines WHERE NOT total)"
    )


def _condition(rule: Rule) -> str:
    tests = [f"regexp_matches(coalesce({field}, ''), {literal(pattern)}, 'i')" for field, pattern in rule.match]
    return " AND ".join(tests) if tests else "true"


def _by_rule(values: Mapping[int, str]) -> str:
    if not values:
        return "NULL::VARCHAR"
    return "CASE rule " + " ".join(f"WHEN {number} THEN {literal(value)}" for number, value in values.items()) + " END"


def _place(name: str, rules: Sequence[Rule]) -> str:
    assigned = _by_rule({number: rule.assign[name] for number, rule in enumerate(rules) if name in rule.assign})
    choices = [name, assigned]
    if name in {"pool", "sub_pool", "expenditure"}:
        value = {"pool": POOL, "sub_pool": SUB_POOL, "expenditure": EXPENDITURE}[name]
        choices.append(f"CASE WHEN format = 'focus' THEN {literal(value)} END")
    if name in {"tower", "sub_tower"}:
        choices.append(_shipped(name, rules))
    if name in {"pool", "tower"}:
        choices.append(literal(UNMAPPED))
    return f"coalesce({', '.join(choices)}) AS {name}"


def _shipped(name: str, rules: Sequence[Rule]) -> str:
    position = 0 if name == "tower" else 1
    table = {category: place[position] for category, place in category_towers().items() if place[position]}
    cases = " ".join(f"WHEN {literal(category)} THEN {literal(place)}" for category, place in table.items())
    ruled = [str(number) for number, rule in enumerate(rules) if "tower" in rule.assign]
    own = f"tower IS NULL AND coalesce(rule NOT IN ({', '.join(ruled)}), true)" if ruled else "tower IS NULL"
    return f"CASE WHEN format = 'focus' AND {own} THEN CASE service_category {cases} END END"


def purchases_statement() -> str:
    """What several owners buy of one vendor under one description (order numbers left out), month by month."""
    text = "trim(regexp_replace(lower(description), '[0-9]{4,}', '', 'g'))"
    return (
        f"WITH bought AS (SELECT month, currency, vendor, {text} AS service, "
        "coalesce(cost_centre, consumer, legal_entity) AS owner, sum(amount) AS amount FROM placed "
        "WHERE excluded IS NULL AND format = 'gl' AND vendor IS NOT NULL AND length(description) > 3 GROUP BY ALL), "
        "shared AS (SELECT vendor, service FROM bought GROUP BY ALL HAVING count(DISTINCT owner) > 1) "
        "SELECT bought.* FROM bought JOIN shared USING (vendor, service) WHERE owner IS NOT NULL ORDER BY ALL"
    )


def mapped_statement() -> str:
    """Texts of lines that rules placed, the largest first."""
    unmapped = literal(UNMAPPED)
    return (
        "SELECT coalesce(vendor, '') AS vendor, coalesce(account_name, '') AS account_name, "
        "coalesce(description, service, '') AS description, pool, sub_pool, expenditure, tower, sub_tower FROM placed "
        f"WHERE excluded IS NULL AND pool <> {unmapped} AND tower <> {unmapped} "
        "GROUP BY ALL ORDER BY abs(sum(amount)) DESC, 1, 2, 3, 4, 5, 6, 7, 8 LIMIT 5000"
    )


def aggregate_statement() -> tuple[str, str, str]:
    """Statements for the ledger's groups, the independent incoming sums, and what stayed unmapped."""
    sums = ", ".join(f"sum({name})::DECIMAL(38,{{}}) AS {name}" for name in AMOUNTS).replace("::DECIMAL(38,{})", "")
    kept = ", ".join(KEPT)
    example = "coalesce(description, service, service_category)"
    return (
        f"SELECT {kept}, excluded, sum(rows)::BIGINT AS rows, {sums} FROM placed GROUP BY ALL ORDER BY ALL",
        f"SELECT month, currency, sum(rows)::BIGINT AS rows, {sums} FROM lines WHERE total GROUP BY ALL ORDER BY ALL",
        f"SELECT currency, account, account_name, vendor, {example} AS description, pool, tower, "
        f"min(month) AS first_month, max(month) AS last_month, sum(rows)::BIGINT AS rows, {sums} FROM placed "
        f"WHERE excluded IS NULL AND {literal(UNMAPPED)} IN (pool, tower) GROUP BY ALL ORDER BY ALL",
    )
