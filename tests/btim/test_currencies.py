"""Currencies are those of ISO 4217, everywhere a ledger reads one."""

from pathlib import Path

import pytest

from btim.currencies import currencies, is_currency
from btim.errors import ValueFormatError
from btim.ledger import open_ledger
from btim.money import minor_digits
from tests.btim.ledger_files import gl_row, write_ledger

ASSETS = "asset,in_service,life_months,method,cost,salvage,currency,pool,tower\n"
CONTRACTS = "contract,vendor,start,end,notice_by,amount_a_month,currency,indexation\n"


def test_minor_units_are_those_of_the_standard() -> None:
    found = {code: minor_digits(code) for code in ("USD", "JPY", "KWD", "IQD", "XOF", "CLF", "VND", "CNY")}
    assert found == {"USD": 2, "JPY": 0, "KWD": 3, "IQD": 3, "XOF": 0, "CLF": 4, "VND": 0, "CNY": 2}


def test_codes_are_well_formed_and_a_withdrawn_one_names_its_successor() -> None:
    assert len(currencies()) > 190
    for known in currencies().values():
        assert len(known.code) == 3
        assert bool(known.until) == bool(known.successor)
        assert not known.successor or known.successor in currencies()


@pytest.mark.parametrize("code", ["XXX", "XTS", "XAU", "usd", "US", "", "ABC"])
def test_metals_test_codes_and_other_texts_are_no_currencies(code: str) -> None:
    assert not is_currency(code)


def test_a_withdrawn_currency_holds_up_to_its_last_month(tmp_path: Path) -> None:
    assert open_ledger(write_ledger(tmp_path, [gl_row("1.00", currency="HRK", date="2022-06-01")])).currency == "HRK"
    later = write_ledger(tmp_path, [gl_row("1.00", currency="HRK", date="2023-02-01")])
    with pytest.raises(ValueFormatError, match=r"row 2, 'currency'.*HRK was withdrawn after 2023-01; write EUR"):
        open_ledger(later)


@pytest.mark.parametrize(
    ("name", "text", "field"),
    [
        ("assets", ASSETS + "S-1,2025-02-10,36,straight-line,1.00,0,ABC,Hardware,Compute\n", "currency"),
        ("contracts", CONTRACTS + "C,V,2025-01-01,2025-12-31,,1,ABC,\n", "currency"),
        ("contracts", CONTRACTS + "C,V,2025-01-01,2025-12-31,,1,,\n", "currency"),
        ("rates", "month,from,to,kind,rate\n2025-01,ABC,USD,actual,2\n", "from"),
        ("rates", "month,from,to,kind,rate\n2025-01,USD,ABC,actual,2\n", "to"),
        ("prices", "month,layer,element,driver,price,currency\n2025-01,tower,Compute,h,1,ABC\n", "currency"),
        (
            "budget",
            "month,pool,tower,expenditure,amount,currency,version\n2025-01,Hardware,Compute,opex,1,ABC,v\n",
            "currency",
        ),
        (
            "benchmarks",
            "layer,element,measure,unit,unit_cost,currency,source,as_of\ntower,Compute,used,h,1,ABC,x,2025\n",
            "currency",
        ),
    ],
)
def test_every_input_refuses_what_is_no_currency_with_its_row(tmp_path: Path, name: str, text: str, field: str) -> None:
    with pytest.raises(
        ValueFormatError, match=rf"{name}\.csv, row 2, '{field}': (is no currency code|has no currency)"
    ):
        open_ledger(write_ledger(tmp_path, [gl_row("1.00")], inputs={name: text}))


@pytest.mark.parametrize("top", ['currency = "ABC"', '[[controls]]\nmonth = "2025-01"\ncurrency = "ABC"\ntotal = "1"'])
def test_the_mapping_file_is_held_to_the_same_list(tmp_path: Path, top: str) -> None:
    with pytest.raises(ValueFormatError, match=r"currency': is no currency code \(found 'ABC'\)"):
        open_ledger(write_ledger(tmp_path, [gl_row("1.00")], top=top))


def test_a_currency_asked_for_is_held_to_the_same_list(tmp_path: Path) -> None:
    with pytest.raises(ValueFormatError, match="is no currency code"):
        open_ledger(write_ledger(tmp_path, [gl_row("1.00")]), currency="ABC")


def test_inputs_may_write_codes_in_small_letters(tmp_path: Path) -> None:
    rates = {"rates": "month,from,to,kind,rate\n2025-01,usd,eur,actual,0.5\n"}
    assert open_ledger(write_ledger(tmp_path, [gl_row("1.00")], inputs=rates), currency="eur").total == 50


def test_a_constant_currency_is_refused_in_the_mapping_file_not_in_its_rows(tmp_path: Path) -> None:
    mapping = write_ledger(tmp_path, [gl_row("1.00")])
    text = mapping.read_text(encoding="utf-8").replace('currency = "currency"', "")
    mapping.write_text(text + '\n[files.constants]\ncurrency = "人民币"\n', encoding="utf-8")
    with pytest.raises(ValueFormatError, match=r"ledger\.toml, 'files\.constants\.currency'.*人民币.*CNY"):
        open_ledger(mapping)


def test_a_contract_that_costs_nothing_may_leave_its_currency_blank(tmp_path: Path) -> None:
    lines = [
        f"{name},V,2025-01-01,2025-12-31,,{rest},\n" for name, rest in (("A", "1,eur"), ("B", ","), ("C", "0,GBP"))
    ]
    text = CONTRACTS + "".join(lines)
    ledger = open_ledger(write_ledger(tmp_path, [gl_row("1.00")], inputs={"contracts": text}))
    assert ledger.contracts["currency"].tolist() == ["EUR", "", "GBP"]


def test_a_ledger_in_weeks_takes_a_withdrawn_currency_whatever_its_period_is_called(tmp_path: Path) -> None:
    top = '[calendar]\nkind = "13"\nstarts = { 2023 = "2022-07-04", 2024 = "2023-07-03" }\n'
    row = gl_row("1.00", currency="HRK", date="2022-12-15")
    assert open_ledger(write_ledger(tmp_path, [row], top=top)).months == ("2023-06",)
