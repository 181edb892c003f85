"""The cloud charges of the synthetic bank: who uses which service, what a commitment covers, what is credited back.

Role: draw the charges of 36 months so that each tower's share of the bill is met to the cent.
Must not know: the columns of the bill, ledger accounts or mapping rules.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from btim.money import split_minor
from service.sample.lines import cloud_total, target_cost
from service.sample.organisation import BUSINESS_UNITS, MONTHS, TOWERS
from service.sample.plan import Plan, stream
from service.sample.solutions import SOLUTIONS

Floats = NDArray[np.float64]
TAGGED_SHARE = 0.85
CREDIT_RATE = 0.012
COVERED = 0.4
"""Share of the committed service that a savings commitment pays for; on shared use it lies idle."""


@dataclass(frozen=True)
class Service:
    """One cloud service: its tower, FOCUS category, the unit it is metered in and the list price of that unit.

    `weight` is its part of the tower's bill; `committed` says whether a savings commitment is held for it.
    """

    tower: str
    category: str
    name: str
    unit: str
    price: float
    weight: float
    committed: bool = False


SERVICES = (
    Service("Compute", "Compute", "Alder Virtual Machines", "Hours", 0.192, 0.6, committed=True),
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


@dataclass(frozen=True)
class Use:
    """A resource on the bill, the same every month: its service, who it is tagged with, where it runs."""

    number: int
    service: Service
    solution: str
    owner: str
    region: int
    weight: float


@dataclass(frozen=True)
class Charge:
    """One row of the bill.

    `kind` is `usage`, `credit`, `committed` (use that the commitment pays for), `purchase` (of the commitment) or
    `unused` (what of it lay idle). `cents` is the effective cost, `billed` what is invoiced.
    """

    use: Use
    month: int
    kind: str
    cents: int
    billed: int


def cloud_cents() -> tuple[int, int, int]:
    """Cents on the bill in each of the three years."""
    years = [sum(cloud_total(column, year) for column in range(len(TOWERS))) for year in range(MONTHS // 12)]
    return years[0], years[1], years[2]


def make_charges(plan: Plan) -> list[Charge]:
    """Draw the bill; each tower's year sums to its share to the cent, in effective cost and in billed cost alike."""
    draw = stream(plan.seed, "cloud")
    target = target_cost()
    charges: list[Charge] = []
    number = 0
    for column, tower in enumerate(TOWERS):
        uses = _uses(tower, target[:, column], number, draw)
        number += len(uses)
        for year in range(MONTHS // 12):
            if uses:
                charges += _year_of(uses, cloud_total(column, year), year, draw)
    return sorted(charges, key=lambda charge: (charge.month, charge.use.number))


def _uses(tower: str, weights: Floats, first: int, draw: np.random.Generator) -> list[Use]:
    """The largest users of each of a tower's services, and a shared remainder that belongs to no solution."""
    uses: list[Use] = []
    for service in (each for each in SERVICES if each.tower == tower):
        for place in [int(place) for place in np.argsort(-weights, kind="stable") if weights[place] > 0][:8]:
            solution = SOLUTIONS[place]
            tagged = draw.random() < TAGGED_SHARE
            owner = solution.units[0] if tagged or draw.random() < 0.5 else ""
            region = int(draw.choice(3, p=(0.7, 0.2, 0.1)))
            weight = float(weights[place]) * service.weight * float(draw.uniform(0.8, 1.2))
            uses.append(Use(first + len(uses), service, solution.id if tagged else "", owner, region, weight))
        shared = float(weights.sum()) * service.weight * 0.05
        uses.append(Use(first + len(uses), service, "", BUSINESS_UNITS[-1], 0, shared))
    return uses


def _year_of(uses: list[Use], total: int, year: int, draw: np.random.Generator) -> list[Charge]:
    """Twelve months of use, with a few credits that the rest makes up for, and the commitment where one is held."""
    rows = [(month, use) for month in range(year * 12, year * 12 + 12) for use in uses]
    growth = np.array([1 + 0.01 * (month - year * 12) for month, _ in rows])
    weights = np.array([use.weight for _, use in rows]) * growth * np.exp(draw.normal(0, 0.05, len(rows)))
    share = total / float(weights.sum())
    refunds = {
        place: -int(weights[place] * share * draw.uniform(0.05, 0.4))
        for place in range(len(rows))
        if draw.random() < CREDIT_RATE
    }
    cents = split_minor(total - sum(refunds.values()), [float(weight) for weight in weights])
    charges = []
    for place, (month, use) in enumerate(rows):
        charges += _use_of(use, month, cents[place])
        if place in refunds:
            charges.append(Charge(use, month, "credit", refunds[place], refunds[place]))
    return charges + _purchases(charges)


def _use_of(use: Use, month: int, cents: int) -> list[Charge]:
    """One month of use: whole, or split into what is paid as used and what the commitment covers."""
    if not use.service.committed:
        return [Charge(use, month, "usage", cents, cents)]
    covered = int(cents * COVERED)
    if not use.solution and use.owner == BUSINESS_UNITS[-1]:
        return [Charge(use, month, "usage", cents - covered, cents - covered), Charge(use, month, "unused", covered, 0)]
    return [Charge(use, month, "usage", cents - covered, cents - covered), Charge(use, month, "committed", covered, 0)]


def _purchases(charges: list[Charge]) -> list[Charge]:
    """What is invoiced for the commitment each month: the effective cost of all that it covered or left idle."""
    covered: dict[int, int] = {}
    for charge in charges:
        if charge.kind in {"committed", "unused"}:
            covered[charge.month] = covered.get(charge.month, 0) + charge.cents
    holder = next((charge.use for charge in reversed(charges) if charge.kind == "unused"), None)
    if holder is None:
        return []
    return [Charge(holder, month, "purchase", 0, cents) for month, cents in sorted(covered.items())]
