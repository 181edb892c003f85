"""The provider's bill as a file: FOCUS 1.0 columns, monthly rows, blank where FOCUS says null.

Role: write `cloud_focus.csv` from the drawn charges.
Must not know: how charges are drawn.
"""

import csv
import json
from decimal import Decimal
from io import StringIO

from service.sample.cloud import Charge
from service.sample.organisation import BUSINESS_UNITS, CURRENCY, MONTHS, month_starts

PROVIDER = "Alder Cloud"
COMMITMENT = "alder-commitment-01"
REGIONS = (("us-east", "Alder US East"), ("ap-south", "Alder Singapore"), ("eu-west", "Alder Dublin"))
COLUMNS = (
    "AvailabilityZone", "BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd",
    "BillingPeriodStart", "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargeFrequency", "ChargePeriodEnd",
    "ChargePeriodStart", "CommitmentDiscountCategory", "CommitmentDiscountId", "CommitmentDiscountName",
    "CommitmentDiscountStatus", "CommitmentDiscountType", "ConsumedQuantity", "ConsumedUnit", "ContractedCost",
    "ContractedUnitPrice", "EffectiveCost", "InvoiceIssuerName", "ListCost", "ListUnitPrice", "PricingCategory",
    "PricingQuantity", "PricingUnit", "ProviderName", "PublisherName", "RegionId", "RegionName", "ResourceId",
    "ResourceName", "ResourceType", "ServiceCategory", "ServiceName", "SkuId", "SkuPriceId", "SubAccountId",
    "SubAccountName", "Tags",
)  # fmt: skip
CATEGORY = {"usage": "Usage", "committed": "Usage", "unused": "Usage", "credit": "Credit", "purchase": "Purchase"}
WORDS = {
    "usage": "{service}, {region}",
    "committed": "{service}, {region}, covered by commitment",
    "unused": "{service}, commitment not used",
    "credit": "Service credit, {service}",
    "purchase": "Monthly commitment, {service}",
}
FREQUENCY = {"credit": "One-Time", "purchase": "Recurring"}
LIST_MARKUP = {"usage": Decimal("1.25"), "committed": Decimal("1.6"), "unused": Decimal(0)}
"""List cost against effective cost: a commitment is cheaper than use without one; what lies idle has no list cost."""


def cloud_text(charges: list[Charge]) -> str:
    """`cloud_focus.csv`."""
    months = month_starts(MONTHS + 1)
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for charge in charges:
        period = {
            "PeriodStart": f"{months[charge.month]}T00:00:00Z",
            "PeriodEnd": f"{months[charge.month + 1]}T00:00:00Z",
        }
        row = _row(charge)
        row |= {f"{whose}{name}": stamp for name, stamp in period.items() for whose in ("Billing", "Charge")}
        writer.writerow([row.get(column, "") for column in COLUMNS])
    return out.getvalue()


def _row(charge: Charge) -> dict[str, str]:
    use, service = charge.use, charge.use.service
    region, region_name = REGIONS[use.region]
    return {
        **_costs(charge),
        **(_commitment(charge) if charge.kind in {"committed", "unused", "purchase"} else {}),
        "BillingAccountId": "900100",
        "BillingAccountName": "MLB master (synthetic)",
        "BillingCurrency": CURRENCY,
        "ChargeCategory": CATEGORY[charge.kind],
        "ChargeDescription": WORDS[charge.kind].format(service=service.name, region=region_name),
        "ChargeFrequency": FREQUENCY.get(charge.kind, "Usage-Based"),
        "InvoiceIssuerName": PROVIDER,
        "ProviderName": PROVIDER,
        "PublisherName": PROVIDER,
        "RegionId": region,
        "RegionName": region_name,
        "ResourceId": f"alder/{region}/{use.number:05d}",
        "ServiceCategory": service.category,
        "ServiceName": service.name,
        "SkuId": service.name.upper().replace(" ", "-"),
        "SubAccountId": f"9002{BUSINESS_UNITS.index(use.owner):02d}" if use.owner else "900299",
        "SubAccountName": use.owner or "Unassigned",
        "Tags": json.dumps({key: tag for key, tag in (("solution", use.solution), ("owner", use.owner)) if tag}),
    }


def _costs(charge: Charge) -> dict[str, str]:
    """Billed, effective, contracted and list cost, and for use the quantity at list price."""
    effective, billed = Decimal(charge.cents).scaleb(-2), Decimal(charge.billed).scaleb(-2)
    costs = {"BilledCost": str(billed), "EffectiveCost": str(effective)}
    if charge.kind not in LIST_MARKUP:
        return costs | {"ContractedCost": str(billed), "ListCost": str(billed)}
    listed = (effective * LIST_MARKUP[charge.kind]).quantize(Decimal("0.01"))
    contracted = effective if charge.kind == "usage" else Decimal("0.00")
    costs |= {"ContractedCost": str(contracted), "ListCost": str(listed)}
    if charge.kind == "unused":
        return costs
    service = charge.use.service
    quantity = f"{float(listed) / service.price:.3f}"
    return costs | {
        "ConsumedQuantity": quantity,
        "ConsumedUnit": service.unit,
        "PricingQuantity": quantity,
        "PricingUnit": service.unit,
        "PricingCategory": "Standard" if charge.kind == "usage" else "Committed",
        "ListUnitPrice": f"{service.price:.10f}".rstrip("0"),
        "SkuPriceId": service.name.upper().replace(" ", "-") + "-STD",
    }


def _commitment(charge: Charge) -> dict[str, str]:
    status = {"committed": "Used", "unused": "Unused"}.get(charge.kind, "")
    return {
        "CommitmentDiscountCategory": "Spend",
        "CommitmentDiscountId": COMMITMENT,
        "CommitmentDiscountName": "Alder savings commitment",
        "CommitmentDiscountStatus": status,
        "CommitmentDiscountType": "Savings commitment",
    }
