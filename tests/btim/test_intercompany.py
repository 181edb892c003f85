"""Intercompany: what agrees eliminates to zero, what does not stays and is shown."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from btim.intercompany import group_view, intercompany
from btim.ledger import Ledger, open_ledger
from tests.btim.ledger_files import gl_row, ledger_of, write_ledger


def ledger(folder: Path, charged: int) -> Ledger:
    base = open_ledger(write_ledger(folder, [gl_row("1.00")]))
    lines = [
        {"tower": "Compute", "legal_entity": "Bank A", "amount": 5000},
        {"tower": "Compute", "legal_entity": "Bank B", "counterparty": "Bank A", "amount": 2000},
        {"tower": "Compute", "legal_entity": "Bank A", "counterparty": "Bank B", "amount": -charged},
        {"tower": "Compute", "legal_entity": "Bank B", "counterparty": "Supplier", "amount": 700},
    ]
    return ledger_of(base, [line | {"original": line["amount"]} for line in lines if line["amount"]], [])


def test_both_sides_eliminate_to_zero_in_the_group(tmp_path: Path) -> None:
    opened = ledger(tmp_path, 2000)
    assert intercompany(opened)["difference"].tolist() == [0]
    group = group_view(opened)
    assert group.total == opened.total == 5700
    assert len(group.costs) == 2


def test_what_does_not_pair_stays_and_is_shown(tmp_path: Path) -> None:
    opened = ledger(tmp_path, 1500)
    assert intercompany(opened).to_numpy().tolist() == [["2025-01", "Bank A", "Bank B", -1500, 2000, 500, "differs"]]
    assert group_view(opened).total == opened.total == 6200


def test_a_charge_that_only_one_side_has_booked_is_named_with_its_amount(tmp_path: Path) -> None:
    pair = intercompany(ledger(tmp_path, 0)).iloc[0]
    assert (pair["difference"], pair["state"]) == (2000, "only Bank B has booked")


def test_what_agrees_in_its_own_currency_is_told_from_what_differs(tmp_path: Path) -> None:
    opened = ledger(tmp_path, 2000)
    costs = opened.costs.assign(currency="EUR")
    costs.loc[costs["amount"] == -2000, "amount"] = -2001
    assert intercompany(replace(opened, costs=costs))["state"].tolist() == ["agreed but for rounding of exchange"]


entity = st.sampled_from(["A", "B", "C"])
charge = st.tuples(entity, entity, st.integers(-(10**9), 10**9))


@settings(max_examples=40, deadline=None)
@given(charges=st.lists(charge, min_size=1, max_size=8), own=st.integers(1, 10**9))
def test_charges_that_both_sides_post_leave_the_group_with_what_outsiders_charge(
    base: Ledger, charges: list[tuple[str, str, int]], own: int
) -> None:
    lines = [{"tower": "Compute", "legal_entity": name, "amount": own, "original": own} for name in "ABC"]
    for payer, payee, cents in charges:
        for one, other, posted in ((payer, payee, cents), (payee, payer, -cents)):
            line = {"tower": "Compute", "legal_entity": one, "counterparty": other}
            lines.append(line | {"amount": posted, "original": posted})
    opened = ledger_of(base, lines, [])
    group = group_view(opened)
    assert intercompany(opened)["difference"].eq(0).all()
    assert group.total == opened.total == 3 * own
    assert set(group.costs["counterparty"]) <= {"", *(one for one, other, _ in charges if one == other)}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    return open_ledger(write_ledger(tmp_path_factory.mktemp("base"), [gl_row("1.00")]))
