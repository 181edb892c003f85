"""The finance view: where the money goes, against the time before and against the plan.

Role: cost by any columns of the ledger's lines.
Must not know: terminals, pages, or how cost is allocated.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from btim.covered_months import Months, chosen_months, months_before
from btim.ledger import Ledger
from btim.plan import PARTS, plan_variance
from btim.view_frames import PERIODS, check_columns, with_periods, with_shares

FINANCE_KEYS = ("month", "pool", "expenditure")
FINANCE_MONEY = ("amount", "before", "change", "plan", "variance", *PARTS)


def finance_view(
    ledger: Ledger, by: Sequence[str] = FINANCE_KEYS, months: Months = 12, *, plan: str | None = None
) -> pd.DataFrame:
    """Cost by month, pool and expenditure, or any other columns of a ledger line, or fiscal_year, fiscal_quarter.

    Args:
        ledger: at the exchange rates that the view is to show (`btim.rates`).
        by: the columns.
        months: the months covered.
        plan: version of the plan to compare with, where a month has several.

    Returns:
        `by`, `amount`, `share` (of the whole), `before` (the equally long time before) and `change`, then `plan`,
        `variance` (amount - plan: positive is overspent) and its parts `rate`, `volume`, `mix`, `fx` and `not_split`,
        which sum to it (`btim.plan`). What is not known is None: before, where the ledger does not reach that far back
        or `by` names time; plan, where there is none or `by` goes deeper than it does.

    Raises:
        UnknownReferenceError: an unknown column or month.
        RuleError: two versions of a budget for the same month.
        RateMissingError: a rate that the plan or its exchange part needs is missing.
    """
    check_columns(by)
    covered = chosen_months(ledger, months)
    frame = _summed(ledger, by, covered)
    earlier = months_before(ledger, covered)
    if earlier and not set(by) & {"month", *PERIODS}:
        before = _summed(ledger, by, earlier).rename(columns={"amount": "before"})
        frame = frame.merge(before, on=list(by), how="outer", sort=True).fillna({"amount": 0, "before": 0})
        frame["change"] = frame["amount"] - frame["before"]
    planned = plan_variance(ledger, by, covered, plan)
    if planned is not None:
        frame = frame.merge(planned, on=list(by), how="outer", sort=True)
    frame["amount"] = frame["amount"].fillna(0).astype(np.int64)
    return with_shares(frame.reindex(columns=[*by, *FINANCE_MONEY]), ledger.currency, FINANCE_MONEY)


def _summed(ledger: Ledger, by: Sequence[str], months: Sequence[str]) -> pd.DataFrame:
    lines = with_periods(ledger.costs[ledger.costs["month"].isin(months)], ledger)
    sums: pd.DataFrame = lines.groupby(list(by), sort=True)["amount"].sum().reset_index()
    return sums
