"""What a reader must know about files beside their sums: repetitions, overlaps, gaps, rows out of place.

Role: one sentence each, with amounts.
Must not know: how files are read.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

import pandas as pd

from btim.errors import listed
from btim.fiscal import FiscalCalendar
from btim.import_records import Held, SourceRecord
from btim.ledger_settings import ALLOWED
from btim.rounding import WIDE

CENTS = Decimal("0.00")
"""Added to show at least two decimals."""
MOST_PAIRS = 12
"""Overlapping pairs named one by one; beyond them they are counted."""


def source_notes(sources: Sequence[SourceRecord], months: Sequence[str], fiscal: FiscalCalendar) -> Iterator[str]:
    """Sentences about repeated files, rows outside their period, unread tags, overlaps and missing months."""
    for source in sources:
        if source.repeated_of:
            yield f"{source.name} holds the same content as {source.repeated_of}: counted once"
    for source in sources:
        outside = [each for each in source.held if each.outside]
        if outside:
            count, sums = sum(each.outside for each in outside), _sums((e.currency, e.outside_amount) for e in outside)
            yield (
                f"{source.name}: {count} of {source.rows} rows charge for a time outside their billing period "
                f"({sums}; in {listed(sorted({each.month for each in outside}), 12)})"
            )
        untagged = [each for each in source.held if each.untagged]
        if untagged:
            count, sums = sum(e.untagged for e in untagged), _sums((e.currency, e.untagged_amount) for e in untagged)
            yield (
                f"{source.name}: tags of {count} rows ({sums}) are no JSON object and were not read; "
                f"the first: {source.untagged_example}"
            )
    yield from _overlaps(sources)
    missing = [month for month in fiscal.between(months) if month not in months]
    if missing:
        yield f"no lines in {', '.join(missing)}, between months that have some"


def totals_notes(totals: pd.DataFrame, scale: int) -> Iterator[str]:
    """A sentence where lines read as totals of others: they would count twice."""
    for line in totals.to_dict("records"):
        amount = Decimal(int(line["amount"])).scaleb(-scale, context=WIDE).normalize(WIDE) + CENTS
        yield (
            f"{line['rows']} rows read {line['text']!r} ({amount:,f} {line['currency']}): if they are totals of other "
            "rows, exclude them by a rule"
        )


def category_notes(costs: Sequence[tuple[str, str]]) -> Iterator[str]:
    """A sentence where charge categories are none of FOCUS's; `costs`: category and amount as shown."""
    unknown = [(name, amount) for name, amount in costs if name and name not in ALLOWED["charge_category"]]
    for name, amount in unknown:
        yield f"charge category {name!r} ({amount}) is none of {listed(ALLOWED['charge_category'])}: kept as it is"


def _overlaps(sources: Sequence[SourceRecord]) -> Iterator[str]:
    read = sorted((source for source in sources if not source.repeated_of), key=lambda source: source.name)
    pairs = [(one, other) for place, one in enumerate(read) for other in read[place + 1 :] if _both(one, other)]
    for one, other in pairs[:MOST_PAIRS]:
        months = _both(one, other)
        span = months[0] if len(months) == 1 else f"{months[0]} to {months[-1]}"
        mine, others = ([each for each in source.held if each.month in months] for source in (one, other))
        advice = "check that they do not repeat each other"
        if _content(mine) == _content(others):
            advice = "as many rows and the same amounts, so one of them is likely a copy"
        sums = " and ".join(_sums((each.currency, each.amount) for each in held) for held in (mine, others))
        yield f"{one.name} and {other.name} both hold {span} ({sums}): {advice}"
    if len(pairs) > MOST_PAIRS:
        yield f"{len(pairs) - MOST_PAIRS} more pairs of files hold the same months"


def _both(one: SourceRecord, other: SourceRecord) -> list[str]:
    return sorted(set(one.months) & set(other.months)) if one.format == other.format else []


def _content(held: Sequence[Held]) -> list[tuple[str, str, int, Decimal]]:
    return [(each.month, each.currency, each.rows, each.amount) for each in held]


def _sums(amounts: Iterable[tuple[str, Decimal]]) -> str:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for currency, amount in amounts:
        sums[currency] += amount
    return ", ".join(f"{amount + CENTS:,f} {currency}" for currency, amount in sorted(sums.items()))
