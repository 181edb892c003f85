"""Durations: hours, minutes, half months and person-days after a number, in the contract's units.

Role: turn a number and what follows it into days, months or hours of work, exactly; 1小时50分 and 2 min 05 are one.
Must not know: other units, or where in a text numbers are looked for.
"""

import re
from decimal import Decimal
from typing import NamedTuple

from nlp.numerals import PARTS, chinese, english

MANY_HOURS = 100
"""From so many hours on, English text speaks of hours of work: they are counted, not turned into days."""
_FACTORS: dict[str, tuple[str, Decimal, Decimal]] = {
    name: (unit, Decimal(numerator), Decimal(denominator))
    for name, unit, numerator, denominator in (
        ("ms", "duration_day", 1, 86_400_000), ("s", "duration_day", 1, 86_400), ("min", "duration_day", 1, 1440),
        ("h", "duration_day", 1, 24), ("d", "duration_day", 1, 1), ("w", "duration_day", 7, 1),
        ("mo", "duration_month", 1, 1), ("y", "duration_month", 12, 1),
    )
}  # fmt: skip
_SIZES = {name: place for place, name in enumerate(_FACTORS)}
_UNITS = (
    r"(?P<ms>milliseconds?\b|msecs?\b|ms(?![A-Za-z])|毫秒)|(?P<s>seconds?\b|secs?\b|s(?![A-Za-z])|秒钟?)|"
    r"(?P<min>minutes?\b|mins?\b|(?:来|多)?分钟)|(?P<h>hours?\b|hrs?\b|h(?![A-Za-z])|个?[多来]?(?:小时|钟头))|"
    r"(?P<d>(?:working |business |calendar |trading )?days?\b|个?[多来]?(?:工作[日天]|自然日|交易日|营业日|日历天)|天|日(?!元|圆|均|常|活|志|本|币|线))|"
    r"(?P<w>weeks?\b|wks?\b|个?[多来]?(?:星期|礼拜)|周(?![年期转边度围密报末到]))|"
    r"(?P<mo>months?\b|mths?\b|个?[多来]?月(?!份|报|活|均|度|初|底|末))|"
    r"(?P<y>years?\b|yrs?\b|年(?!度|化|均|初|底|末|报|级|期|份|月|前|来|费|轻|龄|利|率|中|终|会|收|节|产))"
)
_TIME = re.compile(rf" ?-?(?:{_UNITS})", re.IGNORECASE | re.ASCII)
_SMALL = r"\d{1,2}(?:\.\d+)?|[一二两三四五六七八九十]{1,3}|(?:twenty|thirty|forty|fifty)(?:-(?:one|two|three|four|five|six|seven|eight|nine))?|ten|eleven|twelve|fifteen|two|three|four|five|six|seven|eight|nine|one"
_REST = re.compile(
    rf"(?: and | ?[零又]| )?(?P<number>{_SMALL})(?:[ -]?(?:{_UNITS})|(?P<zh>分)(?![之点])|(?P<m>m)(?![A-Za-z]))",
    re.IGNORECASE | re.ASCII,
)
_TWO_DIGITS = re.compile(
    r" ?(?P<number>[0-5]\d)(?=[.,;:)|\]，。；：、!?](?!\d)|\s*\Z|\n| (?:in|to|from|on|after|was|were|per|an?|at|is|and|by|last|this|before|"
    r"during|with|since|for|against)\b| ?\()"
)
_PERSON_TIME = re.compile(
    r" ?-?(?:person|staff|man|labour|labor|work|engineer|analyst|clerk|nurse|operator|driver)[ -](?:hours?|days?|weeks?|months?|years?)\b|"
    r" ?个?(?:人天|人日|人月|人年|人时|人工小时|人工时|工时|人小时|工日|小时人工|个?工作人日|人次)",
    re.IGNORECASE | re.ASCII,
)
_EFFORT = ("工时", "工时约", "工时达", "人工")
_HALVES = re.compile(r" ?个半[多来]?(?P<unit>小时|钟头|月|工作日|星期)")
_MINUTES_SECONDS = re.compile(
    rf" ?(?:分|分钟)(?:(?P<half>半)钟?| ?(?P<seconds>{_SMALL}) ?秒钟?)",
)
_AND_A_HALF = re.compile(r" and (?:an?|one) (?P<part>half|quarter)\b|半(?![年月天日])", re.IGNORECASE | re.ASCII)


class Time(NamedTuple):
    """Where a duration ends, its value in `unit`, and the word that named it."""

    end: int
    value: Decimal
    unit: str
    noun: str


def time_at(text: str, end: int, value: Decimal, start: int | None = None) -> Time | None:
    """The duration or working time that a number [start, end) of normalised text begins; None when no unit follows."""
    following = text[end : end + 1]
    if not following or not (following.isalpha() or following in " -"):
        return None
    match = _TIME.match(text, end)
    if match is None:
        return _odd_time(text, end, value)
    worked = _PERSON_TIME.match(text, end)
    if worked:
        return Time(worked.end(), value, "count", worked[0].strip(" -").lower())
    return _duration(
        text, end if start is None else start, match.end(), value, match.lastgroup or "", match[0].strip(" -").lower()
    )


def _odd_time(text: str, end: int, value: Decimal) -> Time | None:
    """Working time, minutes as 分 with seconds or a half after them, and 个半 before the unit."""
    match = _PERSON_TIME.match(text, end)
    if match:
        return Time(match.end(), value, "count", match[0].strip(" -").lower())
    match = _MINUTES_SECONDS.match(text, end)
    if match:
        seconds = Decimal(30) if match["half"] else small(match["seconds"])
        return Time(match.end(), rounded((value * 60 + seconds) / 86_400), "duration_day", "minutes")
    match = _HALVES.match(text, end)
    if match:
        name = {"小时": "h", "钟头": "h", "月": "mo", "工作日": "d", "星期": "w"}[match["unit"]]
        return Time(match.end(), _converted(value + Decimal("0.5"), name), _FACTORS[name][0], match["unit"])
    return None


def _converted(value: Decimal, name: str) -> Decimal:
    _, numerator, denominator = _FACTORS[name]
    return rounded(value * numerator / denominator)


def _duration(text: str, start: int, end: int, value: Decimal, name: str, noun: str) -> Time:
    """A duration with the smaller units that follow it; many English hours count as work."""
    unit = _FACTORS[name][0]
    half = _AND_A_HALF.match(text, end)
    if half and name != "ms":
        part = Decimal("0.25") if (half["part"] or "").lower() == "quarter" else Decimal("0.5")
        return Time(half.end(), _converted(value + part, name), unit, noun)
    total, smallest = value * _FACTORS[name][1] / _FACTORS[name][2], name
    found = False
    while rest := _rest(text, end, smallest, unit):
        end, amount, smallest = rest
        total, found = total + amount, True
    if (
        not found
        and name == "h"
        and value >= MANY_HOURS
        and (noun.isascii() or text[max(0, start - 4) : start].rstrip().endswith(_EFFORT))
    ):
        return Time(end, value, "count", noun)
    return Time(end, rounded(total), unit, noun)


def _rest(text: str, end: int, larger: str, unit: str) -> tuple[int, Decimal, str] | None:
    """The next smaller unit: its end, its amount in the unit of the whole, its name."""
    match = _REST.match(text, end)
    if match:
        name = "min" if match["zh"] or match["m"] else (match.lastgroup or "")
        fits = larger == "h" if match["zh"] or match["m"] else _SIZES[name] < _SIZES[larger]
        if fits and _FACTORS[name][0] == unit:
            return match.end(), small(match["number"]) * _FACTORS[name][1] / _FACTORS[name][2], name
        return None
    bare = _TWO_DIGITS.match(text, end) if larger in {"h", "min"} else None
    if bare is None:
        return None
    name = "min" if larger == "h" else "s"
    return bare.end(), Decimal(bare["number"]) * _FACTORS[name][1] / _FACTORS[name][2], name


def clock(left: str, right: str, *, hours: bool) -> Decimal:
    """Days of a time written with a colon: 7:20 minutes, 1:30 hours."""
    seconds = (Decimal(left) * 60 + Decimal(right)) * (60 if hours else 1)
    return rounded(seconds / 86_400)


def small(word: str) -> Decimal:
    """A number below a hundred in figures, Chinese or English; 0 when it is none."""
    if word in PARTS:
        return Decimal(PARTS[word])
    if word.replace(".", "", 1).isdigit():
        return Decimal(word)
    return chinese(word) or english(word) or Decimal(0)


def rounded(amount: Decimal) -> Decimal:
    """A converted amount at six decimals, without trailing zeros."""
    return amount.quantize(Decimal("0.000001")).normalize() + 0
