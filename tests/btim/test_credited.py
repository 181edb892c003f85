"""Credited value: what is confirmed, what waits for a person, and what neither is."""

from dataclasses import replace
from decimal import Decimal

from btim.credited import Credited, credited_value
from btim.value import Reading, ValueEvent


def saving(value: str, **more: object) -> ValueEvent:
    event = ValueEvent(
        (0, 5), "crm", "cost_saving", "saving", "down", Decimal(value), "money", "realised", currency="USD", id=value
    )
    return replace(event, **more)  # type: ignore[arg-type]


def test_confirmed_and_waiting_value_stand_apart() -> None:
    events = (saving("100"), saving("40", band="review", confidence=0.25), saving("7", band="drop"))
    found = credited_value([Reading("d", events, ())], "USD")
    assert found == {"crm": Credited(Decimal(100), Decimal(40), Decimal("10.00"))}
    assert found["crm"].at_most == 140


def test_what_is_no_total_in_the_currency_of_a_solution_is_left_out() -> None:
    events = (
        saving("1", solution=None),
        saving("2", currency="EUR"),
        saving("3", per="year"),
        saving("4", status="planned"),
    )
    assert credited_value([Reading("d", events, ())], "USD") == {}


def test_a_claim_repeated_while_it_waits_counts_once() -> None:
    once = saving("9", band="review", confidence=0.5)
    found = credited_value([Reading("a", (once,), ()), Reading("b", (once,), ())], "USD")
    assert found["crm"].waiting == 9
