"""The three views: their sums, unit costs and what they refuse."""

from decimal import Decimal
from pathlib import Path

import pytest

from btim.errors import RuleError, UnknownReferenceError
from btim.ledger import Ledger, open_ledger
from btim.views import consumer_view, finance_view, technology_view
from tests.btim.ledger_files import gl_row, write_ledger

DRIVERS = (
    "month,from_layer,from,to_layer,to,driver,quantity,basis\n"
    "2025-01,tower,Compute,solution,shop,cpu,3,metered\n"
    "2025-01,tower,Compute,solution,desk,cpu,1,metered\n"
    "2025-01,solution,shop,consumer,Retail,orders,1,assumed\n"
)
VOLUMES = (
    "month,layer,element,measure,quantity,unit\n"
    "2025-01,tower,Compute,used,40,vCPU\n"
    "2025-01,tower,Compute,capacity,100,vCPU\n"
    "2025-01,solution,shop,outcome,30,order\n"
)
BENCHMARKS = (
    "layer,element,measure,unit,unit_cost,currency,source,as_of\n"
    "tower,Compute,used,vCPU,2.00,USD,Peer panel,2024-12-31\n"
)
BUDGET = (
    "month,pool,tower,expenditure,amount,currency,version\n"
    "2025-01,Cloud Services,Compute,opex,90.00,USD,v1\n"
    "2025-01,Hardware,Storage,capex,5.00,USD,v1\n"
)


def ledger(folder: Path, budget: str = BUDGET) -> Ledger:
    rows = [gl_row("100.00"), gl_row("8.00", account="7", description="disk", solution="shop", consumer="Retail")]
    inputs = {"drivers": DRIVERS, "volumes": VOLUMES, "benchmarks": BENCHMARKS, "budget": budget}
    return open_ledger(write_ledger(folder, rows, inputs=inputs))


def test_finance_sets_plan_beside_actual(tmp_path: Path) -> None:
    frame = finance_view(ledger(tmp_path)).set_index("pool")
    assert frame.loc["Cloud Services", ["amount", "plan", "variance"]].tolist() == [100, 90, 10]
    assert frame.loc["Hardware", ["expenditure", "amount", "variance"]].tolist() == ["capex", 8, 3]
    assert sum(frame["share"]) == 1


def test_two_budgets_for_a_month_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="several budgets for 2025-01: v1, v2"):
        finance_view(ledger(tmp_path, BUDGET + "2025-01,Hardware,Storage,capex,5.00,USD,v2\n"))


def test_technology_shows_utilisation_and_unit_cost_against_the_benchmark(tmp_path: Path) -> None:
    line = technology_view(ledger(tmp_path)).set_index("tower").loc["Compute"]
    assert line["utilisation"] == pytest.approx(0.4)
    assert line["unit_cost"] == Decimal("2.5")
    assert line["gap_share"] == Decimal("0.25")
    assert line["above_benchmark"] == Decimal("20.00")
    assert (line["benchmark_source"], line["benchmark_as_of"]) == ("Peer panel", "2024-12-31")


def test_consumers_pay_for_everything_and_what_stopped_is_shown(tmp_path: Path) -> None:
    opened = ledger(tmp_path)
    frame = consumer_view(opened).set_index(["consumer", "solution"])
    assert frame["amount"].to_dict() == {
        ("Retail", "shop"): Decimal("83.00"),
        ("Unallocated", "desk"): Decimal("25.00"),
    }
    assert frame.loc[("Retail", "shop"), "cost_per_outcome"] == Decimal("83") / 30 // Decimal("0.000001") * Decimal(
        "0.000001"
    ) + Decimal("0.000001")


def test_a_month_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownReferenceError, match="it runs from 2025-01 to 2025-01"):
        finance_view(ledger(tmp_path), months="2024-12")


def test_an_unknown_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownReferenceError, match="colour"):
        finance_view(ledger(tmp_path), by=["colour"])
