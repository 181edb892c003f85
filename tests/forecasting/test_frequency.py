import numpy as np
import pytest

from btim.errors import ValueFormatError
from forecasting.frequency import frequency


@pytest.mark.parametrize(
    ("freq", "span", "steps"),
    [
        ("h", "24h", 24),
        ("h", "7d", 168),
        ("h", "13w", 2184),
        ("h", 48, 48),
        ("h", "48", 48),
        ("5min", "24h", 288),
        ("15min", "1d", 96),
        ("D", "13w", 91),
        ("d", "12m", 365),
        ("W", "13w", 13),
        ("w", "12m", 52),
        ("MS", "12m", 12),
        ("M", "1y", 12),
        ("QS", "12m", 4),
        ("hourly", "2d", 48),
        (1, 13, 13),
        ("1", "13", 13),
    ],
)
def test_a_span_counts_the_steps_of_its_frequency(freq: str | int, span: str | int, steps: int) -> None:
    assert frequency(freq).steps(span) == steps


@pytest.mark.parametrize("freq", ["fortnightly", "hh", "", "0h", "-1h", "h5"])
def test_an_unknown_frequency_is_named_with_the_known_ones(freq: str) -> None:
    with pytest.raises(ValueFormatError, match=r"unknown frequency.*use s, min, 5min"):
        frequency(freq)


@pytest.mark.parametrize(("freq", "span"), [("d", "5h"), ("h", "soon"), ("h", "-3"), ("1", "24h"), ("h", "0")])
def test_a_span_that_is_no_whole_step_is_refused(freq: str, span: str) -> None:
    with pytest.raises(ValueFormatError):
        frequency(freq).steps(span)


def test_month_steps_keep_the_day_or_the_end_of_the_month() -> None:
    monthly = frequency("M")
    starts = monthly.stamps(np.datetime64("2026-01-01", "ns"), np.arange(3))
    ends = monthly.stamps(np.datetime64("2026-01-31", "ns"), np.arange(3))
    assert [str(stamp)[:10] for stamp in starts] == ["2026-01-01", "2026-02-01", "2026-03-01"]
    assert [str(stamp)[:10] for stamp in ends] == ["2026-01-31", "2026-02-28", "2026-03-31"]
