"""The portfolio workbook: text stays text, and its formulas recompute what the optimiser said."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from btim.errors import InputError
from btim.portfolio import Problem
from btim.recommendation import Recommendation
from optimizer import parse_problem, solve
from optimizer.finance import Assumptions, finance_of, tornado
from service.output.workbook import write_workbook
from service.output.workbook_reader import read_workbook

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
    money = finance_of(problem, answer.chosen())
    assert found_at(computed, "Cash flow", "Net present value") == pytest.approx(money.npv)
    assert found_at(computed, "Cash flow", "Internal rate of return") == pytest.approx(money.irr, abs=1e-6)
    written_off = [row[10].value for row in computed["Cash flow"].iter_rows(min_row=4, max_row=5)]
    assert written_off == pytest.approx([period.depreciation for period in money.periods])
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


@pytest.mark.office
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_declining_balance_inflation_and_the_tornado_are_recomputed(
    tmp_path: Path, solved: tuple[Problem, Recommendation]
) -> None:
    problem, answer = solved
    assumed = Assumptions(life=2, method="declining balance", declining=0.3, salvage=0.1, inflation=0.02)
    write_workbook(tmp_path / "p.xlsx", problem, answer, assumptions=assumed)
    book = openpyxl.load_workbook(tmp_path / "p.xlsx")
    book.save(tmp_path / "plain.xlsx")
    computed = recomputed(tmp_path / "plain.xlsx")
    money = finance_of(problem, answer.chosen(), assumed)
    rows = list(computed["Cash flow"].iter_rows(min_row=4, max_row=5))
    assert [row[10].value for row in rows] == pytest.approx([period.depreciation for period in money.periods])
    assert [row[6].value for row in rows] == pytest.approx([period.cash for period in money.periods])
    assert found_at(computed, "Cash flow", "Net present value") == pytest.approx(money.npv)


@pytest.mark.office
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_the_tornado_is_live_and_equals_the_one_computed_here(
    tmp_path: Path, solved: tuple[Problem, Recommendation]
) -> None:
    problem, answer = solved
    write_workbook(tmp_path / "p.xlsx", problem, answer)
    openpyxl.load_workbook(tmp_path / "p.xlsx").save(tmp_path / "plain.xlsx")
    found = recomputed(tmp_path / "plain.xlsx")["Tornado"].iter_rows(min_row=4, max_row=3 + 6, values_only=True)
    expected = {swing.name: (swing.low, swing.high, swing.width) for swing in tornado(problem, answer.chosen())}
    rows = {row[0]: row[1:4] for row in found if row[1] is not None}
    assert set(rows) == set(expected)
    for name, row in rows.items():
        assert row == pytest.approx(expected[name], abs=1e-9)


def recomputed(path: Path) -> Any:
    out = path.parent / "out"
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{path.parent}/profile", "--convert-to", "xlsx"]
    subprocess.run([*command, "--outdir", str(out), str(path)], check=True, capture_output=True, timeout=120)
    return openpyxl.load_workbook(out / path.name, data_only=True)


def test_a_workbook_reads_back_as_the_problem_it_was_written_from(
    tmp_path: Path, solved: tuple[Problem, Recommendation]
) -> None:
    problem, _ = solved
    assert read_workbook(write_workbook(tmp_path / "p.xlsx", *solved)) == problem


def test_what_a_person_edits_is_in_the_problem(tmp_path: Path, solved: tuple[Problem, Recommendation]) -> None:
    book = openpyxl.load_workbook(write_workbook(tmp_path / "p.xlsx", *solved))
    options, limits = book["Options"], book["Limits"]
    titles = [cell.value for cell in options[3]]
    options.cell(6, titles.index("Stated value") + 1).value = 99
    options.cell(6, titles.index("Mandatory") + 1).value = "yes"
    options.delete_rows(5)
    limits["B4"].value = 120
    book["Assumptions"]["B3"].value = 0.05
    book.save(tmp_path / "edited.xlsx")
    problem = read_workbook(tmp_path / "edited.xlsx")
    assert [option.id for option in problem.candidates[0].options] == ["lite"]
    assert problem.candidates[1].options[0].value == 99
    assert problem.candidates[1].mandatory
    assert problem.limits[0].max == 120
    assert problem.discount_rate == 0.05


@pytest.mark.parametrize(
    ("cell", "value", "words"),
    [
        ("Options!I6", "a lot", "row 6, 'Options!I': is not a number"),
        ("Options!I6", "=1+1", "row 6, 'Options!I': holds a formula"),
        ("Options!E6", "maybe", "row 6, 'Options!E': is not yes or no"),
        ("Limits!B4", None, "row 4, 'Limits!B': is blank"),
        ("Options!A6", "A", "stands twice"),
        ("Exchange!A2", "{", "'Exchange' was changed"),
    ],
)
def test_a_bad_cell_is_refused_with_its_place(
    tmp_path: Path, solved: tuple[Problem, Recommendation], cell: str, value: object, words: str
) -> None:
    book = openpyxl.load_workbook(write_workbook(tmp_path / "p.xlsx", *solved))
    sheet, _, place = cell.partition("!")
    book[sheet][place].value = value
    if words == "stands twice":
        book[sheet]["C6"].value = "lite"
    book.save(tmp_path / "edited.xlsx")
    with pytest.raises(InputError, match=words):
        read_workbook(tmp_path / "edited.xlsx")


def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    (tmp_path / "p.xlsx").write_text("hello", encoding="utf-8")
    with pytest.raises(InputError, match="is not a workbook"):
        read_workbook(tmp_path / "p.xlsx")
