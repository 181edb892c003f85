"""`waterline ledger import`: the same content changes nothing, a failed import leaves nothing, reasons are kept."""

import gzip
import json
from pathlib import Path

import pandas as pd
import pytest

from tests.btim.ledger_files import FOCUS_HEADER, RULES, focus_row, gl_row, write_csv, write_ledger
from tests.service.conftest import Terminal


def held(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in sorted(folder.iterdir())}


@pytest.fixture
def bill(tmp_path: Path) -> Path:
    return write_csv(
        tmp_path / "bill.csv", FOCUS_HEADER, [focus_row("7.00"), focus_row("-0.50", ChargeCategory="Credit")]
    )


def test_the_same_content_twice_leaves_the_folder_as_it_is(tmp_path: Path, bill: Path, terminal: Terminal) -> None:
    out = tmp_path / "out"
    terminal("ledger", "import", bill, "--out", out)
    before = held(out)
    copy, packed = tmp_path / "copy of bill.csv", tmp_path / "bill.csv.gz"
    copy.write_bytes(bill.read_bytes())
    packed.write_bytes(gzip.compress(bill.read_bytes()))
    for files in ([bill], [copy], [packed], [packed, bill, copy]):
        answer = terminal("ledger", "import", *files, "--out", out)
        assert answer.out == f"already imported, nothing changed: {out}\n"
        assert held(out) == before


def test_a_copy_within_one_import_is_counted_once_and_named(tmp_path: Path, bill: Path, terminal: Terminal) -> None:
    packed = tmp_path / "again.csv.gz"
    packed.write_bytes(gzip.compress(bill.read_bytes()))
    answer = terminal("ledger", "import", bill, packed, bill)
    assert "reconciled: 2 rows in, 2 accounted for" in answer.out
    assert "note: again.csv.gz holds the same content as bill.csv: counted once" in answer.out
    assert "note: bill.csv holds the same content as bill.csv: counted once" in answer.out


def test_other_content_other_rules_or_a_harmed_folder_are_imported_again(tmp_path: Path, terminal: Terminal) -> None:
    out = tmp_path / "out"
    mapping = write_ledger(tmp_path, [gl_row("1.00")])

    def again() -> bool:
        return "already imported" not in terminal("ledger", "import", mapping, "--out", out).out

    assert [again(), again()] == [True, False]
    write_ledger(tmp_path, [gl_row("2.00")])
    assert [again(), again()] == [True, False]
    mapping.write_text(mapping.read_text() + "\n# another word\n")
    assert [again(), again()] == [True, False]
    (out / "unmapped.csv").write_text("x")
    assert [again(), again()] == [True, False]
    assert pd.read_parquet(out / "costs.parquet")["amount"].tolist() == [200]


def test_an_import_that_misses_its_control_total_writes_nothing(tmp_path: Path, terminal: Terminal) -> None:
    top = '[[controls]]\nmonth = "2025-01"\ncurrency = "USD"\ntotal = "10.01"'
    mapping = write_ledger(tmp_path, [gl_row("10.00")], top=top)
    answer = terminal("ledger", "import", mapping, "--out", tmp_path / "out")
    assert answer.code == 2
    assert "does not meet a control total" in answer.err
    assert not (tmp_path / "out").exists()


def test_restatements_carry_reasons_who_and_when(tmp_path: Path, terminal: Terminal) -> None:
    rows = [gl_row("10.00"), gl_row("4.00", date="2025-02-01")]
    books = tmp_path / "books"
    terminal("ledger", "import", write_ledger(tmp_path, rows), "--out", books)
    top = '[close]\nthrough = "2025-01"\nbooks = "books"\nadjustment = "FY25 true-up"\n'
    late = write_ledger(tmp_path, [*rows, gl_row("3.00", vendor="Late")], top=top)
    said = ("--reason", "invoice came late", "--reason", "audit 7", "--by", "A. Controller", "--at", "2025-03-02")
    assert "some restatements have no reason" in terminal("ledger", "import", late).out
    answer = terminal("ledger", "import", late, "--out", books, *said)
    assert "Restated: FY25 true-up (months through 2025-01)" in answer.out
    record = pd.read_csv(books / "restatements.csv", dtype=str).iloc[0]
    names = ["from_month", "to_month", "vendor", "amount", "reason", "recorded_by", "recorded_at"]
    assert record[names].tolist() == [
        *("2025-01", "2025-02", "Late", "3.00", "invoice came late; audit 7", "A. Controller", "2025-03-02"),
    ]
    before = held(books)
    assert "already imported" in terminal("ledger", "import", late, "--out", books, *said).out
    assert held(books) == before


def test_taxes_assets_and_capital_are_written_in_currency_units(tmp_path: Path, terminal: Terminal) -> None:
    assets = (
        "asset,in_service,life_months,method,cost,salvage,currency,pool,tower\n"
        "S-1,2025-01-01,10,straight-line,100.00,0,USD,Hardware,Storage\n"
    )
    rows = [gl_row("113.00"), gl_row("113.00", account="7000", description="disks")]
    keys = 'tax = "included"\ntax_rate = 0.13\ntax_recoverable = true'
    rules = RULES.replace('tower = "Storage" }', 'tower = "Storage", asset = "S-1" }')
    mapping = write_ledger(tmp_path, rows, inputs={"assets": assets}, file_keys=keys, rules=rules)
    terminal("ledger", "import", mapping, "--out", tmp_path / "out")
    tables = {name: pd.read_csv(tmp_path / "out" / f"{name}.csv", dtype=str) for name in ("taxes", "assets", "capital")}
    assert tables["taxes"][["gross", "net", "tax"]].to_numpy().tolist() == [["226.00", "200.00", "26.00"]]
    assert tables["assets"][["cost", "charged", "after"]].to_numpy().tolist() == [["100.00", "10.00", "90.00"]]
    assert tables["capital"]["amount"].tolist() == ["100.00"]
    assert json.loads((tmp_path / "out" / "ledger.json").read_text())["sources"][0]["held"][0]["amount"] == "226"
