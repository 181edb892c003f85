"""The scope of a claim: the period it covers, the business unit it names, the document's own currency.

Role: resolve what surrounds a number but is not the number.
Must not know: metrics, solutions or how sure a claim is.
"""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date

from nlp.annotation import Annotated
from nlp.candidates import Candidate
from nlp.headers import headers_of
from nlp.normalise import has_han, is_traditional, normalise
from nlp.periods import Period

_BY = re.compile(r"(?:\bby(?: the end of)?|\buntil|\bbefore|到|至|截至|力争)\s*\Z|\A(?:by|until)\b", re.IGNORECASE)
_NOT_SCOPE = frozenset({"mention", "stamp", "this"})
_UNIT_EN = re.compile(
    r"\b(?:[A-Z][\w&'-]*(?: (?:and|&|of) )?\s?){1,4}(?:[Dd]epartment|[Dd]ivision|[Bb]usiness [Uu]nit|[Bb]ranch|[Ss]ubsidiary|[Tt]eam)\b|"  # noqa: E501
    r"\b[Tt]he ([a-z]+ (?:department|division|team))\b"
)
_UNIT_ZH = re.compile(
    r"(?<![\u3400-\u9fff])?[\u3400-\u9fff]{2,6}?(?:事业部|事业群|子公司|分公司|分行|部门|本部|业务部|[务售场险服信管发运财技产融采流]部|[务售运]处)"
)
_LOCAL = (
    ("新台币", "TWD"), ("台币", "TWD"), ("nt$", "TWD"), ("港元", "HKD"), ("港币", "HKD"), ("hk$", "HKD"),
    ("澳门元", "MOP"),
)  # fmt: skip


def period_of(document: Annotated, candidate: Candidate) -> tuple[date, date] | None:
    """First and last day of the time the claim covers: the nearest period of its clause, else of its sentence."""
    first, last = candidate.clause
    sentence = candidate.sentence
    for start, end in ((first, last), (sentence.start, sentence.end)):
        found = [period for period in document.periods_in(start, end) if _scopes(document, period)]
        if found:
            nearest = min(found, key=lambda period: _gap(period, candidate))
            return nearest.days
    return None


def _scopes(document: Annotated, period: Period) -> bool:
    if period.days is None or period.grain in _NOT_SCOPE:
        return False
    before = document.norm[max(0, period.start - 16) : period.start]
    return not _BY.search(before) and not _BY.match(document.norm[period.start : period.end])


def _gap(period: Period, candidate: Candidate) -> int:
    return candidate.start - period.end if period.end <= candidate.start else 4 * max(0, period.start - candidate.end)


def business_unit_of(document: Annotated, candidate: Candidate, known: Sequence[str]) -> str | None:
    """The business unit named in the clause or earlier in the sentence, as written in the text."""
    first, last = candidate.clause
    for start, end in ((first, last), (candidate.sentence.start, last)):
        text = document.norm[start:end]
        lowered = text.lower()
        spans = [(place, place + len(unit)) for unit in known if (place := lowered.find(normalise(unit).lower())) >= 0]
        spans += [match.span(1) if match[1] else match.span() for match in _UNIT_EN.finditer(text)]
        spans += [match.span() for match in _UNIT_ZH.finditer(text)]
        if spans:
            chosen = max(spans, key=lambda span: span[1] - span[0])
            return document.text[start + chosen[0] : start + chosen[1]]
    return None


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
