"""The close and the fiscal calendar: shut months stay, nothing is lost, periods are named."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from btim.close import CHANGED, PLACED, POSTED, restated, with_reasons
from btim.errors import RuleError, SchemaError, UnknownReferenceError, ValueFormatError
from btim.fiscal import FiscalCalendar
from btim.ledger import BOOKS, COST_COLUMNS, Ledger, open_ledger
from btim.mapping_tables import Close
from btim.views import finance_view
from tests.btim.ledger_files import RULES, gl_row, write_ledger

CLOSE = '[close]\nthrough = "2025-01"\nbooks = "books"\n'


def closed(folder: Path, before: list[list[str]], after: list[list[str]], top: str = CLOSE) -> Ledger:
    first = open_ledger(write_ledger(folder, before))
    (folder / "books").mkdir(exist_ok=True)
    first.costs.to_parquet(folder / "books" / BOOKS)
    return open_ledger(write_ledger(folder, after, top=top))


def test_a_late_posting_lands_in_the_first_open_month_and_is_recorded(tmp_path: Path) -> None:
    before = [gl_row("10.00"), gl_row("4.00", date="2025-02-01")]
    ledger = closed(tmp_path, before, [*before, gl_row("3.00", vendor="Late")])
    assert ledger.costs.groupby("month")["amount"].sum().to_dict() == {"2025-01": 1000, "2025-02": 700}
    record = ledger.restatements.iloc[0]
    assert record[["from_month", "to_month", "vendor", "booked", "now", "amount", "cause", "rules"]].tolist() == [
        *("2025-01", "2025-02", "Late", 0, 300, 300, POSTED, "1"),
    ]
    late = ledger.costs[ledger.costs["vendor"] == "Late"].iloc[0]
    assert late["tags"] == '{"adjustment": "closed through 2025-01", "adjusts": "2025-01"}'


def test_an_adjustment_has_a_name_and_each_line_its_reasons_who_and_when(tmp_path: Path) -> None:
    top = CLOSE + 'adjustment = "January, second look"\n'
    for vendor, reason in (("Late", "invoice came in February"), ("L|Cut", "accrual missed")):
        top += f'[[close.reasons]]\nmatch = {{ vendor = "^({vendor})" }}\nreason = "{reason}"\n'
    before = [gl_row("10.00"), gl_row("4.00", date="2025-02-01")]
    after = [gl_row("11.00"), before[1], gl_row("3.00", vendor="Late"), gl_row("1.00", vendor="Cut")]
    ledger = closed(tmp_path, before, after, top=top)
    record = with_reasons(ledger.restatements, ["audit 7"], "A. Controller", "2025-03-02")
    assert record.set_index("vendor")["reason"].to_dict() == {
        "Acme": "audit 7",
        "Late": "invoice came in February; accrual missed; audit 7",
        "Cut": "accrual missed; audit 7",
    }
    assert record.set_index("vendor")["cause"].to_dict() == {"Acme": CHANGED, "Late": POSTED, "Cut": POSTED}
    assert set(record["adjustment"]) == {"January, second look"}
    assert record[["recorded_by", "recorded_at"]].drop_duplicates().to_numpy().tolist() == [
        ["A. Controller", "2025-03-02"]
    ]


def test_what_a_changed_rule_places_otherwise_is_told_from_what_was_posted_late(tmp_path: Path) -> None:
    rows = [gl_row("10.00"), gl_row("4.00", date="2025-02-01")]
    first = open_ledger(write_ledger(tmp_path, rows))
    (tmp_path / "books").mkdir()
    first.costs.to_parquet(tmp_path / "books" / BOOKS)
    rules = RULES.replace('tower = "Compute"', 'tower = "Database"')
    record = open_ledger(write_ledger(tmp_path, rows, rules=rules, top=CLOSE)).restatements
    assert record[["tower", "amount", "cause"]].to_numpy().tolist() == [
        ["Compute", -1000, PLACED],
        ["Database", 1000, PLACED],
    ]


def test_an_unknown_field_in_a_reason_is_named(tmp_path: Path) -> None:
    top = CLOSE + '[[close.reasons]]\nmatch = { colour = "red" }\nreason = "x"\n'
    with pytest.raises(SchemaError, match=r"close\.reasons\.match\.colour"):
        closed(tmp_path, [gl_row("1.00")], [gl_row("1.00")], top=top)


def test_nothing_late_leaves_everything_as_it_is(tmp_path: Path) -> None:
    rows = [gl_row("10.00"), gl_row("4.00", date="2025-02-01")]
    ledger = closed(tmp_path, rows, rows)
    assert ledger.restatements.empty
    assert ledger.total == 1400


def test_a_late_posting_without_an_open_month_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="no month after 2025-01 is open"):
        closed(tmp_path, [gl_row("10.00")], [gl_row("11.00")])


line = st.tuples(st.sampled_from(["01", "02", "03", "04"]), st.sampled_from("ab"), st.integers(-500, 500))
lines = st.lists(line, max_size=8)


def frame(rows: list[tuple[str, str, int]]) -> pd.DataFrame:
    usual = dict.fromkeys(COST_COLUMNS, "") | {"currency": "USD", "rows": 1}
    money = ("amount", "billed", "listed", "contracted", "original")
    made = [{**usual, "month": f"2025-{m}", "vendor": v, **dict.fromkeys(money, cents)} for m, v, cents in rows]
    return pd.DataFrame([*made, {**usual, "month": "2025-05", "vendor": "z", **dict.fromkeys(money, 0)}])


def sums(costs: pd.DataFrame, by: str) -> dict[str, int]:
    return {str(key): int(cents) for key, cents in costs.groupby(by)["amount"].sum().items() if cents}


@settings(max_examples=40, deadline=None)
@given(old=lines, new=lines, newer=lines)
def test_closing_month_after_month_never_loses_or_doubles_a_cent(
    old: list[tuple[str, str, int]], new: list[tuple[str, str, int]], newer: list[tuple[str, str, int]]
) -> None:
    second = restated(frame(new), frame(old), Close("2025-02", Path(), "first"))
    third = restated(frame(newer), second.costs, Close("2025-03", Path(), "second"))
    again = restated(frame(newer), third.costs, Close("2025-03", Path(), "second"))
    pd.testing.assert_frame_equal(again.costs, third.costs)
    assert third.record["amount"].sum() == sum(cents for month, _, cents in newer if month <= "03") - sum(
        second.costs.loc[second.costs["month"] <= "2025-03", "amount"]
    )
    for books, result, current, through in (
        (frame(old), second, new, "2025-02"),
        (second.costs, third, newer, "2025-03"),
    ):
        assert sums(result.costs, "vendor") == sums(frame(current), "vendor")
        shut = result.costs[result.costs["month"] <= through]
        assert sums(shut, "month") == sums(books[books["month"] <= through], "month")


def test_a_fiscal_year_starts_where_the_organisation_says(tmp_path: Path) -> None:
    rows = [gl_row("1.00", date="2025-03-31"), gl_row("2.00", date="2025-04-01")]
    ledger = open_ledger(write_ledger(tmp_path, rows, top="[calendar]\nfirst_month = 4\n"))
    view = finance_view(ledger, by=["fiscal_year", "fiscal_quarter"])
    assert view[["fiscal_year", "fiscal_quarter"]].to_numpy().tolist() == [
        ["FY2025", "FY2025 Q4"],
        ["FY2026", "FY2026 Q1"],
    ]


def test_weeks_group_four_four_five(tmp_path: Path) -> None:
    top = '[calendar]\nkind = "4-4-5"\nstarts = { 2025 = "2024-12-30", 2026 = "2025-12-29" }\n'
    dates = ("2024-12-30", "2025-01-26", "2025-01-27", "2025-03-30", "2025-03-31", "2025-12-28")
    rows = [gl_row("1.00", date=date) for date in dates]
    ledger = open_ledger(write_ledger(tmp_path, rows, top=top))
    assert ledger.costs.groupby("month")["rows"].sum().to_dict() == {
        "2025-01": 2,
        "2025-02": 1,
        "2025-03": 1,
        "2025-04": 1,
        "2025-12": 1,
    }
    with pytest.raises(ValueFormatError, match="outside the fiscal calendar"):
        open_ledger(write_ledger(tmp_path, [gl_row("1.00", date="2025-12-29")], top=top))


def test_thirteen_periods_fill_the_year() -> None:
    calendar = FiscalCalendar("13", starts={2025: dt.date(2024, 12, 30), 2026: dt.date(2025, 12, 29)})
    names = [name for _, name in calendar.boundaries()]
    assert (names[0], names[12], names[13]) == ("2025-01", "2025-13", "")
    assert calendar.quarter_of("2025-13") == "FY2025 Q4"
    assert calendar.between(["2025-12", "2026-02"]) == ["2025-12", "2025-13", "2026-01", "2026-02"]


def test_an_unknown_calendar_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownReferenceError, match="lunar"):
        open_ledger(write_ledger(tmp_path, [gl_row("1.00")], top='[calendar]\nkind = "lunar"\n'))


def test_a_fiscal_year_bears_the_name_the_organisation_gives_it(tmp_path: Path) -> None:
    rows = [gl_row("1.00", date="2025-03-31"), gl_row("2.00", date="2025-04-01")]
    top = '[calendar]\nfirst_month = 4\nname = "{start}/{end2}"\n'
    view = finance_view(open_ledger(write_ledger(tmp_path, rows, top=top)), by=["fiscal_year"])
    assert view["fiscal_year"].tolist() == ["2024/25", "2025/26"]
    for name in ("FY", "{year}", "{"):
        with pytest.raises(ValueFormatError, match=r"calendar\.name.*use \{start\}"):
            open_ledger(write_ledger(tmp_path, rows, top=f'[calendar]\nname = "{name}"\n'))
