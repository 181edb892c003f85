"""Ways to allocate beside one driver: direct, even, fixed shares, mixes of drivers, and an internal price list.

Role: turn an organisation's methods into driver rows that allocation follows, and prices into charges.
Must not know: how cost flows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
import pandas as pd

from btim.errors import RuleError, listed
from btim.ledger_inputs import DRIVER_COLUMNS
from btim.money import to_minor

METHODS = ("direct", "even", "fixed", "mix")
KEYS = ["month", "from_layer", "from"]


@dataclass(frozen=True)
class Method:
    """How one element passes its cost on, every month.

    direct: all to `to[0]`; even: equal parts to each of `to` (without it: to every target its drivers name that month);
    fixed: by `shares`; mix: each driver's own shares, weighted by `weights`.
    """

    layer: str
    element: str
    method: str
    to_layer: str = "solution"
    to: tuple[str, ...] = ()
    shares: Mapping[str, float] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)


def resolved_drivers(drivers: pd.DataFrame, methods: Sequence[Method], months: Sequence[str]) -> pd.DataFrame:
    """Driver rows with every method applied: rows of a method's element are replaced by what the method says.

    Shares fixed or even are `assumed`; a mix is metered only as far as its drivers are.

    Raises:
        RuleError: a mix lacks one of its drivers in a month or its quantities are zero, or even parts have no target.
    """
    if not methods:
        return drivers
    pieces = [drivers]
    for method in methods:
        own = (drivers["from_layer"] == method.layer) & (drivers["from"] == method.element)
        pieces[0] = pieces[0][~own.reindex(pieces[0].index)]
        pieces.append(_rows(method, drivers[own & drivers["month"].isin(months)], months))
    filled = [piece for piece in pieces if len(piece)]
    return pd.concat(filled, ignore_index=True)[list(DRIVER_COLUMNS)] if filled else drivers


def _rows(method: Method, own: pd.DataFrame, months: Sequence[str]) -> pd.DataFrame:
    if method.method == "mix":
        return _mixed(method, own)
    if method.method == "even" and not method.to:
        if own.empty:
            raise RuleError(
                f"{method.layer} {method.element} has no target to split evenly over", remedy='add to = ["…"]'
            )
        targets = own.drop_duplicates(["month", "to_layer", "to"])
        return targets.assign(driver="even", quantity=1.0, basis="assumed")
    shares = method.shares if method.method == "fixed" else dict.fromkeys(method.to, 1.0)
    rows = [
        (month, method.layer, method.element, method.to_layer, name, method.method, float(share), "assumed")
        for month in months
        for name, share in shares.items()
    ]
    return pd.DataFrame(rows, columns=list(DRIVER_COLUMNS))


def _mixed(method: Method, own: pd.DataFrame) -> pd.DataFrame:
    chosen = own[own["driver"].isin(list(method.weights))]
    for month, found in chosen.groupby("month")["driver"]:
        missing = sorted(set(method.weights) - set(found))
        if missing:
            raise RuleError(
                f"{method.layer} {method.element} lacks the driver {listed(missing)} of its mix in {month}",
                remedy="measure it or change the mix",
            )
    totals = chosen.groupby(["month", "driver"])["quantity"].transform("sum")
    idle = chosen[totals <= 0]
    if len(idle):
        line = idle.iloc[0]
        raise RuleError(
            f"all quantities of the driver {line['driver']} in the mix of {method.layer} {method.element} are zero in "
            f"{line['month']}",
            field="quantity",
            remedy="measure it or change the mix",
        )
    weights = chosen["driver"].map(dict(method.weights)).astype(float)
    shares = chosen["quantity"] / totals * weights
    parts = chosen.assign(quantity=shares, driver="mix")
    keys = [name for name in DRIVER_COLUMNS if name != "quantity"]
    mixed: pd.DataFrame = parts.groupby(keys, sort=True)["quantity"].sum().reset_index()
    return mixed


def split_priced(drivers: pd.DataFrame, prices: pd.DataFrame, currency: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Separate what is charged by price from what follows drivers.

    Returns:
        Driver rows of elements without a price that month, and charges: driver rows with `amount`, price times quantity
        in minor units. What a priced element costs beyond its charges is under-recovery and stays with it.

    Raises:
        RuleError: a price in another currency, or for a driver that the element does not have that month.
    """
    if prices.empty:
        return drivers, drivers.iloc[:0].assign(amount=np.zeros(0, dtype=np.int64))
    other = prices[prices["currency"] != currency]
    if len(other):
        raise RuleError("a price is in another currency", value=other["currency"].iloc[0], remedy=f"use {currency}")
    named = prices.rename(columns={"layer": "from_layer", "element": "from"})
    joined = drivers.merge(named[[*KEYS, "driver", "price"]], on=[*KEYS, "driver"], how="left")
    charged = joined[joined["price"].notna()]
    unused = named.merge(charged[[*KEYS, "driver"]].drop_duplicates(), on=[*KEYS, "driver"], how="left", indicator=True)
    lost = unused[unused["_merge"] == "left_only"]
    if len(lost):
        line = lost.iloc[0]
        who = f"{line['from_layer']} {line['from']}"
        raise RuleError(
            f"{who} has a price for {line['driver']} but no quantities in {line['month']}",
            field="driver",
            remedy="measure them or drop the price",
        )
    pairs = zip(charged["price"], charged["quantity"], strict=True)
    amounts = [to_minor(price * Decimal(repr(float(quantity))), currency) for price, quantity in pairs]
    priced = pd.MultiIndex.from_frame(charged[KEYS])
    rest = drivers[~pd.MultiIndex.from_frame(drivers[KEYS]).isin(priced)]
    return rest, charged.assign(amount=np.array(amounts, dtype=np.int64))
