"""Rounding once: exact amounts to whole minor units so that the parts still sum to the rounded whole.

Role: the largest-remainder method (Hamilton's method of apportionment) for many groups or many splits at a time.
Must not know: what the amounts stand for.
"""

from collections.abc import Sequence
from decimal import Context

import numpy as np
import numpy.typing as npt

from btim.errors import RuleError

REMAINDER_BITS = 36
"""Remainders are compared to 2**-36 of a unit, so that a group and its remainder sort as one integer."""
WIDE = Context(prec=80)
"""Exact: sums of 38-digit amounts fit without rounding."""
Integers = npt.NDArray[np.int64]


def rounded_half_even(exact: int, unit: int) -> int:
    """Whole units in an integer counted in `1/unit`s, half to even."""
    whole, rest = divmod(exact, unit)
    up = 2 * rest > unit or (2 * rest == unit and whole % 2 == 1)
    return whole + up


def rounded_together(exact: Sequence[int], unit: int) -> list[int]:
    """Round integers counted in `1/unit`s to whole units whose sum is the rounded sum.

    Every result is the floor of its value or one more; the extra units go to the largest remainders, ties to the
    earlier position. Negative values are floored downwards, so that credits and charges follow the same rule.
    """
    floors = [value // unit for value in exact]
    short = rounded_half_even(sum(exact), unit) - sum(floors)
    if short:
        rests = [value % unit for value in exact]
        order = sorted(range(len(floors)), key=lambda position: (-rests[position], position))
        for position in order[:short]:
            floors[position] += 1
    return floors


def split_rows(totals: Integers, source: Integers, weights: npt.NDArray[np.float64]) -> Integers:
    """Split many integer totals at once: edge `e` gets its share of `totals[source[e]]` by `weights[e]`.

    `source` is sorted; each source's edges sum to its total exactly; ties go to the earlier edge. Sources without an
    edge are not split. Weights are non-negative and each source's sum is positive.

    Raises:
        RuleError: a total is too large for a float to hold each of its units (beyond 2**53).
    """
    if source.size == 0:
        return np.zeros(0, dtype=np.int64)
    if np.abs(totals).max() >= 2**53:
        raise RuleError("amount too large to split exactly", value=int(np.abs(totals).max()), remedy="use larger units")
    starts = np.flatnonzero(np.r_[True, source[1:] != source[:-1]])
    counts = np.diff(np.r_[starts, source.size])
    sums = np.repeat(np.add.reduceat(weights, starts), counts)
    edge_total = totals[source]
    exact = weights / sums * np.abs(edge_total)
    parts = np.floor(exact).astype(np.int64)
    rests = exact - parts
    short = np.abs(totals[source[starts]]) - np.add.reduceat(parts, starts)
    _hand_out(parts, rests, starts, counts, short)
    return np.asarray(np.where(edge_total < 0, -parts, parts), dtype=np.int64)


def _hand_out(
    parts: Integers, rests: npt.NDArray[np.float64], starts: Integers, counts: Integers, short: Integers
) -> None:
    """Give (or, after a float's slip, take) the missing units to the largest (from the smallest) remainders."""
    group = np.repeat(np.arange(starts.size), counts)
    key = (group << REMAINDER_BITS) + ((1 << REMAINDER_BITS) - 1 - (rests * (1 << REMAINDER_BITS)).astype(np.int64))
    order = np.argsort(key, kind="stable")
    rank = np.empty(group.size, dtype=np.int64)
    rank[order] = np.arange(group.size) - np.repeat(starts, counts)
    lacking = short[group]
    parts += rank < lacking
    if (short < 0).any():
        surplus = counts[group] - 1 - rank
        parts -= (surplus < -lacking) & (parts > 0)
