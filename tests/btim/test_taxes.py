"""Tax: net and tax are kept apart, sum to gross, and only what is borne is cost."""

from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from btim.errors import RuleError, SchemaError, UnknownReferenceError, ValueFormatError
from btim.ledger import Ledger, open_ledger
from btim.taxes import TAX, with_tax
from tests.btim.ledger_files import FOCUS_HEADER, focus_row, gl_row, write_csv, write_ledger

RECOVERED = 'tax = "included"\ntax_rate = 0.13\ntax_recoverable = true'
BORNE = 'tax = "included"\ntax_rate = "13%"\ntax_recoverable = false'


def opened(folder: Path, keys: str, *amounts: str) -> Ledger:
    return open_ledger(write_ledger(folder, [gl_row(amount) for amount in amounts], file_keys=keys))


def sums(ledger: Ledger, by: str) -> dict[str, int]:
    return {str(key): int(cents) for key, cents in ledger.costs.groupby(by)["amount"].sum().items()}


def test_recovered_tax_inside_amounts_is_no_cost(tmp_path: Path) -> None:
    ledger = opened(tmp_path, RECOVERED, "113.00", "11.30")
    assert (ledger.total, ledger.sources[0].tax) == (11000, "excluded (recovered)")
    line = ledger.reconciliation.frame.set_index("column").loc["amount"]
    assert line[["incoming", "ledger", "excluded", "added", "difference"]].tolist() == [
        Decimal("124.3"),
        Decimal("110.00"),
        Decimal("14.30"),
        Decimal("0.00"),
        Decimal("0.00"),
    ]
    assert ledger.reconciliation.notes == ("tax at 0.13: gross 124.30, net 110.00, tax 14.30 USD (recovered, no cost)",)


def test_borne_tax_is_cost_of_its_own_category(tmp_path: Path) -> None:
    ledger = opened(tmp_path, BORNE, "113.00")
    assert sums(ledger, "charge_category") == {"": 10000, TAX: 1300}
    assert ledger.costs["tower"].unique().tolist() == ["Compute"]
    assert ledger.sources[0].tax == "included (in lines of its own)"
    assert ledger.costs["rows"].sum() == 1
    assert ledger.reconciliation.holds


def test_tax_on_top_is_added_where_it_is_borne_and_recorded_where_it_is_not(tmp_path: Path) -> None:
    keys = 'tax = "excluded"\ntax_rate = 0.06\ntax_recoverable = false'
    ledger = opened(tmp_path, keys, "100.00")
    assert sums(ledger, "charge_category") == {"": 10000, TAX: 600}
    line = ledger.reconciliation.frame.set_index("column").loc["amount"]
    assert (line["incoming"], line["ledger"], line["added"]) == (Decimal(100), Decimal("106.00"), Decimal("6.00"))
    recovered = opened(tmp_path, keys.replace("false", "true"), "100.00")
    assert recovered.total == 10000
    assert recovered.taxes[["gross", "net", "tax"]].to_numpy().tolist() == [[10600, 10000, 600]]


def test_a_column_states_the_rate_of_each_line(tmp_path: Path) -> None:
    header = ("date", "amount", "rate")
    rows = [("2025-01-01", "113", "13%"), ("2025-01-02", "106", "0.06"), ("2025-01-03", "50", "0")]
    mapping = (
        '[[files]]\npath = "gl.csv"\ntax = "included"\ntax_recoverable = true\n'
        '[files.columns]\ndate = "date"\namount = "amount"\ntax_rate = "rate"\n[files.constants]\ncurrency = "CNY"\n'
    )
    (tmp_path / "l.toml").write_text(mapping)
    write_csv(tmp_path / "gl.csv", header, rows)
    ledger = open_ledger(tmp_path / "l.toml")
    assert ledger.total == 25000
    assert ledger.taxes[["rate", "net", "tax"]].to_numpy().tolist() == [
        ["0", 5000, 0],
        ["0.06", 10000, 600],
        ["0.13", 10000, 1300],
    ]
    for cell in ("", "13", "ten"):
        write_csv(tmp_path / "gl.csv", header, [*rows, ("2025-01-04", "1", cell)])
        with pytest.raises(ValueFormatError, match=r"gl\.csv, row 5, 'rate': is not a tax rate"):
            open_ledger(tmp_path / "l.toml")


def test_lines_that_are_taxes_are_not_taxed_again(tmp_path: Path) -> None:
    rules = '[[rules]]\nmatch = { account = "^22" }\nassign = { charge_category = "Tax", pool = "Misc Costs" }'
    rows = [gl_row("113.00"), gl_row("7.00", account="2221")]
    ledger = open_ledger(write_ledger(tmp_path, rows, rules=rules, file_keys=RECOVERED))
    assert sums(ledger, "charge_category") == {"": 10000, TAX: 700}


@pytest.mark.parametrize(
    ("keys", "error", "words"),
    [
        ('tax = "included"\ntax_rate = 0.13', SchemaError, "tax_recoverable"),
        ("tax_rate = 0.13\ntax_recoverable = true", SchemaError, "'files.tax'"),
        (RECOVERED.replace("0.13", "13"), ValueFormatError, "13 % is 0.13"),
        ('tax = "incl"', UnknownReferenceError, "use included, excluded"),
    ],
)
def test_a_tax_that_is_not_fully_stated_is_refused(
    tmp_path: Path, keys: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        opened(tmp_path, keys, "1.00")


def test_a_cloud_bill_has_its_taxes_as_lines(tmp_path: Path) -> None:
    write_csv(tmp_path / "bill.csv", FOCUS_HEADER, [focus_row("1.00")])
    (tmp_path / "l.toml").write_text(f'[[files]]\npath = "bill.csv"\nformat = "focus"\n{RECOVERED}\n')
    with pytest.raises(RuleError, match="lines of its own"):
        open_ledger(tmp_path / "l.toml")


def test_tax_inside_amounts_at_no_stated_rate_is_named(tmp_path: Path) -> None:
    notes = opened(tmp_path, 'tax = "included"', "1.00").reconciliation.notes
    assert notes == ("gl.csv: amounts include tax at no stated rate; it stays in the cost",)


cents = st.integers(-(10**12), 10**12)


@settings(max_examples=60, deadline=None)
@given(
    amounts=st.lists(cents, min_size=1, max_size=8),
    rate=st.decimals(0, Decimal("0.99"), places=4),
    treatment=st.sampled_from(["included", "excluded"]),
    recovered=st.sampled_from(["recovered", "borne"]),
)
def test_net_and_tax_sum_to_gross_and_the_total_is_the_exact_one_rounded(
    amounts: list[int], rate: Decimal, treatment: str, recovered: str
) -> None:
    frame = pd.DataFrame({"amount": amounts, "billed": amounts, "listed": 0, "contracted": 0, "rows": 1})
    about = {"month": "2025-01", "currency": "EUR", "charge_category": "", "excluded": ""}
    taxed = with_tax(frame.assign(**about, tax=f"{treatment}|{recovered}|{rate}"))
    whole = sum(amounts)
    line = taxed.record.iloc[0]
    assert line["net"] + line["tax"] == line["gross"]
    if treatment == "included":
        assert taxed.groups["amount"].sum() == whole == line["gross"]
        assert abs(line["net"] - whole / (1 + rate)) <= Decimal("0.500001")
    else:
        assert line["net"] == whole
        assert abs(line["tax"] - whole * rate) <= Decimal("0.5")
        assert taxed.groups["amount"].sum() == whole + (line["tax"] if recovered == "borne" else 0)
