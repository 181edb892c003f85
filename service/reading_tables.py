"""What reports say, as tables: one row an event, one row a solution.

Role: lays the ledger of value out for reports, files and the terminal.
Must not know: how an event was read or why it counts; the ledger of value says so.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from btim.catalogue import Catalogue
from btim.value import Reading
from btim.value_ledger import PER_YEAR, ValueEntry, ValueLedger, value_ledger
from service.chain import ReadingPart

COMPANY_WIDE = "company-wide: shown apart, never added to solutions"
TO_REVIEW = "not sure enough: a person must look at it"
TOO_UNSURE = "too unsure to count or to ask about"
COUNTED_BANDS = frozenset({"post"})
REVIEWABLE_BANDS = frozenset({"post", "review"})
AMOUNTS = ("realised_saving", "realised_gain", "revenue", "saving_a_year")
SOLUTION_COLUMNS = ("solution", "name", *AMOUNTS, "events", "waiting", "waiting_events", "confidence")


def reading_part(
    readings: Sequence[Reading], texts: Mapping[str, str], catalogue: Catalogue, currency: str | None
) -> ReadingPart:
    """Enter readings into a ledger of value and lay it out.

    Only events sure enough to post count; amounts in other currencies than `currency` (None: the most frequent) are
    left out of the sums and say so.
    """
    ledger = value_ledger(readings, bands=COUNTED_BANDS)
    money = currency or _most_frequent(ledger)
    events = pd.DataFrame([_event_row(entry, money) for entry in ledger.entries])
    return ReadingPart(
        events=events,
        readings=tuple(reading.to_dict() for reading in readings),
        texts=texts,
        by_solution=_by_solution(value_ledger(readings, bands=REVIEWABLE_BANDS), money, catalogue.display_names()),
        unsettled=events[events["band"] == "review"].reset_index(drop=True) if len(events) else events,
    )


def _most_frequent(ledger: ValueLedger) -> str | None:
    currencies = [entry.currency for entry in ledger.entries if entry.currency]
    return max(sorted(set(currencies)), key=currencies.count, default=None)


def _event_row(entry: ValueEntry, currency: str | None) -> dict[str, Any]:
    why = _why(entry, currency)
    return {"document": entry.document, **entry.event.to_dict(), "counted": not why, "why": why}


def _why(entry: ValueEntry, currency: str | None) -> str:
    if not entry.counted and "band" in entry.reason:
        return TO_REVIEW if entry.event.band == "review" else TOO_UNSURE
    if not entry.counted:
        return entry.reason
    if entry.scope == "company":
        return COMPANY_WIDE
    if entry.column == "measure":
        return "not money: kept in its own unit"
    if entry.currency != currency:
        return f"in {entry.currency}: no rate given"
    return ""


def _column(entry: ValueEntry) -> str:
    if entry.per is not None:
        return "saving_a_year"
    return {"saving": "realised_saving", "gain": "realised_gain", "revenue": "revenue"}[entry.column]


def _by_solution(ledger: ValueLedger, currency: str | None, names: Mapping[str, str]) -> pd.DataFrame:
    """Money credited to each solution; `waiting` is what would count if a person accepted it, never added to the rest.

    `ledger` holds posted and reviewable events together, so that a claim stated twice waits once or not at all.
    """
    rows: dict[str, dict[str, Any]] = {}
    confidences: dict[str, list[float]] = {}
    for entry in ledger.entries:
        if entry.solution is None or _why(entry, currency):
            continue
        row = rows.setdefault(entry.solution, _blank_row(entry.solution, names))
        is_posted = entry.event.band in COUNTED_BANDS
        row[_column(entry) if is_posted else "waiting"] += _yearly(entry)
        row["events" if is_posted else "waiting_events"] += 1
        confidences.setdefault(entry.solution, []).append(entry.event.confidence)
    for solution, row in rows.items():
        row["confidence"] = round(sum(confidences[solution]) / len(confidences[solution]), 3)
    ordered = sorted(rows.values(), key=lambda row: (*(-row[name] for name in (*AMOUNTS, "waiting")), row["solution"]))
    return pd.DataFrame(ordered, columns=list(SOLUTION_COLUMNS))


def _blank_row(solution: str, names: Mapping[str, str]) -> dict[str, Any]:
    amounts = dict.fromkeys((*AMOUNTS, "waiting"), Decimal(0))
    return {"solution": solution, "name": names.get(solution, solution), "events": 0, "waiting_events": 0} | amounts


def _yearly(entry: ValueEntry) -> Decimal:
    return entry.amount if entry.per is None else entry.amount * PER_YEAR[entry.per]
