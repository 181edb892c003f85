"""The ledger of value never counts twice, and says why something does not count."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from btim.value import Reading, ValueEvent
from btim.value_ledger import Price, ValueLedger, value_ledger

SAVING = ValueEvent(
    (0, 9), "sol-a", "cost_saving", "saving", "down", Decimal(100), "money", "realised", currency="USD", id="e1"
)
YEAR = (date(2025, 1, 1), date(2025, 12, 31))
QUARTER = (date(2025, 4, 1), date(2025, 6, 30))
NEXT_QUARTER = (date(2025, 7, 1), date(2025, 9, 30))


def ledger(*events: ValueEvent) -> ValueLedger:
    return value_ledger([Reading("d", events, ())])


def amounts(*events: ValueEvent) -> list[tuple[str | None, str, str | None, Decimal]]:
    return [(total.solution, total.column, total.per, total.amount) for total in ledger(*events).totals()]


def test_company_wide_claims_are_never_added_to_a_solution() -> None:
    found = amounts(SAVING, replace(SAVING, solution=None, value=Decimal(500)))
    assert found == [("sol-a", "saving", None, Decimal(100)), (None, "saving", None, Decimal(500))]


def test_a_rate_is_never_added_to_a_total() -> None:
    found = amounts(SAVING, replace(SAVING, per="year", value=Decimal(40)))
    assert found == [("sol-a", "saving", None, Decimal(100)), ("sol-a", "saving", "year", Decimal(40))]


def test_a_monthly_rate_is_shown_as_an_amount_a_year() -> None:
    (total,) = ledger(replace(SAVING, per="month")).totals()
    assert total.annual == Decimal(1200)


def test_one_saving_stated_twice_counts_once() -> None:
    found = ledger(SAVING, replace(SAVING, id="e2", period=QUARTER))
    assert [entry.counted for entry in found.entries] == [True, False]
    assert (found.entries[1].reason, found.entries[1].overlaps) == ("stated before", "e1")


def test_equal_savings_of_different_quarters_both_count() -> None:
    first, second = replace(SAVING, period=QUARTER), replace(SAVING, period=NEXT_QUARTER, id="e2")
    assert ledger(first, second).by_solution("USD") == {"sol-a": Decimal(200)}


def test_a_quarter_inside_a_counted_year_is_part_of_it() -> None:
    part, whole = replace(SAVING, period=QUARTER), replace(SAVING, period=YEAR, value=Decimal(300), id="e2")
    assert ledger(part, whole).by_solution("USD") == {"sol-a": Decimal(300)}


def test_a_rise_of_a_cost_subtracts() -> None:
    rise = replace(SAVING, kind="change", metric="operating_cost", direction="up", value=Decimal(30), id="e2")
    assert ledger(SAVING, rise).by_solution("USD") == {"sol-a": Decimal(70)}


def test_a_withdrawn_claim_no_longer_counts() -> None:
    denied = replace(SAVING, status="negated", id="e2")
    found = ledger(SAVING, denied)
    assert found.by_solution("USD") == {}
    assert found.entries[0].reason == "withdrawn"


def test_plans_levels_and_shares_do_not_count() -> None:
    found = ledger(replace(SAVING, status="planned"), replace(SAVING, kind="level"), replace(SAVING, kind="share"))
    assert [entry.counted for entry in found.entries] == [False, False, False]


def test_revenue_has_its_own_column_until_a_margin_is_stated() -> None:
    revenue = replace(SAVING, metric="revenue", kind="gain", direction="up")
    assert amounts(revenue) == [("sol-a", "revenue", None, Decimal(100))]
    stated = value_ledger([Reading("d", (revenue,), ())], margin=Decimal("0.2"))
    assert stated.by_solution("USD") == {"sol-a": Decimal(20)}


def test_a_gain_that_is_not_money_is_valued_only_by_a_stated_price() -> None:
    points = replace(SAVING, metric="nps", kind="change", direction="up", value=Decimal(3), unit="score", currency=None)
    assert ledger(points).totals() == ()
    assert [entry.amount for entry in ledger(points).measures()] == [Decimal(3)]
    priced = value_ledger([Reading("d", (points,), ())], prices={("nps", "score"): Price(Decimal(40000), "GBP")})
    assert priced.by_solution("GBP") == {"sol-a": Decimal(120000)}


@given(
    st.lists(st.tuples(st.sampled_from(["sol-a", "sol-b", None]), st.sampled_from([None, "year"]), st.integers(1, 9)))
)
def test_repeating_every_document_changes_no_total(claims: list[tuple[str | None, str | None, int]]) -> None:
    events = tuple(
        replace(SAVING, solution=solution, per=per, value=Decimal(value), id=str(place))
        for place, (solution, per, value) in enumerate(claims)
    )
    once = value_ledger([Reading("d", events, ())]).totals()
    twice = value_ledger([Reading("d", events, ()), Reading("copy", events, ())]).totals()
    assert once == twice
