"""Values and periods as authors of the gold set type them, read into decimals and days.

Role: the arithmetic of the markup. Must not know: documents, marks or labels.
"""

import re
from calendar import monthrange
from datetime import date
from decimal import Decimal

from btim.errors import ValueFormatError
from experiments.gold import vocabulary as words

_NUMBER = re.compile(r"(?P<digits>-?\d+(?:\.\d+)?)(?P<suffix>[a-z]*|[千百万亿]+)")
_PERIOD = re.compile(r"(?P<fy>FY)?(?P<year>\d{4})(?:Q(?P<quarter>[1-4])|H(?P<half>[12])|-(?P<month>\d\d))?")


def number(text: str, unit: str) -> Decimal:
    """Read a value as authored: a decimal with a multiplier, or a duration in the unit of the event."""
    found = _NUMBER.fullmatch(text)
    if not found:
        raise ValueFormatError("not a value", value=text, remedy="write 4.8m, 12k, 6h or 2y")
    amount, suffix = Decimal(found["digits"]), found["suffix"]
    if not suffix:
        return amount
    if unit == "day" and suffix in words.DAYS_OF:
        up, down = words.DAYS_OF[suffix]
        return round(amount * up / down, 6)
    if unit == "month" and suffix == "y":
        return amount * 12
    if suffix not in words.MULTIPLIERS or unit in {"day", "month"}:
        raise ValueFormatError("a suffix that this unit does not take", value=text)
    return amount * Decimal(words.MULTIPLIERS[suffix])


def period(text: str) -> list[str]:
    """Read a period as authored into its first and last day."""
    if ".." in text:
        first, last = (date.fromisoformat(day) for day in text.split(".."))
    else:
        found = _PERIOD.fullmatch(text)
        if not found or (found["fy"] and (found["quarter"] or found["half"] or found["month"])):
            raise ValueFormatError("not a period", value=text, remedy="write 2025Q2, 2025H1, 2025, 2025-06 or FY2024")
        first, last = _calendar_period(found)
    if first > last:
        raise ValueFormatError("a period that ends before it begins", value=text)
    return [first.isoformat(), last.isoformat()]


def _calendar_period(found: re.Match[str]) -> tuple[date, date]:
    year = int(found["year"])
    if found["fy"]:
        return date(year, 4, 1), date(year + 1, 3, 31)
    size, index = 12, 1
    for name, months in (("quarter", 3), ("half", 6), ("month", 1)):
        if found[name]:
            size, index = months, int(found[name])
    end = size * index
    return date(year, end - size + 1, 1), date(year, end, monthrange(year, end)[1])


def plain(value: Decimal) -> str:
    """Write a decimal without exponent or trailing zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
