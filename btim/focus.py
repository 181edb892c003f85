"""FOCUS cloud bills: which of their columns hold what, and the shipped table of service categories to towers.

Role: the facts of the FinOps Open Cost and Usage Specification (1.0 to 1.2, https://focus.finops.org) in one place.
Must not know: how files are queried.
"""

from collections.abc import Sequence
from functools import cache
from importlib import resources
from pathlib import Path

from btim.errors import SchemaError, listed
from btim.ledger_settings import SourceFile

REQUIRED = (
    "BilledCost",
    "EffectiveCost",
    "BillingCurrency",
    "BillingPeriodStart",
    "ChargePeriodStart",
    "ServiceCategory",
)
"""Mandatory in every version since 0.5; without them a file is no FOCUS bill."""
COLUMNS = {
    "period": ("BillingPeriodStart",),
    "period_end": ("BillingPeriodEnd",),
    "date": ("ChargePeriodStart",),
    "currency": ("BillingCurrency",),
    "amount": ("EffectiveCost",),
    "billed": ("BilledCost",),
    "listed": ("ListCost",),
    "contracted": ("ContractedCost",),
    "account": ("SubAccountId", "BillingAccountId"),
    "account_name": ("SubAccountName", "BillingAccountName"),
    "vendor": ("ProviderName", "ServiceProviderName", "InvoiceIssuerName"),
    "legal_entity": ("BillingAccountName",),
    "description": ("ChargeDescription",),
    "service": ("ServiceName",),
    "service_category": ("ServiceCategory",),
    "charge_category": ("ChargeCategory",),
    "charge_class": ("ChargeClass",),
    "commitment": ("CommitmentDiscountId",),
    "commitment_status": ("CommitmentDiscountStatus",),
    "tags": ("Tags",),
}
"""Our field and the columns that may hold it, first present wins (1.3 renames the provider)."""
NEW_COLUMNS = {
    "1.1": (
        "CapacityReservationId",
        "CapacityReservationStatus",
        "CommitmentDiscountQuantity",
        "CommitmentDiscountUnit",
        "ServiceSubcategory",
        "SkuMeter",
        "SkuPriceDetails",
    ),
    "1.2": (
        "BillingAccountType",
        "InvoiceId",
        "PricingCurrency",
        "PricingCurrencyContractedUnitPrice",
        "PricingCurrencyEffectiveCost",
        "PricingCurrencyListUnitPrice",
        "SubAccountType",
    ),
    "1.3 or later": ("ServiceProviderName", "HostProviderName", "AllocatedMethodId", "ContractApplied"),
}
"""Columns that a version defined first."""
SOLUTION_TAGS = ("solution", "Solution", "application", "Application", "app")
CONSUMER_TAGS = ("consumer", "Consumer", "business_unit", "BusinessUnit", "business-unit")
"""Tag keys that name a solution or a consumer where the mapping file does not say which do."""
POOL, SUB_POOL, EXPENDITURE = "Cloud Services", "Cloud Service Provider", "opex"
UNMAPPED = "Unmapped"


@cache
def category_towers() -> dict[str, tuple[str, str]]:
    """Tower and sub-tower of each of the 19 service categories; `Other` says nothing and stays Unmapped."""
    text = resources.files("btim.data").joinpath("focus_service_categories.csv").read_text(encoding="utf-8")
    rows = [line.split(",") for line in text.splitlines()[1:]]
    return {category: (tower, sub_tower) for category, tower, sub_tower in rows}


def focus_fields(source: SourceFile, header: list[str]) -> dict[str, str]:
    """Map our fields to the columns of one FOCUS file; the user's own `columns` win.

    Raises:
        SchemaError: a mandatory column is absent.
    """
    absent = [name for name in REQUIRED if name not in header]
    if absent:
        raise SchemaError(
            f"missing column {listed(map(repr, absent))}",
            file=str(source.path),
            row=1,
            remedy='a FOCUS bill has them; for another CSV write a ledger.toml with format = "gl"',
        )
    found = {field: next((name for name in names if name in header), None) for field, names in COLUMNS.items()}
    return {field: name for field, name in found.items() if name} | dict(source.columns)


def focus_version(header: Sequence[str]) -> str:
    """The latest version one of whose new columns a bill has; bills do not state it themselves."""
    found = [version for version, names in NEW_COLUMNS.items() if any(name in header for name in names)]
    return found[-1] if found else "1.0"


def looks_like_focus(header: list[str]) -> bool:
    """Tell a FOCUS bill from any other table by its mandatory columns."""
    return sum(name in header for name in REQUIRED) >= len(REQUIRED) - 1


def direct_source(path: Path) -> SourceFile:
    """A FOCUS file handed in without a mapping file."""
    return SourceFile(path=path, format="focus")
