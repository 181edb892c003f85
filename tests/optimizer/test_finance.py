"""Finance figures against hand computation."""

from typing import Any

import pytest

from btim.errors import InputError
from optimizer import parse_problem
from optimizer.finance import Assumptions, depreciation, finance_of, internal_rate, payback, tornado

PROBLEM: dict[str, Any] = {
    "name": "finance",
    "currency": "GBP",
    "periods": ["2027", "2028", "2029"],
    "discount_rate": 0.1,
    "timing": "start",
    "candidates": [
        {
            "id": "A",
            "options": [
                {
                    "id": "go",
                    "uses": {"capex:2027": 100, "opex:2028": 10},
                    "frees": {"opex:2029": 5},
                    "benefits": {"2028": 60, "2029": 77},
                    "cashable": {"2029": 70},
                }
            ],
        },
        {"id": "B", "options": [{"id": "go", "uses": {"capex:2027": 10}, "value": 30}]},
    ],
    "limits": {},
    "objective": {"kind": "expected_value"},
}
CHOSEN = {"A": "go", "B": "go"}


def test_cash_npv_irr_payback_and_book_value_are_those_of_the_flows() -> None:
    found = finance_of(parse_problem(PROBLEM), CHOSEN)
    assert [row.cash for row in found.periods] == [-100, 50, 82]
    assert found.npv == pytest.approx(-100 + 50 / 1.1 + 82 / 1.21)
    assert found.irr is not None
    assert -100 + 50 / (1 + found.irr) + 82 / (1 + found.irr) ** 2 == pytest.approx(0, abs=1e-9)
    assert found.payback == pytest.approx(1 + 50 / 82)
    assert [row.depreciation for row in found.periods] == [20, 20, 20]
    assert [row.result for row in found.periods] == [-20, 30, 62]
    assert found.book_value == 40
    assert [row.non_cashable for row in found.periods] == [0, 60, 7]
    assert found.left_out == ("B",)


def test_inflation_raises_every_flow_after_the_first_period() -> None:
    found = finance_of(parse_problem(PROBLEM), CHOSEN, Assumptions(inflation=0.1))
    assert [row.cash for row in found.periods] == pytest.approx([-100, 55, 82 * 1.21])


def test_declining_balance_writes_off_everything_by_the_end_of_life() -> None:
    rule = Assumptions(life=4, method="declining balance", declining=0.5, salvage=0.1)
    amounts = [depreciation(1000, age, rule) for age in range(6)]
    assert amounts == pytest.approx([450, 225, 112.5, 112.5, 0, 0])
    assert sum(amounts) == pytest.approx(900)


@pytest.mark.parametrize(
    ("cash", "rate"), [([-100, 110], 0.1), ([100, -110], 0.1), ([100, 50], None), ([-1, 3, -2.1], None), ([0, 0], None)]
)
def test_the_internal_rate_is_given_only_where_it_is_single(cash: list[float], rate: float | None) -> None:
    found = internal_rate(cash)
    assert found is None if rate is None else found == pytest.approx(rate)


@pytest.mark.parametrize(
    ("cash", "periods"), [([-100, 50, 100], 1.5), ([-100, 50], None), ([10, 5], 0.0), ([-10, 20, -15, 10], 2.5)]
)
def test_payback_counts_only_when_cash_stays_positive(cash: list[float], periods: float | None) -> None:
    assert payback(cash, shift=0.0) == (None if periods is None else pytest.approx(periods))


def test_the_tornado_puts_the_widest_swing_first() -> None:
    swings = tornado(parse_problem(PROBLEM), CHOSEN, 0.2)
    assert [swing.name for swing in swings][:2] == ["benefits", "capex"]
    base = -100 + 50 / 1.1 + 82 / 1.21 + 30
    capex = next(swing for swing in swings if swing.name == "capex")
    assert (capex.low, capex.high) == (pytest.approx(base + 20), pytest.approx(base - 20))
    rate = next(swing for swing in swings if swing.name == "discount rate")
    assert rate.low == pytest.approx(-100 + 50 / 1.08 + 82 / 1.08**2 + 30)


def test_assumptions_that_cannot_be_computed_are_refused() -> None:
    for wrong in ({"method": "magic"}, {"life": 0}, {"salvage": 2.0}):
        with pytest.raises(InputError):
            Assumptions(**wrong)  # type: ignore[arg-type]
