"""The quantity grammar: exact values with units, out of normalised text.

Role: find every percentage, point, multiple, sum of money, count, duration and score, in Decimal, with its span.
Must not know: metrics, solutions, or whether a quantity belongs to a claim.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from nlp import units
from nlp.currencies import (
    BARE_HUNDRED_MILLIONS,
    COINS_AFTER,
    LATE_SCALE,
    MONEY_SUFFIX,
    NOT_MONEY_BEFORE,
    SUBUNIT,
    SUBUNITS,
    Prefix,
    coins_after,
    currency_of,
    prefix_before,
)  # fmt: skip
from nlp.durations import rounded, small, time_at
from nlp.figures import Number, number_at
from nlp.numerals import EN_SCALES, chinese
from nlp.parts import parts_of

LARGE_WORD = 100
_WEAK_WORDS = frozenset(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"])


@dataclass(frozen=True, slots=True)
class Quantity:
    """One quantity: [start, end) in the text, exact non-negative `value`, unit of the contract, ISO currency.

    `sign` is -1, 0 or 1 where the text prints a sign; `weak` marks a number without a unit of its own; `noun` is the
    word counted; `high` is the upper end of a range; `bare_currency` says that 元 or $ stood without a country; `raw` is
    the number as written, before scale and conversion.
    """  # noqa: E501

    start: int
    end: int
    value: Decimal
    unit: str
    currency: str | None = None
    sign: int = 0
    weak: bool = False
    noun: str = ""
    scale: int = 1
    high: Decimal | None = None
    bare_currency: str = ""
    form: str = "digits"
    raw: Decimal = Decimal(0)


def find_quantities(text: str, masked: Sequence[tuple[int, int]] = ()) -> list[Quantity]:
    """Quantities of normalised text in order, none overlapping another or a masked span (dates, periods)."""
    blocked = _Blocked(masked)
    found: list[Quantity] = []
    for part in parts_of(text):
        if not blocked.overlaps(part.start, part.end):
            found.append(
                Quantity(
                    part.start, part.end, part.value, part.unit, sign=part.sign, weak=part.weak, noun=part.noun,
                    high=part.high, form=part.form,
                )
            )  # fmt: skip
            blocked.add([(part.start, part.end)])
    blocked.add([match.span() for match in units.NOT_QUANTITY.finditer(text)])
    if "@" in text:
        blocked.add([match.span() for match in units.EMAIL.finditer(text)])
    position = 0
    for match in _numerals(text):
        if match.start() < position or blocked.overlaps(match.start(), match.end()) or _numbered(text, match):
            continue
        quantity = _at(text, match, position)
        if quantity is not None:
            found.append(replace(quantity, start=position) if quantity.start < position else quantity)
            position = quantity.end
    return _apart(sorted(found, key=lambda item: item.start))


def _numerals(text: str) -> Iterator["re.Match[str]"]:
    """Numerals of the text in order: only words and signs that can begin one are tried."""
    position = 0
    for start in units.START.finditer(text):
        at = start.start()
        if at < position:
            continue
        word = start[0]
        if word[0].isalpha() and word.isascii():
            lowered = word.lower()
            if lowered not in units.NUMERAL_WORDS and not lowered.endswith("fold"):
                continue
        match = units.NUMBER.match(text, at)
        if match is not None:
            position = match.end()
            yield match


def _numbered(text: str, match: "re.Match[str]") -> bool:
    """Whether a figure is the number of a thing: phase 2, ISO 27001, top 10."""
    start = match.start()
    if match.lastgroup != "arabic" or not start:
        return False
    before = units.BEFORE_NUMBER.search(text, max(0, start - 18), start)
    if before is None or before[1].lower() not in units.NUMBERED:
        return False
    return units.NUMBERING.match(text, start) is not None


def _apart(found: Sequence[Quantity]) -> list[Quantity]:
    kept: list[Quantity] = []
    for item in found:
        if not kept or item.start >= kept[-1].end:
            kept.append(item)
    return kept


class _Blocked:
    """Spans that hold no quantity, answered by bisection."""

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        self._spans: list[tuple[int, int]] = []
        self._starts: list[int] = []
        self.add(spans)

    def add(self, spans: Sequence[tuple[int, int]]) -> None:
        if not spans:
            return
        merged: list[tuple[int, int]] = []
        for start, end in sorted([*self._spans, *spans]):
            if merged and start < merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        self._spans, self._starts = merged, [start for start, _ in merged]

    def overlaps(self, start: int, end: int) -> bool:
        index = bisect_right(self._starts, end - 1) - 1
        return index >= 0 and self._spans[index][1] > start


def _at(text: str, match: "re.Match[str]", lowest: int) -> Quantity | None:
    """The quantity of one numeral; nothing before `lowest` belongs to it."""
    start, group, word = match.start(), match.lastgroup or "", match[0]
    prefix = prefix_before(text, start)
    if prefix is not None and prefix.start < lowest:
        prefix = None
    number = number_at(text, start, match.end(), group, word)
    if number is None:
        return None
    glued = start and prefix is None and _latin_before(text, start)
    if glued and not (text[start - 1].isalpha() and units.GLUED.match(text, number.end)):
        return None
    if prefix is not None:
        spaced = units.SPACED_REST.match(text, match.end()) if number.scale == 1 and group == "arabic" else None
        if spaced:
            number = number_at(text, start, spaced.end(), group, text[start : spaced.end()]) or number
        number.factor(prefix.factor)
        begin, sign = prefix.start, prefix.sign
    else:
        begin, sign = start, 0
    if not sign:
        sign, begin = _sign(text, begin)
    made = _money(text, begin, number, prefix) or _suffixed(text, begin, number)
    if made is None:
        made = _counted(text, begin, number)
    if made is None:
        return None
    if text[made.end : made.end + 1] in {"↑", "▲", "↓", "▼"} and not sign:
        sign = 1 if text[made.end] in units.UP_SIGNS else -1
    high = None if number.spread is None else rounded(made.value * number.spread)
    return replace(made, sign=sign, scale=number.scale, raw=number.value / number.scale, high=high)


def _latin_before(text: str, start: int) -> bool:
    """Whether a number is the tail of a name or code: H100, T+3 is none, GMV1,862万元 is let through by its unit."""
    before = text[start - 1]
    return before.isascii() and (before.isalnum() or before in "_.#")


def _sign(text: str, start: int) -> tuple[int, int]:
    left = text[max(0, start - 10) : start]
    if not left or left[-1] not in "-+±负▲▼↑↓△ ":
        return 0, start
    match = units.SIGN_BEFORE.search(left)
    if match is None:
        return 0, start
    symbol = match["sign"].strip().lower()
    sign = 1 if symbol in {"+", "plus", "▲", "↑"} else 0 if symbol in {"±", "△"} else -1
    return sign, start - len(match["sign"])


def _money(text: str, start: int, number: Number, prefix: Prefix | None) -> Quantity | None:
    end, value = number.end, number.value
    code = None if prefix is None else prefix.code
    bare = (
        prefix.written.lower() if prefix is not None and prefix.written.lower() in {"$", "¥", "kr", "dollars"} else None
    )
    suffix = MONEY_SUFFIX.match(text, end)
    if (
        suffix is not None
        and code is not None
        and (suffix["en"] or suffix["sign"])
        and units.NUMBER_NEXT.match(text, suffix.end())
    ):
        suffix = None
    if suffix is None:
        coins = _coins(text, start, number, prefix)
        if coins is not None or code is None:
            return coins
    else:
        end = suffix.end()
        written = suffix["word"] or suffix["sign"] or suffix["en"] or suffix["in"] or suffix["unit"]
        if suffix["mega"]:
            value *= 1000 if suffix["mega"] == "k" else 10**6
        if written and not (bare is None and code):
            code, bare = currency_of(written), ("$" if written.lower() in {"$", "dollars", "dollar"} else None)
        elif suffix["yuan"] and code is None:
            code, bare = "CNY", "元"
    if code is None:
        return None
    late = LATE_SCALE.match(text, end) if number.scale == 1 else None
    if late and suffix:
        number.factor(EN_SCALES[late["scale"].lower()])
        return Quantity(start, late.end(), number.value, "money", code, bare_currency=bare or "")
    value, end = coins_after(text, end, value)
    return Quantity(start, end, value, "money", code, bare_currency=bare or "")


def _coins(text: str, start: int, number: Number, prefix: Prefix | None) -> Quantity | None:
    """An amount in small coins: 45 pence, 12-cent, 两毛三, 1.8分钱."""
    match = SUBUNIT.match(text, number.end)
    if match is None or (prefix is not None and match["sub"] == "p"):
        return None
    sub = match["sub"].lower()
    if sub == "p" and (number.value >= 300 or number.group != "arabic"):
        return None
    code, parts = SUBUNITS[sub]
    value, end = number.value / parts, match.end()
    if parts == 10 and (fen := COINS_AFTER.match(text, end)):
        value, end = value + small(fen["fen"]) / 100, fen.end()
    return Quantity(start, end, value, "money", code, bare_currency="c" if sub in {"cents", "cent", "¢"} else "")


def _suffixed(text: str, start: int, number: Number) -> Quantity | None:
    end, value = number.end, number.value
    for pattern, unit in (
        (units.PERCENTAGE_POINT, "percentage_point"),
        (units.BASIS_POINT, "basis_point"),
        (units.PERCENT, "percent"),
        (units.TIMES, "times"),
    ):
        match = pattern.match(text, end)
        if match:
            if unit == "times" and match["half"]:
                value += Decimal("0.5")
            return Quantity(start, match.end(), value, unit)
    match = units.TENTHS.match(text, end)
    if match and value <= 10:
        tail = match["tail"]
        extra = Decimal(0) if not tail else Decimal(5) if tail == "半" else chinese(tail) or Decimal(0)
        return Quantity(start, match.end(), value * 10 + extra, "percent", form="tenths")
    match = units.DISCOUNT.match(text, end)
    if match and value < 100 and value != 10:
        paid = value * 10 if value < 10 else value
        return Quantity(start, match.end(), 100 - paid, "percent", sign=-1, form="discount")
    match = units.PER_MILLE.match(text, end)
    if match:
        return Quantity(start, match.end(), value / 10, "percent")
    return _timed(text, start, number)


def _timed(text: str, start: int, number: Number) -> Quantity | None:
    end, value, group = number.end, number.value, number.group
    time = time_at(text, end, value, number.start)
    if time is not None:
        return Quantity(start, time.end, time.value, time.unit, noun=time.noun)
    if units.MANIFOLD.match(text, end) and (
        value != int(value) or units.GROWN.search(text[max(0, start - 24) : start])
    ):
        return Quantity(start, end + len(" times"), value, "times")
    match = units.SCORE.match(text, end)
    if match and (group != "english" or match[0].strip().startswith(("p", "o"))):
        points = match[0].strip().startswith("p")
        return Quantity(start, match.end(), value, "score", noun="points" if points else match[0].strip(), weak=points)
    return None


def _counted(text: str, start: int, number: Number) -> Quantity | None:
    end, value, group, scaled = number.end, number.value, number.group, number.scale != 1
    match = units.COUNT_ZH.match(text, end)
    if match:
        return Quantity(start, match.end(), value, "count", noun=match["noun"])
    if "亿" in text[number.start : end] and BARE_HUNDRED_MILLIONS.match(text, end):
        before = text[max(0, start - 14) : start]
        if not NOT_MONEY_BEFORE.search(before):
            return Quantity(start, end, value, "money", "CNY", bare_currency="元")
    if group == "chinese":
        large = scaled or value >= LARGE_WORD
        return Quantity(start, end, value, "count", weak=True, form="word") if large else None
    noun = units.COUNT_EN.match(text, end)
    if noun and (noun["unit"] or noun["tonnes"]):
        return Quantity(start, noun.end(), value, "count", noun=(noun["unit"] or "t").lower())
    following = text[end : end + 1]
    if following and following.isascii() and (following.isalpha() or following in "_"):
        return None
    lowered = number.word.lower()
    if group == "english" and lowered in {"a", "an"}:
        return None
    weak = group == "english" and lowered in _WEAK_WORDS
    if group == "english" and noun is None and not scaled and (lowered == "one" or following == "-"):
        return None
    if lowered == "one" and units.PRONOUN.search(text[max(0, start - 10) : start]):
        return None
    form = "word" if weak or group in {"english", "part"} else "digits"
    return Quantity(start, end, value, "count", weak=True, noun=noun["noun"].lower() if noun else "", form=form)
