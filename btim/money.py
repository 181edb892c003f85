"""Money: integer minor units in, Decimal shown, floats only for models.

Role: the one named place that converts between the ledger's exact amounts and the floats inside models.
Must not know: exchange rates (see the dated rate table) or formats of files.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from math import isfinite

from btim.currencies import currencies


def minor_digits(currency: str) -> int:
    """Decimal digits of the currency's minor unit (ISO 4217); 2 for what is no currency."""
    known = currencies().get(currency)
    return known.minor_digits if known else 2


def to_minor(amount: Decimal, currency: str) -> int:
    """Round an exact amount once, half to even, to integer minor units."""
    scaled = amount.scaleb(minor_digits(currency))
    return int(scaled.to_integral_value(rounding=ROUND_HALF_EVEN))


def from_minor(minor: int, currency: str) -> Decimal:
    """Exact amount in currency units of integer minor units."""
    return Decimal(int(minor)).scaleb(-minor_digits(currency))


def as_model_float(amount: Decimal | int | float) -> float:
    """The named crossing from exact money to a model's float."""
    return float(amount)


def split_minor(total: int, weights: Sequence[float]) -> list[int]:
    """Split integer minor units in proportion to non-negative weights by largest remainder.

    Returns integers that sum to `total` exactly; ties go to the earlier weight.

    Raises:
        ValueError: no weight is positive, or one is negative or not finite.
    """
    shares = [Fraction(weight) if isfinite(weight) else Fraction(-1) for weight in weights]
    whole = sum(shares, Fraction(0))
    if whole <= 0 or min(shares) < 0:
        raise ValueError("weights must be finite, non-negative and not all zero")
    exact = [share * abs(total) / whole for share in shares]
    parts = [int(part) for part in exact]
    order = sorted(range(len(parts)), key=lambda index: parts[index] - exact[index])
    for index in order[: abs(total) - sum(parts)]:
        parts[index] += 1
    return [-part for part in parts] if total < 0 else parts
