"""Frequencies and spans: what one step of a panel is, and how many steps `7d` or `12m` are.

Role: turns a frequency's name into arithmetic between stamps and grid positions.
Must not know: panels, models or files.
"""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from btim.errors import ValueFormatError

Ints = npt.NDArray[np.int64]
SECOND = 1_000_000_000
DAY = 86_400 * SECOND
MONTH_DAYS = 365.25 / 12
UNIT_NANOSECONDS = {"s": SECOND, "min": 60 * SECOND, "h": 3600 * SECOND, "d": DAY, "w": 7 * DAY}
NAMES = {"hourly": "h", "daily": "d", "weekly": "w", "monthly": "ms", "quarterly": "qs", "yearly": "ys", "t": "min"}
MONTHS = {"ms": 1, "me": 1, "m": 1, "qs": 3, "qe": 3, "q": 3, "ys": 12, "ye": 12, "y": 12, "as": 12, "a": 12}
REMEDY = "use s, min, 5min, 15min, h, d, w, m, q, y, or 1 for integer steps"
FREQUENCY = re.compile(r"(\d*)\s*([a-z]+)(-[a-z]{3})?")
SPAN = re.compile(r"(\d+)\s*(min|s|h|d|w|m|q|y)?")


@dataclass(frozen=True)
class Frequency:
    """One step: `nanoseconds` for a fixed length (weeks and days are fixed in wall time), `months`, or an integer."""

    name: str
    nanoseconds: int = 0
    months: int = 0

    @property
    def is_integer(self) -> bool:
        """Whether stamps are plain step numbers."""
        return not (self.nanoseconds or self.months)

    @property
    def is_clock(self) -> bool:
        """Whether a step is shorter than a day, so that stamps are instants and zones matter."""
        return 0 < self.nanoseconds < DAY

    @property
    def steps_a_day(self) -> int:
        """Steps in a day, at least 1 (a coarser or integer step counts as its own day)."""
        return max(1, DAY // self.nanoseconds) if self.nanoseconds else 1

    def steps(self, span: int | str, what: str = "span") -> int:
        """Count the steps in a span such as `24`, `24h`, `7d`, `13w` or `12m` (months of 365.25 / 12 days).

        Raises:
            ValueFormatError: not a span, shorter than a step, or a clock span on integer steps.
        """
        match = SPAN.fullmatch(str(span).strip().lower())
        if match is None:
            raise ValueFormatError("is not a span", field=what, value=span, remedy="write 24, 24h, 7d, 13w or 12m")
        count, unit = int(match[1]), match[2]
        steps = count if unit is None else self._convert(count, unit, what, span)
        if steps < 1:
            raise ValueFormatError(
                f"is shorter than one step of {self.name}", field=what, value=span, remedy="ask for at least one step"
            )
        return steps

    def _convert(self, count: int, unit: str, what: str, span: object) -> int:
        months = {"m": 1, "q": 3, "y": 12}.get(unit)
        if self.is_integer:
            raise ValueFormatError(
                "needs a clock, but the panel counts integer steps", field=what, value=span, remedy="give steps"
            )
        if self.months:
            days = {"d": 1.0, "w": 7.0}.get(unit, 0.0)
            return round(count * months / self.months) if months else int(count * days / MONTH_DAYS / self.months)
        length = months * MONTH_DAYS * DAY if months else UNIT_NANOSECONDS[unit]
        return round(count * length / self.nanoseconds) if months else int(count * length // self.nanoseconds)

    def positions(self, stamps: npt.NDArray[np.generic], first: Any) -> tuple[Ints, Ints]:
        """Grid positions of stamps counted from `first`, and how far each lies off the grid (nanoseconds or days)."""
        if self.is_integer:
            return np.asarray(stamps, dtype=np.int64) - int(np.int64(first)), np.zeros(len(stamps), dtype=np.int64)
        if self.months:
            months = _months(stamps) - _months(np.asarray([first]))[0]
            return months // self.months, months % self.months
        offset = np.asarray(stamps, dtype="datetime64[ns]").astype(np.int64) - int(
            np.datetime64(first, "ns").astype(np.int64)
        )
        positions = np.floor_divide(offset + self.nanoseconds // 2, self.nanoseconds)
        return positions, offset - positions * self.nanoseconds

    def stamps(self, first: Any, positions: Ints) -> npt.NDArray[np.generic]:
        """Stamps at grid positions; month-like steps keep the day of the first stamp (or the month's end)."""
        if self.is_integer:
            return np.int64(first) + positions
        if self.months:
            start = pd.Timestamp(np.datetime64(first, "ns"))
            months = _months(np.asarray([first]))[0] + positions * self.months
            begins = (months - 1970 * 12).astype("datetime64[M]").astype("datetime64[ns]")
            if start.is_month_end and not start.is_month_start:
                ends = (months - 1970 * 12 + 1).astype("datetime64[M]").astype("datetime64[ns]")
                return np.asarray(ends - np.timedelta64(DAY, "ns"))
            return np.asarray(begins + np.timedelta64((start.day - 1) * DAY, "ns"))
        return np.asarray(np.datetime64(first, "ns") + (positions * self.nanoseconds).astype("timedelta64[ns]"))


def frequency(name: int | str) -> Frequency:
    """Parse a frequency's name: pandas' and everyday spellings, or 1 for integer steps.

    Raises:
        ValueFormatError: the name is not known.
    """
    text = str(name).strip().lower()
    if text in {"1", "int", "integer"}:
        return Frequency("1")
    match = FREQUENCY.fullmatch(NAMES.get(text, text))
    unit = NAMES.get(match[2], match[2]) if match else ""
    count = int(match[1] or 1) if match else 0
    if unit in UNIT_NANOSECONDS and count:
        return Frequency(f"{match[1] if match else ''}{unit}", nanoseconds=count * UNIT_NANOSECONDS[unit])
    if unit in MONTHS and count:
        return Frequency(text, months=count * MONTHS[unit])
    raise ValueFormatError("unknown frequency", field="freq", value=name, remedy=REMEDY)


def _months(stamps: npt.NDArray[np.generic]) -> Ints:
    return np.asarray(stamps, dtype="datetime64[M]").astype(np.int64) + 1970 * 12
