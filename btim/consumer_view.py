"""The consumer view: who pays for what, and what a unit of output and of outcome costs.

Role: cost of consumers by solution, or by any columns of the ledger's lines.
Must not know: terminals or pages.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from btim.allocation import RECOVERY, UNALLOCATED, Allocation, allocate
from btim.covered_months import Months, chosen_months, months_before
from btim.element_costs import full_costs
from btim.ledger import Ledger
from btim.metered_path import metered_shares
from btim.trace import consumed
from btim.unit_costs import unit_costs, with_trend
from btim.view_frames import PERIODS, check_columns, dearest_first, joined, share_of, with_periods, with_shares

USUAL = ("consumer", "solution")
MEASURES = ("metered", "direct", "size")
"""Absolute minor units: split by meters alone, named by the ledger line, and all."""


def consumer_view(
    ledger: Ledger,
    by: Sequence[str] = USUAL,
    months: Months = 12,
    *,
    allocation: Allocation | None = None,
) -> pd.DataFrame:
    """What each consumer pays for, by solution.

    Args:
        ledger: the ledger.
        by: consumer, solution or both, with or without month; or any columns of a ledger line, traced to the lines.
        months: the months covered.
        allocation: of this ledger, when it was made already.

    Returns:
        One row a consumer and solution, dearest first: `amount`, `share`, `metered_share` (of the amount, what only
        metered quantities split on its whole path; the rest is assumed at some step or named by the ledger line; None
        where no driver split any of it), then the solution's own `output` and `outcome` columns: unit cost,
        unit, benchmark, trend (by consumer alone: the consumer's own). What reached no consumer stands as `Unallocated`
        with the solution where it stopped; what a priced service did not recover as `Under- or over-recovery`. The
        amounts sum to the ledger's.

    Raises:
        UnknownReferenceError: an unknown column or month.
    """
    check_columns(by)
    covered = chosen_months(ledger, months)
    allocation = allocation or allocate(ledger)
    plain = set(by) <= {*USUAL, "month", *PERIODS}
    received = (
        _received(allocation, covered)
        if plain
        else consumed(ledger, allocation, [name for name in by if name not in {*USUAL, "month", *PERIODS}], covered)
    )
    sums = with_periods(received, ledger).groupby(list(by), sort=True, observed=True)
    frame = sums[["amount", *MEASURES]].sum().reset_index()
    shares = [
        share_of(round(metered), size) if size > direct else None
        for metered, direct, size in frame[list(MEASURES)].itertuples(index=False)
    ]
    frame["metered_share"] = pd.Series(shares, index=frame.index, dtype=object)
    frame = with_shares(frame.drop(columns=list(MEASURES)), ledger.currency)
    layer = "solution" if "solution" in by else "consumer"
    if plain and layer in by and not set(by) & set(PERIODS):
        frame = _with_units(frame, ledger, allocation, layer, covered, monthly="month" in by)
    return dearest_first(frame)


def _with_units(
    frame: pd.DataFrame, ledger: Ledger, allocation: Allocation, layer: str, months: Sequence[str], *, monthly: bool
) -> pd.DataFrame:
    if not monthly:
        return joined(frame, layer, _units(ledger, allocation, layer, months))
    parts = [_units(ledger, allocation, layer, (month,)).assign(month=month) for month in months]
    return joined(frame, [layer, "month"], pd.concat(parts, ignore_index=True))


def _units(ledger: Ledger, allocation: Allocation, layer: str, months: Sequence[str]) -> pd.DataFrame:
    now = unit_costs(ledger, layer, full_costs(allocation, layer, months), months)
    before = months_before(ledger, months)
    return with_trend(now, layer, ledger, full_costs(allocation, layer, before), before)


def _received(allocation: Allocation, months: Sequence[str]) -> pd.DataFrame:
    flows = allocation.flows[allocation.flows["month"].isin(months) & (allocation.flows["to_layer"] == "consumer")]
    share = pd.concat([pd.Series(dtype="float64"), *(metered_shares(allocation, month) for month in months)])
    size = flows["amount"].abs()
    by_solution = (flows["from_layer"] == "solution").to_numpy()
    received = pd.DataFrame(
        {
            "month": flows["month"].astype(str),
            "consumer": flows["to"].astype(str),
            "solution": np.where(by_solution, flows["from"].astype(str), ""),
            "amount": flows["amount"],
            "metered": size * share.reindex(flows.index),
            "direct": size.where(flows["basis"] == "direct", 0),
            "size": size,
        }
    )
    nodes = allocation.nodes
    stuck = nodes[nodes["month"].isin(months) & (nodes["layer"] != "consumer") & (nodes["kept"] != 0)]
    rest = pd.DataFrame(
        {
            "month": stuck["month"].astype(str),
            "consumer": np.where(stuck["recovery"], RECOVERY, UNALLOCATED),
            "solution": np.where(stuck["layer"] == "solution", stuck["element"].astype(str), ""),
            "amount": stuck["kept"],
            "metered": 0.0,
            "direct": 0,
            "size": stuck["kept"].abs(),
        }
    )
    return pd.concat([received, rest], ignore_index=True)
