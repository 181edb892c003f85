"""The scope of a claim: the period it covers, the business unit it names, the document's own currency.

Role: resolve what surrounds a number but is not the number.
Must not know: metrics, solutions or how sure a claim is.
"""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date

from nlp.annotation import Annotated
from nlp.candidates import Candidate
from nlp.headers import headers_of
from nlp.normalise import has_han, is_traditional, normalise
from nlp.periods import Period

_BY = re.compile(r"(?:\bby(?: the end of)?|\buntil|\bbefore|到|至|截至|力争)\s*\Z|\A(?:by|until)\b", re.IGNORECASE)
TITLE = 400
OPENING = 14
FEW_UNITS = 100
_REPORTED = frozenset({"quarter", "half", "year", "fiscal", "month", "months"})
_NOT_SCOPE = frozenset({"mention", "stamp", "this"})
_UNIT_ZH = re.compile(
    r"(?<![\u3400-\u9fff])?[\u3400-\u9fff]{1,6}?(?:事业部|事业群|子公司|分公司|分行|部门|本部|业务部|[务售场险服信管发运财技产融采流]部|[务售运]处)"
)
_LOCAL = (
    ("新台币", "TWD"), ("台币", "TWD"), ("nt$", "TWD"), ("港元", "HKD"), ("港币", "HKD"), ("hk$", "HKD"),
    ("澳门元", "MOP"),
)  # fmt: skip


def period_of(document: Annotated, candidate: Candidate, status: str) -> tuple[date, date] | None:
    """First and last day of the time the claim covers: the nearest period of its clause, else of its sentence.

    A realised figure without a period of its own stands in the one of its heading, else in the document's title or
    opening sentence, where that names just one. A plan does not: a report of 2024 plans for later years.
    """
    first, last = candidate.clause
    sentence = candidate.sentence
    for start, end in ((first, last), (sentence.start, sentence.end)):
        found = [period for period in document.periods_in(start, end) if _scopes(document, period)]
        if found:
            nearest = min(found, key=lambda period: _gap(period, candidate))
            return nearest.days
    return _period_above(document, candidate) if status == "realised" else None


def _period_above(document: Annotated, candidate: Candidate) -> tuple[date, date] | None:
    sentences = document.structure.sentences
    for place in dict.fromkeys((candidate.sentence.heading, 0)):
        if 0 <= place < candidate.sentence.index:
            above = sentences[place]
            found = {
                period.days
                for period in document.periods_in(above.start, min(above.end, above.start + TITLE))
                if period.grain in _REPORTED and _scopes(document, period)
            }
            if len(found) == 1:
                return found.pop()
    return None


def _scopes(document: Annotated, period: Period) -> bool:
    if period.days is None or period.grain in _NOT_SCOPE:
        return False
    before = document.norm[max(0, period.start - 16) : period.start]
    return not _BY.search(before) and not _BY.match(document.norm[period.start : period.end])


def _gap(period: Period, candidate: Candidate) -> int:
    return candidate.start - period.end if period.end <= candidate.start else 4 * max(0, period.start - candidate.end)


class UnitNames:
    """The business units of a catalogue, found in text by their first two characters: thousands cost what ten do."""

    def __init__(self, names: Iterable[str]) -> None:
        ordered = sorted({normalise(name) for name in names if name.strip()}, key=lambda name: (-len(name), name))
        self._few = ordered if len(ordered) <= FEW_UNITS else []
        self._by_start: dict[str, list[str]] = {}
        for name in ordered:
            self._by_start.setdefault(name[:2], []).append(name)

    def longest_in(self, text: str, start: int, end: int) -> tuple[int, int] | None:
        """Where the longest unit named in `text[start:end]` stands, the first of equals; None without one."""
        for name in self._few:
            place = text.find(name, start, end)
            if place >= 0:
                return place, place + len(name)
        if self._few:
            return None
        best: tuple[int, int] | None = None
        for place in range(start, end - 1):
            for name in self._by_start.get(text[place : place + 2], ()):
                if (best is None or len(name) > best[1] - best[0]) and text.startswith(name, place, end):
                    best = (place, place + len(name))
        return best


def business_unit_of(document: Annotated, candidate: Candidate, known: UnitNames) -> str | None:
    """The business unit of a claim credited to a solution, as written in the text.

    A unit of the catalogue in the sentence up to the end of the clause, else in the heading, title or opening words of
    the document, whose report it is; else a department that a Chinese document opens with.
    """
    first, last = candidate.sentence.start, candidate.clause[1]
    sentences = document.structure.sentences
    heading = sentences[candidate.sentence.heading] if candidate.sentence.heading >= 0 else sentences[0]
    spans = ((first, last), (heading.start, heading.end), (sentences[0].start, sentences[0].end))
    for start, end in spans:
        unit = known.longest_in(document.norm, start, min(end, start + TITLE))
        if unit:
            return document.text[unit[0] : unit[1]]
    opening = _UNIT_ZH.match(document.norm, sentences[0].start, min(sentences[0].end, sentences[0].start + OPENING))
    return document.text[opening.start() : opening.end()] if opening else None


def currency_of_document(document: Annotated) -> str:
    """The currency that a bare 元, $ or number means here: what a header says, else what the text names most.

    A traditional-Chinese text that names none is taken to mean New Taiwan dollars; a simplified one renminbi.
    """
    headers = headers_of(document.norm)
    if headers:
        return headers[0].currency
    named = Counter(
        quantity.currency for quantity in document.quantities if quantity.currency and not quantity.bare_currency
    )
    if is_traditional(document.text, document.norm):
        lowered = document.norm.lower()
        for word, code in _LOCAL:
            named[code] += word in lowered
        local = [(count, code) for code, count in named.items() if code in {"TWD", "HKD", "MOP", "CNY"} and count]
        return max(local)[1] if local else "TWD"
    if has_han(document.norm):
        return "CNY"
    return named.most_common(1)[0][0] if named else "USD"
