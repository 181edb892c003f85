"""Money is exact: one rounding, and splits that sum."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from btim.money import from_minor, split_minor, to_minor


@given(
    st.integers(-(10**19), 10**19),
    st.lists(st.floats(0, 1e6, allow_nan=False), min_size=1, max_size=30).filter(lambda w: sum(w) > 1e-6),
)
def test_a_split_sums_to_its_total(total: int, weights: list[float]) -> None:
    parts = split_minor(total, weights)
    assert sum(parts) == total
    assert all(part * total >= 0 for part in parts)


def test_the_largest_remainder_gets_the_odd_cent() -> None:
    assert split_minor(100, [1, 1, 1]) == [34, 33, 33]
    assert split_minor(-5, [1, 3]) == [-1, -4]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [float("nan")]])
def test_weights_that_cannot_split_are_refused(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="weights must be finite"):
        split_minor(1, weights)


@pytest.mark.parametrize(("currency", "minor"), [("USD", 12346), ("JPY", 123), ("KWD", 123456)])
def test_minor_units_follow_the_currency(currency: str, minor: int) -> None:
    assert to_minor(Decimal("123.456"), currency) == minor
    assert abs(from_minor(minor, currency) - Decimal("123.456")) < 1
