from decimal import Decimal

import pytest

from service.output.formats import counted, moment, money, money_scale, number, probability, quantity, scaled, share


@pytest.mark.parametrize(
    ("amount", "shown"),
    [(1_234_567_890, "USD 1.23 bn"), (48_200_000, "USD 48.2 m"), (-950, "USD −950"), (Decimal("12.5"), "USD 12.50"),
     (0, "USD 0"), (None, "–"), (float("nan"), "–")],
)  # fmt: skip
def test_money_is_shown_on_a_scale_a_person_reads(amount, shown):
    assert money(amount, "USD").replace("\u00a0", " ") == shown


def test_a_tables_amounts_share_one_scale():
    scale = money_scale([1_500, 48_200_000, None])
    assert scale.suffix == "m"
    assert [scaled(value, scale) for value in (48_200_000, 1_500, None)] == ["48.2", "0.0", "–"]


@pytest.mark.parametrize(
    ("chance", "shown"), [(0, "< 1 %"), (0.004, "< 1 %"), (0.5, "50 %"), (0.996, "> 99 %"), (1, "> 99 %")]
)
def test_a_probability_is_never_rounded_to_certainty(chance, shown):
    assert probability(chance).replace("\u00a0", " ") == shown


def test_quantities_keep_three_digits_and_their_unit():
    assert [quantity(value) for value in (12345.6, 98.76, 3.14159, 0.0123)] == ["12,346", "98.8", "3.14", "0.012"]
    assert quantity(4, "TB") == "4.00\u00a0TB"


def test_a_rounded_nothing_has_no_minus_sign():
    assert number(-0.2) == "0"
    assert number(-1.2, 1) == "−1.2"
    assert share(-0.0001, 1) == "0.0\u00a0%"


def test_dates_and_steps_are_shown_plainly():
    assert moment("2026-02-09") == "2026-02-09"
    assert moment(960) == "960"
    assert counted(1, "event") == "1 event"
    assert counted(2100, "event") == "2,100 events"
