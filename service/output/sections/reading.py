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
    Block,
    Cell,
    Chart,
    Column,
    Figure,
    Figures,
    Gallery,
    Quote,
    Quotes,
    Row,
    Section,
    Table,
    kept,
)

ID, TITLE = "value", "What came of it"
QUESTION = "Did what was funded pay back, according to whom, and how sure is that?"
CONTEXT = 90
SHOWN, MORE = 12, 60
_HAN = range(0x4E00, 0xA000)
_TRADITIONAL = frozenset("億萬與後來實際業務節數據網銀擊風險較這個們對應開發產區單")


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
        *_quotes(part),
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
    return RankedBar(name, tuple(parts), end=_confidence(row.get("confidence")))


def _plain(value: Any) -> float:
    return 0.0 if is_missing(value) else float(value)


def _confidence(value: Any) -> str:
    if is_missing(value) or isinstance(value, str):
        return "" if is_missing(value) else str(value)
    return f"{number(float(value) * 100)} %"


_MONEY = ("realised_saving", "realised_gain", "other_changes")
_LABELS = {"realised_saving": "Saved", "realised_gain": "Gained", "other_changes": "Other changes", "events": "Events"}


def _by_solution(part: ReadingPart, currency: str | None) -> Table | None:
    frame = part.by_solution
    if frame.empty:
        return None
    amounts = [name for name in _MONEY if name in frame.columns and _numeric(frame[name])]
    scale = money_scale(value for name in amounts for value in frame[name])
    rest = [str(name) for name in frame.columns if name not in ("solution", "name", *amounts)]
    columns = [Column("Solution")]
    columns += [Column(_LABELS[name], unit_of(currency, scale), num=True) for name in amounts]
    columns += [Column(_LABELS.get(name, heading(name)), num=_numeric(frame[name])) for name in rest]
    rows = []
    for row in frame.to_dict("records"):
        name = str(row.get("name") or row.get("solution") or "credited to no solution")
        cells = [Cell(name, "" if is_missing(row.get("solution")) else str(row["solution"]))]
        cells += [Cell(scaled(row[column], scale) if _plain(row[column]) else MISSING) for column in amounts]
        cells += [Cell(_confidence(row[column]) if column == "confidence" else _text(row[column])) for column in rest]
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


def event_words(event: Mapping[str, Any]) -> str:
    """What was read from a passage: kind, metric, amount, status, period."""
    unit, value = str(event.get("unit") or ""), event.get("value")
    amount = money(value, event.get("currency")) if unit == "money" else f"{_short(value)} {_UNITS.get(unit, unit)}"
    sign = {"up": "▲ ", "down": "▼ "}.get(str(event.get("direction")), "")
    per = f" a {event['per']}" if event.get("per") else ""
    period = event.get("period")
    when = "" if is_missing(period) or not period else f", {period[0]} to {period[1]}"
    kind = str(event.get("kind", "")).replace("_", "–")
    return f"{heading(str(event.get('metric', '')))} · {kind} {sign}{amount}{per}{when}"


_UNITS = {
    "percent": "%", "percentage_point": "percentage points", "basis_point": "basis points", "times": "×",
    "duration_day": "days", "duration_month": "months", "count": "", "score": "points",
}  # fmt: skip


def _short(value: Any) -> str:
    if is_missing(value):
        return MISSING
    size = float(value)
    return number(size, 0) if size == int(size) else f"{size:,.6g}"


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
            Cell(_confidence(event.get("confidence"))),
            Cell(str(event.get("document") or "")),
        )
    )


def _quotes(part: ReadingPart) -> list[Block | None]:
    quotes = [_quote(event, part) for event in part.events.to_dict("records")]
    found = sorted((quote for quote in quotes if quote is not None), key=lambda quote: not quote.counted)
    return [
        Quotes("The evidence, as written", tuple(found[:SHOWN])) if found else None,
        Quotes(
            f"{counted(min(len(found), SHOWN + MORE) - SHOWN, 'more passage')}",
            tuple(found[SHOWN : SHOWN + MORE]),
            folded=True,
        )
        if len(found) > SHOWN
        else None,
    ]


def _quote(event: Mapping[Any, Any], part: ReadingPart) -> Quote | None:
    text = part.texts.get(str(event.get("document")))
    span = event.get("evidence")
    if text is None or span is None or is_missing(span):
        return None
    start, end = int(span[0]), int(span[1])
    counted_here = bool(event.get("counted"))
    names = dict(zip(part.by_solution.get("solution", ()), part.by_solution.get("name", ()), strict=False))
    solution = event.get("solution")
    return Quote(
        before=_before(text, start),
        evidence=text[start:end],
        after=_after(text, end),
        lang=language(text),
        document=str(event.get("document")),
        reading=event_words(event),
        status=str(event.get("status") or ""),
        counted=counted_here,
        why="" if counted_here or is_missing(event.get("why")) else str(event.get("why") or ""),
        confidence=_confidence(event.get("confidence")),
        solution="credited to no solution" if is_missing(solution) else str(names.get(solution) or solution),
    )


def _before(text: str, start: int) -> str:
    piece = text[max(0, start - CONTEXT) : start].rpartition("\n")[2]
    return ("…" if len(piece) == CONTEXT else "") + piece


def _after(text: str, end: int) -> str:
    piece = text[end : end + CONTEXT].partition("\n")[0]
    return piece + ("…" if len(piece) == CONTEXT else "")


def language(text: str) -> str:
    """BCP 47 tag for the browser's fonts and for screen readers, by script; not the reader's language detection."""
    sample = text[:2000]
    if sum(ord(char) in _HAN for char in sample) < 0.1 * max(len(sample), 1):
        return "en"
    return "zh-Hant" if sum(char in _TRADITIONAL for char in sample) >= 3 else "zh-Hans"


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
