"""The technology view: what a tower costs, how well it is used, and its unit cost, its trend and its benchmark.

Role: cost of towers after they have settled with each other, whole or by any columns of the ledger's lines.
Must not know: terminals or pages.
"""

from collections.abc import Sequence

import pandas as pd

from btim.allocation import Allocation, allocate
from btim.covered_months import Months, chosen_months, months_before
from btim.element_costs import element_costs, full_costs
from btim.ledger import Ledger
from btim.trace import carried
from btim.unit_costs import unit_costs, with_trend
from btim.view_frames import check_columns, dearest_first, joined, with_periods, with_shares

RETURNED = "Less: served by solutions"


def technology_view(
    ledger: Ledger, months: Months = 12, *, by: Sequence[str] = ("tower",), allocation: Allocation | None = None
) -> pd.DataFrame:
    """What each tower costs and how well it is used.

    Args:
        ledger: the ledger.
        months: the months covered.
        by: `tower`, or `tower` and `month`; with other columns of a ledger line, cost alone, traced to the lines.
        allocation: of this ledger, when it was made already.

    Returns:
        One row a tower, dearest first: `tower`, `amount` (its cost after towers have settled with each other), `share`,
        `full_cost` (None where it is the amount: cost before the tower passes any on to other towers), then `used`,
        `capacity`, `usage_unit`, `utilisation` (means of the months that have both), then the columns of
        `btim.unit_costs`: `unit_cost` (of the full cost) and its `benchmark` with source and date, `gap_share` and
        `above_benchmark`, then `unit_cost_before` (the equally long time before) and `unit_cost_change` (a share).
        Where solutions serve towers, a last line takes their cost off again, so that the view sums to the ledger.

    Raises:
        UnknownReferenceError: an unknown column or month.
    """
    check_columns(by)
    covered = chosen_months(ledger, months)
    allocation = allocation or allocate(ledger)
    if set(by) == {"tower"}:
        return dearest_first(_towers(ledger, allocation, covered))
    if set(by) == {"tower", "month"}:
        parts = [_towers(ledger, allocation, (month,)).assign(month=month) for month in covered]
        frame = pd.concat(parts, ignore_index=True).astype(object)
        return dearest_first(frame[[*by, *(name for name in frame.columns if name not in by)]])
    return _traced(ledger, allocation, by, covered)


def utilisation(ledger: Ledger, layer: str, months: Sequence[str]) -> pd.DataFrame:
    """Mean use, capacity and their ratio of a layer's elements, over months that state both in one unit."""
    volumes = ledger.volumes[(ledger.volumes["layer"] == layer) & ledger.volumes["month"].isin(months)]
    keys = ["element", "unit", "month"]
    used = volumes[volumes["measure"] == "used"].set_index(keys)["quantity"].rename("used")
    capacity = volumes[volumes["measure"] == "capacity"].set_index(keys)["quantity"].rename("capacity")
    both = pd.concat([used, capacity], axis=1, join="inner").reset_index()
    means = both.groupby(["element", "unit"], sort=True)[["used", "capacity"]].mean().reset_index()
    means["utilisation"] = means["used"] / means["capacity"].where(means["capacity"] > 0)
    return means.rename(columns={"element": layer, "unit": "usage_unit"}).drop_duplicates(layer)


def _towers(ledger: Ledger, allocation: Allocation, months: Sequence[str]) -> pd.DataFrame:
    costs = element_costs(allocation, "tower", months)
    full = full_costs(allocation, "tower", months)
    frame = pd.DataFrame({"tower": list(costs), "amount": list(costs.values())})
    frame["full_cost"] = [full[name] if full[name] != cost else None for name, cost in costs.items()]
    returned = _returned(allocation, months)
    if returned:
        frame.loc[len(frame)] = [RETURNED, -returned, None]
    frame = with_shares(frame, ledger.currency, ("amount", "full_cost"))
    frame = joined(frame, "tower", utilisation(ledger, "tower", months))
    now = unit_costs(ledger, "tower", full, months)
    before = months_before(ledger, months)
    return joined(frame, "tower", with_trend(now, "tower", ledger, full_costs(allocation, "tower", before), before))


def _returned(allocation: Allocation, months: Sequence[str]) -> int:
    flows = allocation.flows[allocation.flows["month"].isin(months) & (allocation.flows["to_layer"] == "tower")]
    return int(flows.loc[flows["from_layer"] == "solution", "amount"].sum())


def _traced(ledger: Ledger, allocation: Allocation, by: Sequence[str], months: Sequence[str]) -> pd.DataFrame:
    keys = [name for name in by if name not in {"tower", "month", "fiscal_year", "fiscal_quarter"}]
    rows = carried(ledger, allocation, keys, months)
    lines = [(month, RETURNED, *("" for _ in keys), -_returned(allocation, (month,))) for month in months]
    given = pd.DataFrame([line for line in lines if line[-1]], columns=rows.columns).astype({"amount": "int64"})
    frame = with_periods(pd.concat([rows, given], ignore_index=True), ledger)
    sums = frame.groupby(list(by), sort=True)["amount"].sum().reset_index()
    return dearest_first(with_shares(sums, ledger.currency))
