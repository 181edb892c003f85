"""Periods: first and last day, years from the publication date."""

from datetime import date

import pytest

from nlp.normalise import normalise
from nlp.periods import find_periods

PUBLISHED = date(2025, 7, 10)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2025年第二季度", "2025-04-01", "2025-06-30"),
        ("上半年", "2025-01-01", "2025-06-30"),
        ("去年三季度", "2024-07-01", "2024-09-30"),
        ("113年度", "2024-01-01", "2024-12-31"),
        ("2024年1-6月", "2024-01-01", "2024-06-30"),
        ("in Q2", "2025-04-01", "2025-06-30"),
        ("H1 2024", "2024-01-01", "2024-06-30"),
        ("first half of 2025", "2025-01-01", "2025-06-30"),
        ("last year", "2024-01-01", "2024-12-31"),
        ("FY2024/25", "2024-04-01", "2025-03-31"),
        ("April-June 2025", "2025-04-01", "2025-06-30"),
    ],
)
def test_a_period_has_its_first_and_last_day(text: str, first: str, last: str) -> None:
    (found,) = find_periods(normalise(text), PUBLISHED)
    assert found.days == (date.fromisoformat(first), date.fromisoformat(last))


def test_a_bare_quarter_without_publication_date_has_no_days() -> None:
    (found,) = find_periods("in Q2 costs fell", None)
    assert found.days is None


def test_a_report_stamp_is_not_a_period() -> None:
    assert [period.days for period in find_periods("at 22/23-Q4", PUBLISHED)] == [None]
