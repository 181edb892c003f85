"""A ledger at other exchange rates than it was imported at: budget rates, or constant ones.

Role: convert every line anew from its own currency, so that what currencies did to cost can be seen or taken out.
Must not know: views.
"""

from dataclasses import replace

import pandas as pd

from btim.errors import RuleError
from btim.exchange import RateBasis, at_rates
from btim.ledger import Ledger
from btim.ledger_inputs import RATE_KINDS, month_of


def rate_basis(kind: str, month: str | None = None) -> RateBasis:
    """A basis from what a person asks for.

    Raises:
        RuleError: an unknown kind, a constant month with another kind than constant, or something that is no month.
    """
    if kind not in RATE_KINDS:
        raise RuleError("unknown kind of rates", field="rates", value=kind, remedy=f"use {', '.join(RATE_KINDS)}")
    if month is None:
        return RateBasis(kind)
    if kind != "constant":
        raise RuleError("a constant month goes with constant rates", field="rates", value=kind, remedy="use constant")
    try:
        return RateBasis(kind, month_of(month))
    except ValueError:
        raise RuleError("is not a month", field="constant month", value=month, remedy="write YYYY-MM") from None


def with_rates(ledger: Ledger, basis: RateBasis) -> Ledger:
    """The ledger with `amount` at these rates; billed, listed and contracted cost are missing then.

    Raises:
        RateMissingError: naming currencies, kind and month.
    """
    if basis == ledger.basis:
        return ledger
    costs = at_rates(ledger.costs, ledger.currency, ledger.rates, basis)
    unknown = pd.Series(pd.NA, index=costs.index, dtype="Int64")
    return replace(ledger, basis=basis, costs=costs.assign(billed=unknown, listed=unknown, contracted=unknown))
