"""Exchange: ledger lines of several currencies into one, by dated rates, exactly and rounded once.

Role: the one place that applies an exchange rate to money.
Must not know: where rates come from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd

from btim.errors import RateMissingError, listed
from btim.mapping_tables import AMOUNTS, stated_currency
from btim.money import minor_digits
from btim.rounding import rounded_together


def reporting_currency(groups: pd.DataFrame, wanted: str | None, file: Path) -> str:
    """The currency asked for, or the only one there is.

    Raises:
        RateMissingError: several currencies and none asked for.
        ValueFormatError: what is asked for is no currency.
    """
    found = sorted(groups["currency"].unique())
    if wanted:
        return stated_currency(wanted, "currency", file)
    if len(found) > 1:
        first = groups[groups["currency"] == found[0]]["month"].min()
        raise RateMissingError(
            f"currencies are mixed ({listed(found)}) and no rate converts {found[0]} in {first}",
            file=str(file),
            field="currency",
            remedy='set currency = "…" in ledger.toml and name inputs.rates',
        )
    return str(found[0])


def rate_of(
    rates: pd.DataFrame, month: str, source: str, target: str, *, kind: str = "actual", file: str = ""
) -> Decimal:
    """Units of `target` for one unit of `source` in that month.

    Raises:
        RateMissingError: no such rate; it is never taken from another month, inverted or set to 1.
    """
    if source == target:
        return Decimal(1)
    found = rates[
        (rates["month"] == month) & (rates["from"] == source) & (rates["to"] == target) & (rates["kind"] == kind)
    ]
    if found.empty:
        raise RateMissingError(
            f"no {kind} rate from {source} to {target} in {month}",
            file=file or None,
            field="rate",
            remedy="add it to the rates file (month,from,to,kind,rate; inputs.rates in ledger.toml)",
        )
    return Decimal(found["rate"].iloc[0])


@dataclass(frozen=True)
class RateBasis:
    """Which rates money is shown at: each month's rates of a kind, or, with `month`, that month's actual ones for all.

    actual: what a month was converted at; budget: what its plan was made with; constant: rates held still, so that
    cost moves for other reasons than currencies.
    """

    kind: str = "actual"
    month: str | None = None

    def __str__(self) -> str:
        return f"constant rates (actual of {self.month})" if self.month else f"{self.kind} rates"

    def rate(self, rates: pd.DataFrame, month: str, source: str, target: str, *, file: str = "") -> Decimal:
        """Units of `target` for one unit of `source` in that month.

        Raises:
            RateMissingError: naming currencies, kind and month.
        """
        if self.month:
            return rate_of(rates, self.month, source, target, file=file)
        return rate_of(rates, month, source, target, kind=self.kind, file=file)


def converted(
    costs: pd.DataFrame, target: str, rates: pd.DataFrame, file: Path, basis: RateBasis | None = None
) -> pd.DataFrame:
    """Costs in minor units of `target`; `original` keeps `amount` in the row's own currency.

    Each currency, month and cost column is converted as a whole, rounded once and shared out by largest remainder.

    Raises:
        RateMissingError: naming currency and month.
    """
    costs = costs.assign(original=costs["amount"])
    if (costs["currency"] == target).all():
        return costs
    return _converted(costs, {name: name for name in AMOUNTS}, target, rates, basis or RateBasis(), str(file))


def at_rates(costs: pd.DataFrame, target: str, rates: pd.DataFrame, basis: RateBasis) -> pd.DataFrame:
    """Costs whose `amount` is converted anew from `original`, at other rates than it was imported at.

    Raises:
        RateMissingError: naming currency and month.
    """
    return _converted(costs, {"amount": "original"}, target, rates, basis, "")


def _converted(
    costs: pd.DataFrame, columns: Mapping[str, str], target: str, rates: pd.DataFrame, basis: RateBasis, file: str
) -> pd.DataFrame:
    values = {name: [None if pd.isna(cell) else cell for cell in costs[own]] for name, own in columns.items()}
    for index in costs.reset_index(drop=True).groupby(["month", "currency"], sort=True).indices.values():
        month, source = str(costs["month"].iloc[index[0]]), str(costs["currency"].iloc[index[0]])
        numerator, unit = _minor_factor(basis.rate(rates, month, source, target, file=file), source, target)
        for cells in values.values():
            chosen = [position for position in index if cells[position] is not None]
            exact = [int(cells[position] or 0) * numerator for position in chosen]
            for position, whole in zip(chosen, rounded_together(exact, unit), strict=True):
                cells[position] = whole
    amounts = {name: pd.Series(cells, index=costs.index) for name, cells in values.items()}
    return costs.assign(
        **{name: cells.astype("Int64" if cells.isna().any() else np.int64) for name, cells in amounts.items()}
    )


def _minor_factor(rate: Decimal, source: str, target: str) -> tuple[int, int]:
    """Integers n, u such that minor units of `source` times n / u are minor units of `target`."""
    ratio = rate.scaleb(minor_digits(target) - minor_digits(source))
    return ratio.as_integer_ratio()
