"""The ledger of value: what reports claim, credited to solutions without counting anything twice.

Role: turn readings into entries and totals; every event that does not count says why.
Must not know: how events were read, or what a solution costs.

What counts: realised money. A saving, and a fall of a named cost or loss, adds; a rise of one subtracts. Gains add.
Revenue keeps a column of its own unless the organisation states its margin. What never happens: company-wide claims
added to solution-level ones, a rate (每年, a year) added to a total, one saving counted twice, currencies mixed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from btim.value import Reading, ValueEvent

COST_METRICS = frozenset(
    [
        "cost_saving",
        "operating_cost",
        "unit_cost",
        "process_cost",
        "technology_spend",
        "fraud_loss",
        "risk_loss",
        "headcount_effort",
        "energy_use",
    ]
)
REVENUE = "revenue"
PER_YEAR = {"year": 1, "quarter": 4, "month": 12}


@dataclass(frozen=True, slots=True)
class Price:
    """What the organisation says one unit of a metric is worth (for example £40,000 per NPS point)."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class ValueEntry:
    """One event in the ledger: signed `amount` in `unit`, and why it does not count where `counted` is false.

    `scope` is `solution` or `company`; `column` is `saving`, `gain`, `revenue` or `measure` (not money); `per` marks a
    rate; `overlaps` is the id of the entry that already holds this value.
    """

    document: str
    event: ValueEvent
    solution: str | None
    scope: str
    column: str
    amount: Decimal
    unit: str
    currency: str | None
    per: str | None
    period: tuple[date, date] | None
    counted: bool = True
    reason: str = ""
    overlaps: str = ""


@dataclass(frozen=True, slots=True)
class ValueTotal:
    """A sum of counted entries of one solution (None: company-wide), column, unit, currency and rate; sums never mix these."""  # noqa: E501

    solution: str | None
    scope: str
    column: str
    unit: str
    currency: str | None
    per: str | None
    amount: Decimal
    entries: int

    @property
    def annual(self) -> Decimal | None:
        """A rate as an amount a year; None for a total."""
        return None if self.per is None else self.amount * PER_YEAR[self.per]


@dataclass(frozen=True, slots=True)
class ValueLedger:
    """Every event as an entry, counted or with its reason, in the order of the readings."""

    entries: tuple[ValueEntry, ...]

    def totals(self) -> tuple[ValueTotal, ...]:
        """Sums of counted money entries by solution, scope, column, currency and rate."""
        sums: dict[tuple[str | None, str, str, str, str | None, str | None], list[Decimal]] = {}
        for entry in self.entries:
            if entry.counted and entry.column != "measure":
                key = (entry.solution, entry.scope, entry.column, entry.unit, entry.currency, entry.per)
                sums.setdefault(key, []).append(entry.amount)
        return tuple(ValueTotal(*key, sum(parts, Decimal(0)), len(parts)) for key, parts in sums.items())

    def by_solution(self, currency: str, *, per: str | None = None) -> dict[str, Decimal]:
        """Realised savings and gains credited to each solution in one currency, either totals or one kind of rate."""
        sums: dict[str, Decimal] = {}
        for total in self.totals():
            money = total.currency == currency and total.per == per and total.column in {"saving", "gain"}
            if money and total.solution is not None:
                sums[total.solution] = sums.get(total.solution, Decimal(0)) + total.amount
        return sums

    def measures(self) -> tuple[ValueEntry, ...]:
        """Counted realised movements that are not money, in their own units."""
        return tuple(entry for entry in self.entries if entry.counted and entry.column == "measure")


def value_ledger(
    readings: Iterable[Reading],
    *,
    margin: Decimal | None = None,
    prices: Mapping[tuple[str, str], Price] | None = None,
    bands: frozenset[str] = frozenset({"post", "review"}),
) -> ValueLedger:
    """Enter every event of the readings.

    `margin` (0 to 1) turns revenue into gain; `prices` values (metric, unit) pairs that are not money: without a price
    they keep their unit. Events of other `bands` are entered uncounted.
    """
    entries: list[ValueEntry] = []
    for reading in readings:
        for event in reading.events:
            entry = _entry(reading.id, event, margin, prices or {})
            if event.band not in bands:
                entry = replace(entry, counted=False, reason=f"band {event.band}: not counted without a review")
            entries.append(entry)
    return ValueLedger(tuple(_withdrawn(_without_overlaps(entries))))


def _entry(
    document: str, event: ValueEvent, margin: Decimal | None, prices: Mapping[tuple[str, str], Price]
) -> ValueEntry:
    column, sign = _column(event)
    amount, unit, currency = sign * event.value, event.unit, event.currency
    price = prices.get((event.metric, event.unit))
    reason = _refusal(event, column)
    if column == "measure" and price is not None and not reason:
        column, amount, unit, currency = "gain", amount * price.amount, "money", price.currency
    if column == REVENUE and margin is not None:
        column, amount = "gain", amount * margin
    return ValueEntry(
        document, event, event.solution, "company" if event.solution is None else "solution", column, amount, unit,
        currency, event.per, event.period, not reason, reason,
    )  # fmt: skip


def _column(event: ValueEvent) -> tuple[str, int]:
    """Column and sign: a fall of a cost adds, a rise subtracts; whatever is not money is a measure."""
    rise = -1 if event.direction == "down" else 1
    if event.unit != "money":
        return "measure", rise
    if event.kind == "saving":
        return "saving", 1
    if event.metric == REVENUE:
        return REVENUE, 1 if event.kind == "gain" else rise
    if event.kind == "gain":
        return "gain", 1
    return "saving", -rise


def _refusal(event: ValueEvent, column: str) -> str:
    if event.status != "realised":
        return f"{event.status}, not realised"
    if event.kind in {"level", "share", "gap", "ratio", "spend"}:
        return f"a {event.kind} is not a movement of value"
    if column != "measure" and event.kind in {"change", "from_to"}:
        if event.direction not in {"up", "down"}:
            return "no direction"
        if event.metric == "unit_cost":
            return "a unit cost needs a volume before it is money"
        if event.metric not in COST_METRICS | {REVENUE}:
            return "not the movement of a named cost, loss or revenue"
    return ""


def _key(entry: ValueEntry) -> tuple[str | None, str, str, str | None, str | None]:
    return entry.solution, entry.column, entry.unit, entry.currency, entry.per


def _without_overlaps(entries: Sequence[ValueEntry]) -> list[ValueEntry]:
    """Uncount a repetition of a saving, and a part whose whole (same key, longer period, larger amount) is counted."""
    result = list(entries)
    for place, entry in enumerate(result):
        if not entry.counted or entry.column == "measure":
            continue
        for other_place, other in enumerate(result):
            if other_place == place or not other.counted or _key(other) != _key(entry):
                continue
            if other_place < place and other.amount == entry.amount and _may_be_same(entry.period, other.period):
                result[place] = replace(entry, counted=False, reason="stated before", overlaps=other.event.id)
                break
            if abs(other.amount) > abs(entry.amount) and _inside(entry.period, other.period):
                result[place] = replace(
                    entry, counted=False, reason="part of a longer period's total", overlaps=other.event.id
                )
                break
    return result


def _may_be_same(one: tuple[date, date] | None, other: tuple[date, date] | None) -> bool:
    return one is None or other is None or (one[0] <= other[1] and other[0] <= one[1])


def _inside(part: tuple[date, date] | None, whole: tuple[date, date] | None) -> bool:
    return part is not None and whole is not None and part != whole and whole[0] <= part[0] and part[1] <= whole[1]


def _withdrawn(entries: Sequence[ValueEntry]) -> list[ValueEntry]:
    """A claim that a later statement negates (same key and amount) no longer counts."""
    result = list(entries)
    for denial in entries:
        if denial.event.status != "negated" or denial.column == "measure":
            continue
        for place, entry in enumerate(result):
            if entry.counted and _key(entry) == _key(denial) and entry.amount == denial.amount:
                result[place] = replace(entry, counted=False, reason="withdrawn", overlaps=denial.event.id)
    return result
