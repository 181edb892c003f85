"""From quantities to candidate claims: ranges and from–to pairs joined, units shared, clauses found.

Role: propose every stretch of text that could be a value event, with its exact numbers.
Must not know: whether a candidate is a claim, which metric it is about or whom it is credited to.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from nlp.annotation import Annotated
from nlp.durations import rounded
from nlp.quantities import Quantity
from nlp.structure import Sentence, clauses_of

_RANGE = re.compile(r"\s*(?:-|–|—|~|至|到|to|or|或)\s*", re.IGNORECASE)
_BETWEEN = re.compile(r"(?:between|介于|在)\s*(?:约|about )?\Z", re.IGNORECASE)
_FROM = re.compile(
    r"(?:\bfrom(?: (?:about|around|nearly|roughly|almost|over|just|a|an|some|under))*|(?:(?:[从由自]|(?<!相)较(?![前早])|(?<!率)(?<!对)(?<!占)比(?![率例重]))[^,，。;；\d]{0,22}))\s*\Z",
    re.IGNORECASE,
)
_TO = re.compile(
    r"(?:[^.。;；!?\d，,]{0,40}?|[^.。;；!?\d\u3400-\u9fff]{0,40}?)(?:\bto\b|至|到|为|成|→|->|=>)[^.。;；\d,，]{0,22}",
    re.IGNORECASE,
)
_ARROW = re.compile(r"\s*(?:→|->|=>|⇒)\s*")
_MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_TIME = rf"(?:(?:in|at|by) )?(?:the )?(?:{_MONTH} )?(?:Q[1-4] |H[12] )?(?:(?:20)?\d{{2}}(?:/\d{{2}})?(?:-Q\d)?|{_MONTH}|Q[1-4])"
_ABOUT = r"(?: (?:about|around|nearly|roughly|a|an|some|just|average|of))*"
_BACK = re.compile(
    rf"(?:[^.;,，(|。；\d]{{0,24}})?[,，(]?\s*(?:up|down|increased|improved|reduced|rising|falling|compared) from{_ABOUT}\s*|"
    rf"(?:[^.;,，(|。；\d]{{0,24}}[,，(])?\s*from{_ABOUT}\s*|"
    rf"[^.;,，(|。；\d]{{0,24}}?[,，(]?\s*(?:previously|formerly|against|instead of|rather than|before:?|(?:where )?it used to be|"
    rf"last (?:year|month|quarter|autumn|spring|winter|summer):?|a year (?:ago|earlier):?|old [a-z]+:|(?:the )?year before:?){_ABOUT}\s*|"
    rf"[,，(]?\s*(?:was|after){_ABOUT}\s*|"
    rf"[^.;,，(|。；\d]{{0,16}}\({_TIME}:? ?|"
    r"[^.;,，(|。；\d]{0,12}[(,]?\s*(?:原为|原来为?|原先为?|此前为?|之前为?|上线前为?|去年同期为?|上年同期为?|去年为?|上年为?|过去要?|从前要?|上期为?|上季为?|前次为?|Q[1-4]为?):?\s*",
    re.IGNORECASE,
)
_LINK_WORDS = re.compile(r"\b(?:in|at|by|and|for|during|of)\b|[\s,，()]+", re.IGNORECASE)
_MOVED_BY = re.compile(
    r"(?:\bby(?: (?:about|around|nearly|almost|over))?|\b(?:rose|rises|risen|grew|grown|fell|fallen|dropped|declined|improved|increased|gained|lost|added)|"
    r"(?:上升|下降|提高|提升|增加|减少|增长|上涨|下跌|缩短|降低|升|降|增|减|涨|跌)了?) ?\Z",
    re.IGNORECASE,
)
_TO_WORDS = frozenset({"to", "至", "到", ",至", ",达到", ",达", ",为", "为", "，至", "，达到", "，达", "，为"})
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
    while position < len(quantities):
        first = quantities[position]
        second = quantities[position + 1] if position + 1 < len(quantities) else None
        joined = None if second is None else _pair(document, sentence, first, second)
        position += 1 if joined is None else 2
        made = joined or _single(first)
        clause = _clause(clauses, made.start, made.end)
        yield replace(made, clause=clause, sentence=sentence, per=_rate(text, made, clause), order=order)
        order += 1


_NOWHERE = Sentence(0, 0, 0, "en", 0, -1)


def _single(quantity: Quantity) -> Candidate:
    span = (quantity.start, quantity.end)
    return Candidate(
        *span, span, _NOWHERE, quantity.value, quantity.unit, quantity.currency, quantity.form, quantity,
        value_range=None if quantity.high is None else (quantity.value, quantity.high),
    )  # fmt: skip


def _pair(document: Annotated, sentence: Sentence, first: Quantity, second: Quantity) -> Candidate | None:
    text = document.norm
    gap = text[first.end : second.start]
    if len(gap) > 70:
        return None
    left = text[max(sentence.start, first.start - 40) : first.start]
    if {first.form, second.form} & {"doubled", "half", "part"}:
        return None
    first, second = _shared(first, second)
    if first.unit == "percentage_point" and second.unit == "percent" and gap.strip(" ,，").lower() in _TO_WORDS:
        return replace(_single(first), end=second.end, after=second.value)
    if first.unit != second.unit or (first.unit == "money" and first.currency != second.currency):
        return None
    from_cue = _FROM.search(left)
    if _ARROW.fullmatch(gap) or (from_cue and _TO.fullmatch(gap)):
        return _moved(first, second, first.start, second.end)
    if _BACK.fullmatch(gap) and first.unit not in {"percentage_point", "times"} and first.value != second.value:
        return _moved(second, first, first.start, second.end)
    if _MOVED_BY.search(left) and gap.strip().lower() in _TO_WORDS and not from_cue:
        return replace(_single(first), end=second.end, after=second.value)
    plain = _RANGE.fullmatch(gap) or (_BETWEEN.search(left) and gap.strip().lower() in {"and", "和", "与"})
    if plain and not from_cue and first.value < second.value:
        ranged = replace(first, end=second.end, high=second.value)
        return _single(ranged)
    return _dated(document, first, second)


def _dated(document: Annotated, first: Quantity, second: Quantity) -> Candidate | None:
    """Two figures of one thing at two dates: $18.3m in 2024 ($26.1m in 2023)."""
    between = [period for period in document.periods_in(first.end, second.start) if period.days]
    after = [period for period in document.periods_in(second.end, second.end + 8) if period.days]
    if len(between) != 1 or not after or not between[0].days or not after[0].days:
        return None
    words = document.norm[first.end : between[0].start] + document.norm[between[0].end : second.start]
    words = words.replace(first.noun, "") if first.noun else words
    if _LINK_WORDS.sub("", words) or between[0].days == after[0].days:
        return None
    if between[0].days < after[0].days:
        return _moved(first, second, first.start, second.end)
    return _moved(second, first, first.start, second.end)


def _shared(first: Quantity, second: Quantity) -> tuple[Quantity, Quantity]:
    """Give a bare number the unit and scale that its partner states: 从40提升到85%, $3-4m, 11 days to 4."""
    if first.weak and not second.weak and second.unit != "count":
        first = _like(first, second)
    elif second.weak and not first.weak and first.unit != "count":
        second = _like(second, first)
    if first.unit == second.unit == "money":
        if first.bare_currency and not second.bare_currency:
            first = replace(first, currency=second.currency)
        elif second.bare_currency and not first.bare_currency:
            second = replace(second, currency=first.currency, bare_currency="")
    if first.unit == second.unit == "money" and first.scale == 1 < second.scale and first.value < 1000:
        scaled = first.value * second.scale
        if scaled <= second.value * 20:
            first = replace(first, value=scaled, scale=second.scale)
    return first, second


def _like(bare: Quantity, model: Quantity) -> Quantity:
    factor = Decimal(1) if model.raw == 0 else model.value / model.raw
    large = bare.scale != 1 or (model.scale != 1 and bare.value > 1000)
    value = bare.value if model.unit == "money" and large else bare.value * factor
    return replace(bare, value=rounded(value), unit=model.unit, currency=model.currency, weak=False, noun=model.noun)


def _moved(before: Quantity, after: Quantity, start: int, end: int) -> Candidate:
    unit = "percentage_point" if before.unit == "percent" else before.unit
    return Candidate(
        start, end, (start, end), _NOWHERE, abs(after.value - before.value), unit, before.currency, "from_to", after,
        before=before.value, after=after.value,
    )  # fmt: skip


def _clause(clauses: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    """The clause or clauses that hold a numeric stretch; a very short clause takes the one before it along."""
    touched = [span for span in clauses if span[0] < end and start < span[1]]
    if not touched:
        return (start, end)
    first, last = min(touched[0][0], start), max(touched[-1][1], end)
    if (start - first) + (last - end) < MIN_CLAUSE:
        index = clauses.index(touched[0])
        if index:
            first = clauses[index - 1][0]
    return first, last


def _rate(text: str, candidate: Candidate, clause: tuple[int, int]) -> str | None:
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
