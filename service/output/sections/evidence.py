"""Evidence of value events: the passage as written, marked, with what was read from it.

Role: quote documents by the events' offsets, in the document's language.
Must not know: how an event was found.
"""

from collections.abc import Mapping
from typing import Any

from service.chain import ReadingPart
from service.output.formats import MISSING, counted, heading, is_missing, money, number
from service.output.page import Block, Quote, Quotes

CONTEXT = 90
MOVES = ("saving", "gain", "change")
"""Kinds of statements that say value moved, as opposed to levels, shares, gaps, ratios and spending."""
SHOWN, MORE = 12, 60
_HAN = range(0x4E00, 0xA000)
_TRADITIONAL = frozenset("億萬與後來實際業務節數據網銀擊風險較這個們對應開發產區單")


def quotes(part: ReadingPart, names: Mapping[str, str]) -> list[Block | None]:
    """Passages that count first, largest amounts first; beyond the first dozen they open on demand."""
    known = dict(zip(part.by_solution.get("solution", ()), part.by_solution.get("name", ()), strict=False)) | dict(
        names
    )
    events = sorted(part.events.to_dict("records"), key=_standing)[: SHOWN + MORE]
    found = [quote for quote in (_quote(event, part, known) for event in events) if quote is not None]
    more = found[SHOWN:]
    return [
        Quotes("The evidence, as written", tuple(found[:SHOWN])) if found else None,
        Quotes(counted(len(more), "more passage"), tuple(more), folded=True) if more else None,
    ]


def _standing(event: Mapping[Any, Any]) -> tuple[bool, bool, bool, float]:
    amount = float(event["value"]) if event.get("unit") == "money" else 0.0
    return not event.get("counted"), event.get("band") != "review", event.get("kind") not in MOVES, -amount


def _quote(event: Mapping[Any, Any], part: ReadingPart, names: Mapping[str, str]) -> Quote | None:
    text = part.texts.get(str(event.get("document")))
    span = event.get("evidence")
    if text is None or span is None or is_missing(span):
        return None
    start, end = int(span[0]), int(span[1])
    counted_here = bool(event.get("counted"))
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
        confidence=confidence_words(event.get("confidence")),
        solution="credited to no solution" if is_missing(solution) else names.get(str(solution), str(solution)),
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


def event_words(event: Mapping[Any, Any]) -> str:
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


def confidence_words(value: Any) -> str:
    """A confidence (0 to 1) as a percentage; words stay words; a missing one is blank."""
    if is_missing(value) or isinstance(value, str):
        return "" if is_missing(value) else str(value)
    return f"{number(float(value) * 100)} %"
