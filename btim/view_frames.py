"""What the three views share: exact money and shares in a frame, and which columns a view may go by.

Role: small steps from sums in minor units to the frame that is shown.
Must not know: which view it is.

Money in views is Decimal in units of the ledger's currency; shares are Decimal between 0 and 1; a number that cannot
be known (no plan, no benchmark, no volume) is None, never 0.
"""

from collections.abc import Sequence
from decimal import Decimal

import pandas as pd

from btim.errors import UnknownReferenceError, listed
from btim.ledger import Ledger
from btim.ledger_settings import CHARGES, DIMENSIONS, PLACES
from btim.money import from_minor

PERIODS = ("fiscal_year", "fiscal_quarter")
LINE_COLUMNS = ("month", *PERIODS, "currency", *PLACES, *DIMENSIONS, *CHARGES, "tags")
"""What a view may go by: every column of a ledger line that is no amount."""
SHARE_DIGITS = Decimal("0.000001")


def check_columns(by: Sequence[str], more: Sequence[str] = ()) -> None:
    """Refuse what no ledger line has.

    Raises:
        UnknownReferenceError: naming the column and those there are.
    """
    for name in by:
        if name not in (*LINE_COLUMNS, *more):
            raise UnknownReferenceError(
                "unknown column", field="by", value=name, remedy=f"use {listed(LINE_COLUMNS, 40)}"
            )


def with_periods(frame: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    """The frame with `fiscal_year` and `fiscal_quarter` of its `month`."""
    return frame.assign(
        fiscal_year=frame["month"].map(ledger.calendar.year_of),
        fiscal_quarter=frame["month"].map(ledger.calendar.quarter_of),
    )


def with_shares(frame: pd.DataFrame, currency: str, money: Sequence[str] = ("amount",)) -> pd.DataFrame:
    """Columns of `money` from minor units to exact Decimals, and the share that each `amount` has of all."""
    total = int(frame["amount"].sum())
    shares = [share_of(value, total) for value in frame["amount"]]
    frame = frame.assign(**{name: decimals(frame[name], currency) for name in money})
    place = frame.columns.tolist().index("amount") + 1
    frame.insert(place, "share", pd.Series(shares, index=frame.index, dtype=object))
    return frame


def decimals(values: pd.Series, currency: str) -> pd.Series:
    """Minor units as exact amounts; None where missing."""
    exact = [None if value is None or pd.isna(value) else from_minor(int(value), currency) for value in values]
    return pd.Series(exact, index=values.index, dtype=object)


def share_of(part: int, whole: int) -> Decimal | None:
    """A share of the whole; None of nothing."""
    return (Decimal(int(part)) / Decimal(int(whole))).quantize(SHARE_DIGITS) if whole else None


def joined(frame: pd.DataFrame, keys: str | Sequence[str], more: pd.DataFrame) -> pd.DataFrame:
    """Further columns by key; None where there are none."""
    wide = frame.merge(more, on=keys if isinstance(keys, str) else list(keys), how="left")
    columns = {name: [None if pd.isna(cell) else cell for cell in wide[name]] for name in wide.columns}
    return pd.DataFrame(columns, dtype=object)


def dearest_first(frame: pd.DataFrame) -> pd.DataFrame:
    """Sorted by amount, the largest first; by month before that where there is one."""
    times = [name for name in ("month",) if name in frame.columns]
    ascending = [*(True for _ in times), False]
    return frame.sort_values([*times, "amount"], ascending=ascending, kind="stable").reset_index(drop=True)
