"""Tables of realised value: by solution, what waits for a person, why the rest does not count, signals of trouble.

Role: value events as rows.
Must not know: charts, or how an event was read.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from service.chain import ChainResult, ReadingPart
from service.output.formats import MISSING, counted, heading, is_missing, money_scale, number, scaled, unit_of
from service.output.page import Cell, Column, Row, Table
from service.output.sections.evidence import MOVES, confidence_words, event_words, language
from service.output.sections.views import by_solution

COUNTED, WAITING = "counted", "waiting"
AMOUNTS = ("realised_saving", "realised_gain", "revenue", "saving_a_year", "other_changes", WAITING)
_LABELS = {
    WAITING: "waiting for a person",
    "realised_saving": "saved",
    "realised_gain": "gained",
    "saving_a_year": "saved a year",
}
MOST_ROWS = 40


def credited(row: Mapping[Any, Any], column: str) -> float:
    """An amount of a solution's row for drawing; nothing stated counts as nothing there."""
    value = row.get(column)
    return 0.0 if value is None or is_missing(value) else float(value)


def kinds_of_value(column: str) -> str:
    """The words for a column of amounts."""
    return _LABELS.get(column, column.replace("_", " "))


def solutions_table(part: ReadingPart, chain: ChainResult) -> Table | None:
    """Value credited to each solution, beside what it costs where a ledger was given."""
    found = part.by_solution.to_dict("records")
    if not found:
        return None
    amounts = [name for name in AMOUNTS if any(credited(row, name) for row in found)]
    costs, period = _costs(chain)
    scale = money_scale([*(credited(row, name) for name in amounts for row in found), *costs.values()])
    unit = unit_of(chain.currency, scale)
    columns = [Column("Solution"), *(Column(heading(kinds_of_value(name)), unit, num=True) for name in amounts)]
    columns += [Column("Statements counted", num=True), Column("Confidence", num=True)]
    columns += [Column("Costs", f"{unit}, {period}", num=True)] if costs else []
    rows = []
    for row in found:
        texts = [Cell(str(row["name"]), "" if is_missing(row.get("solution")) else str(row["solution"]))]
        texts += [Cell(scaled(row[name], scale) if credited(row, name) else MISSING) for name in amounts]
        texts += [Cell(number(row.get("events"))), Cell(confidence_words(row.get("confidence")))]
        texts += [Cell(scaled(costs.get(str(row["solution"])), scale))] if costs else []
        rows.append(Row(tuple(texts)))
    note = "Rates and totals are never added, company-wide claims never to a solution's."
    note += " Cost is the ledger's; the reports may cover another time." if costs else ""
    return Table("Value by solution, as claimed", tuple(columns), tuple(rows), "claimed", note, "value_by_solution.csv")


def _costs(chain: ChainResult) -> tuple[dict[str, float], str]:
    if chain.ledger is None or not {"solution", "amount"} <= set(chain.ledger.consumer.columns):
        return {}, ""
    rows = by_solution(chain.ledger.consumer).to_dict("records")
    return {str(row["solution"]): float(row["amount"]) for row in rows if row["solution"]}, chain.ledger.period


def unsettled_table(part: ReadingPart, chain: ChainResult) -> Table | None:
    """What was read but is not sure enough to count, for a person to settle."""
    frame = part.unsettled
    if frame.empty:
        return None
    rows = [
        Row(
            (
                Cell(event_words(event)),
                Cell(_named(event.get("solution"), chain.names)),
                Cell(str(event.get("status") or "")),
                Cell(confidence_words(event.get("confidence"))),
                Cell(str(event.get("document") or "")),
            )
        )
        for event in frame.head(MOST_ROWS).to_dict("records")
    ]
    columns = (Column("Statement"), Column("Credited to"), Column("Status"), Column("Confidence", num=True),
               Column("Document"))  # fmt: skip
    folded, more = len(rows) > 12, len(frame) - len(rows)
    note = f"{counted(more, 'more statement')} in the file." if more else ""
    return Table("For a person to settle", columns, tuple(rows), "claimed", note, "value_events.csv", folded=folded)


def _named(solution: Any, names: Mapping[str, str]) -> str:
    return "no solution" if is_missing(solution) or not solution else names.get(str(solution), str(solution))


def stated_money(part: ReadingPart, currency: str | None) -> pd.DataFrame:
    """Statements of money saved, gained or changed in the run's currency: `amount`; `fate`: counted, or why not."""
    rows = [
        {"amount": float(event["value"]), "fate": COUNTED if event.get("counted") else str(event.get("why") or "not")}
        for event in part.events.to_dict("records")
        if event.get("unit") == "money" and event.get("currency") == currency and event.get("kind") in MOVES
    ]
    return pd.DataFrame(rows, columns=["amount", "fate"])


def reasons_table(part: ReadingPart, currency: str | None) -> Table | None:
    """Why statements do not count: how many, and how much money moved they state."""
    if "why" not in part.events.columns or part.events.empty:
        return None
    left = part.events[~part.events["counted"].astype(bool)]
    if left.empty:
        return None
    sums = stated_money(part, currency).groupby("fate")["amount"].sum()
    scale = money_scale(sums)
    rows = tuple(
        Row((Cell(str(why)), Cell(number(many)), Cell(scaled(sums.get(why), scale))))
        for why, many in left["why"].value_counts().items()
    )
    columns = (Column("Reason"), Column("Statements", num=True),
               Column("Money saved or gained", unit_of(currency, scale), num=True))  # fmt: skip
    return Table("Statements that do not count, and why", columns, rows, "claimed", "", "value_events.csv")


def risks_table(part: ReadingPart) -> Table | None:
    """Signals of projects in trouble, each with its passage."""
    rows = []
    for reading in part.readings:
        text = part.texts.get(str(reading.get("id")), "")
        for risk in reading.get("risks") or []:
            start, end = (risk.get("evidence") or [0, 0])[:2]
            quoted = Cell(text[start:end] or MISSING, lang=language(text) if text else None)
            rows.append(Row((Cell(heading(str(risk.get("risk")))), quoted, Cell(str(reading.get("id"))))))
    columns = (Column("Signal"), Column("Passage"), Column("Document"))
    return Table("Signals of projects in trouble", columns, tuple(rows), "claimed") if rows else None
