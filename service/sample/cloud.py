"""The provider's bill of the synthetic bank: monthly FOCUS 1.0 rows with solution and owner in the tags.

Role: write `cloud_focus.csv` and say what it charges to which solution.
Must not know: ledger accounts or mapping rules.
"""

import csv
import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import StringIO

import numpy as np

from btim.money import split_minor
from service.sample.lines import cloud_total, target_cost
from service.sample.organisation import BUSINESS_UNITS, CURRENCY, MONTHS, TOWERS, month_starts
from service.sample.plan import Plan, stream
from service.sample.solutions import SOLUTIONS

TAGGED_SHARE = 0.85
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


@dataclass(frozen=True)
class Service:
    """One cloud service: its tower, FOCUS category, the unit it is metered in and the list price of that unit."""

    tower: str
    category: str
    name: str
    unit: str
    price: float
    weight: float


SERVICES = (
    Service("Compute", "Compute", "Alder Virtual Machines", "Hours", 0.192, 0.6),
    Service("Compute", "Compute", "Alder Container Service", "Hours", 0.118, 0.4),
    Service("AI Compute", "AI and Machine Learning", "Alder GPU Training", "Hours", 31.4, 0.55),
    Service("AI Compute", "AI and Machine Learning", "Alder Model Serving", "Hours", 12.6, 0.45),
    Service("Storage", "Storage", "Alder Object Store Hot", "GB-Months", 0.023, 0.6),
    Service("Storage", "Storage", "Alder Block Volumes", "GB-Months", 0.095, 0.4),
    Service("Network", "Networking", "Alder Edge and Transfer", "GB", 0.051, 1.0),
    Service("Database", "Databases", "Alder Relational Service", "Hours", 0.86, 0.6),
    Service("Database", "Databases", "Alder Key-Value Service", "Requests", 0.0000013, 0.4),
    Service("Application", "Web", "Alder API Gateway", "Requests", 0.0000034, 0.5),
    Service("Application", "Web", "Alder App Runtime", "Hours", 0.074, 0.5),
    Service("Security", "Security", "Alder Key and Threat Service", "Requests", 0.0000048, 1.0),
)
REGIONS = (("us-east", "Alder US East"), ("ap-south", "Alder Singapore"), ("eu-west", "Alder Dublin"))


@dataclass(frozen=True)
class Charge:
    """One row of the bill: where it belongs, the month's place, its category and the cents billed."""

    service: Service
    solution: str
    owner: str
    region: int
    month: int
    category: str
    cents: int
    line: int


def cloud_cents() -> tuple[int, int, int]:
    """Cents on the bill in each of the three years."""
    years = [sum(cloud_total(column, year) for column in range(len(TOWERS))) for year in range(MONTHS // 12)]
    return years[0], years[1], years[2]


def make_charges(plan: Plan) -> list[Charge]:
    """Draw the bill's rows; each tower's year sums to its share of the bill to the cent."""
    draw = stream(plan.seed, "cloud")
    target = target_cost()
    charges: list[Charge] = []
    for column, tower in enumerate(TOWERS):
        lines = _tower_lines(tower, target[:, column], draw)
        if not lines:
            continue
        for year in range(MONTHS // 12):
            charges += _year_of(lines, cloud_total(column, year), year, len(charges), draw)
    return sorted(charges, key=lambda charge: (charge.month, charge.line))


def _tower_lines(
    tower: str, weights: np.ndarray, draw: np.random.Generator
) -> list[tuple[Service, str, str, int, float]]:
    lines = []
    for service in (each for each in SERVICES if each.tower == tower):
        users = [place for place in np.argsort(-weights) if weights[place] > 0][:8]
        for place in users:
            solution = SOLUTIONS[int(place)]
            weight = float(weights[place]) * service.weight * float(draw.uniform(0.8, 1.2))
            tagged = draw.random() < TAGGED_SHARE
            owner = solution.units[0] if tagged or draw.random() < 0.5 else ""
            region = int(draw.choice(3, p=(0.7, 0.2, 0.1)))
            lines.append((service, solution.id if tagged else "", owner, region, weight))
        lines.append((service, "", BUSINESS_UNITS[-1], 0, float(weights.sum()) * service.weight * 0.05))
    return lines


def _year_of(
    lines: list[tuple[Service, str, str, int, float]], total: int, year: int, first: int, draw: np.random.Generator
) -> list[Charge]:
    """Usage rows of twelve months, with a few credits that the usage makes up for."""
    rows = [(month, number) for month in range(year * 12, year * 12 + 12) for number in range(len(lines))]
    growth = np.array([1 + 0.01 * (month - year * 12) for month, _ in rows])
    weights = np.array([lines[number][4] for _, number in rows]) * growth * np.exp(draw.normal(0, 0.05, len(rows)))
    credited = [place for place in range(len(rows)) if draw.random() < 0.012]
    share = total / float(weights.sum())
    refunds = {place: -int(weights[place] * share * draw.uniform(0.05, 0.4)) for place in credited}
    usage = split_minor(total - sum(refunds.values()), [float(weight) for weight in weights])
    charges = []
    for place, (month, number) in enumerate(rows):
        service, solution, owner, region, _ = lines[number]
        line = first % 1000 + number
        charges.append(Charge(service, solution, owner, region, month, "Usage", usage[place], line))
        if place in refunds:
            charges.append(Charge(service, solution, owner, region, month, "Credit", refunds[place], line))
    return charges


def cloud_text(charges: list[Charge]) -> str:
    """`cloud_focus.csv`: FOCUS 1.0 columns, monthly rows, blank where FOCUS says null."""
    months = [*month_starts(), date(2025, 10, 1)]
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for charge in charges:
        row = _row(charge, f"{months[charge.month]}T00:00:00Z", f"{months[charge.month + 1]}T00:00:00Z")
        writer.writerow([row.get(column, "") for column in COLUMNS])
    return out.getvalue()


def _row(charge: Charge, start: str, end: str) -> dict[str, str]:
    service = charge.service
    billed = Decimal(charge.cents).scaleb(-2)
    usage = charge.category == "Usage"
    listed = (billed * Decimal("1.25")).quantize(Decimal("0.01"))
    region, region_name = REGIONS[charge.region]
    tags = {"solution": charge.solution, "owner": charge.owner}
    row = {
        "BilledCost": str(billed),
        "BillingAccountId": "900100",
        "BillingAccountName": "MLB master (synthetic)",
        "BillingCurrency": CURRENCY,
        "BillingPeriodStart": start,
        "BillingPeriodEnd": end,
        "ChargeCategory": charge.category,
        "ChargeDescription": f"{service.name}, {region_name}" if usage else f"Service credit, {service.name}",
        "ChargeFrequency": "Usage-Based" if usage else "One-Time",
        "ChargePeriodStart": start,
        "ChargePeriodEnd": end,
        "ContractedCost": str(billed),
        "EffectiveCost": str(billed),
        "InvoiceIssuerName": "Alder Cloud",
        "ListCost": str(listed if usage else billed),
        "ProviderName": "Alder Cloud",
        "PublisherName": "Alder Cloud",
        "RegionId": region,
        "RegionName": region_name,
        "ServiceCategory": service.category,
        "ServiceName": service.name,
        "SkuId": service.name.upper().replace(" ", "-"),
        "SubAccountId": f"9002{BUSINESS_UNITS.index(charge.owner):02d}" if charge.owner else "900299",
        "SubAccountName": charge.owner or "Unassigned",
        "Tags": json.dumps({key: value for key, value in tags.items() if value}),
    }
    if usage:
        quantity = f"{float(listed) / service.price:.3f}"
        row |= {
            "ConsumedQuantity": quantity,
            "ConsumedUnit": service.unit,
            "PricingQuantity": quantity,
            "PricingUnit": service.unit,
            "PricingCategory": "Standard",
            "ListUnitPrice": f"{service.price:.10f}".rstrip("0"),
            "SkuPriceId": service.name.upper().replace(" ", "-") + "-STD",
            "ResourceId": f"alder/{region}/{charge.line:05d}",
        }
    return row
