"""FOCUS of every version, and what kind of charge a line is: kept with its sign, in the ledger's grain."""

import gzip
import json
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from btim.errors import SchemaError, UnknownReferenceError, ValueFormatError
from btim.focus import NEW_COLUMNS
from btim.ledger import Ledger, open_ledger
from btim.views import finance_view
from tests.btim.ledger_files import FOCUS_HEADER, focus_row, gl_row, write_csv, write_ledger

FIRST = {
    "AvailabilityZone": "",
    "BilledCost": "1.5",
    "BillingAccountId": "b-1",
    "BillingAccountName": "Group",
    "BillingCurrency": "USD",
    "BillingPeriodEnd": "2025-02-01T00:00:00Z",
    "BillingPeriodStart": "2025-01-01T00:00:00Z",
    "ChargeCategory": "Usage",
    "ChargeClass": "",
    "ChargeDescription": "an hour",
    "ChargeFrequency": "Usage-Based",
    "ChargePeriodEnd": "2025-01-03T01:00:00Z",
    "ChargePeriodStart": "2025-01-03T00:00:00Z",
    "CommitmentDiscountCategory": "",
    "CommitmentDiscountId": "",
    "CommitmentDiscountName": "",
    "CommitmentDiscountStatus": "",
    "CommitmentDiscountType": "",
    "ConsumedQuantity": "1",
    "ConsumedUnit": "Hours",
    "ContractedCost": "1.4",
    "ContractedUnitPrice": "1.4",
    "EffectiveCost": "1.2",
    "InvoiceIssuerName": "CloudCo",
    "ListCost": "2",
    "ListUnitPrice": "2",
    "PricingCategory": "Standard",
    "PricingQuantity": "1",
    "PricingUnit": "Hours",
    "ProviderName": "CloudCo",
    "PublisherName": "CloudCo",
    "RegionId": "eu-1",
    "RegionName": "Europe",
    "ResourceId": "r-1",
    "ResourceName": "node",
    "ResourceType": "instance",
    "ServiceCategory": "Compute",
    "ServiceName": "VM",
    "SkuId": "s-1",
    "SkuPriceId": "p-1",
    "SubAccountId": "a-1",
    "SubAccountName": "Account",
    "Tags": '{"application": "Shop"}',
}
"""The 43 columns of 1.0."""
NEWER = {
    "1.1": {
        "CapacityReservationId": "c-1",
        "CapacityReservationStatus": "Used",
        "CommitmentDiscountQuantity": "1",
        "CommitmentDiscountUnit": "Hours",
        "ServiceSubcategory": "Virtual Machines",
        "SkuMeter": "Compute Usage",
        "SkuPriceDetails": '{"CoreCount": 4}',
    },
    "1.2": {
        "BillingAccountType": "Organisation",
        "InvoiceId": "i-1",
        "PricingCurrency": "EUR",
        "PricingCurrencyContractedUnitPrice": "1.3",
        "PricingCurrencyEffectiveCost": "1.1",
        "PricingCurrencyListUnitPrice": "1.9",
        "SubAccountType": "Project",
    },
}
VERSIONS = {"1.0": FIRST, "1.1": FIRST | NEWER["1.1"], "1.2": FIRST | NEWER["1.1"] | NEWER["1.2"]}


def bill(folder: Path, *lines: dict[str, str], name: str = "bill.csv") -> Path:
    return write_csv(folder / name, lines[0], [line.values() for line in lines])


def place(ledger: Ledger) -> list[object]:
    names = ["month", "currency", "pool", "tower", "solution", "account", "vendor", "legal_entity", "charge_category"]
    return [*ledger.costs[names].iloc[0], *(int(ledger.costs[name].iloc[0]) for name in ("amount", "billed", "listed"))]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_bill_of_each_version_is_read_as_csv_gzip_and_parquet(tmp_path: Path, version: str) -> None:
    plain = bill(tmp_path, VERSIONS[version])
    packed, columnar = tmp_path / "bill.csv.gz", tmp_path / "bill.parquet"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    pd.read_csv(plain).to_parquet(columnar)
    for path in (plain, packed, columnar):
        ledger = open_ledger(path)
        assert place(ledger) == [
            *("2025-01", "USD", "Cloud Services", "Compute", "Shop", "a-1", "CloudCo", "Group", "Usage"),
            *(120, 150, 200),
        ]
        assert ledger.sources[0].version == version
        assert ledger.reconciliation.holds


def test_the_columns_of_each_version_are_those_of_its_specification() -> None:
    assert {version: len(columns) for version, columns in VERSIONS.items()} == {"1.0": 43, "1.1": 50, "1.2": 57}
    assert all(set(NEW_COLUMNS[version]) == set(columns) for version, columns in NEWER.items())


@pytest.mark.real_data
def test_the_columns_of_1_2_are_those_the_specification_lists(real_data: Path) -> None:
    facts = pd.read_csv(real_data / "ledger" / "focus_1.2_columns.csv", dtype=str)
    assert sorted(facts["column"]) == sorted(VERSIONS["1.2"])
    for version, columns in NEWER.items():
        assert set(facts.loc[facts["introduced"] == version, "column"]) == set(columns)


def test_a_later_version_is_read_where_the_mandatory_columns_stand(tmp_path: Path) -> None:
    later = {name: cell for name, cell in VERSIONS["1.2"].items() if name != "ProviderName"}
    ledger = open_ledger(bill(tmp_path, later | {"ServiceProviderName": "CloudCo", "HostProviderName": "Host"}))
    assert (ledger.costs["vendor"].iloc[0], ledger.sources[0].version) == ("CloudCo", "1.3 or later")
    with pytest.raises(SchemaError, match="missing column 'EffectiveCost'"):
        open_ledger(bill(tmp_path, {name: cell for name, cell in later.items() if name != "EffectiveCost"}))


def test_parquet_as_providers_write_it_is_read(tmp_path: Path) -> None:
    """Times with a zone, costs as doubles and decimals, tags as a map."""
    moment = pd.Timestamp("2025-01-31T23:30:00Z")
    table = pa.table(
        {
            "BilledCost": pa.array([1e-7], pa.float64()),
            "EffectiveCost": pa.array([Decimal("1.23456789012")], pa.decimal128(38, 11)),
            "BillingCurrency": ["USD"],
            "BillingPeriodStart": pa.array([pd.Timestamp("2025-01-01T00:00:00Z")], pa.timestamp("us", tz="UTC")),
            "BillingPeriodEnd": pa.array([pd.Timestamp("2025-02-01T00:00:00Z")], pa.timestamp("us", tz="UTC")),
            "ChargePeriodStart": pa.array([moment], pa.timestamp("us", tz="UTC")),
            "ServiceCategory": ["Storage"],
            "Tags": pa.array([[("application", "Shop"), ("x", "y")]], pa.map_(pa.string(), pa.string())),
        }
    )
    pq.write_table(table, tmp_path / "bill.parquet")
    ledger = open_ledger(tmp_path / "bill.parquet")
    assert ledger.costs[["month", "tower", "solution"]].to_numpy().tolist() == [["2025-01", "Storage", "Shop"]]
    assert ledger.reconciliation.frame["incoming"].tolist() == [Decimal("1.23456789012"), Decimal("1e-7")]
    assert ledger.reconciliation.notes == ()


def test_a_bad_cell_of_parquet_is_named_by_its_record(tmp_path: Path) -> None:
    rows = [focus_row("1.00"), focus_row("2.00", BillingPeriodStart="soon")]
    path = tmp_path / "bill.parquet"
    pd.DataFrame(rows, columns=list(FOCUS_HEADER)).to_parquet(path)
    with pytest.raises(ValueFormatError, match=r"row 2, 'BillingPeriodStart': is not a date \(found 'soon'\)"):
        open_ledger(path)


def test_amounts_written_with_exponents_keep_all_their_digits(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "bill.csv", FOCUS_HEADER, [focus_row("1.5e-13"), focus_row("2E-3")])
    assert open_ledger(path).reconciliation.frame["incoming"].iloc[0] == Decimal("0.00200000000015")


def test_credits_refunds_taxes_and_commitments_keep_sign_and_category(tmp_path: Path) -> None:
    header = [*FOCUS_HEADER, "ChargeClass", "CommitmentDiscountId", "CommitmentDiscountStatus"]
    lines = [
        ("10.00", "Usage", "", "cd-1", "Used"),
        ("2.00", "Usage", "", "cd-1", "Unused"),
        ("-3.00", "Usage", "Correction", "", ""),
        ("-1.00", "Credit", "", "", ""),
        ("0.80", "Tax", "", "", ""),
        ("0.00", "Purchase", "", "cd-1", ""),
        ("0.05", "Adjustment", "", "", ""),
    ]
    rows = [[*focus_row(cost, ChargeCategory=kind), *rest] for cost, kind, *rest in lines]
    ledger = open_ledger(write_csv(tmp_path / "bill.csv", header, rows))
    view = finance_view(ledger, by=["charge_category", "charge_class"]).set_index(["charge_category", "charge_class"])
    assert view["amount"].to_dict() == {
        ("Adjustment", ""): Decimal("0.05"),
        ("Credit", ""): Decimal(-1),
        ("Purchase", ""): Decimal(0),
        ("Tax", ""): Decimal("0.80"),
        ("Usage", ""): Decimal(12),
        ("Usage", "Correction"): Decimal(-3),
    }
    used = finance_view(ledger, by=["commitment", "commitment_status"])
    assert used.loc[used["commitment_status"] == "Unused", ["commitment", "amount"]].to_numpy().tolist() == [
        ["cd-1", Decimal(2)]
    ]


def test_lines_of_a_general_ledger_get_a_category_by_column_or_rule(tmp_path: Path) -> None:
    rules = '[[rules]]\nmatch = { description = "refund" }\nassign = { charge_category = "Credit" }'
    rows = [gl_row("5.00"), gl_row("-2.00", description="Refund")]
    ledger = open_ledger(write_ledger(tmp_path, rows, rules=rules))
    assert ledger.costs.groupby("charge_category")["amount"].sum().to_dict() == {"": 500, "Credit": -200}
    assert ledger.costs.groupby("rules")["amount"].sum().to_dict() == {"": 500, "1": -200}
    with pytest.raises(UnknownReferenceError, match=r"rules\[1\]\.assign\.charge_category.*use Usage, Purchase, Tax"):
        open_ledger(write_ledger(tmp_path, rows, rules=rules.replace('"Credit"', '"Kredit"')))


def test_a_category_that_focus_does_not_know_is_kept_and_named(tmp_path: Path) -> None:
    ledger = open_ledger(write_csv(tmp_path / "a.csv", FOCUS_HEADER, [focus_row("-4.00", ChargeCategory="Refund")]))
    assert ledger.costs["charge_category"].tolist() == ["Refund"]
    assert ledger.reconciliation.notes == (
        "charge category 'Refund' (-4.00 USD) is none of Usage, Purchase, Tax, Credit, Adjustment: kept as it is",
    )


@pytest.mark.parametrize("cell", ["{broken", "[1]", "application=Shop"])
def test_tags_that_are_no_object_are_counted_and_shown(tmp_path: Path, cell: str) -> None:
    rows = [focus_row("1.00", Tags=json.dumps({"application": "Shop"})), focus_row("2.50", Tags=cell), focus_row("1")]
    ledger = open_ledger(write_csv(tmp_path / "bill.csv", FOCUS_HEADER, rows))
    assert ledger.total == 450
    assert ledger.reconciliation.notes == (
        f"bill.csv: tags of 1 rows (2.50 USD) are no JSON object and were not read; the first: row 3: {cell!r}",
    )


def test_the_end_of_a_billing_period_decides_what_lies_outside(tmp_path: Path) -> None:
    period = {"BillingPeriodStart": "2025-01-15T00:00:00Z", "BillingPeriodEnd": "2025-02-15T00:00:00Z"}
    inside = FIRST | period | {"ChargePeriodStart": "2025-02-14T23:00:00Z"}
    outside = FIRST | period | {"ChargePeriodStart": "2025-02-15T00:00:00Z", "EffectiveCost": "7"}
    assert open_ledger(bill(tmp_path, inside, outside)).reconciliation.notes == (
        "bill.csv: 1 of 2 rows charge for a time outside their billing period (7.00 USD; in 2025-01)",
    )


@pytest.mark.parametrize("column", ["BilledCost", "EffectiveCost"])
def test_a_bill_that_leaves_a_cost_blank_is_refused(tmp_path: Path, column: str) -> None:
    with pytest.raises(ValueFormatError, match=rf"bill\.csv, row 3, '{column}': is blank"):
        open_ledger(bill(tmp_path, FIRST, FIRST | {column: ""}))
