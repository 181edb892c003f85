"""Two quantities that make one statement: ranges, from–to, then and now, a movement and where it ended, shared units.

Role: decide whether neighbouring quantities belong together, and work out their one value exactly.
Must not know: clauses, sentences' structure, whether a statement is a claim.
"""

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from nlp.annotation import Annotated
from nlp.durations import rounded
from nlp.quantities import Quantity

WIDEST = 70
_RANGE = re.compile(r"\s*(?:-|–|—|~|至|到|to|or|或)\s*", re.IGNORECASE)
_BETWEEN = re.compile(r"(?:between|介于|在)\s*(?:约|about )?\Z", re.IGNORECASE)
_FROM = re.compile(
    r"(?:\bfrom(?: (?:about|around|nearly|roughly|almost|over|just|a|an|some|under))*|"
    r"(?:(?:[从由]|(?<![各亲独])自(?![评动主助身己然营研建带费从家有用行])|(?<!相)较(?![前早])|(?<!率)(?<!对)(?<!占)比(?![率例重]))[^,，。;；\d]{0,22}))\s*\Z",
    re.IGNORECASE,
)
_TO = re.compile(
    r"(?:[^.。;；!?\d，,]{0,40}?|[^.。;；!?\d\u3400-\u9fff]{0,40}?)(?:\bto\b|至|到|为|成|→|->|=>)[^.。;；\d,，]{0,22}",
    re.IGNORECASE,
)
_ROSE_TO = re.compile(
    r"\s*(?:大幅|逐步|稳步|又|再|已|一路|快速|显著|直接|进一步)?(?:上升|提升|提高|增加|增长|增|上涨|涨|升|降低|下降|降|减少|减|缩短|压缩|压|缩|下跌|跌|改善|扩大|跃升|回升|攀升|回落|变|变成|改为)"
    r"(?:至|到|为|成)(?:了|约|近)?\s*"
)
_THEN = re.compile(r"(?:从前|以前|过去|原来|原先|之前|此前|去年|上年|往年|当初|上线前|改造前)[^,，。；;\d]{0,12}\Z")
_NOW = re.compile(r"\s*[,，；;]\s*(?:而|但)?(?:现在|如今|目前|今年|现|眼下|上线后|改造后)[^,，。；;\d]{0,8}")
_ARROW = re.compile(r"\s*(?:→|->|=>|⇒)\s*")
_MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_TIME = rf"(?:(?:in|at|by) )?(?:the )?(?:{_MONTH} )?(?:Q[1-4] |H[12] )?(?:(?:20)?\d{{2}}(?:/\d{{2}})?(?:-Q\d)?|{_MONTH}|Q[1-4])"
_ABOUT = r"(?: (?:about|around|nearly|roughly|a|an|some|just|average|of))*"
_BACK = re.compile(
    rf"(?:[^.;,，(|。；\d]{{0,24}})?[,，(]?\s*(?:up|down|increased|improved|reduced|rising|falling|compared) from{_ABOUT}\s*|"
    rf"(?:[^.;,，(|。；\d]{{0,24}}[,，(])?\s*from{_ABOUT}\s*|"
    rf"[^.;,，(|。；\d]{{0,24}}?[,，(]?\s*(?:previously|formerly|instead of|rather than|before:?|(?:where )?it used to be|"
    rf"last (?:year|month|quarter|autumn|spring|winter|summer):?|a year (?:ago|earlier):?|old [a-z]+:|(?:the )?year before:?){_ABOUT}\s*|"
    rf"\s*[,，(]?\s*(?:was|after){_ABOUT}\s*|"
    rf"[^.;,，(|。；\d]{{0,16}}\({_TIME}:? ?|"
    r"[^.;,，(|。；\d]{0,12}[(,]?\s*(?:原为|原来为?|原先为?|此前为?|之前为?|上线前为?|去年同期为?|上年同期为?|去年为?|上年为?|过去要?|从前要?|上期为?|上季为?|前次为?|Q[1-4]为?):?\s*",
    re.IGNORECASE,
)
_AGAINST = re.compile(rf",?\s*against{_ABOUT}\s*", re.IGNORECASE)
_RANGED = re.compile(
    r"\b(?:rang(?:es?|ed|ing)|var(?:y|ies|ied|ying)|priced|anywhere|between)(?: [a-z]+)? from\s*\Z|介于\s*\Z",
    re.IGNORECASE,
)
_SAME_UNIT = re.compile(
    r"\b(?:was|is|are|were|took|takes?|had been|been|plan(?:ned)?|target|goal|norm|standard|manual|average|mean|median|industry|benchmark|peers?|"
    r"competitors?|budget|previous(?:ly)?|before|earlier|last (?:year|month|quarter)|a year ago|aim|want|against|compared|versus|vs|at|of which|branch|due)\b",
    re.IGNORECASE,
)
_OTHER_THING = re.compile(
    r"\b(?:incidents?|complaints?|tickets?|customers?|users?|calls?|headcount|staff|fte|rating|scores?|csat|nps|per|number|visits?|cases?|lines?|posts?|"
    r"people|members?|orders?|errors?|defects?|contacts?|engagement|satisfaction|injuries|payments?|stores?|sites?|hours?|days?|minutes?)\b",
    re.IGNORECASE,
)
_DEGREE = frozenset({
    "fewer", "less", "more", "better", "worse", "shorter", "longer", "faster", "slower", "quicker", "lower", "higher",
    "earlier", "later",
})  # fmt: skip
_END_OF_THOUGHT = re.compile(r"\s*(?:[.,;:)]|than\b|in\b|\Z)", re.IGNORECASE)
_LINK_WORDS = re.compile(r"\b(?:in|at|by|and|for|during|of)\b|[\s,，()]+", re.IGNORECASE)
_MOVED_BY = re.compile(
    r"(?:\bby(?: (?:about|around|nearly|almost|over))?|\b(?:rose|rises|risen|grew|grown|fell|fallen|dropped|declined|improved|increased|gained|lost|added)|"
    r"(?:上升|下降|提高|提升|增加|减少|增长|上涨|下跌|缩短|降低|升|降|增|减|涨|跌)了?) ?\Z",
    re.IGNORECASE,
)
_TO_WORDS = frozenset({"to", "至", "到", ",至", ",达到", ",达", ",为", "为", "，至", "，达到", "，达", "，为"})


@dataclass(frozen=True, slots=True)
class Stretch:
    """A numeric statement [start, end): its value and unit, the ends of its movement or range, its leading quantity."""

    start: int
    end: int
    value: Decimal
    unit: str
    currency: str | None
    form: str
    quantity: Quantity
    before: Decimal | None = None
    after: Decimal | None = None
    value_range: tuple[Decimal, Decimal] | None = None


def single(quantity: Quantity) -> Stretch:
    """A quantity that stands alone."""
    return Stretch(
        quantity.start, quantity.end, quantity.value, quantity.unit, quantity.currency, quantity.form, quantity,
        value_range=None if quantity.high is None else (quantity.value, quantity.high),
    )  # fmt: skip


def inherited(text: str, last: Quantity | None, bare: Quantity) -> Quantity:
    """A bare number that compares with a duration or small sum just stated takes its unit: 52 minutes, 18 fewer."""
    if last is None or last.weak or not bare.weak or bare.unit != "count" or bare.scale != 1:
        return bare
    if last.unit not in {"duration_day", "duration_month", "money"} or not last.raw or not bare.value:
        return bare
    between = text[last.end : bare.start]
    if (
        len(between) > 60
        or not Decimal("0.1") <= bare.value / last.raw <= 10
        or (last.unit == "money" and last.scale > 1)
    ):
        return bare
    if bare.noun in _DEGREE:
        place = bare.end + len(bare.noun) + 1
        fits = between.strip(" ,，") == "" and _END_OF_THOUGHT.match(text, place) is not None
    else:
        plain = not bare.noun or bare.noun in {"are", "to", "is", "with", "for", "by", "and", "in", "on", "at", "now"}
        said = between[between.rfind("(") + 1 :]
        fits = plain and _SAME_UNIT.search(said) is not None and _OTHER_THING.search(said) is None
    return _like(bare, last) if fits else bare


def pair(document: Annotated, lowest: int, first: Quantity, second: Quantity) -> Stretch | None:
    """Two neighbouring quantities as one statement, or None; `lowest` is where their sentence begins."""
    text = document.norm
    gap = text[first.end : second.start]
    if len(gap) > WIDEST:
        return None
    left = text[max(lowest, first.start - 40) : first.start]
    arrives = gap.strip(" ,，").lower() in _TO_WORDS
    if first.noun == "points" and second.unit == "percent" and arrives:
        first = replace(first, unit="percentage_point", weak=False)
    moved_by = _MOVED_BY.search(left) is not None and not _FROM.search(left)
    if (first.unit == "percent" and second.weak and moved_by) or _alone(first) or _alone(second):
        return None
    bare = first.weak and not second.weak
    first, second = _shared(first, second)
    if first.unit == "percentage_point" and second.unit == "percent" and arrives:
        return replace(single(first), end=second.end, after=second.value)
    if first.unit != second.unit or (first.unit == "money" and first.currency != second.currency):
        return None
    moved = None if bare and _RANGE.fullmatch(gap) and moved_by else _movement(left, gap, first, second)
    return moved or _range(left, gap, first, second) or _dated(document, first, second)


def _alone(item: Quantity) -> bool:
    """Doubled, halved, a third: such words join no other number; half a month does."""
    return item.form in {"doubled", "half", "part"} and not item.unit.startswith("duration")


def _movement(left: str, gap: str, first: Quantity, second: Quantity) -> Stretch | None:
    """From–to in either order, a movement with its end, then and now."""
    ranged = _RANGED.search(left) is not None
    from_cue = _FROM.search(left) is not None and not ranged
    if _ARROW.fullmatch(gap) or (from_cue and _TO.fullmatch(gap)) or _ROSE_TO.fullmatch(gap):
        return _moved(first, second, first.start, second.end)
    if _NOW.fullmatch(gap) and _THEN.search(left):
        return _moved(first, second, first.start, second.end)
    if _AGAINST.fullmatch(gap) and first.unit in {"duration_day", "duration_month", "count", "score"}:
        return _moved(second, first, first.start, second.end)
    if _BACK.fullmatch(gap) and first.unit not in {"percentage_point", "times"} and first.value != second.value:
        return _moved(second, first, first.start, second.end)
    if _MOVED_BY.search(left) and gap.strip().lower() in _TO_WORDS and not from_cue:
        return replace(single(first), end=second.end, after=second.value)
    return None


def _range(left: str, gap: str, first: Quantity, second: Quantity) -> Stretch | None:
    joined = _RANGE.fullmatch(gap) or (_BETWEEN.search(left) and gap.strip().lower() in {"and", "和", "与"})
    from_cue = _FROM.search(left) is not None and not _RANGED.search(left)
    if not joined or from_cue or first.value >= second.value:
        return None
    return single(replace(first, end=second.end, high=second.value))


def _dated(document: Annotated, first: Quantity, second: Quantity) -> Stretch | None:
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
    if {first.unit, second.unit} == {"duration_day", "duration_month"}:
        first, second = _in_days(first), _in_days(second)
    shared_scale = first.unit == second.unit == "money" or (first.unit == second.unit == "count" and first.weak)
    if shared_scale and first.scale == 1 < second.scale and first.value < 1000:
        scaled = first.value * second.scale
        if scaled <= second.value * 20:
            first = replace(first, value=scaled, scale=second.scale)
    return first, second


def _in_days(item: Quantity) -> Quantity:
    """Months beside days are months of 30 days: from half a month to two days."""
    if item.unit != "duration_month":
        return item
    return replace(item, value=item.value * 30, unit="duration_day")


def _like(bare: Quantity, model: Quantity) -> Quantity:
    factor = Decimal(1) if model.raw == 0 else model.value / model.raw
    if model.unit == "duration_day":
        factor = min(_DAYS, key=lambda known: abs(known / factor - 1)) if factor else Decimal(1)
    large = bare.scale != 1 or (model.scale != 1 and bare.value > 1000)
    value = bare.value if model.unit == "money" and large else bare.value * factor
    return replace(bare, value=rounded(value), unit=model.unit, currency=model.currency, weak=False, noun=model.noun)


_DAYS = [Decimal(7), Decimal(1), 1 / Decimal(24), 1 / Decimal(1440), 1 / Decimal(86_400), 1 / Decimal(86_400_000)]


def _moved(before: Quantity, after: Quantity, start: int, end: int) -> Stretch:
    unit = "percentage_point" if before.unit == "percent" else before.unit
    return Stretch(
        start, end, abs(after.value - before.value), unit, before.currency, "from_to", after,
        before=before.value, after=after.value,
    )  # fmt: skip
