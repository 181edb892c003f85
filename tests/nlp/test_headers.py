"""Headers that scale the figures below them, and how far they reach."""

from decimal import Decimal

import pytest

from nlp.headers import headers_of, with_headers
from nlp.normalise import normalise
from nlp.quantities import find_quantities


@pytest.mark.parametrize(
    ("text", "currency", "factor"),
    [
        ("單位：新台幣百萬元", "TWD", 10**6),
        ("單位：新臺幣仟元", "TWD", 10**3),
        ("单位：万元", "CNY", 10**4),
        ("（單位：百萬港元）", "HKD", 10**6),
        ("(百万美元)", "USD", 10**6),
        ("港币千元", "HKD", 10**3),
        ("HK$'000", "HKD", 10**3),
        ("£’000", "GBP", 10**3),
        ("All figures in € millions", "EUR", 10**6),
        ("Amounts in thousands of euros", "EUR", 10**3),
        ("NT$ thousands", "TWD", 10**3),
        ("RMB million", "CNY", 10**6),
    ],
)
def test_a_header_states_currency_and_scale(text: str, currency: str, factor: int) -> None:
    (header,) = headers_of(normalise(text))
    assert (header.currency, header.factor) == (currency, Decimal(factor))


def money(text: str) -> list[tuple[Decimal, str | None]]:
    norm = normalise(text)
    return [(q.value, q.currency) for q in with_headers(norm, find_quantities(norm)) if q.unit == "money"]


def test_a_table_header_scales_every_row_below_it() -> None:
    text = "| HK$'000 | plan | actual |\n| Run cost | 1,204 | 1,310 |\n| Licences | 96.5 | 88 |"
    assert money(text) == [
        (Decimal(1_204_000), "HKD"), (Decimal(1_310_000), "HKD"), (Decimal("96500.0"), "HKD"), (Decimal(88_000), "HKD"),
    ]  # fmt: skip


def test_a_unit_in_brackets_inside_prose_reaches_no_further_than_its_paragraph() -> None:
    text = (
        "The Government Major Projects baseline for whole-life cost at the end of the year is 410.20 (£m) as agreed.\n"
        "The programme now has 74 sites."
    )
    assert money(text) == [(Decimal("410200000.00"), "GBP")]


def test_a_bare_million_may_be_money_where_the_text_speaks_of_money() -> None:
    norm = "Budget £3m. Outturn 2.5m."
    last = with_headers(norm, find_quantities(norm))[-1]
    assert (last.value, last.unit, last.currency, last.weak) == (Decimal(2_500_000), "money", "GBP", True)
