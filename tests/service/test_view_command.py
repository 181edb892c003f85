"""`waterline view` and the tables of `waterline ledger`: what they print, write and compare."""

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.cli import app
from tests.btim.ledger_files import gl_row, write_ledger

RUN = CliRunner()


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return write_ledger(tmp_path, [gl_row("100.00"), gl_row("8.00", account="7", description="disk")])


def printed(*arguments: object) -> str:
    result = RUN.invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_a_csv_carries_what_stands_beside_its_numbers_and_is_compared_with_what_is_now(
    tmp_path: Path, ledger: Path
) -> None:
    published = tmp_path / "view.csv"
    printed("view", "finance", "--ledger", ledger, "--csv", published)
    with published.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    assert [(row["pool"], row["amount"]) for row in rows] == [("Cloud Services", "100.00"), ("Hardware", "8.00")]
    beside = ("as_of", "status", "month_state", "currency", "tax", "prices", "share_mapped", "view")
    assert [rows[0][name] for name in beside] == [
        *("2025-01-31", "actual", "months open", "USD", "excluded", "nominal", "1.000000", "finance")
    ]
    write_ledger(tmp_path, [gl_row("100.00"), gl_row("9.00", account="7", description="disk")])
    output = printed("view", "finance", "--ledger", ledger, "--since", published)
    assert "1 of 2 rows" in output
    assert "Hardware  capex             8.00  9.00    1.00" in output
    assert f"sources_sha256: {rows[0]['sources_sha256']} then" in output


def test_a_csv_of_another_view_is_refused(tmp_path: Path, ledger: Path) -> None:
    published = tmp_path / "view.csv"
    printed("view", "finance", "--ledger", ledger, "--csv", published)
    result = RUN.invoke(app, ["view", "technology", "--ledger", str(ledger), "--since", str(published)])
    assert "was published of another view" in str(result.exception)


@pytest.mark.parametrize("command", ["intercompany", "findings"])
def test_every_table_says_what_its_numbers_are(ledger: Path, command: str) -> None:
    assert "as of 2025-01-31 · 2025-01 · months open · actual · USD, no conversion" in printed(
        "ledger", command, ledger
    )
