"""Durations: hours, minutes, half months and person-days after a number, in the contract's units.

Role: turn a number and what follows it into days, months or hours of work, exactly.
Must not know: other units, or where in a text numbers are looked for.
"""

from decimal import Decimal
from typing import NamedTuple

from nlp import units
from nlp.numerals import chinese

MANY_HOURS = 100
"""From so many hours on, English text speaks of hours of work: they are counted, not turned into days."""


class Time(NamedTuple):
    """Where a duration ends, its value in `unit`, and the word that named it."""

    end: int
    value: Decimal
    unit: str
    noun: str


def time_at(text: str, start: int, end: int, value: Decimal) -> Time | None:
    """The duration or working time that a number [start, end) of normalised text begins; None when no unit follows."""
    match = units.PERSON_TIME.match(text, end)
    if match:
        return Time(match.end(), value, "count", match[0].strip(" -").lower())
    match = units.MINUTES_SECONDS.match(text, end)
    if match:
        seconds = Decimal(30) if match["half"] else small(match["seconds"])
        return Time(match.end(), rounded((value * 60 + seconds) / 86_400), "duration_day", "minutes")
    match = units.HALVES.match(text, end)
    if match:
        unit = "duration_month" if match["unit"] == "月" else "duration_day"
        per_day = 24 if match["unit"] in {"小时", "钟头"} else 1
        return Time(match.end(), rounded((value + Decimal("0.5")) / per_day), unit, match["unit"])
    for pattern, unit, numerator, denominator in units.DURATIONS:
        match = pattern.match(text, end)
        if match:
            return _duration(
                text, start, match.end(), value, unit, numerator / denominator, match[0].strip(" -").lower()
            )
    return None


def _duration(text: str, start: int, end: int, value: Decimal, unit: str, factor: Decimal, noun: str) -> Time:
    """A duration with the smaller unit that follows it; many hours, or hours of work, count as effort."""
    if text[end : end + 1] == "半" and noun in {"天", "年", "个月", "小时", "个小时"}:
        return Time(end + 1, rounded((value + Decimal("0.5")) * factor), unit, noun)
    hours = noun in {"hour", "hours", "hr", "hrs", "h", "小时", "个小时"}
    rest = units.REST_MINUTES.match(text, end) if hours else None
    if rest:
        return Time(rest.end(), rounded((value + small(rest["minutes"]) / 60) * factor), unit, noun)
    seconds = units.REST_SECONDS.match(text, end) if noun in {"minute", "minutes", "min", "mins", "分钟"} else None
    if seconds:
        extra = small(seconds["seconds"] or seconds["bare"])
        return Time(seconds.end(), rounded((value + extra / 60) * factor), unit, noun)
    worked = (
        value >= MANY_HOURS if noun.isascii() else units.EFFORT.search(text[max(0, start - 8) : end + 4]) is not None
    )
    if hours and worked:
        return Time(end, value, "count", noun)
    return Time(end, rounded(value * factor), unit, noun)


def small(word: str) -> Decimal:
    """A number below a hundred in digits or Chinese; 0 when it is none."""
    return Decimal(word) if word.isdigit() else chinese(word) or Decimal(0)


def rounded(amount: Decimal) -> Decimal:
    """A converted amount at six decimals, without trailing zeros."""
    return amount.quantize(Decimal("0.000001")).normalize() + 0
