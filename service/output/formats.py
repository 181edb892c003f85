"""Numbers as a reader sees them: money with its scale, shares, quantities, dates.

Role: the one place where the report turns a value into text.
Must not know: which table or chart the text goes to. Files for machines (CSV) never use it.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

import pandas as pd

NBSP = "\u00a0"
MINUS = "\u2212"
MISSING = "–"
"""Shown where a value was not given: never a zero."""


class Scale(NamedTuple):
    """A common scale for one table or axis: divide by `divisor`, print `digits` decimals, name it `suffix`."""

    divisor: float
    suffix: str
    digits: int


_SCALES = ((1e9, "bn"), (1e6, "m"), (1e3, "k"))


def is_missing(value: Any) -> bool:
    """True for None, NaN and NaT."""
    if value is None or value is pd.NA:
        return True
    return bool(isinstance(value, float | Decimal) and value != value) or value is pd.NaT


def number(value: Any, digits: int = 0) -> str:
    """Thousands separated, fixed decimals, a true minus sign; a missing value is a dash."""
    if is_missing(value):
        return MISSING
    text = f"{float(value):,.{digits}f}"
    negative = text.startswith("-") and any(char in "123456789" for char in text)
    return (MINUS if negative else "") + text.lstrip("-")


def quantity(value: Any, unit: str | None = None) -> str:
    """A measured quantity to three significant digits (whole above 100), with its unit."""
    if is_missing(value):
        return MISSING
    size = abs(float(value))
    digits = 0 if size >= 100 or size == 0 else 1 if size >= 10 else 2 if size >= 1 else 3
    return number(value, digits) + (f"{NBSP}{unit}" if unit else "")


def share(value: Any, digits: int = 1) -> str:
    """A part of one as a percentage."""
    return MISSING if is_missing(value) else f"{number(float(value) * 100, digits)}{NBSP}%"


def probability(value: Any) -> str:
    """A probability as a whole percentage that never claims certainty, neither by rounding nor from finite samples."""
    if is_missing(value):
        return MISSING
    if float(value) < 0.01:
        return f"<{NBSP}1{NBSP}%"
    if float(value) > 0.99:
        return f">{NBSP}99{NBSP}%"
    return share(value, 0)


def money_scale(amounts: Iterable[Any]) -> Scale:
    """The scale that shows the largest amount with one to four digits before the point."""
    sizes = [abs(float(amount)) for amount in amounts if not is_missing(amount)]
    largest = max(sizes, default=0.0)
    for divisor, suffix in _SCALES:
        if largest >= divisor:
            return Scale(divisor, suffix, 2 if largest < 10 * divisor else 1)
    return Scale(1, "", 0 if largest >= 100 or largest == 0 else 2)


def scaled(amount: Any, scale: Scale) -> str:
    """An amount on a table's common scale, without the currency (the heading names both)."""
    return MISSING if is_missing(amount) else number(float(amount) / scale.divisor, scale.digits)


def money(amount: Any, currency: str | None) -> str:
    """One amount on its own, such as `USD 48.2 m`."""
    if is_missing(amount):
        return MISSING
    scale = money_scale([amount])
    words = [part for part in (currency, scaled(amount, scale), scale.suffix) if part]
    return NBSP.join(words)


def unit_of(currency: str | None, scale: Scale) -> str:
    """Heading of a money column: currency and scale, such as `USD m`."""
    return NBSP.join(part for part in (currency, scale.suffix) if part)


def moment(value: Any) -> str:
    """A date or timestamp as ISO text, without a midnight or seconds nobody needs; integer steps as they are."""
    if is_missing(value):
        return MISSING
    if isinstance(value, int | str) or not hasattr(value, "isoformat"):
        return str(value)
    stamp = pd.Timestamp(value)
    return stamp.strftime("%Y-%m-%d") if stamp == stamp.normalize() else stamp.strftime("%Y-%m-%d %H:%M")


def heading(column: str) -> str:
    """A column's name as words: `unit_cost` becomes `Unit cost`."""
    words = column.replace("_", " ").replace(":", " ").strip()
    return words[:1].upper() + words[1:]


def tick(value: float, divisor: float = 1.0) -> str:
    """An axis tick on a scale: as many decimals as it needs and no more."""
    return f"{value / divisor:,.4g}".replace("-", MINUS)


def counted(many: int, one: str, several: str | None = None) -> str:
    """`1 event`, `3 events`."""
    return f"{many:,} {one if many == 1 else several or one + 's'}"
