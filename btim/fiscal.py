"""The fiscal calendar: months, or weeks grouped 4-4-5 or by four, and the year each period belongs to.

Role: name periods `YYYY-NN` and say which fiscal year and quarter they fall in.
Must not know: ledgers.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

WEEKS = {"4-4-5": (4, 4, 5) * 4, "13": (4,) * 13}
KINDS = ("months", *WEEKS)
"""`13` is thirteen periods of four weeks; a 53rd week joins the year's last period."""


def named_year(naming: str, start: int, end: int) -> str:
    """A fiscal year's name.

    Raises:
        KeyError, IndexError, ValueError: `naming` is no such pattern.
    """
    return naming.format(start=start, end=end, start2=f"{start % 100:02d}", end2=f"{end % 100:02d}")


@dataclass(frozen=True)
class FiscalCalendar:
    """Periods and the years they belong to.

    `months`: calendar months, the year starting with `first_month` and named after the year it ends in.

    `4-4-5`, `13`: weeks; `starts` gives the first day of every fiscal year by its name (2026: 2025-12-29), and of the
    year after the last, where that one ends. `naming` writes a year's name with `{start}`, `{end}` (the calendar years
    in which it starts and ends; in weeks both are the year's own number), `{start2}`, `{end2}` (two digits).
    """

    kind: str = "months"
    first_month: int = 1
    starts: Mapping[int, dt.date] = field(default_factory=dict)
    naming: str = "FY{end}"

    def year_of(self, period: str) -> str:
        """Fiscal year of a period as `naming` says: `FY2026`, or `2025/26` for `{start}/{end2}`."""
        year, number = int(period[:4]), int(period[5:7])
        if self.kind == "months" and self.first_month > 1 and number >= self.first_month:
            year += 1
        start = year - 1 if self.kind == "months" and self.first_month > 1 else year
        return named_year(self.naming, start, year)

    def quarter_of(self, period: str) -> str:
        """Fiscal quarter of a period, `FY2026 Q1`; thirteen periods have four in the last quarter."""
        number = int(period[5:7])
        place = (number - self.first_month) % 12 if self.kind == "months" else min(number, 12) - 1
        return f"{self.year_of(period)} Q{place // 3 + 1}"

    def between(self, periods: Sequence[str]) -> list[str]:
        """Every period from the first to the last of these."""
        if not periods:
            return []
        size = len(WEEKS.get(self.kind, (0,) * 12))
        first, last = (int(each[:4]) * size + int(each[5:7]) - 1 for each in (periods[0], periods[-1]))
        return [f"{place // size}-{place % size + 1:02d}" for place in range(first, last + 1)]

    def boundaries(self) -> list[tuple[dt.date, str]]:
        """First day and name of every period of weeks, in order; the last has no name: nothing is known from there."""
        found: list[tuple[dt.date, str]] = []
        years = sorted(self.starts)
        for year in years[:-1]:
            day = self.starts[year]
            for number, weeks in enumerate(WEEKS[self.kind], start=1):
                found.append((day, f"{year}-{number:02d}"))
                day += dt.timedelta(weeks=weeks)
        return [*found, (self.starts[years[-1]], "")] if years else []
