"""General-ledger lines of the synthetic bank: what recurs each month, with amounts to the cent, credits and refunds.

Role: turn the plan's target cost of each solution in each tower into ledger lines, and say what they sum to.
Must not know: the cloud bill's columns or how files are mapped.
"""

import csv
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import numpy as np
from numpy.typing import NDArray

from btim.money import split_minor
from service.sample.chart import (
    ACCOUNTS,
    CLOUD,
    SUBSCRIPTION_ACCOUNT,
    SUBSCRIPTIONS,
    TOWER_MIX,
    TOWER_WORD,
    Account,
)
from service.sample.organisation import (
    ANNUAL_COST_CENTS,
    BUSINESS_UNITS,
    COST_CENTRES,
    CURRENCY,
    LEGAL_ENTITIES,
    MONTHS,
    TOWERS,
    month_starts,
)
from service.sample.plan import Plan, stream
from service.sample.solutions import SOLUTIONS

Floats = NDArray[np.float64]
YEAR_FACTORS = (0.98, 1.0, 1.02)
CLOUD_GROWTH = (0.88, 1.0, 1.12)
CALENDAR = (0.97, 0.95, 1.0, 0.98, 0.98, 1.02, 0.97, 0.97, 1.03, 0.99, 1.02, 1.12)
"""January to December: what a month weighs against the year's mean."""
CAPITAL_CALENDAR = (0.5, 0.7, 1.2, 0.8, 0.9, 1.4, 0.8, 0.8, 1.3, 1.0, 1.1, 1.5)
COLUMNS = (
    "date", "account", "account_name", "vendor", "description", "cost_centre", "legal_entity", "project", "amount",
    "currency", "run_grow_transform", "solution", "consumer",
)  # fmt: skip
DIRECT_SHARE = 0.5
DIRECT_LIMIT = 0.55
"""How much of what a solution should cost in a tower may stand on the ledger's lines directly."""
UNCLEAR = "Journal to be clarified"


@dataclass(frozen=True)
class Item:
    """What recurs on the ledger every month: everything of a line but its date and amount."""

    account: str
    tower: str
    vendor: str
    description: str
    cost_centre: str
    legal_entity: str
    project: str
    run_grow_transform: str
    solution: str
    consumer: str
    annual: float


@dataclass(frozen=True)
class Line:
    """One posted line: the item, the day, the month's place among the 36, and the amount in cents."""

    item: Item
    day: date
    month: int
    cents: int


def target_cost() -> Floats:
    """Cents a year that each solution (row) should cost in each tower (column), summing to the bank's year."""
    millions = np.array([[each.annual * each.towers.get(tower, 0.0) for tower in TOWERS] for each in SOLUTIONS])
    return np.asarray(millions / millions.sum() * ANNUAL_COST_CENTS, dtype=np.float64)


def year_total(year: int) -> int:
    """Cents the whole organisation spends in the ledger's year 0, 1 or 2; the three years sum to US$4.5 bn."""
    return round(ANNUAL_COST_CENTS * YEAR_FACTORS[year])


def cloud_total(tower_index: int, year: int) -> int:
    """Cents of a tower's cost that stand on the cloud bill in a year."""
    share = TOWER_MIX[TOWERS[tower_index]].get(CLOUD, 0.0)
    return int(target_cost()[:, tower_index].sum() * share * CLOUD_GROWTH[year])


def make_lines(plan: Plan, cloud_cents: tuple[int, int, int]) -> list[Line]:
    """Draw 36 months of ledger lines that, with the cloud bill, sum to each year's total to the cent."""
    draw = stream(plan.seed, "ledger")
    items = _items(draw) + _subscriptions(plan)
    months = month_starts()
    weights = np.array([[_month_weight(item, day) for item in items] for day in months])
    weights *= np.exp(draw.normal(0, 0.045, weights.shape)) * np.array([item.annual for item in items])
    lines: list[Line] = []
    for year in range(MONTHS // 12):
        rows = range(year * 12, year * 12 + 12)
        drafts = [(month, place) for month in rows for place in range(len(items))]
        extra = _extras(items, months, rows, weights, draw)
        owed = year_total(year) - cloud_cents[year] - sum(line.cents for line in extra)
        cents = split_minor(owed, [float(weights[month, place]) for month, place in drafts])
        lines += [
            Line(items[place], _posting_day(months[month], place), month, amount)
            for (month, place), amount in zip(drafts, cents, strict=True)
        ]
        lines += extra
    return sorted(lines, key=lambda line: (line.day, line.item.account, line.item.description, line.cents))


def ledger_text(lines: list[Line]) -> str:
    """`general_ledger.csv`."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for line in lines:
        item = line.item
        name = ACCOUNTS[item.account].name if item.account in ACCOUNTS else "Suspense"
        writer.writerow(
            (
                line.day.isoformat(), item.account, name, item.vendor, item.description, item.cost_centre,
                item.legal_entity, item.project, str(Decimal(line.cents).scaleb(-2)), CURRENCY,
                item.run_grow_transform, item.solution, item.consumer,
            )
        )  # fmt: skip
    return out.getvalue()


def _items(draw: np.random.Generator) -> list[Item]:
    target = target_cost()
    items = []
    for column, tower in enumerate(TOWERS):
        total = float(target[:, column].sum())
        left = target[:, column] * DIRECT_LIMIT
        for number, share in TOWER_MIX[tower].items():
            if number == CLOUD:
                continue
            account = ACCOUNTS[number]
            parts = draw.dirichlet(np.full(account.lines, 6.0)) * total * share
            items += [_item(account, tower, float(part), left, draw) for part in parts]
    return items


def _item(account: Account, tower: str, annual: float, left: Floats, draw: np.random.Generator) -> Item:
    room = np.where(left >= annual, left, 0.0)
    solution = None
    if draw.random() < DIRECT_SHARE and room.sum() > 0:
        place = int(draw.choice(len(SOLUTIONS), p=room / room.sum()))
        left[place] -= annual
        solution = SOLUTIONS[place]
    unit = solution.units[0] if solution else "Group Technology"
    phrase = account.phrase.format(TOWER_WORD[tower])
    order = int(draw.integers(100_000, 999_999))
    words = f"{phrase}, order {order}" if account.vendors else phrase
    kind = ("run", "grow", "transform")[int(draw.choice(3, p=account.run_grow_transform))]
    project = f"PRJ-{int(draw.integers(1, 60)):03d}" if account.expenditure == "capex" or kind == "transform" else ""
    return Item(
        account=account.number,
        tower=tower,
        vendor=str(draw.choice(account.vendors)) if account.vendors else "",
        description=words if solution is None else f"{words} ({solution.en})",
        cost_centre=COST_CENTRES[unit],
        legal_entity=LEGAL_ENTITIES[int(draw.choice(4, p=(0.55, 0.25, 0.12, 0.08)))],
        project=project,
        run_grow_transform=kind,
        solution=solution.id if solution else "",
        consumer=unit if solution and len(solution.units) == 1 and draw.random() < 0.3 else "",
        annual=annual,
    )


def _subscriptions(plan: Plan) -> list[Item]:
    """Named subscriptions: bought once for the bank, or by each of several owners where the plan says so."""
    items = []
    for place, product in enumerate(SUBSCRIPTIONS):
        owners = plan.duplicates.get(place, (BUSINESS_UNITS[-1],))
        items += [
            Item(
                account=SUBSCRIPTION_ACCOUNT,
                tower=product.tower,
                vendor=product.vendor,
                description=product.product,
                cost_centre=COST_CENTRES[owner],
                legal_entity=LEGAL_ENTITIES[0],
                project="",
                run_grow_transform="run",
                solution="",
                consumer="" if len(owners) == 1 else owner,
                annual=product.annual * 100_000.0,
            )
            for owner in owners
        ]
    return items


def _month_weight(item: Item, day: date) -> float:
    if item.account == SUBSCRIPTION_ACCOUNT:
        return 1 / 12
    capital = ACCOUNTS[item.account].expenditure == "capex"
    return (CAPITAL_CALENDAR if capital else CALENDAR)[day.month - 1] / 12


def _posting_day(month: date, place: int) -> date:
    """A fixed day of the month for each item, so that the same contract posts on the same day."""
    return month + timedelta(days=(place * 7 + 3) % 28)


def _extras(
    items: list[Item], months: list[date], rows: range, weights: Floats, draw: np.random.Generator
) -> list[Line]:
    """Credits and refunds of invoices, and a few journals that no rule knows."""
    external = [place for place, item in enumerate(items) if item.vendor and item.account != SUBSCRIPTION_ACCOUNT]
    extra = []
    for month in rows:
        for place in draw.choice(external, size=3, replace=False):
            item = items[int(place)]
            credit = -int(weights[month, place] * draw.uniform(0.02, 0.3))
            words = str(draw.choice(("Credit note", "Refund, service level missed", "Volume rebate")))
            noted = replace(item, description=f"{words}: {item.description}")
            extra.append(Line(noted, months[month] + timedelta(days=27), month, credit))
        if draw.random() < 0.5:
            cents = int(draw.integers(40_000_00, 900_000_00))
            extra.append(Line(_unclear(int(draw.integers(1000, 9999))), months[month] + timedelta(26), month, cents))
    return extra


def _unclear(number: int) -> Item:
    return Item(
        "699000", "", "", f"{UNCLEAR} {number}", COST_CENTRES["Finance"], LEGAL_ENTITIES[0], "", "run", "", "", 0.0
    )
