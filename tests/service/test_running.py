"""`waterline run` on one's own files: any subset runs, and every wrong input is named in one line."""

import json
from pathlib import Path

import pytest

from tests.service.conftest import Terminal

FOCUS = (
    "BilledCost,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,ChargeCategory,ChargePeriodEnd,ChargePeriodStart,"
    "EffectiveCost,ListCost,ContractedCost,ServiceCategory,ServiceName,ProviderName,PublisherName,InvoiceIssuerName,"
    "BillingAccountId,ChargeDescription,PricingQuantity,PricingUnit\n"
    "10.00,{currency},2026-02-01T00:00:00Z,2026-01-01T00:00:00Z,Usage,2026-01-03T00:00:00Z,2026-01-02T00:00:00Z,"
    "{cost},12,10,Compute,VMs,Cloud,Cloud,Cloud,1,vm hours,1,h\n"
)
DEMAND = "unique_id,ds,y,capacity\n" + "".join(f"cpu,2026-01-{d:02d},{50 + d % 7},90\n" for d in range(1, 31))
PROBLEM = {
    "name": "Two",
    "currency": "EUR",
    "candidates": [
        {"id": "A", "options": [{"id": "full", "uses": {"capex:2027": 7, "headroom:cpu": 1}, "value": 4}]},
        {"id": "B", "options": [{"id": "full", "uses": {"capex:2027": 5}, "value": 3}]},
    ],
    "limits": {"capex:2027": {"max": 8}},
    "objective": {"kind": "expected_value"},
}
CATALOGUE = json.dumps({"id": "sol-fap", "names": {"en": "Fraud Analytics Platform"}, "aliases": ["FAP"]}) + "\n"
REPORT = "Payments review (published 2025-07-10)\n\nThe Fraud Analytics Platform saved EUR 1.2m in manual checks.\n"


def given(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_each_input_alone_runs_its_part(terminal: Terminal, tmp_path: Path) -> None:
    parts = {
        "--ledger": (given(tmp_path, "bill.csv", FOCUS.format(currency="EUR", cost="9.50")), "view_finance.csv"),
        "--demand": (given(tmp_path, "demand.csv", DEMAND), "peaks.csv"),
        "--portfolio": (given(tmp_path, "problem.json", json.dumps(PROBLEM)), "portfolio.xlsx"),
    }
    for option, (path, left) in parts.items():
        out = tmp_path / option.strip("-")
        answer = terminal("run", option, path, "--out", out, "--freq", "d", "--season", "7", "--windows", "7d")
        assert answer.code == 0, answer.err
        assert (out / left).stat().st_size > 0
        assert (out / "report.html").stat().st_size > 0


def test_demand_portfolio_and_reports_join_in_one_run(terminal: Terminal, tmp_path: Path) -> None:
    answer = terminal(
        "run",
        *("--demand", given(tmp_path, "demand.csv", DEMAND), "--freq", "d", "--season", "7", "--windows", "7d"),
        *("--portfolio", given(tmp_path, "problem.json", json.dumps(PROBLEM)), "--budget", "50%"),
        *("--catalogue", given(tmp_path, "catalogue.jsonl", CATALOGUE)),
        *("--reports", given(tmp_path, "review.md", REPORT), "--out", tmp_path / "out"),
    )
    assert answer.code == 0, answer.err
    limits = (tmp_path / "out" / "limits.csv").read_text()
    assert "headroom:cpu" in limits
    assert "budget" in limits
    assert "B" in (tmp_path / "out" / "funded.csv").read_text()
    events = (tmp_path / "out" / "value_events.csv").read_text()
    assert "sol-fap" in events
    assert "1200000" in events


def refused(terminal: Terminal, folder: Path, *words: object) -> str:
    """The single line of a refused run that left nothing behind."""
    before = {path.name for path in folder.iterdir()}
    answer = terminal("run", *words, "--out", folder / "out", "--freq", "d")
    assert answer.code == 2, answer.err
    assert "Traceback" not in answer.err
    lines = [line for line in answer.err.splitlines() if line.startswith("waterline:")]
    assert len(lines) == 1
    assert {path.name for path in folder.iterdir()} == before
    return lines[0]


def with_row(text: str, row: str) -> str:
    return text + row + "\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("unique_id,ds\na,2026-01-01\n", "demand.csv, row 1: missing column 'y'"),
        (with_row(DEMAND, "cpu,2026-02-01,12k,90"), "demand.csv, row 32, 'y'"),
        (with_row(DEMAND, "cpu,2026-01-05,1,90"), "demand.csv, row 32"),
        ("", "demand.csv: the file is empty"),
        ("unique_id,ds,y\n", "demand.csv: has a header but no data rows"),
        ("unique_id,ds,y\n云服务,2026-01-01,1\n".encode("gb18030"), "--encoding gb18030"),
    ],
    ids=["missing column", "unparsable number", "duplicate", "empty", "no rows", "gb18030"],
)
def test_a_wrong_demand_panel_is_named(terminal: Terminal, tmp_path: Path, text: str | bytes, said: str) -> None:
    assert said in refused(terminal, tmp_path, "--demand", given(tmp_path, "demand.csv", text))


@pytest.mark.parametrize("option", ["--demand", "--portfolio", "--ledger"])
def test_a_folder_instead_of_a_file_is_named(terminal: Terminal, tmp_path: Path, option: str) -> None:
    (tmp_path / "folder").mkdir()
    assert "folder: is a directory, not a file" in refused(terminal, tmp_path, option, tmp_path / "folder")


def changed(**change: object) -> str:
    return json.dumps({**PROBLEM, **change})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (changed(colour="red"), "colour"),
        (changed(candidates=[*PROBLEM["candidates"], PROBLEM["candidates"][0]]), "'A'"),  # type: ignore[misc]
        (changed(limits={"capex:2027": {"max": "ten"}}), "limits.capex:2027.max"),
        (changed(rules=[{"kind": "exclusive", "candidates": ["A", "Z"]}]), "'Z'"),
        ("{", "problem.json, row 1: is not JSON"),
    ],
    ids=["unknown key", "duplicate id", "unparsable number", "unknown candidate", "not JSON"],
)
def test_a_wrong_portfolio_is_named(terminal: Terminal, tmp_path: Path, text: str, said: str) -> None:
    line = refused(terminal, tmp_path, "--portfolio", given(tmp_path, "problem.json", text))
    assert "problem.json" in line
    assert said in line


def test_headroom_of_an_unknown_resource_is_named(terminal: Terminal, tmp_path: Path) -> None:
    demand = given(tmp_path, "demand.csv", DEMAND.replace("cpu,", "gpu,"))
    problem = given(tmp_path, "problem.json", json.dumps(PROBLEM))
    said = refused(terminal, tmp_path, "--demand", demand, "--portfolio", problem, "--windows", "7d")
    assert "candidate A, option full" in said
    assert "'headroom:cpu'" in said


def test_mixed_currencies_without_a_rate_name_currency_and_month(terminal: Terminal, tmp_path: Path) -> None:
    dollars = FOCUS.format(currency="USD", cost="5").splitlines()[1]
    bill = given(tmp_path, "bill.csv", FOCUS.format(currency="EUR", cost="5") + dollars + "\n")
    line = refused(terminal, tmp_path, "--ledger", bill)
    assert "2026-01" in line
    assert "USD" in line or "EUR" in line


def test_an_unparsable_cost_names_row_and_value(terminal: Terminal, tmp_path: Path) -> None:
    bill = given(tmp_path, "bill.csv", FOCUS.format(currency="EUR", cost="free"))
    line = refused(terminal, tmp_path, "--ledger", bill)
    assert "bill.csv, row 2, 'EffectiveCost'" in line
    assert "'free'" in line


def test_reports_without_a_catalogue_are_refused(terminal: Terminal, tmp_path: Path) -> None:
    assert "--catalogue" in refused(terminal, tmp_path, "--reports", given(tmp_path, "r.md", REPORT))


def test_a_solution_that_stands_twice_is_named(terminal: Terminal, tmp_path: Path) -> None:
    catalogue = given(tmp_path, "catalogue.jsonl", CATALOGUE * 2)
    report = given(tmp_path, "r.md", REPORT)
    line = refused(terminal, tmp_path, "--reports", report, "--catalogue", catalogue)
    assert "catalogue.jsonl, row 2, 'id'" in line
    assert "'sol-fap'" in line


@pytest.mark.parametrize(("budget", "said"), [("much", "'much'"), ("-5", "'-5'"), ("nan", "'nan'")])
def test_a_budget_that_is_no_amount_is_refused(terminal: Terminal, tmp_path: Path, budget: str, said: str) -> None:
    problem = given(tmp_path, "problem.json", json.dumps(PROBLEM))
    assert said in refused(terminal, tmp_path, "--portfolio", problem, f"--budget={budget}")


def test_nothing_to_run_says_what_to_give(terminal: Terminal, tmp_path: Path) -> None:
    assert "--ledger, --demand, --portfolio, --reports" in refused(terminal, tmp_path)
