"""The recipes for ledgers work on the real files they are written for."""

from decimal import Decimal
from pathlib import Path

import pytest

from btim.ledger import open_ledger

RECIPES = Path(__file__).resolve().parents[2] / "docs" / "recipes"


@pytest.mark.real_data
def test_the_authority_ledger_reconciles_and_its_technology_accounts_are_placed(real_data: Path) -> None:
    ledger = open_ledger(RECIPES / "gla_spending.toml", data=real_data / "ledger")
    assert ledger.reconciliation.rows_in == ledger.reconciliation.rows_out == 28_145
    assert ledger.reconciliation.frame["incoming"].sum() == Decimal("1000083306.00")
    assert ledger.reconciliation.frame["excluded"].sum() == Decimal("987825989.68")
    assert ledger.total == 1_225_731_632
    assert ledger.unmapped_share == 0


@pytest.mark.real_data
def test_the_cloud_recipe_leaves_nothing_unmapped(real_data: Path) -> None:
    ledger = open_ledger(RECIPES / "focus.toml", data=real_data / "ledger")
    assert ledger.reconciliation.holds
    placed = ledger.costs[ledger.costs["sub_tower"] == "Container Orchestration"]
    assert placed["rows"].sum() == 47
    assert ledger.unmapped.empty
