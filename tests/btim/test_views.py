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


def test_technology_and_consumer_views_go_by_any_column_of_the_lines(tmp_path: Path) -> None:
    opened = ledger(tmp_path)
    by_account = technology_view(opened, by=["tower", "account"]).set_index(["tower", "account"])["amount"]
    assert by_account.to_dict() == {("Compute", "6201"): 100, ("Storage", "7"): 8}
    by_solution = technology_view(opened, by=["solution", "pool"]).set_index("solution")["amount"]
    assert by_solution.to_dict() == {"": 100, "shop": 8}
    paid = consumer_view(opened, by=["consumer", "tower"]).set_index(["consumer", "tower"])
    assert paid["amount"].to_dict() == {
        ("Retail", "Compute"): 75,
        ("Unallocated", "Compute"): 25,
        ("Retail", "Storage"): 8,
    }
    assert consumer_view(opened, by=["vendor", "month"])["amount"].tolist() == [108]


def test_unit_costs_have_a_trend(tmp_path: Path) -> None:
    drivers = DRIVERS + DRIVERS.split("\n", 1)[1].replace("2025-01", "2025-02")
    volumes = VOLUMES + "2025-02,tower,Compute,used,50,vCPU\n2025-02,consumer,Retail,outcome,12,order\n"
    rows = [gl_row("100.00"), gl_row("150.00", date="2025-02-03")]
    opened = open_ledger(write_ledger(tmp_path, rows, inputs={"drivers": drivers, "volumes": volumes}))
    line = technology_view(opened, "2025-02").iloc[0]
    assert line[["unit_cost", "unit_cost_before", "unit_cost_change"]].tolist() == [3, Decimal("2.5"), Decimal("0.2")]
    trend = technology_view(opened, by=["tower", "month"])
    assert trend["month"].tolist() == ["2025-01", "2025-02"]
    assert trend["unit_cost_change"].tolist() == [None, Decimal("0.2")]
    # Retail pays 3/4 of 150 in February: 112.50 for 12 orders of its own
    retail = consumer_view(opened, ["consumer"], "2025-02").set_index("consumer").loc["Retail"]
    assert (retail["cost_per_outcome"], retail["outcome_unit"]) == (Decimal("9.375"), "order")


def test_finance_shows_the_time_before_also_of_what_is_gone(tmp_path: Path) -> None:
    rows = [gl_row("100.00"), gl_row("8.00", account="7", description="disk"), gl_row("70.00", date="2025-02-03")]
    frame = finance_view(open_ledger(write_ledger(tmp_path, rows)), ["tower"], "2025-02").set_index("tower")
    assert frame.loc["Compute", ["amount", "before", "change"]].tolist() == [70, 100, -30]
    assert frame.loc["Storage", ["amount", "before", "change"]].tolist() == [0, 8, -8]


def test_an_unknown_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownReferenceError, match="colour"):
        finance_view(ledger(tmp_path), by=["colour"])
