"""The SQL behind the ledger's grain: rules, places and sums over lines that were read.

Role: one statement that applies the ordered rules, four that aggregate.
Must not know: files, connections or results. Values reach SQL only through `literal`.
"""

from collections.abc import Mapping, Sequence

from btim.cell_statements import literal
from btim.focus import EXPENDITURE, POOL, SUB_POOL, UNMAPPED, category_towers
from btim.ledger_settings import CHARGES, DIMENSIONS, PLACES, Rule
from btim.mapping_tables import AMOUNTS

KEPT = ("month", "currency", *PLACES, *DIMENSIONS, *CHARGES, "tags")
"""Keys that stay in the ledger's grain."""
TOTALS = r"((grand|sub|sub-|overall) ?)?total:?|(gesamt)?summe:?|合[计計]|[总總][计計]|小[计計]"
"""How lines of totals call themselves."""
SUMS = ", ".join(f"sum({name}) AS {name}" for name in AMOUNTS)
RULES = "coalesce(array_to_string(list_sort(list(DISTINCT rule + 1) FILTER (rule IS NOT NULL)), ', '), '')"
"""Numbers of the rules that placed a group's lines, as they stand in the mapping file."""


def classified_statement(rules: Sequence[Rule]) -> str:
    """Apply the ordered rules to grouped lines: a line's own place wins over a rule's, a rule's over the table's."""
    tests = " ".join(f"WHEN {_condition(rule)} THEN {number}" for number, rule in enumerate(rules))
    number = f"CASE {tests} END" if tests else "NULL::INTEGER"
    excluded = _by_rule({number: rule.exclude for number, rule in enumerate(rules) if rule.exclude})
    places = ", ".join(_place(name, rules) for name in (*PLACES, *CHARGES))
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


def totals_statement() -> str:
    """Lines of general ledgers that read as totals of others."""
    fields = "[account, account_name, vendor, description, cost_centre]"
    return (
        f"SELECT text, currency, sum(rows)::BIGINT AS rows, sum(amount) AS amount FROM (SELECT *, "
        f"list_filter({fields}, lambda cell: regexp_full_match(trim(cell), {literal(TOTALS)}, 'i'))[1] AS text "
        "FROM placed WHERE excluded IS NULL AND format = 'gl') WHERE text IS NOT NULL GROUP BY ALL ORDER BY ALL"
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
    kept = ", ".join(KEPT)
    example = "coalesce(description, service, service_category)"
    return (
        f"SELECT {kept}, tax, excluded, sum(rows)::BIGINT AS rows, {RULES} AS rules, {SUMS} "
        f"FROM placed GROUP BY {kept}, tax, excluded ORDER BY ALL",
        f"SELECT month, currency, sum(rows)::BIGINT AS rows, {SUMS} FROM lines WHERE total GROUP BY ALL ORDER BY ALL",
        f"SELECT currency, account, account_name, vendor, {example} AS description, pool, tower, "
        f"min(month) AS first_month, max(month) AS last_month, sum(rows)::BIGINT AS rows, {SUMS} FROM placed "
        f"WHERE excluded IS NULL AND {literal(UNMAPPED)} IN (pool, tower) GROUP BY ALL ORDER BY ALL",
    )
