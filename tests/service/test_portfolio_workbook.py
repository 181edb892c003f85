"""The portfolio workbook: text stays text, and its formulas recompute what the optimiser said."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from btim.portfolio import Problem
from btim.recommendation import Recommendation
from optimizer import parse_problem, solve
from service.output.workbook import write_workbook

PROBLEM: dict[str, Any] = {
    "name": "=1+1",
    "currency": "GBP",
    "periods": ["2027", "2028"],
    "discount_rate": 0.08,
    "candidates": [
        {
            "id": "A",
            "name": "=cmd|' /C calc'!A0",
            "category": "grow",
            "exit": {"opex:2027": 5},
            "options": [
                {"id": "lite", "uses": {"capex:2027": 40}, "value": 30},
                {
                    "id": "full",
                    "uses": {"capex:2027": 90, "opex:2028": 10},
                    "frees": {"opex:2027": 4},
                    "benefits": {"2027": 60, "2028": 110},
                },
            ],
        },
        {"id": "B", "category": "run", "options": [{"id": "one", "uses": {"capex:2027": 70}, "value": 45}]},
        {"id": "C", "category": "run", "options": [{"id": "one", "uses": {"opex:2027": 20}, "benefits": {"2028": 60}}]},
    ],
    "committed": [{"name": "contract", "uses": {"opex:2027": 7}}],
    "limits": {
        "capex:2027": {"max": 100},
        "all 2027": {"of": {"capex:2027": 1, "opex:2027": 0.5}, "max": 150},
        "run": {"of": {"opex:2027": 1}, "where": {"category": "run"}, "max": 25},
    },
    "rules": [{"kind": "synergy", "candidates": ["A", "C"], "value": 3.5}],
    "objective": {"kind": "expected_value"},
    "baseline": {"funded": {"A": "lite"}, "change_penalty": 1.25},
}


@pytest.fixture(scope="module")
def solved() -> tuple[Problem, Recommendation]:
    problem = parse_problem(PROBLEM)
    return problem, solve(problem)


def found_at(book: Any, sheet: str, label: str) -> Any:
    return next(row[1].value for row in book[sheet].iter_rows() if row[0].value == label)


def test_text_is_never_a_formula(tmp_path: Path, solved: tuple[Problem, Recommendation]) -> None:
    book = openpyxl.load_workbook(write_workbook(tmp_path / "p.xlsx", *solved, synthetic=True))
    assert book["Summary"]["A1"].value == "=1+1"
    assert book["Summary"]["A1"].data_type == "s"
    assert book["Options"]["B4"].data_type == "s"
    assert book["Summary"]["D1"].value == "SYNTHETIC DATA"


def test_the_values_kept_beside_the_formulas_are_the_answer(
    tmp_path: Path, solved: tuple[Problem, Recommendation]
) -> None:
    _, answer = solved
    book = openpyxl.load_workbook(write_workbook(tmp_path / "p.xlsx", *solved), data_only=True)
    assert found_at(book, "Summary", "Expected value of the portfolio") == pytest.approx(answer.objective)
    used = {row[0].value: row[4].value for row in book["Limits"].iter_rows(min_row=4)}
    assert used == pytest.approx({limit.id: limit.used for limit in answer.limits})


@pytest.mark.office
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_spreadsheet_recomputes_the_same_figures_and_follows_an_edit(
    tmp_path: Path, solved: tuple[Problem, Recommendation]
) -> None:
    problem, answer = solved
    write_workbook(tmp_path / "p.xlsx", problem, answer)
    book = openpyxl.load_workbook(tmp_path / "p.xlsx")
    book.save(tmp_path / "plain.xlsx")  # openpyxl drops the kept values, so that all must be computed
    computed = recomputed(tmp_path / "plain.xlsx")
    assert found_at(computed, "Summary", "Expected value of the portfolio") == pytest.approx(answer.objective, abs=1e-6)
    assert found_at(computed, "Summary", "Limits that are broken") == 0
    used = {row[0].value: row[4].value for row in computed["Limits"].iter_rows(min_row=4)}
    assert used == pytest.approx({limit.id: limit.used for limit in answer.limits})
    rows = {(row[0].value, row[2].value): row for row in computed["Options"].iter_rows(min_row=4)}
    titles = [cell.value for cell in computed["Options"][3]]
    for funded in answer.funded:
        row = rows[funded.candidate, funded.option]
        assert row[titles.index("Worth")].value == pytest.approx(funded.value)
    book["Options"]["D4"] = 1 - book["Options"]["D4"].value
    book["Options"]["D5"] = 1 - book["Options"]["D5"].value
    book.save(tmp_path / "edited.xlsx")
    edited = recomputed(tmp_path / "edited.xlsx")
    assert found_at(edited, "Summary", "Expected value of the portfolio") != pytest.approx(answer.objective)


def recomputed(path: Path) -> Any:
    out = path.parent / "out"
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{path.parent}/profile", "--convert-to", "xlsx"]
    subprocess.run([*command, "--outdir", str(out), str(path)], check=True, capture_output=True, timeout=120)
    return openpyxl.load_workbook(out / path.name, data_only=True)
