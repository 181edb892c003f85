"""From quantities to candidate claims: pairs joined, clauses found, rates told from totals.

Role: propose every stretch of text that could be a value event, with its exact numbers.
Must not know: whether a candidate is a claim, which metric it is about or whom it is credited to.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from nlp.annotation import Annotated
from nlp.pairs import Stretch, inherited, pair, single
from nlp.quantities import Quantity
from nlp.structure import Sentence, clauses_of

_TO_BEFORE = re.compile(
    r"(?:\bto(?: (?:about|around|nearly|roughly|just|a|an|over|under|some))*|[至到为成])\s*\Z", re.IGNORECASE
)
_RATES = [
    (re.compile(pattern, re.IGNORECASE), per)
    for pattern, per in (
        (r"(?:a|per|each|every|/) ?(?:year|annum)\b|annual(?:ly|ised|ized)?\b|yearly|p\.a\.|/yr|每年|年均|一年|年度化|年化|按年|/年", "year"),
        (r"(?:a|per|each|every|/) ?quarter\b|quarterly\b|每季度?|/季", "quarter"),
        (r"(?:a|per|each|every|/) ?month\b|monthly\b|每个?月|月均|/月", "month"),
    )
]  # fmt: skip
_CUMULATIVE = re.compile(r"累计|累積|合计|总共|cumulative|in total|to date", re.IGNORECASE)
MIN_CLAUSE = 6
LABEL = 60


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible value event: numeric stretch [start, end), clause, exact numbers, and the rate it is stated at."""

    start: int
    end: int
    clause: tuple[int, int]
    sentence: Sentence
    value: Decimal
    unit: str
    currency: str | None
    form: str
    quantity: Quantity
    before: Decimal | None = None
    after: Decimal | None = None
    value_range: tuple[Decimal, Decimal] | None = None
    per: str | None = None
    order: int = 0


def candidates_of(document: Annotated) -> list[Candidate]:
    """Every candidate of the document in order of the text."""
    grouped: dict[int, list[Quantity]] = {}
    for quantity in document.quantities:
        grouped.setdefault(document.structure.at(quantity.start).index, []).append(quantity)
    found: list[Candidate] = []
    for index, quantities in grouped.items():
        sentence = document.structure.sentences[index]
        clauses = clauses_of(document.norm, sentence.start, sentence.end) or [(sentence.start, sentence.end)]
        found += _in_sentence(document, sentence, clauses, quantities)
    return found


def _in_sentence(
    document: Annotated, sentence: Sentence, clauses: Sequence[tuple[int, int]], quantities: Sequence[Quantity]
) -> Iterator[Candidate]:
    text = document.norm
    position = order = 0
    last: Quantity | None = None
    while position < len(quantities):
        first = quantities[position]
        second = quantities[position + 1] if position + 1 < len(quantities) else None
        joined = None if second is None else pair(document, sentence.start, first, second)
        position += 1 if joined is None else 2
        made = joined or single(inherited(text, last, first))
        last = last if made.quantity.weak else made.quantity
        clause = _clause(text, clauses, made.start, made.end)
        yield Candidate(
            made.start, made.end, clause, sentence, made.value, made.unit, made.currency, made.form, made.quantity,
            made.before, made.after, made.value_range, _rate(text, made, clause), order,
        )  # fmt: skip
        order += 1


def _clause(text: str, clauses: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    """The clause or clauses that hold a numeric stretch, with the label before a colon; a very short one takes the one before it along."""
    touched = [span for span in clauses if span[0] < end and start < span[1]]
    if not touched:
        return (start, end)
    first, last = min(touched[0][0], start), max(touched[-1][1], end)
    index = clauses.index(touched[0])
    if index:
        before = clauses[index - 1]
        label = text[before[1] : touched[0][0]].strip() in {":", "："} and before[1] - before[0] <= LABEL
        if label or (start - first) + (last - end) < MIN_CLAUSE:
            first = before[0]
    return first, last


def _rate(text: str, candidate: Stretch, clause: tuple[int, int]) -> str | None:
    right = text[candidate.end : min(clause[1], candidate.end + 24)]
    left = text[max(clause[0], candidate.start - 16) : candidate.start]
    for pattern, per in _RATES:
        after = pattern.search(right)
        if (after and after.start() <= 12) or pattern.search(left):
            return None if _CUMULATIVE.search(left) else per
    return None


def to_pattern(text: str, start: int, lowest: int) -> bool:
    """Whether a quantity is introduced as the place that a movement ends at: to, 至, 到."""
    return _TO_BEFORE.search(text[max(lowest, start - 24) : start]) is not None
