"""Findings: each kind is found with its money, and a clean ledger has none."""

import json
from decimal import Decimal
from pathlib import Path

from btim.allocation import allocate
from btim.credited import Credited
from btim.findings import Thresholds, findings, findings_frame, unsettled
from btim.ledger import Ledger, open_ledger
from tests.btim.ledger_files import gl_row, write_ledger

DRIVERS = (
    "month,from_layer,from,to_layer,to,driver,quantity,basis\n"
    "2025-01,tower,Compute,solution,erp,cpu,1,metered\n"
    "2025-01,solution,erp,solution,erp orders,transactions,8,metered\n"
    "2025-01,solution,erp,solution,erp stock,transactions,2,metered\n"
)
VOLUMES = (
    "month,layer,element,measure,quantity,unit\n"
    "2025-01,tower,Compute,used,25,vCPU\n"
    "2025-01,tower,Compute,capacity,100,vCPU\n"
)
BENCHMARKS = (
    "layer,element,measure,unit,unit_cost,currency,source,as_of\n"
    "tower,Compute,used,vCPU,3.20,USD,Peer panel,2024-12-31\n"
)


def ledger(folder: Path) -> Ledger:
    inputs = {"drivers": DRIVERS, "volumes": VOLUMES, "benchmarks": BENCHMARKS}
    return open_ledger(write_ledger(folder, [gl_row("100.00")], inputs=inputs))


def test_dear_units_and_idle_capacity_state_their_stake(tmp_path: Path) -> None:
    found = {each.kind: each for each in findings(ledger(tmp_path))}
    assert found["unit_cost_above_benchmark"].stake == Decimal("20.00")
    assert "25.0% above the benchmark of 3.20 USD per vCPU (Peer panel, 2024-12-31)" in (
        found["unit_cost_above_benchmark"].reason
    )
    assert found["low_utilisation"].stake == Decimal("16.67")


def test_a_large_solution_is_taken_apart_into_its_modules(tmp_path: Path) -> None:
    module = next(each for each in findings(ledger(tmp_path)) if each.kind == "dear_module")
    assert (module.element, module.stake) == ("erp", Decimal("80.00"))
    assert [row["module"] for row in module.evidence] == ["erp orders", "erp stock"]
    evidence = json.loads(findings_frame([module])["evidence"].iloc[0])
    assert evidence[0] == {"module": "erp orders", "amount": "80.00", "share": "0.800000"}


def test_cost_that_outruns_credited_value_is_found_and_the_unjudged_is_not(tmp_path: Path) -> None:
    opened = ledger(tmp_path)
    kinds = [
        each
        for each in findings(opened, credited={"erp orders": Credited(Decimal(30))})
        if each.kind == "cost_outruns_value"
    ]
    assert [(each.element, each.stake) for each in kinds] == [("erp orders", Decimal("50.00"))]


def test_waiting_value_speaks_for_a_solution_and_is_never_called_value(tmp_path: Path) -> None:
    opened = ledger(tmp_path)
    waits = {"erp orders": Credited(Decimal(10), Decimal(20), Decimal(5))}
    found = [each for each in findings(opened, credited=waits) if each.kind == "cost_outruns_value"]
    assert [each.stake for each in found] == [Decimal("50.00")]
    assert found[0].reason == (
        "reports credit 10 USD to a cost of 80; 20 more waits for a person (about 5 of it at the reader's own "
        "confidence); with all of it: 38%, below 50%"
    )
    enough = {"erp orders": Credited(Decimal(1), Decimal(40), Decimal(1))}
    assert "cost_outruns_value" not in {each.kind for each in findings(opened, credited=enough)}


def test_a_solution_of_whose_value_nothing_is_confirmed_is_listed_and_not_judged(tmp_path: Path) -> None:
    opened = ledger(tmp_path)
    waits = {"erp orders": Credited(Decimal(0), Decimal(20), Decimal(5)), "elsewhere": Credited(Decimal(0), Decimal(1))}
    assert "cost_outruns_value" not in {each.kind for each in findings(opened, credited=waits)}
    listed = unsettled(opened, allocate(opened), waits)
    assert listed.to_numpy().tolist() == [["erp orders", Decimal(80), Decimal(20), Decimal(5)]]


def test_a_solution_that_passes_its_cost_to_modules_keeps_its_unit_cost(tmp_path: Path) -> None:
    volumes = VOLUMES + "2025-01,solution,erp,output,50,order\n"
    benchmarks = BENCHMARKS + "solution,erp,output,order,1.00,USD,Peer panel,2024-12-31\n"
    inputs = {"drivers": DRIVERS, "volumes": volumes, "benchmarks": benchmarks}
    opened = open_ledger(write_ledger(tmp_path, [gl_row("100.00")], inputs=inputs))
    dear = [each for each in findings(opened) if each.layer == "solution" and each.kind.startswith("unit_cost")]
    assert [(each.element, each.stake) for each in dear] == [("erp", Decimal("50.00"))]


def test_one_module_alone_is_no_decomposition(tmp_path: Path) -> None:
    drivers = DRIVERS.rsplit("\n", 2)[0] + "\n"
    opened = open_ledger(write_ledger(tmp_path, [gl_row("100.00")], inputs={"drivers": drivers}))
    assert findings(opened) == ()


def test_the_same_service_bought_by_two_owners_is_found_whatever_its_order_number(tmp_path: Path) -> None:
    rows = [
        gl_row("5.00", date=f"2025-0{month}-03", description=f"Sign seats {order}{month}", consumer=owner)
        for month in (1, 2, 3)
        for owner, order in (("Retail", 1000), ("Ops", 2000))
    ]
    rows += [gl_row("7.00", date=f"2025-0{month}-04", description="Chat", consumer="Ops") for month in (1, 2, 3)]
    found = findings(open_ledger(write_ledger(tmp_path, rows)))
    assert [(each.element, each.stake) for each in found] == [("Acme: sign seats", Decimal("15.00"))]
    assert [row["owner"] for row in found[0].evidence] == ["Ops", "Retail"]


def test_a_single_purchase_by_two_owners_is_no_finding(tmp_path: Path) -> None:
    rows = [gl_row("5.00", date=f"2025-0{m}-03", consumer="Retail", description="Seats") for m in (1, 2, 3)]
    rows.append(gl_row("5.00", consumer="Ops", description="Seats"))
    assert findings(open_ledger(write_ledger(tmp_path, rows))) == ()


def test_thresholds_decide(tmp_path: Path) -> None:
    strict = Thresholds(gap=Decimal("0.3"), utilisation=Decimal("0.2"), module=Decimal("0.9"))
    assert findings(ledger(tmp_path), thresholds=strict) == ()
