import pytest

from service.budget import budget_limit
from service.output.candidates import candidate_rows, option_worths
from tests.service.output.made import portfolio_part


def test_funded_candidates_come_first_and_each_side_is_ordered_by_worth_per_budget():
    rows = candidate_rows(portfolio_part())
    assert [row.funded for row in rows] == [True] * 18 + [False] * 12
    ratios = [row.ratio or 0 for row in rows]
    assert ratios[:18] == sorted(ratios[:18], reverse=True)
    assert ratios[18:] == sorted(ratios[18:], reverse=True)


def test_a_limit_called_budget_is_the_waterline_and_a_partial_limit_is_not():
    problem = {
        "limits": {
            "capex:2027": {"max": 9e9},
            "retail": {"of": {"capex:2027": 1}, "where": {"business_owner": "Retail"}, "max": 9e12},
            "Budget FY27": {"of": {"capex:2027": 1, "opex:2027": 1}, "max": 5e6},
            "staff:2027": {"max": 20},
        }
    }
    found = budget_limit(problem)
    assert found is not None
    assert (found.id, found.max) == ("Budget FY27", 5e6)
    assert budget_limit({"limits": {"staff:2027": {"max": 20}}}) is None


def test_the_worth_of_an_option_is_discounted_as_the_exchange_format_says():
    problem = {
        "name": "two options", "currency": "EUR", "limits": {}, "objective": {"kind": "expected_value"},
        "periods": ["2027", "2028"], "discount_rate": 0.10, "timing": "end",
        "candidates": [{"id": "A", "options": [
            {"id": "x", "uses": {"capex:2027": 110, "staff:2027": 3}, "frees": {"opex:2028": 121},
             "benefits": {"2028": 242}},
            {"id": "y", "uses": {"capex:2027": 50}, "value": 7}]}],
    }  # fmt: skip
    worths = option_worths(problem)
    assert worths["A", "x"] == pytest.approx(242 / 1.21 - 110 / 1.1 + 121 / 1.21)
    assert worths["A", "y"] == 7


def test_near_ties_are_those_that_hardly_cost_anything_when_forced_in():
    rows = {row.id: row for row in candidate_rows(portfolio_part())}
    assert rows["P-019"].near_tie
    assert not rows["P-030"].near_tie
