"""Stored value events as readings again, so that the ledger of value enters them without counting anything twice.

Role: applies what people decided to what was read, then adds up.
Must not know: HTTP, SQL, how a report is read.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from btim.catalogue import Catalogue, catalogue_of
from btim.value import Reading, ValueEvent
from service.chain import ReadingPart
from service.reading_tables import reading_part

BAND_OF = {"posted": "post", "confirmed": "post", "review": "review"}
"""Bands by state; events in any other state count nowhere."""


def value_part(
    rows: Sequence[Mapping[str, Any]], solutions: Sequence[Mapping[str, Any]], currency: str | None
) -> ReadingPart:
    """The ledger of value of stored events; amounts in other currencies than `currency` are left out and say so.

    `rows` are records of value events, `solutions` of the catalogue in force.
    """
    bodies = [row["body"] for row in solutions]
    catalogue = catalogue_of(enumerate(bodies, 1), "catalogue") if bodies else Catalogue(())
    return reading_part(_readings(rows), {}, catalogue, currency)


def solution_values(part: ReadingPart, solution: str | None = None) -> pd.DataFrame:
    """Value by solution, or of one; a solution without any event has no row."""
    frame = part.by_solution
    return frame if solution is None else frame[frame["solution"] == solution].reset_index(drop=True)


def _readings(rows: Sequence[Mapping[str, Any]]) -> list[Reading]:
    by_report: dict[str, list[ValueEvent]] = {}
    for row in sorted(rows, key=lambda each: int(each["sequence"])):
        decided = {"solution": row["solution"] or None, "assurance": row["assurance"]}
        event = {**row["body"], **decided, "band": BAND_OF.get(row["state"], "drop")}
        by_report.setdefault(row["report"], []).append(ValueEvent.from_dict(event))
    return [Reading(report, tuple(events), ()) for report, events in by_report.items()]
