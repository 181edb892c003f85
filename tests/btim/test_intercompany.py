"""Intercompany: what agrees eliminates to zero, what does not stays and is shown."""

from pathlib import Path

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
    return ledger_of(base, lines, [])


def test_both_sides_eliminate_to_zero_in_the_group(tmp_path: Path) -> None:
    opened = ledger(tmp_path, 2000)
    assert intercompany(opened)["difference"].tolist() == [0]
    group = group_view(opened)
    assert group.total == opened.total == 5700
    assert len(group.costs) == 2


def test_what_does_not_pair_stays_and_is_shown(tmp_path: Path) -> None:
    opened = ledger(tmp_path, 1500)
    assert intercompany(opened).to_numpy().tolist() == [["2025-01", "Bank A", "Bank B", -1500, 2000, 500]]
    assert group_view(opened).total == opened.total == 6200
