"""Amounts whose unit stands elsewhere: table headers (單位：新台幣百萬元, £m) and bare millions.

Role: give a bare number the currency and scale that a header of the document states for it.
Must not know: claims or metrics.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from nlp.currencies import currency_of
from nlp.numerals import EN_SCALES, zh_scale
from nlp.quantities import Quantity

_MONEY_ZH = "新台币|新台币元|台币|港币|港元|人民币|美元|欧元|日元|英镑"
_ZH = re.compile(
    rf"(?:单位 ?(?:是|为)? ?:? ?|\(|以)(?P<before>{_MONEY_ZH})?(?P<scale>百万|佰万|千万|仟万|亿|万|千|仟)(?P<after>{_MONEY_ZH}|元)(?P<last>{_MONEY_ZH})?|"
    rf"^[ \t|]*(?P<alone>{_MONEY_ZH})(?P<alone_scale>百万|千万|亿|万|千|仟)元?(?=[ \t]*(?:$|\|))",
    re.MULTILINE,
)
_EN = re.compile(
    r"(?<![\d.])(?P<sign>US\$|HK\$|NT\$|A\$|RMB|CNY|USD|HKD|TWD|EUR|GBP|\$|£|€|Ł) ?'?(?P<scale>mn?|millions?|bn|k|000s?|thousands?)(?![A-Za-z\d])|"
    r"\bin (?P<words>thousands|millions|billions) of (?P<currency>[a-z]+(?: dollars)?)|"
    r"\bin (?P<cents>euro cents|us cents|cents|pence)\b",
    re.IGNORECASE,
)
_PLAIN_NOUNS = frozenset(
    [
        "of",
        "in",
        "to",
        "and",
        "for",
        "from",
        "was",
        "is",
        "at",
        "by",
        "against",
        "less",
        "plan",
        "planned",
        "actual",
        "budget",
        "outturn",
        "or",
        "but",
        "with",
        "so",
        "as",
    ]
)
_PEOPLE = re.compile(
    r"(?:headcount|staff|users|customers|calls|tickets|incidents|accounts|people|fte|人数|员工|件数|户数|人员|站点)\W{0,3}\Z",
    re.IGNORECASE,
)
LONG_LINE = 90
_SUBUNITS = {"euro cents": "EUR", "us cents": "USD", "cents": "USD", "pence": "GBP"}


@dataclass(frozen=True, slots=True)
class Header:
    """From `start` to `stop`, bare numbers are sums of `currency` times `factor`; the header itself stands at `span`."""

    start: int
    stop: int
    span: tuple[int, int]
    currency: str
    factor: Decimal


@lru_cache(maxsize=8)
def headers_of(text: str) -> tuple[Header, ...]:
    """Headers of a normalised text in order; each holds from the line that states it."""
    found = [_zh(match, text) for match in _ZH.finditer(text)] + [_en(match, text) for match in _EN.finditer(text)]
    return tuple(sorted((header for header in found if header), key=lambda header: header.start))


def _reach(text: str, position: int) -> tuple[int, int]:
    """From the header's line to the end of the text; a header inside a long line of prose holds for that line alone."""
    start, stop = text.rfind("\n", 0, position) + 1, text.find("\n", position)
    stop = len(text) if stop < 0 else stop
    prose = stop - start > LONG_LINE and "|" not in text[start:stop] and position - start > LONG_LINE // 3
    return start, stop if prose else len(text)


def _zh(match: "re.Match[str]", text: str) -> Header | None:
    written = match["before"] or match["last"] or match["alone"] or (match["after"] if match["after"] != "元" else None)
    code = currency_of(written) if written else "CNY"
    scale = (match["scale"] or match["alone_scale"]).replace("仟", "千").replace("佰", "百")
    return Header(*_reach(text, match.start()), match.span(), code, Decimal(zh_scale(scale))) if code else None


def _en(match: "re.Match[str]", text: str) -> Header | None:
    reach = _reach(text, match.start())
    if match["cents"]:
        return Header(*reach, match.span(), _SUBUNITS[match["cents"].lower()], Decimal("0.01"))
    code = currency_of(match["sign"] or match["currency"])
    scale = (match["scale"] or match["words"]).lower()
    factor = 1000 if scale.startswith("000") else EN_SCALES.get(scale) or EN_SCALES[scale.rstrip("s")]
    return Header(*reach, match.span(), code, Decimal(factor)) if code else None


def with_headers(text: str, quantities: Sequence[Quantity]) -> list[Quantity]:
    """Quantities with bare numbers under a header, and bare millions of a text that speaks of money, made money."""
    headers = headers_of(text)
    starts = [header.start for header in headers]
    usual = _usual_currency(text, quantities)
    inside = [header.span for header in headers]
    return [
        _resolved(text, item, headers, starts, usual) if item.weak else item
        for item in quantities
        if not any(begin <= item.start and item.end <= end for begin, end in inside)
    ]


def _resolved(
    text: str, item: Quantity, headers: Sequence[Header], starts: Sequence[int], usual: str | None
) -> Quantity:
    if item.unit != "count" or item.form == "word" or (item.noun and item.noun not in _PLAIN_NOUNS):
        return item
    place = bisect_right(starts, item.start) - 1
    while place >= 0 and headers[place].stop <= item.start:
        place -= 1
    if place >= 0 and item.scale == 1 and not _PEOPLE.search(text[max(0, item.start - 16) : item.start]):
        header = headers[place]
        return replace(
            item,
            value=item.value * header.factor,
            unit="money",
            currency=header.currency,
            weak=False,
            scale=int(header.factor) or 1,
        )
    written = text[item.start : item.end]
    if item.scale >= 10**6 and usual and written[-1:].lower() in "mn.":
        return replace(item, unit="money", currency=usual)
    return item


def _usual_currency(text: str, quantities: Sequence[Quantity]) -> str | None:
    named = Counter(item.currency for item in quantities if item.currency)
    if named:
        return named.most_common(1)[0][0]
    code = re.search(r"\b(GBP|USD|EUR|HKD|TWD|CNY|AUD|CAD|SGD|CHF|JPY)\b|(£|€|US\$|HK\$|NT\$)", text)
    if code:
        return currency_of(code[0])
    return "GBP" if re.search(r"\b\d{2}/\d{2}(?:-Q\d)?\b", text) else None
