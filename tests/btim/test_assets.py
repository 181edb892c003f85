"""The asset register: schedules sum to the cent, depreciation counts in place of the purchase, never beside it."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from btim.assets import METHODS, schedule
from btim.errors import DuplicateError, InputError, UnknownReferenceError, ValueFormatError
from btim.ledger import Ledger, open_ledger
from tests.btim.ledger_files import RULES, gl_row, write_ledger

HEADER = "asset,in_service,life_months,method,cost,salvage,currency,pool,tower,solution,disposed"
SERVER = "S-1,2025-02-10,36,straight-line,1000.00,100.00,USD,Hardware,Compute,shop,"
DISK = {"account": "7000", "description": "disks"}


def register(*lines: str) -> dict[str, str]:
    return {"assets": "\n".join([HEADER, *lines]) + "\n"}


def opened(folder: Path, rows: list[list[str]], *lines: str, top: str = "", rules: str = RULES) -> Ledger:
    return open_ledger(write_ledger(folder, rows, inputs=register(*lines), top=top, rules=rules))


def test_an_asset_costs_its_depreciation_from_the_month_it_serves(tmp_path: Path) -> None:
    rows = [gl_row("1.00"), gl_row("1.00", date="2025-04-01")]
    ledger = opened(tmp_path, rows, SERVER)
    made = ledger.costs[ledger.costs["sub_pool"] == "Depreciation & Amortization"]
    assert made[["month", "pool", "expenditure", "tower", "solution", "asset", "amount"]].to_numpy().tolist() == [
        [month, "Hardware", "opex", "Compute", "shop", "S-1", 2500] for month in ("2025-02", "2025-03", "2025-04")
    ]
    assert ledger.total == 7700
    assert ledger.reconciliation.holds
    assert ledger.reconciliation.frame["added"].sum() == Decimal("75.00")


def test_a_purchase_that_names_its_asset_is_kept_apart_and_not_counted_beside_its_depreciation(tmp_path: Path) -> None:
    rules = RULES.replace('tower = "Storage" }', 'tower = "Storage", asset = "S-1" }')
    rows = [gl_row("1000.00", date="2025-02-08", **DISK), gl_row("5.00", date="2025-02-01")]
    ledger = opened(tmp_path, rows, SERVER.replace("Compute", "Storage"), rules=rules)
    assert ledger.total == 2500 + 500
    assert ledger.capital["amount"].tolist() == [100000]
    frame = ledger.reconciliation.frame.set_index("column").loc["amount"]
    assert (frame["ledger"], frame["excluded"], frame["added"]) == (Decimal("30.00"), Decimal("1000.00"), Decimal(25))
    assert "CapEx without an asset" not in " ".join(ledger.reconciliation.notes)


def test_lines_that_name_their_asset_are_held_against_the_register(tmp_path: Path) -> None:
    rules = RULES.replace('tower = "Storage" }', 'tower = "Storage", asset = "S-1" }')
    rows = [gl_row("990.00", date="2025-02-08", **DISK)]
    ledger = opened(tmp_path, rows, SERVER, rules=rules)
    assert ledger.assets["booked"].tolist() == [99000]
    assert "asset S-1: 990.00 USD is booked, the register says 1,000.00" in ledger.reconciliation.notes


def test_capex_that_names_no_asset_stays_in_the_cost_and_is_named_with_its_amount(tmp_path: Path) -> None:
    rows = [gl_row("1000.00", date="2025-02-08", **DISK)]
    ledger = opened(tmp_path, rows, SERVER)
    assert ledger.total == 102500
    assert ledger.capital.empty
    assert "CapEx without an asset: 1,000.00 USD" in " ".join(ledger.reconciliation.notes)


def test_all_capex_leaves_the_cost_where_the_register_is_said_to_hold_it(tmp_path: Path) -> None:
    rows = [gl_row("1000.00", date="2025-02-08", **DISK)]
    ledger = opened(tmp_path, rows, SERVER, top='[assets]\npurchases = "capex"')
    assert (ledger.total, ledger.capital["amount"].tolist()) == (2500, [100000])
    assert "1,000.00 USD of it is CapEx without an asset of the register" in " ".join(ledger.reconciliation.notes)


def test_every_asset_is_accounted_for_before_in_and_after_the_ledgers_months(tmp_path: Path) -> None:
    ledger = opened(tmp_path, [gl_row("1.00", date="2026-01-01")], SERVER, SERVER.replace("S-1", "S-2") + "2025-12-31")
    first, second = ledger.assets.to_dict("records")
    assert [first[name] for name in ("before", "charged", "after", "written_off", "book_value")] == [
        27500,
        2500,
        60000,
        0,
        70000,
    ]
    assert [second[name] for name in ("before", "charged", "after", "written_off", "book_value")] == [
        25000,
        0,
        0,
        65000,
        0,
    ]


def test_depreciation_may_start_in_the_month_after(tmp_path: Path) -> None:
    rows = [gl_row("1.00", date="2025-02-01"), gl_row("1.00", date="2025-03-01")]
    ledger = opened(tmp_path, rows, SERVER, top='[assets]\nfirst = "next"')
    made = ledger.costs[ledger.costs["asset"] == "S-1"]
    assert made["month"].tolist() == ["2025-03"]


def test_depreciation_posted_beside_the_registers_is_named(tmp_path: Path) -> None:
    rules = RULES + (
        '[[rules]]\nmatch = { account = "^66" }\nassign = { pool = "Hardware", sub_pool = "Depreciation & '
        'Amortization", expenditure = "opex", tower = "Compute" }'
    )
    ledger = opened(tmp_path, [gl_row("25.00", date="2025-02-01", account="6602")], SERVER, rules=rules)
    assert "25.00 USD is posted as depreciation beside the register's" in ledger.reconciliation.notes[-1]


def test_a_month_without_lines_is_named_though_assets_are_depreciated_in_it(tmp_path: Path) -> None:
    ledger = opened(tmp_path, [gl_row("1.00", date="2025-02-01"), gl_row("1.00", date="2025-04-01")], SERVER)
    assert ledger.months == ("2025-02", "2025-03", "2025-04")
    assert ledger.reconciliation.notes[0] == "no lines in 2025-03, between months that have some"
    assert ledger.reconciliation.frame.set_index("month").loc["2025-03", "incoming"] == 0


def test_an_asset_in_another_currency_is_depreciated_at_each_months_rate(tmp_path: Path) -> None:
    rates = "month,from,to,kind,rate\n2025-02,EUR,USD,actual,1.2\n"
    inputs = register(SERVER.replace("USD", "EUR")) | {"rates": rates}
    path = write_ledger(tmp_path, [gl_row("1.00", date="2025-02-01")], inputs=inputs, top='currency = "USD"')
    assert open_ledger(path).total == 100 + 3000


def test_periods_of_weeks_take_the_life_in_their_own_number(tmp_path: Path) -> None:
    top = '[calendar]\nkind = "13"\nstarts = { 2025 = "2024-12-30", 2026 = "2025-12-29" }\n'
    ledger = opened(tmp_path, [gl_row("1.00", date="2025-12-28")], SERVER.replace("2025-02-10", "2025-12-05"), top=top)
    assert ledger.assets["after"].tolist() == [90000 - 2308]


@pytest.mark.parametrize(
    ("line", "error", "words"),
    [
        (SERVER.replace("straight-line", "magic"), UnknownReferenceError, r"row 2, 'method'.*straight-line, declining"),
        (SERVER.replace("2025-02-10", "10/02/2025"), ValueFormatError, r"row 2, 'in_service': is not a date"),
        (SERVER.replace(",36,", ",0,"), ValueFormatError, r"row 2, 'life_months'"),
        (SERVER.replace("100.00,USD", "1000.01,USD"), ValueFormatError, r"row 2, 'salvage': is above the cost"),
        (SERVER.replace("100.00,USD", ",USD"), ValueFormatError, r"row 2, 'salvage': is blank"),
        (SERVER.replace("1000.00", "1000.001"), ValueFormatError, r"row 2, 'cost': has parts of a minor unit"),
        (SERVER.replace("Hardware", "Hard"), UnknownReferenceError, r"row 2, 'pool'.*Hardware"),
        (SERVER + "2024-01-01", ValueFormatError, r"row 2, 'disposed': lies before in_service"),
        (f"{SERVER}\n{SERVER}", DuplicateError, r"row 3, 'asset': stands twice"),
    ],
)
def test_a_wrong_register_is_named_by_row_and_column(
    tmp_path: Path, line: str, error: type[InputError], words: str
) -> None:
    with pytest.raises(error, match=words):
        opened(tmp_path, [gl_row("1.00")], line)


def test_double_declining_takes_more_at_first_and_turns_to_equal_parts() -> None:
    years = [sum(schedule(10_000_00, 0, 60, "declining")[12 * year :][:12]) for year in range(5)]
    assert years == [4000_00, 2400_00, 1440_00, 1080_00, 1080_00]


def test_a_declining_value_never_falls_below_salvage() -> None:
    years = [sum(schedule(10_000_00, 3_000_00, 60, "declining")[12 * year :][:12]) for year in range(5)]
    assert years == [4000_00, 2400_00, 600_00, 0, 0]


@given(
    cost=st.integers(0, 10**12),
    share=st.integers(0, 100),
    life=st.integers(1, 480),
    method=st.sampled_from(METHODS),
    factor=st.decimals(1, 4, places=2),
    a_year=st.sampled_from([12, 13]),
)
def test_whatever_the_asset_its_schedule_sums_to_cost_less_salvage(
    cost: int, share: int, life: int, method: str, factor: Decimal, a_year: int
) -> None:
    salvage = cost * share // 100
    parts = schedule(cost, salvage, life, method, factor, a_year=a_year)
    assert (len(parts), sum(parts)) == (life, cost - salvage)
    assert min(parts) >= 0
