"""The quantity grammar: exact values with units, out of normalised text.

Role: find every percentage, point, multiple, sum of money, count, duration and score, in Decimal, with its span.
Must not know: metrics, solutions, or whether a quantity belongs to a claim.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from nlp import units
from nlp.durations import rounded, small, time_at
from nlp.numerals import EN_SCALES, chinese, english, zh_scale

LEFT = 24
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
    blocked = _Blocked([*masked, *(match.span() for match in units.NOT_QUANTITY.finditer(text))])
    found = list(_specials(text, blocked))
    blocked.add(found)
    found += _composed(text, blocked)
    blocked.add(found)
    found += _fractions(text, blocked)
    blocked.add(found)
    position = 0
    for match in units.NUMBER.finditer(text):
        if match.start() < position or blocked.overlaps(match.start(), match.end()):
            continue
        quantity = _at(text, match.start(), match.end(), match.lastgroup or "")
        if quantity is not None:
            found.append(replace(quantity, start=max(quantity.start, position)))
            position = quantity.end
    return _apart(sorted(found, key=lambda item: item.start))


def _apart(found: Sequence[Quantity]) -> list[Quantity]:
    kept: list[Quantity] = []
    for item in found:
        if not kept or item.start >= kept[-1].end:
            kept.append(item)
    return kept


class _Blocked:
    """Spans that hold no quantity, answered by bisection."""

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        self._set(list(spans))

    def _set(self, spans: list[tuple[int, int]]) -> None:
        self._spans: list[tuple[int, int]] = []
        for start, end in sorted(spans):
            if self._spans and start < self._spans[-1][1]:
                self._spans[-1] = (self._spans[-1][0], max(end, self._spans[-1][1]))
            else:
                self._spans.append((start, end))
        self._starts = [start for start, _ in self._spans]

    def add(self, found: Sequence[Quantity]) -> None:
        if found:
            self._set([*self._spans, *((item.start, item.end) for item in found)])

    def overlaps(self, start: int, end: int) -> bool:
        index = bisect_right(self._starts, end - 1) - 1
        return index >= 0 and self._spans[index][1] > start


def _specials(text: str, blocked: _Blocked) -> Iterator[Quantity]:
    for pattern, unit, value, name in units.SPECIAL:
        for match in pattern.finditer(text):
            if not blocked.overlaps(*match.span()):
                yield Quantity(match.start(), match.end(), value, unit, form=name)


def _composed(text: str, blocked: _Blocked) -> Iterator[Quantity]:
    """Numbers said in two parts: one in four, 两到三成, 一成五个百分点."""
    for match in units.IN_EVERY.finditer(text):
        part = _whole(match["part"])
        whole = Decimal(100) if match["whole"].lower() in {"100", "a hundred"} else english(match["whole"])
        if part and whole and part <= whole and not blocked.overlaps(*match.span()):
            yield Quantity(match.start(), match.end(), rounded(part * 100 / whole), "percent", form="fraction")
    for match in units.HALF_TENTH.finditer(text):
        if not blocked.overlaps(*match.span()):
            value = Decimal(5) if match["kind"] == "成" else Decimal(50)
            yield Quantity(match.start(), match.end(), value, "percent", form="tenths")
    for match in units.WORD_SCALE.finditer(text):
        code = units.currency_of(match["currency"])
        if code:
            part = {"h": Decimal("0.5"), "t": Decimal("0.75")}.get(match["part"][0].lower(), Decimal("0.25"))
            yield Quantity(
                match.start(), match.end(), part * EN_SCALES[match["scale"].lower()], "money", code, form="word"
            )
    for match in units.TENTHS_POINTS.finditer(text):
        value = (chinese(match["tens"]) or Decimal(0)) * 10 + (chinese(match["ones"]) or Decimal(0))
        yield Quantity(match.start(), match.end(), value, "percentage_point", form="tenths")
    for match in units.TENTHS_RANGE.finditer(text):
        low, high = chinese(match["low"]), chinese(match["high"])
        if low and high and low < high and not blocked.overlaps(*match.span()):
            yield Quantity(match.start(), match.end(), low * 10, "percent", high=high * 10, form="tenths")


def _whole(word: str) -> Decimal | None:
    return Decimal(word) if word.isdigit() else english(word)


def _fractions(text: str, blocked: _Blocked) -> Iterator[Quantity]:
    for match in units.FRACTION_ZH.finditer(text):
        word = match["arabic"] or match["chinese"]
        value = Decimal(word.replace(",", "")) if match["arabic"] else chinese(word)
        if value is None or blocked.overlaps(*match.span()):
            continue
        value *= 1000 if match["k"] else 1
        base = match["base"].replace(" ", "")[:-2].replace("佰", "百").replace("仟", "千")
        unit, factor = {
            "百": ("percent", "1"), "千": ("percent", "0.1"), "万": ("basis_point", "1"),
            "十万": ("basis_point", "0.1"), "百万": ("basis_point", "0.01"), "千万": ("basis_point", "0.001"),
        }[base]  # fmt: skip
        yield Quantity(
            match.start(), match.end(), value * Decimal(factor), unit, sign=-1 if match["sign"] else 0, form="fraction"
        )


def _at(text: str, start: int, end: int, group: str) -> Quantity | None:
    word = text[start:end]
    left = text[max(0, start - LEFT) : start]
    prefix = units.PREFIX.search(left)
    if start and text[start - 1].isascii() and (text[start - 1].isalnum() or text[start - 1] in "_.#") and not prefix:
        named = text[start - 1].isalpha() and start > 1 and text[start - 2].isalpha()
        if not named or not units.PERCENT.match(text, end):
            return None
    value = _value(word, group)
    if value is None:
        return None
    scale, after = _scale(text, end, group)
    if scale > 1 and text[after : after + 1] == "." and text[after - 1] in "mMnN" and _goes_on(text, after + 1):
        after += 1
    value *= scale
    compound = units.COMPOUND.match(text, after) if scale >= 10**8 and scale % 10**8 == 0 else None
    if compound:
        rest = _value(compound["number"], "arabic" if compound["number"][0].isdigit() else "chinese") or Decimal(0)
        value, after = value + rest * zh_scale(compound["scale"]), _skip_vague(text, compound.end())
    begin = start - (len(left) - prefix.start()) if prefix else start
    sign, begin = _sign(text, begin)
    if prefix and prefix["minus"]:
        sign = -1 if prefix["minus"] == "-" else 1
    made = _money(text, begin, after, value, prefix) or _suffixed(text, begin, after, value, group)
    if made is None:
        made = _counted(text, begin, after, value, group, word, scaled=scale != 1)
    return None if made is None else replace(made, sign=sign, scale=scale, raw=value / scale)


def _value(word: str, group: str) -> Decimal | None:
    if group == "arabic":
        return Decimal(word.replace(",", "").rstrip("."))
    return chinese(word) if group == "chinese" else english(word)


def _scale(text: str, end: int, group: str) -> tuple[int, int]:
    vague = units.VAGUE.match(text, end)
    match = units.SCALE.match(text, vague.end() if vague else end)
    if match is None or (group == "chinese" and match["en"]):
        return 1, _skip_vague(text, end)
    if match["zh"]:
        return zh_scale(match["zh"].strip()), _skip_vague(text, match.end())
    return EN_SCALES[match["en"].strip(" -").lower()], match.end()


def _goes_on(text: str, position: int) -> bool:
    """Whether a full stop was that of an abbreviation (1430m. to): a lower-case word or a bracket follows."""
    following = text[position : position + 2]
    return following[:1] in {")", ",", ";"} or (following[:1] == " " and following[1:].islower())


def _skip_vague(text: str, end: int) -> int:
    return end + 1 if end < len(text) and text[end] in "多余来几" and text[end + 1 : end + 2] != "年" else end


def _sign(text: str, start: int) -> tuple[int, int]:
    match = units.SIGN_BEFORE.search(text[max(0, start - 10) : start])
    if match is None:
        return 0, start
    symbol = match["sign"].strip().lower()
    sign = 1 if symbol in {"+", "plus"} else 0 if symbol == "±" else -1
    return sign, start - len(match["sign"])


def _money(text: str, start: int, end: int, value: Decimal, prefix: "object") -> Quantity | None:
    suffix = units.MONEY_SUFFIX.match(text, end)
    subunit = None if suffix else units.SUBUNIT.match(text, end)
    code = bare = None
    if prefix is not None:
        written = next(part for part in prefix.group("sign", "code", "word") if part)  # type: ignore[attr-defined]
        code = units.currency_of(written)
        bare = written if written in {"$", "¥"} else None
    if suffix:
        end = suffix.end()
        written = suffix["word"] or suffix["sign"] or suffix["en"] or suffix["in"]
        if written and not (bare is None and code):
            code, bare = units.currency_of(written), ("$" if written.lower() in {"$", "dollars", "dollar"} else None)
        elif suffix["yuan"] and code is None:
            code, bare = "CNY", "元"
    elif subunit and (prefix is None or subunit["sub"] != "p"):
        if prefix is None and (subunit["sub"] == "p" or subunit["sub"] in "角毛"):
            return None
        return Quantity(start, subunit.end(), value / 100, "money", units.SUBUNITS[subunit["sub"].lower()])
    if code is None:
        return None
    value, end = _with_coins(text, end, value)
    return Quantity(start, end, value, "money", code, bare_currency=bare or "")


def _with_coins(text: str, end: int, value: Decimal) -> tuple[Decimal, int]:
    """Small change that follows a whole amount: 3 dollars 50 cents, 五元三毛."""
    coins = units.COINS.match(text, end)
    if coins:
        number = _whole(coins["number"])
        return (value, end) if number is None or number >= 100 else (value + number / 100, coins.end())
    if text[end - 1 : end] in {"元", "块"}:
        change = units.COINS_ZH.match(text, end)
        if change and change["jiao"]:
            return value + small(change["jiao"]) / 10 + small(change["fen"] or "0") / 100, change.end()
    return value, end


def _suffixed(text: str, start: int, end: int, value: Decimal, group: str) -> Quantity | None:
    for pattern, unit in (
        (units.PERCENTAGE_POINT, "percentage_point"),
        (units.BASIS_POINT, "basis_point"),
        (units.PERCENT, "percent"),
        (units.TIMES, "times"),
    ):
        match = pattern.match(text, end)
        if match:
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
    return _timed(text, start, end, value, group)


def _timed(text: str, start: int, end: int, value: Decimal, group: str) -> Quantity | None:
    time = time_at(text, start, end, value)
    if time is not None:
        return Quantity(start, time.end, time.value, time.unit, noun=time.noun)
    match = units.SCORE.match(text, end)
    if match and group != "english":
        return Quantity(
            start, match.end(), value, "score", noun=match[0].strip(), weak=match[0].strip().startswith("p")
        )
    if match and "point" in match[0]:
        return Quantity(start, match.end(), value, "score", noun="points", weak=True)
    return None


def _counted(
    text: str, start: int, end: int, value: Decimal, group: str, word: str, *, scaled: bool
) -> Quantity | None:
    match = units.COUNT_ZH.match(text, end)
    if match:
        return Quantity(start, match.end(), value, "count", noun=match["noun"])
    written = text[start:end].rstrip("多余")
    if written.endswith("亿") and units.BARE_HUNDRED_MILLIONS.match(text, end):
        before = text[max(0, start - 14) : start]
        if not units.NOT_MONEY_BEFORE.search(before):
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
    weak = group == "english" and word.lower() in _WEAK_WORDS
    if group == "english" and noun is None and not scaled and (word.lower() == "one" or following == "-"):
        return None
    form = "word" if weak or group == "english" else "digits"
    return Quantity(start, end, value, "count", weak=True, noun=noun["noun"].lower() if noun else "", form=form)
