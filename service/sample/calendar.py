"""The bank's calendar as hour-by-hour factors: working days, holidays, paydays, month, quarter and year ends.

Role: turn a range of days into the arrays that shape synthetic demand.
Must not know: resources or levels.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
THIRD_FRIDAY_MONTHS = {3, 6, 9, 12}
HOLIDAY_RULES = ((1, 0, 3), (5, 0, -1), (9, 0, 1), (11, 3, 4))
"""Moving holidays as (month, weekday, which one): third Monday of January, last of May, first of September, fourth
Thursday of November."""
FIXED_HOLIDAYS = {(1, 1), (7, 4), (12, 25)}


@dataclass(frozen=True)
class Days:
    """One value a day: is it worked, how strong are the known peaks of trading and of the year's end."""

    days: list[date]
    working: NDArray[np.bool_]
    trading: Floats
    year_end: Floats
    annual: Floats
    years: Floats


def bank_days(last: date, count: int) -> Days:
    """The `count` days that end with `last`."""
    days = [last - timedelta(days=count - 1 - step) for step in range(count)]
    working = np.array([is_working(day) for day in days])
    return Days(
        days=days,
        working=working,
        trading=np.array([_trading(day) for day in days]),
        year_end=np.array([_year_end(day) for day in days]),
        annual=np.array([np.sin(2 * np.pi * (day.timetuple().tm_yday - 100) / 365.25) for day in days]),
        years=np.array([(step - count + 1) / 365.25 for step in range(count)]),
    )


def is_working(day: date) -> bool:
    """Monday to Friday without the bank's holidays."""
    return day.weekday() < 5 and (day.month, day.day) not in FIXED_HOLIDAYS and not _moving_holiday(day)


def _moving_holiday(day: date) -> bool:
    for month, weekday, which in HOLIDAY_RULES:
        if day.month == month and day.weekday() == weekday:
            last = (day + timedelta(days=7)).month != month
            if (which == -1 and last) or (which > 0 and (day.day - 1) // 7 + 1 == which):
                return True
    return False


def _trading(day: date) -> float:
    """Strength of the known busy days, 0 to 1 and above: paydays, month and quarter ends, derivative expiries."""
    if not is_working(day):
        return 0.0
    strength = 0.0
    following = day + timedelta(days=1)
    while not is_working(following):
        following += timedelta(days=1)
    if following.month != day.month:
        strength = 1.25 if day.month % 3 == 0 else 0.8
    elif day.day <= 15 < following.day:
        strength = 0.6
    if day.month in THIRD_FRIDAY_MONTHS and day.weekday() == 4 and 15 <= day.day <= 21:
        strength = max(strength, 1.0)
    return strength + (0.15 if day.weekday() == 0 else 0.0)


def _year_end(day: date) -> float:
    """A ramp from the end of November to the last days of December and down to mid January."""
    if day.month == 12:
        return min(1.0, 0.25 + day.day / 30)
    if day.month == 11 and day.day >= 24:
        return 0.25
    return max(0.0, 0.8 - day.day / 12) if day.month == 1 else 0.0
