"""The section on realised value: what reports say came of the money, with the evidence quoted.

Role: value events in words, tables, charts and quotations; claims that do not count stand apart with the reason.
Must not know: how a text was read, or how value is summed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from service.chain import ChainResult, ReadingPart
from service.output.charts.money import Part, RankedBar, ranked_bars
from service.output.formats import (
    MISSING,
    Scale,
    counted,
    heading,
    is_missing,
    money,
    money_scale,
    number,
    scaled,
    unit_of,
)
from service.output.page import (
    Cell,
    Chart,
    Column,
    Figure,
    Figures,
    Gallery,
    Row,
    Section,
    Table,
    kept,
)
from service.output.sections.evidence import confidence_words, event_words, language, quotes

ID, TITLE = "value", "What came of it"
QUESTION = "Did what was funded pay back, according to whom, and how sure is that?"


def reading_section(chain: ChainResult) -> Section:
    """The section, or one that says that no reports were given."""
    part = chain.reading
    if part is None:
        return Section(ID, TITLE, QUESTION, "", missing="No reports were given (`--reports` with `--catalogue`).")
    blocks = [
        reading_figures(part, chain.currency),
        _chart(part, chain),
        _by_solution(part, chain.currency),
        _unsettled(part),
        *quotes(part),
        _risks(part),
    ]
    return Section(ID, TITLE, QUESTION, reading_words(part, chain.currency), kept(blocks))


def _sum(part: ReadingPart, column: str) -> float:
    if column not in part.by_solution.columns:
        return 0.0
    return float(sum(float(value) for value in part.by_solution[column] if not is_missing(value)))


def _counted(part: ReadingPart) -> pd.DataFrame:
    return part.events[part.events["counted"].astype(bool)] if "counted" in part.events.columns else part.events.head(0)


def reading_words(part: ReadingPart, currency: str | None) -> str:
    """The answer in one sentence."""
    saving, gain = _sum(part, "realised_saving"), _sum(part, "realised_gain")
    read = f"{counted(len(part.readings), 'document')} state {counted(len(part.events), 'value event')}"
    return (
        f"{read}; {len(_counted(part))} count as realised: {money(saving, currency)} saved and "
        f"{money(gain, currency)} gained, as claimed by the reports."
    )


def reading_figures(part: ReadingPart, currency: str | None) -> Figures:
    """Headline numbers of realised value."""
    counted_events = len(_counted(part))
    return Figures(
        (
            Figure(
                "Realised savings",
                money(_sum(part, "realised_saving"), currency),
                "claimed",
                "stated in reports, credited to a solution",
            ),
            Figure(
                "Realised gains",
                money(_sum(part, "realised_gain"), currency),
                "claimed",
                "revenue stays apart: no margin is assumed",
            ),
            Figure(
                "Events counted",
                f"{counted_events} of {len(part.events)}",
                "claimed",
                "the others: planned, denied, unsure or not money",
            ),
            Figure(
                "For a person to settle",
                str(len(part.unsettled)),
                "claimed",
                "read, but not sure enough to count",
                "warn" if len(part.unsettled) else "",
            ),
        )
    )


def _chart(part: ReadingPart, chain: ChainResult) -> Gallery | None:
    frame = part.by_solution
    if frame.empty:
        return None
    sizes = [
        (_plain(row.get("realised_saving")), _plain(row.get("realised_gain")), row) for row in frame.to_dict("records")
    ]
    sizes = sorted((item for item in sizes if item[0] or item[1]), key=lambda item: -(item[0] + item[1]))[:14]
    if not sizes:
        return None
    scale = money_scale(saving + gain for saving, gain, _ in sizes)
    bars = [_bar(saving, gain, row, scale, chain.currency) for saving, gain, row in sizes]
    title, unit = "Realised value by solution", unit_of(chain.currency, scale)
    svg = ranked_bars("value", bars, title=title, unit=unit, divisor=scale.divisor, synthetic=chain.synthetic)
    note = "Dark: savings; light: gains. The figure at the end is the mean confidence of the events counted."
    return Gallery("", (Chart("Realised value by solution", svg, "claimed", note),))


def _bar(saving: float, gain: float, row: Mapping[Any, Any], scale: Scale, currency: str | None) -> RankedBar:
    name = str(row.get("name") or row.get("solution") or "credited to no solution")
    parts = [
        Part(size, shade, hatched=False, words=f"{name}: {words} {scaled(size, scale)} {unit_of(currency, scale)}")
        for size, shade, words in ((saving, "water", "saved"), (gain, "water-2", "gained"))
        if size
    ]
    return RankedBar(name, tuple(parts), end=confidence_words(row.get("confidence")))


def _plain(value: Any) -> float:
    return 0.0 if is_missing(value) else float(value)


_MONEY = ("realised_saving", "realised_gain", "revenue", "saving_a_year", "other_changes")
_LABELS = {
    "realised_saving": "Saved",
    "realised_gain": "Gained",
    "saving_a_year": "Saved a year",
    "events": "Events",
}


def _by_solution(part: ReadingPart, currency: str | None) -> Table | None:
    frame = part.by_solution
    if frame.empty:
        return None
    amounts = [name for name in _MONEY if name in frame.columns and _numeric(frame[name])]
    scale = money_scale(value for name in amounts for value in frame[name])
    rest = [str(name) for name in frame.columns if name not in ("solution", "name", *amounts)]
    columns = [Column("Solution")]
    columns += [Column(_LABELS.get(name, heading(name)), unit_of(currency, scale), num=True) for name in amounts]
    columns += [Column(_LABELS.get(name, heading(name)), num=_numeric(frame[name])) for name in rest]
    rows = []
    for row in frame.to_dict("records"):
        name = str(row.get("name") or row.get("solution") or "credited to no solution")
        cells = [Cell(name, "" if is_missing(row.get("solution")) else str(row["solution"]))]
        cells += [Cell(scaled(row[column], scale) if _plain(row[column]) else MISSING) for column in amounts]
        cells += [
            Cell(confidence_words(row[column]) if column == "confidence" else _text(row[column])) for column in rest
        ]
        rows.append(Row(tuple(cells)))
    note = "Rates and totals are never added, company-wide claims never to a solution's."
    return Table("Realised value by solution", tuple(columns), tuple(rows), "claimed", note, "value_by_solution.csv")


def _numeric(values: pd.Series) -> bool:
    found = [value for value in values if not is_missing(value)]
    return bool(found) and all(not isinstance(value, str | bool) and hasattr(value, "__float__") for value in found)


def _text(value: Any) -> str:
    if is_missing(value):
        return MISSING
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return number(value) if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _unsettled(part: ReadingPart) -> Table | None:
    frame = part.unsettled
    if frame.empty:
        return None
    rows = [_unsettled_row(event) for event in frame.to_dict("records")]
    columns = (Column("Claim"), Column("Solution"), Column("Status"), Column("Why it is not counted"),
               Column("Confidence", num=True), Column("Document"))  # fmt: skip
    return Table(
        "Claims that are not counted", columns, tuple(rows), "claimed", "", "value_events.csv", folded=len(rows) > 12
    )


def _unsettled_row(event: Mapping[Any, Any]) -> Row:
    reason = event.get("why") or event.get("band") or MISSING
    return Row(
        (
            Cell(event_words(event)),
            Cell(str(event.get("solution") or "none")),
            Cell(str(event.get("status") or "")),
            Cell(str(reason)),
            Cell(confidence_words(event.get("confidence"))),
            Cell(str(event.get("document") or "")),
        )
    )


def _risks(part: ReadingPart) -> Table | None:
    rows = []
    for reading in part.readings:
        text = part.texts.get(str(reading.get("id")), "")
        for risk in reading.get("risks") or []:
            start, end = (risk.get("evidence") or [0, 0])[:2]
            quoted = Cell(text[start:end] or MISSING, lang=language(text) if text else None)
            rows.append(Row((Cell(heading(str(risk.get("risk")))), quoted, Cell(str(reading.get("id"))))))
    columns: Sequence[Column] = (Column("Signal"), Column("Passage"), Column("Document"))
    return Table("Signals of projects in trouble", tuple(columns), tuple(rows), "claimed") if rows else None
