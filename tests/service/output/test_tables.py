import csv
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from btim.errors import FileError
from service.output import write_outputs
from service.output.tables import cell_text, neutral, write_csv
from tests.service.output.made import chain

NAMES = {
    "report.html", "portfolio.xlsx",
    "peaks.csv", "forecast.csv", "funded.csv", "not_funded.csv", "limits.csv", "frontier.csv",
    "value_events.csv", "value_by_solution.csv", "view_finance.csv", "view_technology.csv", "view_consumer.csv",
}  # fmt: skip


def records(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_a_whole_run_leaves_the_report_and_every_table(tmp_path):
    paths = write_outputs(chain(), tmp_path / "out")
    assert {path.name for path in paths} == NAMES
    assert {path.name for path in (tmp_path / "out").iterdir()} == NAMES
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    for path in (path for path in paths if path.suffix == ".csv"):
        assert records(path)[0]["synthetic"] == "true"
        assert records(path)[0]["as_of"][:10] == "2026-02-09"
        assert records(path)[0]["currency"] in {"USD", "CNY"}


def test_a_part_that_was_not_run_leaves_no_file(tmp_path):
    paths = write_outputs(chain(ledger=None, demand=None, synthetic=False), tmp_path / "out")
    assert not {path.name for path in paths} & {"peaks.csv", "forecast.csv", "view_finance.csv"}
    assert "synthetic" not in records(tmp_path / "out" / "funded.csv")[0]


def test_the_files_hold_unrounded_numbers(tmp_path):
    write_outputs(chain(), tmp_path)
    funded = records(tmp_path / "funded.csv")[0]
    assert (funded["candidate"], funded["budget_use"], funded["value"]) == ("P-001", "1000000.0", "3200000.0")
    assert records(tmp_path / "view_finance.csv")[0]["amount"] == "4040000"
    limit = records(tmp_path / "limits.csv")[0]
    assert (limit["limit"], limit["unused"], limit["basis"]) == ("budget 2027", "400000.0", "LP estimate")


def test_an_event_stands_with_its_passage_and_a_solution_with_its_name(tmp_path):
    write_outputs(chain(names={"Fraud Shield": "反欺诈平台"}, as_of="2026-02-09 23:00"), tmp_path)
    events = records(tmp_path / "value_events.csv")
    assert [event["passage"] for event in events][2] == "误报处理成本降低了1200万元"
    assert events[0]["as_of"] == "2026-02-09T23:00"
    assert records(tmp_path / "view_consumer.csv")[0]["solution_name"] == "反欺诈平台"


def test_a_file_in_the_place_of_the_folder_is_refused_and_nothing_is_left(tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(FileError, match="must be a folder"):
        write_outputs(chain(), tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1+1"])
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert cell_text(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "written"),
    [(-3.5, "-3.5"), (Decimal("-0.10"), "-0.10"), ("-12", "-12"), ("plain", "plain"), (None, ""), (float("nan"), ""),
     (True, "true"), ([3, 9], "[3, 9]"), (pd.Timestamp("2026-02-01"), "2026-02-01T00:00:00"), (pd.NaT, "")],
)  # fmt: skip
def test_numbers_dates_and_blanks_stay_what_they_are(value, written):
    assert cell_text(value) == written


@given(st.text(max_size=20))
def test_no_text_begins_like_a_formula_unless_it_is_a_number(text):
    written = neutral(text)
    assert written.removeprefix("'") == text.removeprefix("'") or written == f"'{text}"
    if written.strip()[:1] in {"=", "@"} or (written.strip()[:1] in {"+", "-"} and not _is_number(written)):
        pytest.fail(written)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def test_a_header_cannot_be_a_formula_either(tmp_path):
    write_csv(pd.DataFrame({"=cmd": [1]}), tmp_path / "t.csv", chain())
    assert (tmp_path / "t.csv").read_text(encoding="utf-8").splitlines() == [
        "'=cmd,as_of,currency,synthetic",
        "1,2026-02-09,USD,true",
    ]
