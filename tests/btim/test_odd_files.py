"""Files as they come: each shape is read right, or refused with file, row, column, value and what to do."""

import gzip
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from btim.errors import InputError
from btim.ledger import Ledger, open_ledger
from tests.btim.ledger_files import FOCUS_HEADER, focus_row, gl_row, write_csv, write_ledger

HEADER = "date,amount,currency,account,description\n"
ROW = "2025-01-05,10.00,USD,62,a\n"


def opened(
    folder: Path, content: str | bytes, keys: str = "", *, name: str = "gl.csv", columns: Sequence[str] = ()
) -> Ledger:
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    named = columns or [f'{field} = "{field}"' for field in ("date", "amount", "currency", "account", "description")]
    text = f'[[files]]\npath = "{name}"\n{keys}\n[files.columns]\n' + "\n".join(named)
    (folder / "ledger.toml").write_text(text, encoding="utf-8")
    return open_ledger(folder / "ledger.toml")


@pytest.mark.parametrize(
    ("content", "cents"),
    [
        (b"\xef\xbb\xbf" + (HEADER + ROW).encode(), 1000),
        ((HEADER + ROW + ROW).replace("\n", "\r\n"), 2000),
        ((HEADER + ROW + ROW).replace("\n", "\r"), 2000),
        (HEADER + ROW + ROW.replace("\n", "\r\n") + ROW, 3000),
        (HEADER + ROW.strip(), 1000),
        ((HEADER + ROW).replace(",", ";"), 1000),
        ((HEADER + ROW).replace(",", "|"), 1000),
        ((HEADER + ROW).replace(",", "\t"), 1000),
        (HEADER + '2025-01-05,10.00,USD,62,"a\nb, ""c"""\n' + ROW, 2000),
        (HEADER + ROW + ",,,,\n , ,,,\n\n\n", 1000),
        (" date , amount,currency ,account,description,\n2025-01-05, 10 , usd ,62,a,\n", 1000),
        (HEADER + "2025/1/5,+1e1,usd,62,a\n", 1000),
    ],
    ids=["bom", "crlf", "cr", "mixed", "no-end", "semicolon", "pipe", "tab", "newline", "blank", "spaces", "forms"],
)
def test_the_shape_of_a_file_does_not_change_what_it_says(tmp_path: Path, content: str | bytes, cents: int) -> None:
    ledger = opened(tmp_path, content)
    assert (ledger.total, ledger.months, ledger.reconciliation.notes) == (cents, ("2025-01",), ())
    assert ledger.reconciliation.holds


@pytest.mark.parametrize(
    ("cell", "keys", "cents"),
    [
        ('"1,234.50"', 'thousands = ","', 123450),
        ('"1,00,000.00"', 'thousands = ","', 10000000),
        ('"1,2345,6789"', 'thousands = ","', 12345678900),
        ("(10.00)", 'thousands = ","', -1000),
        ("10.00-", 'thousands = ","', -1000),
        ('"-1.234,5"', 'decimal = ","\nthousands = "."', -123450),
        ("1\u202f234.5", 'thousands = "\u202f"', 123450),
    ],
)
def test_signs_of_numbers_are_read_where_stated(tmp_path: Path, cell: str, keys: str, cents: int) -> None:
    assert opened(tmp_path, HEADER + ROW.replace("10.00", cell), keys).total == cents


@pytest.mark.parametrize(
    ("cell", "form", "month"),
    [
        ("31/01/2025", "%d/%m/%Y", "2025-01"),
        ("1.3.2025", "%d.%m.%Y", "2025-03"),
        ("202503", "%Y%m", "2025-03"),
        ("2024年3月", "%Y年%m月", "2024-03"),
        ("2024年3月5日", "%Y年%m月%d日", "2024-03"),
        ("2025-03", "%Y-%m", "2025-03"),
    ],
)
def test_dates_are_read_in_the_stated_form_and_the_form_is_offered(
    tmp_path: Path, cell: str, form: str, month: str
) -> None:
    content = HEADER + ROW.replace("2025-01-05", cell)
    assert opened(tmp_path, content, f'date_format = "{form}"').months == (month,)
    with pytest.raises(InputError, match=r"gl\.csv, row 2, 'date': is not a date") as refused:
        opened(tmp_path, content)
    assert form in str(refused.value) or "with the file's own separators" in str(refused.value)


def changed(old: str, new: str) -> str:
    return HEADER + ROW + ROW.replace(old, new)


@pytest.mark.parametrize(
    ("content", "keys", "words"),
    [
        (changed("10.00", "１０.００"), "", r"row 3, 'amount': is not a plain decimal number \(found '１０.００'\)"),
        (changed("10.00", "−1"), "", r"row 3, 'amount': is not a plain decimal number"),
        (changed("10.00", "\u00a010"), "", r"row 3, 'amount': is not a plain decimal number"),
        (changed("10.00", "$1"), "", r"row 3, 'amount': .*found '\$1'"),
        (changed("10.00", "1_000"), "", r"row 3, 'amount': is not a plain decimal number \(found '1_000'\)"),
        (changed("10.00", "1.5万"), "", r"row 3, 'amount': .*found '1.5万'"),
        (changed("10.00", '"1,00.00"'), 'thousands = ","', r"row 3, 'amount': is not a plain decimal number"),
        (HEADER + ROW.replace("10.00", "1.234"), 'decimal = ","', r"row 2, 'amount': is not a plain decimal number"),
        (changed("10.00", ""), "", r"row 3, 'amount': is blank .*a heading or a total"),
        (changed("10.00", "1" + "0" * 30), "", r"row 3, 'amount': is too large an amount"),
        (changed("10.00", "0." + "1" * 35), "", r"row 3: has too many decimal digits"),
        (changed("10.00", "9" * 17), "", r"amounts of 2025-01 are too large"),
        (HEADER + "2025-01-05,8e25,USD,6,a\n" * 20, "", r"gl\.csv: amounts are too large to sum"),
        (changed("2025-01-05", "Total"), "", r"row 3, 'date': is not a date \(found 'Total'\)"),
        (changed("2025-01-05", ""), "", r"row 3, 'date': is not a date .*a heading or a total"),
        (changed("2025-01-05", "5/1/25"), "", r"row 3, 'date': is not a date of this time"),
        (changed("2025-01-05", "20255-01-05"), "", r"row 3, 'date': is not a date of this time"),
        (changed("2025-01-05", "2025-02-30"), "", r"row 3, 'date': is not a date"),
        (HEADER + ROW, 'date_format = "%d/%m/%Y"', r"row 2, 'date': .*ledger.toml says date_format = '%d/%m/%Y'"),
        (HEADER + ROW + "合计,10.00,USD,,\n", 'date_format = "%Y-%m-%d"', r"row 3, 'date': .*a heading or a total"),
        (HEADER + ROW, 'date_format = "%Q"', r"'files.date_format': is no date format \(found '%Q'\)"),
        (changed("USD", "US$"), "", r"row 3, 'currency': is no currency code \(found 'US\$'\)"),
        (changed("USD", "XXX"), "", r"row 3, 'currency': is no currency code \(found 'XXX'\)"),
        (changed("USD", "rmb"), "", r"row 3, 'currency': is no currency code .*ISO 4217 code, CNY"),
        (changed("USD", "DEM"), "", r"row 3, 'currency': .*DEM was withdrawn after 2002-02; write EUR"),
        (HEADER + ROW + "2025-01-05,1\n", "", r"row 3: has 2 cells where the header has 5"),
        (HEADER + ROW + '2025-01-05,1,USD,6,"rack\n', "", r"row 3: broken CSV"),
        (HEADER + '2025-01-05,10.00,USD,62,"a\nb"\n\n' + changed("10.00", "x")[len(HEADER) :], "", r"row 6, 'amount'"),
        (HEADER.replace("account", "DATE") + ROW, "", r"row 1, 'DATE': column name stands twice"),
        (HEADER + ",,,,\n", "", r"has a header but no data rows"),
        ("", "", r"the file is empty"),
        ((HEADER + ROW).encode("utf-16"), "", r"it reads as UTF-16"),
        ("Company X\n\n" + HEADER + ROW, "", r"missing column 'date'.*state skip_rows"),
        (b"PK\x03\x04\xff\xfe", "", r"binary document"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, content: str | bytes, keys: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        opened(tmp_path, content, keys)


def test_lines_above_the_header_are_skipped_where_stated(tmp_path: Path) -> None:
    content = "Company X\n\n" + HEADER + ROW
    assert opened(tmp_path, content, "skip_rows = 2").total == 1000
    with pytest.raises(InputError, match=r"row 5, 'amount'"):
        opened(tmp_path, content + ROW.replace("10.00", "x"), "skip_rows = 2")


def test_chinese_ledgers_in_ten_thousands_need_their_unit_stated(tmp_path: Path) -> None:
    content = "日期,金额（万元）,摘要\n2025年1月,1.5,云服务\n".encode("gb18030")
    columns = [
        'date = "日期"',
        'amount = "金额（万元）"',
        'description = "摘要"',
        '[files.constants]\ncurrency = "CNY"',
    ]
    keys = 'encoding = "gb18030"\ndate_format = "%Y年%m月"'
    assert opened(tmp_path, content, keys + "\nscale = 10000", columns=columns).total == 1500000
    with pytest.raises(InputError, match="state scale = 10000 for 万元"):
        opened(tmp_path, content, keys, columns=columns)


def test_broken_gzip_is_named_and_sound_gzip_in_another_encoding_read(tmp_path: Path) -> None:
    content = gzip.compress((HEADER + ROW * 2000).encode("utf-16"))
    assert opened(tmp_path, content, 'encoding = "utf-16"', name="gl.csv.gz").total == 2000000
    with pytest.raises(InputError, match=r"gl\.csv\.gz: is not gzip, or broken"):
        opened(tmp_path, gzip.compress((HEADER + ROW * 2000).encode())[:-12], name="gl.csv.gz")


def test_lines_of_totals_are_named(tmp_path: Path) -> None:
    notes = opened(tmp_path, HEADER + ROW + "2025-01-31,10.00,USD,,合计\n").reconciliation.notes
    assert notes == ("1 rows read '合计' (10.00 USD): if they are totals of other rows, exclude them by a rule",)


def test_one_file_may_be_read_under_two_mappings(tmp_path: Path) -> None:
    """A column a month: each mapping takes other amounts."""
    write_csv(tmp_path / "wide.csv", ("account", "Jan", "Feb"), [("62", "1.00", "2.00")])
    tables = [
        f'[[files]]\npath = "wide.csv"\n[files.columns]\naccount = "account"\namount = "{name}"\n'
        f'[files.constants]\ndate = "2025-0{number}-01"\ncurrency = "USD"\n'
        for number, name in ((1, "Jan"), (2, "Feb"), (2, "Feb"))
    ]
    (tmp_path / "ledger.toml").write_text("\n".join(tables))
    ledger = open_ledger(tmp_path / "ledger.toml")
    assert ledger.costs.groupby("month")["amount"].sum().to_dict() == {"2025-01": 100, "2025-02": 200}
    assert ledger.reconciliation.notes == ("wide.csv holds the same content as wide.csv: counted once",)


def test_files_that_hold_the_same_rows_in_another_order_are_told_apart_from_others(tmp_path: Path) -> None:
    rows = [focus_row("1.00"), focus_row("2.00", SubAccountId="a-2")]
    one = write_csv(tmp_path / "a.csv", FOCUS_HEADER, rows)
    other = write_csv(tmp_path / "b.csv", FOCUS_HEADER, rows[::-1])
    assert open_ledger(one, other).reconciliation.notes == (
        "a.csv and b.csv both hold 2025-01 (3.00 USD and 3.00 USD): as many rows and the same amounts, "
        "so one of them is likely a copy",
    )


money = st.decimals(min_value=-(10**6), max_value=10**6, places=3, allow_nan=False)
line = st.tuples(money, st.sampled_from(["6201", "7000", "9"]), st.sampled_from(["2025-01-31", "2025-02-01"]))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(line, min_size=3, max_size=12), cuts=st.tuples(st.integers(1, 6), st.integers(1, 6)))
def test_however_lines_are_spread_over_files_the_ledger_is_the_same(
    tmp_path: Path, lines: list[tuple[Decimal, str, str]], cuts: tuple[int, int]
) -> None:
    rows = [gl_row(str(amount), account=account, date=date) for amount, account, date in lines]
    whole = open_ledger(write_ledger(tmp_path, rows))
    mapping = (tmp_path / "ledger.toml").read_text()
    for old in tmp_path.glob("part*.csv"):
        old.unlink()
    parts = [rows[: cuts[0]], rows[cuts[0] : sum(cuts)], rows[sum(cuts) :]]
    for number, part in enumerate(part for part in parts[::-1] if part):
        # a note of its own keeps parts with the same lines from being the same content
        marked = [[*cells[:3], f"{cells[3]}", *cells[4:], str(number)] for cells in part]
        write_csv(tmp_path / f"part{number}.csv", (*GL, "part"), marked)
    (tmp_path / "ledger.toml").write_text(mapping.replace('path = "gl.csv"', 'path = "part*.csv"'))
    pd.testing.assert_frame_equal(open_ledger(tmp_path / "ledger.toml").costs, whole.costs)


GL = ("date", "account", "vendor", "description", "amount", "currency", "solution", "consumer")
