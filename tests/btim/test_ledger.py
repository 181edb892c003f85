"""The ledger as a whole: what comes in is there, placed and proved."""

import gzip
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from btim.errors import (
    FileError,
    InputError,
    RateMissingError,
    RuleError,
    SchemaError,
    UnknownReferenceError,
    ValueFormatError,
)
from btim.ledger import open_ledger
from tests.btim.ledger_files import FOCUS_HEADER, focus_row, gl_row, write_csv, write_ledger


def test_rules_place_lines_in_order_and_the_rest_is_visibly_unmapped(tmp_path: Path) -> None:
    rows = [gl_row("10.00"), gl_row("5.50", account="7000", description="Disks"), gl_row("1.25", account="9999")]
    ledger = open_ledger(write_ledger(tmp_path, rows))
    by_tower = ledger.costs.groupby("tower")["amount"].sum().to_dict()
    assert by_tower == {"Compute": 1000, "Storage": 550, "Unmapped": 125}
    assert ledger.unmapped["amount"].tolist() == [Decimal("1.25")]
    assert ledger.unmapped_share == Decimal(125) / Decimal(1675)


def test_the_first_matching_rule_wins(tmp_path: Path) -> None:
    ledger = open_ledger(write_ledger(tmp_path, [gl_row("3.00", account="6200", description="disk")]))
    assert ledger.costs["tower"].tolist() == ["Compute"]


def test_a_file_of_rules_follows_the_mappings_own(tmp_path: Path) -> None:
    more = '[[rules]]\nmatch = { account = "." }\nassign = { pool = "Misc Costs", tower = "Database" }\n'
    (tmp_path / "rules.toml").write_text(more)
    path = write_ledger(tmp_path, [gl_row("3.00"), gl_row("1.00", account="9999")])
    path.write_text(path.read_text() + '[inputs]\nrules = "rules.toml"\n')
    ledger = open_ledger(path)
    assert ledger.costs[["tower", "rules", "amount"]].to_numpy().tolist() == [
        ["Compute", "1", 300],
        ["Database", "3", 100],
    ]
    (tmp_path / "rules.toml").write_text(more.replace("Database", "Dtabase"))
    with pytest.raises(UnknownReferenceError, match=r"rules\[3\]\.assign\.tower.*Dtabase"):
        open_ledger(path)


def test_stages_and_expenditure_of_lines_are_checked(tmp_path: Path) -> None:
    path = write_ledger(tmp_path, [gl_row("3.00", solution="Run")])
    path.write_text(path.read_text().replace('solution = "solution"', 'run_grow_transform = "solution"'))
    with pytest.raises(UnknownReferenceError, match=r"run_grow_transform \(found 'Run'\); use run, grow, transform"):
        open_ledger(path)


def test_amounts_of_eleven_digits_are_rounded_once_a_month(tmp_path: Path) -> None:
    rows = [focus_row("0.00400000001", SubAccountId=f"a-{n}") for n in range(5)]
    path = write_csv(tmp_path / "bill.csv", FOCUS_HEADER, rows)
    ledger = open_ledger(path)
    assert ledger.costs["amount"].sum() == 2
    line = ledger.reconciliation.frame.set_index("column").loc["amount"]
    assert line["incoming"] == Decimal("0.02000000005")
    assert line["ledger"] == Decimal("0.02")
    assert ledger.reconciliation.holds


def test_more_digits_than_usual_are_read_again_at_their_own_scale(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "bill.csv", FOCUS_HEADER, [focus_row("0.12345678901234567890")])
    assert open_ledger(path).reconciliation.frame["incoming"].iloc[0] == Decimal("0.1234567890123456789")


def test_a_focus_bill_needs_no_mapping_file(tmp_path: Path) -> None:
    tags = '{"application": "Shop", "business_unit": "Retail"}'
    rows = [focus_row("7.00", Tags=tags), focus_row("2.00", ServiceCategory="Other"), focus_row("-1.00")]
    ledger = open_ledger(write_csv(tmp_path / "bill.csv", FOCUS_HEADER, rows))
    shop = ledger.costs[ledger.costs["solution"] == "Shop"].iloc[0]
    assert (shop["pool"], shop["tower"], shop["consumer"], shop["amount"]) == (
        "Cloud Services",
        "Compute",
        "Retail",
        700,
    )
    assert ledger.costs.loc[ledger.costs["tower"] == "Unmapped", "amount"].tolist() == [200]
    assert ledger.total == 800


def test_gzip_and_parquet_give_the_same_ledger_as_csv(tmp_path: Path) -> None:
    plain = write_csv(tmp_path / "bill.csv", FOCUS_HEADER, [focus_row("7.01"), focus_row("0.005")])
    packed = tmp_path / "bill.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    columnar = tmp_path / "bill.parquet"
    pd.read_csv(plain).to_parquet(columnar)
    expected = open_ledger(plain).costs
    pd.testing.assert_frame_equal(open_ledger(packed).costs, expected)
    pd.testing.assert_frame_equal(open_ledger(columnar).costs, expected)


def test_the_same_file_twice_is_counted_once(tmp_path: Path) -> None:
    first = write_csv(tmp_path / "a.csv", FOCUS_HEADER, [focus_row("7.00")])
    second = tmp_path / "b.csv"
    second.write_bytes(first.read_bytes())
    ledger = open_ledger(first, second)
    assert ledger.total == 700
    assert ledger.reconciliation.notes[0] == "b.csv holds the same content as a.csv: counted once"


def test_files_that_cover_the_same_month_are_reported(tmp_path: Path) -> None:
    first = write_csv(tmp_path / "a.csv", FOCUS_HEADER, [focus_row("7.00")])
    second = write_csv(tmp_path / "b.csv", FOCUS_HEADER, [focus_row("8.00")])
    assert open_ledger(first, second).reconciliation.notes == (
        "a.csv and b.csv both hold 2025-01 (7.00 USD and 8.00 USD): check that they do not repeat each other",
    )
    pd.testing.assert_frame_equal(open_ledger(first, second).costs, open_ledger(second, first).costs)


def test_a_quote_that_never_ends_is_named(tmp_path: Path) -> None:
    path = write_ledger(tmp_path, [gl_row("1.00")])
    with (tmp_path / "gl.csv").open("a") as handle:
        handle.write('2025-01-01,62,"Acme')
    with pytest.raises(FileError, match="row 3: broken CSV"):
        open_ledger(path)


def test_charges_outside_their_billing_period_are_reported(tmp_path: Path) -> None:
    rows = [focus_row("1.00"), focus_row("1.00", ChargePeriodStart="2024-12-31T23:00:00Z")]
    notes = open_ledger(write_csv(tmp_path / "a.csv", FOCUS_HEADER, rows)).reconciliation.notes
    assert notes == ("a.csv: 1 of 2 rows charge for a time outside their billing period (1.00 USD; in 2025-01)",)


def test_a_missing_month_between_others_is_reported(tmp_path: Path) -> None:
    rows = [gl_row("1.00"), gl_row("1.00", date="2025-03-01")]
    assert "no lines in 2025-02" in open_ledger(write_ledger(tmp_path, rows)).reconciliation.notes[0]


def test_gb18030_in_ten_thousands_reads_to_the_cent(tmp_path: Path) -> None:
    path = write_ledger(tmp_path, [], file_keys='encoding = "gb18030"\nscale = 10000')
    write_csv(
        tmp_path / "gl.csv",
        ("date", "account", "vendor", "description", "amount", "currency", "solution", "consumer"),
        [gl_row("1.2345", vendor="华云", currency="CNY")],
        encoding="gb18030",
    )
    ledger = open_ledger(path)
    assert (ledger.total, ledger.currency, ledger.costs["vendor"].iloc[0]) == (1234500, "CNY", "华云")


def test_decimal_commas_thousands_and_parentheses_are_read_where_stated(tmp_path: Path) -> None:
    rows = [gl_row("1.234,56"), gl_row("(1.000,50)"), gl_row("-0,06")]
    path = write_ledger(tmp_path, rows, file_keys='decimal = ","\nthousands = "."')
    assert open_ledger(path).total == 23400
    with pytest.raises(ValueFormatError, match=r"row 2, 'amount': is not a plain decimal number \(found '1.234,56'\)"):
        open_ledger(write_ledger(tmp_path, rows))


def test_debit_and_credit_columns_make_the_amount(tmp_path: Path) -> None:
    rows = [("2025-01-01", "10.00", ""), ("2025-01-02", "", "4.50"), ("2025-01-03", "0", "0")]
    mapping = '[[files]]\npath = "gl.csv"\n[files.columns]\ndate = "d"\ndebit = "Soll"\ncredit = "Haben"\n'
    (tmp_path / "l.toml").write_text(mapping + '[files.constants]\ncurrency = "EUR"\n')
    write_csv(tmp_path / "gl.csv", ("d", "Soll", "Haben"), rows)
    assert open_ledger(tmp_path / "l.toml").total == 550
    write_csv(tmp_path / "gl.csv", ("d", "Soll", "Haben"), [*rows, ("2025-01-04", "", "x")])
    with pytest.raises(ValueFormatError, match="row 5, 'Haben'"):
        open_ledger(tmp_path / "l.toml")
    write_csv(tmp_path / "gl.csv", ("d", "Soll", "Haben"), [*rows, ("2025-01-04", "", "")])
    with pytest.raises(ValueFormatError, match="row 5, 'Soll': has neither debit nor credit"):
        open_ledger(tmp_path / "l.toml")


def test_wrong_encoding_offers_gb18030(tmp_path: Path) -> None:
    path = write_ledger(tmp_path, [])
    header = ("date", "account", "vendor", "description", "amount", "currency", "solution", "consumer")
    write_csv(tmp_path / "gl.csv", header, [gl_row("1.00", vendor="华云科技")], encoding="gb18030")
    with pytest.raises(FileError, match="GB18030"):
        open_ledger(path)


def test_a_control_total_that_differs_shows_and_fails(tmp_path: Path) -> None:
    top = '[[controls]]\nmonth = "2025-01"\ncurrency = "USD"\ntotal = "10.01"'
    ledger = open_ledger(write_ledger(tmp_path, [gl_row("10.00")], top=top))
    assert not ledger.reconciliation.holds
    assert ledger.reconciliation.frame["control_difference"].iloc[0] == Decimal("-0.01")


def test_excluded_lines_leave_the_ledger_but_not_the_reconciliation(tmp_path: Path) -> None:
    rules = '[[rules]]\nmatch = { vendor = "Cloud" }\nexclude = "detailed in the cloud bill"'
    ledger = open_ledger(write_ledger(tmp_path, [gl_row("4.00", vendor="CloudCo"), gl_row("1.00")], rules=rules))
    assert ledger.total == 100
    assert ledger.reconciliation.frame["excluded"].iloc[0] == Decimal("4.00")
    assert ledger.reconciliation.holds


def test_mixed_currencies_without_a_rate_name_currency_and_month(tmp_path: Path) -> None:
    rows = [gl_row("1.00"), gl_row("1.00", currency="EUR", date="2025-02-01")]
    with pytest.raises(RateMissingError, match=r"EUR.*2025-02"):
        open_ledger(write_ledger(tmp_path, rows))
    inputs = {"rates": "month,from,to,kind,rate\n2025-01,EUR,USD,actual,1.1\n"}
    with pytest.raises(RateMissingError, match="EUR to USD in 2025-02"):
        open_ledger(write_ledger(tmp_path, rows, top='currency = "USD"', inputs=inputs))


def test_rates_convert_exactly_and_keep_the_original(tmp_path: Path) -> None:
    rows = [gl_row("1.00", currency="JPY", account=f"62{n}") for n in range(3)]
    inputs = {"rates": "month,from,to,kind,rate\n2025-01,JPY,USD,actual,0.0066666\n"}
    ledger = open_ledger(write_ledger(tmp_path, rows, top='currency = "USD"', inputs=inputs))
    assert ledger.costs["amount"].tolist() == [1, 1, 0]
    assert ledger.costs["original"].tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("cells", "error", "words"),
    [
        ({"amount": "1,000.00"}, ValueFormatError, r"gl.csv, row 3, 'amount': is not a plain decimal number"),
        ({"amount": ""}, ValueFormatError, r"row 3, 'amount'"),
        ({"amount": "nan"}, ValueFormatError, r"row 3, 'amount'"),
        ({"date": "31/01/2025"}, ValueFormatError, r"row 3, 'date': is not a date \(found '31/01/2025'\)"),
        ({"currency": ""}, ValueFormatError, r"row 3, 'currency'"),
    ],
)
def test_a_bad_cell_is_named_with_file_row_and_value(
    tmp_path: Path, cells: dict[str, str], error: type[InputError], words: str
) -> None:
    row = gl_row(cells.pop("amount", "2.00"), **cells)
    with pytest.raises(error, match=words):
        open_ledger(write_ledger(tmp_path, [gl_row("1.00"), row]))


def test_a_row_with_too_many_cells_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"row 3: has 9 cells where the header has 8"):
        open_ledger(write_ledger(tmp_path, [gl_row("1.00"), [*gl_row("1.00"), "extra"]]))


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = write_ledger(tmp_path, [gl_row("1.00")])
    path.write_text(path.read_text().replace('amount = "amount"', 'amount = "Betrag"'))
    with pytest.raises(SchemaError, match="missing column 'Betrag'"):
        open_ledger(path)


def test_a_file_that_is_no_bill_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="BilledCost"):
        open_ledger(write_csv(tmp_path / "x.csv", ("a", "b"), [(1, 2)]))


def test_a_header_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no data rows"):
        open_ledger(write_ledger(tmp_path, []))


def test_an_unknown_tower_in_a_rule_is_named_with_the_nearest(tmp_path: Path) -> None:
    rules = '[[rules]]\nmatch = {}\nassign = { pool = "Hardware", tower = "Compte" }'
    with pytest.raises(UnknownReferenceError, match=r"rules\[1\]\.assign\.tower.*Compte.*did you mean Compute"):
        open_ledger(write_ledger(tmp_path, [gl_row("1.00")], rules=rules))


def test_a_pattern_that_is_no_regular_expression_is_refused(tmp_path: Path) -> None:
    rules = '[[rules]]\nmatch = { vendor = "(" }\nassign = { pool = "Hardware" }'
    with pytest.raises(RuleError, match="not a regular expression"):
        open_ledger(write_ledger(tmp_path, [gl_row("1.00")], rules=rules))


def test_an_unknown_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="'colour': unknown key"):
        open_ledger(write_ledger(tmp_path, [gl_row("1.00")], top='colour = "red"'))


def test_date_and_amount_alone_make_a_ledger(tmp_path: Path) -> None:
    write_csv(tmp_path / "gl.csv", ("date", "amount"), [("2025-01-01", "1"), ("2025-02-01", "2.50")])
    mapping = '[[files]]\npath = "gl.csv"\n[files.columns]\ndate = "date"\namount = "amount"\n'
    (tmp_path / "l.toml").write_text(mapping + '[files.constants]\ncurrency = "usd"\n')
    ledger = open_ledger(tmp_path / "l.toml")
    assert ledger.costs[["month", "tower", "amount"]].to_numpy().tolist() == [
        ["2025-01", "Unmapped", 100],
        ["2025-02", "Unmapped", 250],
    ]


money = st.decimals(min_value=-(10**9), max_value=10**9, places=4, allow_nan=False)
line = st.tuples(money, st.sampled_from(["6201", "7000", "9"]), st.sampled_from(["2025-01-31", "2025-02-01"]))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(line, min_size=1, max_size=12), shuffle=st.randoms())
def test_whatever_the_lines_and_their_order_the_ledger_holds_their_sum(
    tmp_path: Path, lines: list[tuple[Decimal, str, str]], shuffle: object
) -> None:
    rows = [gl_row(str(amount), account=account, date=date) for amount, account, date in lines]
    ledger = open_ledger(write_ledger(tmp_path, rows))
    for month, sums in ledger.costs.groupby("month")["amount"]:
        exact = sum((amount for amount, _, date in lines if date.startswith(str(month))), Decimal(0))
        assert sums.sum() == int((exact * 100).quantize(Decimal(1)))
    shuffle.shuffle(rows)  # type: ignore[attr-defined]
    pd.testing.assert_frame_equal(open_ledger(write_ledger(tmp_path, rows)).costs, ledger.costs)


@pytest.mark.real_data
def test_the_real_focus_sample_reconciles(real_data: Path) -> None:
    ledger = open_ledger(real_data / "ledger" / "focus_sample.csv")
    sums = ledger.reconciliation.frame.groupby("column")["incoming"].sum()
    assert ledger.reconciliation.rows_in == ledger.reconciliation.rows_out == 1000
    assert sums["billed"] == Decimal("20.52022672899")
    assert ledger.costs["amount"].sum() == 1498
    assert ledger.reconciliation.holds
