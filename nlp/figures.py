"""Figures and numerals of a text with their scale: 1亿2,500万, two and a half million, 三四(天), £12 500.

Role: read the number that stands at a place, exactly, up to its unit.
Must not know: units, currencies or claims.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from nlp import units
from nlp.numerals import EN_SCALES, PARTS, adjacent, arabic, chinese, english, zh_scale

MOST_RANGE = 100
"""Chinese ranges said without a unit of their own (四到六天) stay below this."""


@dataclass(slots=True)
class Number:
    """A number as read: where it stands, its value with scale, how it was written.

    `spread` is the upper over the lower end of a range.
    """

    start: int
    end: int
    value: Decimal
    group: str
    word: str
    scale: int = 1
    spread: Decimal | None = None

    def factor(self, prefix_factor: int) -> None:
        """Multiply value and scale."""
        self.value *= prefix_factor
        self.scale *= prefix_factor


def number_at(text: str, start: int, end: int, group: str, word: str) -> Number | None:
    """The number whose numeral [start, end) the grammar matched as `group`; None when it is none after all."""
    value = _value(word, group)
    if value is None:
        return None
    spread = None
    if group == "chinese" and (bounds := _bounds(text, start, end, word, value)):
        value, spread, end = bounds
    if group in {"arabic", "english"} and (part := units.AND_PART.match(text, end)):
        value, end = value + _part(part), part.end()
    number = Number(start, end, value, group, word, spread=spread)
    _scaled(text, number)
    return number


def _bounds(text: str, start: int, end: int, word: str, value: Decimal) -> tuple[Decimal, Decimal, int] | None:
    """Lower end, upper over lower end and where the range stops: 三四(天), 四到六(天)."""
    if text[end : end + 1] not in {"折", "年"} and (pair := adjacent(word)):
        return pair[0], pair[1] / pair[0], end
    match = units.TO_CHINESE.match(text, end)
    if match is None or not 0 < value < MOST_RANGE or text[start - 1 : start] in {"从", "由", "自"}:
        return None
    high = chinese(match["high"])
    return (value, high / value, match.end()) if high and value < high < MOST_RANGE else None


def _value(word: str, group: str) -> Decimal | None:
    if group == "arabic":
        return arabic(word)
    if group == "sign":
        return Decimal(PARTS[word])
    if group == "part":
        lowered = word.lower()
        return next(Decimal(value) for name, value in units.PART_VALUES if name in lowered)
    if group == "chinese":
        return Decimal(zh_scale(word)) if word in {"万", "亿"} else chinese(word)
    return Decimal(1) if word.lower() in {"a", "an"} else english(word)


def _part(match: "re.Match[str]") -> Decimal:
    if match["sign"]:
        return Decimal(PARTS[match["sign"]])
    return Decimal("0.5") if match["half"] else Decimal("0.25") if match["quarter"] else Decimal("0.75")


def _scaled(text: str, number: Number) -> None:
    """Take in the scale that follows (million, 亿, 1亿2,500万) and a vague sign (多, 余)."""
    end = number.end
    vague = units.VAGUE.match(text, end)
    match = units.SCALE.match(text, vague.end() if vague else end)
    if number.group == "english" and match is None:
        _own_scale(number)
    if match is None or (number.group == "chinese" and match["en"]):
        number.end = _skip_vague(text, end)
        return
    if match["en"]:
        names = match["en"].strip(" -").lower().split()
        for name in names:
            number.factor(EN_SCALES[name])
        number.end = match.end()
        if (
            names[-1] in {"m", "mn", "bn"}
            and text[number.end : number.end + 1] == "."
            and _goes_on(text, number.end + 1)
        ):
            number.end += 1
        return
    _chinese_scale(text, number, match)


def _chinese_scale(text: str, number: Number, match: "re.Match[str]") -> None:
    """Scales one after another, each with its own figure: 1亿2,500万, 1千2百万."""
    small_scale, large = _split(match["zh"].strip())
    number.scale, number.end = small_scale * large, match.end()
    section, total = number.value * small_scale * large, Decimal(0)
    while more := units.MORE_SCALE.match(text, number.end):
        next_small, next_large = _split(more["scale"])
        word = more["number"]
        figure = (arabic(word) if word[0].isdigit() else chinese(word) or Decimal(0)) * next_small
        if large == 1:
            if figure >= small_scale:
                break
            section = (section + figure) * next_large
            number.scale = max(number.scale, next_large)
        elif figure * next_large < large:
            section, total = figure * next_large, total + section
        else:
            break
        small_scale, large, number.end = next_small, next_large, more.end()
    number.value = total + section
    number.end = _skip_vague(text, number.end)


def _split(scale: str) -> tuple[int, int]:
    """A Chinese scale as its small part (千) and its large part (万)."""
    return zh_scale("".join(sign for sign in scale if sign in "十百千")), zh_scale(
        "".join(sign for sign in scale if sign not in "十百千")
    )


def _own_scale(number: Number) -> None:
    """The scale that an English numeral ends with counts as its scale: two to three million shares it."""
    last = number.word.lower().rsplit(" ", 1)[-1]
    if last in {"thousand", "million", "billion", "trillion"}:
        number.scale = EN_SCALES[last]


def _goes_on(text: str, position: int) -> bool:
    """Whether a full stop was that of an abbreviation (1430m. to): a lower-case word or a bracket follows."""
    following = text[position : position + 2]
    return following[:1] in {")", ",", ";"} or (following[:1] == " " and following[1:].islower())


def _skip_vague(text: str, end: int) -> int:
    return (
        end + 1 if end < len(text) and text[end] in "多余来几" and text[end + 1 : end + 2] not in {"年", "自"} else end
    )
