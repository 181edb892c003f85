"""A portfolio table by its mapping."""

from pathlib import Path

import pytest

from btim.errors import InputError
from optimizer import solve
from optimizer.tabular import read_portfolio_table

ROOT = Path(__file__).resolve().parents[2]
MAPPING = """
name = "Table"
currency = "GBP"
scale = 1000
periods = ["2027"]
discount_rate = 0.0
timing = "start"
[columns]
id = "ref"
name = "title"
currency = "money"
mandatory = "must"
[columns.uses]
"capex:2027" = "cost"
[columns.benefits]
"2027" = "benefit"
[limits."capex:2027"]
share_of_total = 0.5
[rates]
USD = 0.8
"""
HEADER = "ref,title,cost,benefit,money,must\n"


def table(folder: Path, rows: str, mapping: str = MAPPING) -> tuple[Path, Path]:
    (folder / "p.csv").write_text(HEADER + rows, encoding="utf-8")
    (folder / "p.toml").write_text(mapping, encoding="utf-8")
    return folder / "p.csv", folder / "p.toml"


def test_rows_become_candidates_in_units_of_the_currency(tmp_path: Path) -> None:
    found = read_portfolio_table(*table(tmp_path, "A,Alpha,10,30,GBP,no\nB,Beta,20,50,USD,yes\n"))
    first, second = found.problem.candidates
    assert first.options[0].uses == {"capex:2027": 10000.0}
    assert second.options[0].uses == {"capex:2027": 16000.0}
    assert second.options[0].benefits == {"2027": 40000.0}
    assert second.mandatory
    assert found.problem.limits[0].max == 13000.0


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("A,Alpha,10,30,GBP,no\nA,Beta,20,50,GBP,no\n", "row 3, 'ref': stands twice"),
        ("A,Alpha,ten,30,GBP,no\n", "row 2, 'cost': is not a number"),
        ("A,Alpha,10,30,EUR,no\n", "row 2, 'money': no rate from EUR to GBP"),
        ("A,Alpha,10,30,GBP,perhaps\n", "row 2, 'must': is not yes or no"),
        (",Alpha,10,30,GBP,no\n", "row 2, 'ref': is blank"),
        ("", "no data rows"),
    ],
)
def test_a_bad_row_is_refused_with_row_and_column(tmp_path: Path, rows: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_portfolio_table(*table(tmp_path, rows))


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="missing column 'price'"):
        read_portfolio_table(*table(tmp_path, "A,Alpha,1,2,GBP,no\n", MAPPING.replace('"cost"', '"price"')))


def test_rows_can_be_options_of_one_candidate(tmp_path: Path) -> None:
    mapping = MAPPING.replace('name = "title"', 'option = "title"')
    found = read_portfolio_table(*table(tmp_path, "A,lite,10,30,GBP,no\nA,full,20,50,GBP,no\n", mapping))
    assert [option.id for option in found.problem.candidates[0].options] == ["lite", "full"]
    assert found.problem.limits[0].max == 10000.0


@pytest.mark.real_data
def test_the_uk_major_projects_are_funded_within_two_fifths_of_their_cost(real_data: Path) -> None:
    found = read_portfolio_table(
        real_data / "portfolio" / "uk_gmpp_2021_2023.csv", ROOT / "docs" / "recipes" / "uk_major_projects.toml"
    )
    assert (found.rows, len(found.problem.candidates)) == (337, 44)
    assert sum(one.category == "ICT" for one in found.problem.candidates) == 5
    answer = solve(found.problem)
    limit = answer.limits[0]
    assert answer.status == "optimal"
    assert limit.max == pytest.approx(0.4 * 118.924e9, rel=1e-9)
    assert limit.used <= limit.max
    assert answer.objective == pytest.approx(210.681e9, rel=1e-4)
