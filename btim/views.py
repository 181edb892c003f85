"""The three views: what finance, technology and the business see of one ledger.

Role: frames that answer where the money goes, what a tower costs and how well it is used, and who pays for what.
Must not know: terminals, pages or files.

Money in views is Decimal in units of the ledger's currency; shares are Decimal between 0 and 1; a number that cannot
be known (no plan, no benchmark, no volume) is None, never 0.
"""

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pandas as pd

from btim.allocation import RECOVERY, UNALLOCATED, Allocation, allocate
from btim.errors import RuleError, SchemaError, UnknownReferenceError, listed
from btim.ledger import Ledger
from btim.ledger_inputs import month_of
from btim.money import from_minor
from btim.unit_costs import UNIT_COLUMNS, unit_costs

FINANCE_KEYS = ("month", "pool", "expenditure")
RETURNED = "Less: served by solutions"
BUDGET_KEYS = ("month", "pool", "tower", "expenditure")
SHARE_DIGITS = Decimal("0.000001")
Months = int | str | tuple[str, str] | None


def chosen_months(ledger: Ledger, months: Months = 12) -> tuple[str, ...]:
    """Months of the ledger that a view covers: the latest n, one `YYYY-MM`, a first and last, or all (None).

    Raises:
        UnknownReferenceError: the ledger has no such month.
    """
    if months is None:
        return ledger.months
    if isinstance(months, int):
        return ledger.months[-months:]
    first, last = (months, months) if isinstance(months, str) else months
    try:
        found = tuple(month for month in ledger.months if month_of(first) <= month <= month_of(last))
    except ValueError:
        found = ()
    if not found:
        raise UnknownReferenceError(
            "the ledger has no such month",
            field="month",
            value=first if first == last else f"{first} to {last}",
            remedy=f"it runs from {ledger.months[0]} to {ledger.months[-1]}",
        )
    return found


def period_of(months: Sequence[str]) -> str:
    """First and last month as shown beside numbers."""
    return months[0] if len(months) == 1 else f"{months[0]} to {months[-1]}"


def finance_view(ledger: Ledger, by: Sequence[str] = FINANCE_KEYS, months: Months = 12) -> pd.DataFrame:
    """Cost by month, pool and expenditure, or any other columns of `Ledger.costs`, or fiscal_year, fiscal_quarter.

    Returns:
        `by`, `amount`, `share` (of the whole), `plan`, `variance` (amount - plan: positive is overspent). Plan and
        variance are None where the ledger has no budget or `by` goes deeper than the budget does.

    Raises:
        UnknownReferenceError: an unknown column or month.
        RuleError: two versions of a budget for the same month.
    """
    covered = chosen_months(ledger, months)
    lines = ledger.costs[ledger.costs["month"].isin(covered)]
    lines = lines.assign(
        fiscal_year=lines["month"].map(ledger.calendar.year_of),
        fiscal_quarter=lines["month"].map(ledger.calendar.quarter_of),
    )
    _known_columns(lines, by)
    frame: pd.DataFrame = lines.groupby(list(by), sort=True)["amount"].sum().reset_index()
    plan = _plan(ledger, by, covered)
    if plan is None:
        return _with_shares(frame.assign(plan=None, variance=None), ledger)
    frame = frame.merge(plan, on=list(by), how="outer", sort=True)
    frame["amount"] = frame["amount"].fillna(0).astype(np.int64)
    pairs = zip(frame["amount"], frame["plan"], strict=True)
    variance = [None if pd.isna(plan) else int(amount) - int(plan) for amount, plan in pairs]
    frame["variance"] = pd.Series(variance, index=frame.index, dtype=object)
    return _with_shares(frame, ledger)


def technology_view(ledger: Ledger, months: Months = 12, *, allocation: Allocation | None = None) -> pd.DataFrame:
    """What each tower costs and how well it is used.

    Returns:
        One row a tower, dearest first: `tower`, `amount` (its cost after towers have settled with each other), `share`,
        then `used`, `capacity`, `usage_unit`, `utilisation` (means of the months that have both), then the columns of
        `btim.unit_costs`: `unit_cost` and its `benchmark` with source and date, `gap_share` and `above_benchmark`.
        Where solutions serve towers, a last line takes their cost off again, so that the view sums to the ledger.
    """
    covered = chosen_months(ledger, months)
    allocation = allocation or allocate(ledger)
    costs = element_costs(allocation, "tower", covered)
    flows = allocation.flows[allocation.flows["month"].isin(covered) & (allocation.flows["to_layer"] == "tower")]
    returned = int(flows.loc[flows["from_layer"] == "solution", "amount"].sum())
    if returned:
        costs[RETURNED] = -returned
    frame = _with_shares(pd.DataFrame({"tower": list(costs), "amount": list(costs.values())}), ledger)
    frame = _joined(frame, "tower", utilisation(ledger, "tower", covered))
    frame = _joined(frame, "tower", unit_costs(ledger, "tower", costs, covered))
    return _dearest_first(frame)


def consumer_view(
    ledger: Ledger,
    by: Sequence[str] = ("consumer", "solution"),
    months: Months = 12,
    *,
    allocation: Allocation | None = None,
) -> pd.DataFrame:
    """What each consumer pays for, by solution.

    Returns:
        One row a consumer and solution, dearest first: `amount`, `share`, `metered_share` (of the amount; the rest is
        assumed or stands on the ledger line itself), then the solution's own `output` and `outcome` columns: unit cost,
        unit, benchmark. What reached no consumer stands as `Unallocated` with the solution where it
        stopped; what a priced service did not recover as `Under- or over-recovery`. The amounts sum to the ledger's.
    """
    covered = chosen_months(ledger, months)
    allocation = allocation or allocate(ledger)
    received = _received(allocation, covered)
    keys = [key for key in ("consumer", "solution") if key in by]
    sums = received.groupby(keys, sort=True, observed=True)[["amount", "metered", "size"]].sum().reset_index()
    shares = [_share(metered, size) for metered, size in zip(sums["metered"], sums["size"], strict=True)]
    sums["metered_share"] = pd.Series(shares, index=sums.index, dtype=object)
    frame = _with_shares(sums.drop(columns=["metered", "size"]), ledger)
    if "solution" in keys:
        costs = element_costs(allocation, "solution", covered)
        frame = _joined(frame, "solution", unit_costs(ledger, "solution", costs, covered))
    return _dearest_first(frame)


def changes(frame: pd.DataFrame, published: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """What changed since a view was last published: rows whose amount differs, are new or are gone.

    Args:
        frame: the view as it is now.
        published: the same view as it was, its cells as text or numbers (a CSV read back).
        keys: columns that name a row.

    Returns:
        `keys`, `published`, `now` (Decimal; None where there is no such row), `change`; the largest change first.

    Raises:
        SchemaError: `published` lacks a key or the amount.
    """
    missing = [name for name in (*keys, "amount") if name not in published.columns]
    if missing:
        raise SchemaError(
            f"missing column {missing[0]!r}", field="since", remedy="name a CSV that --csv wrote for this view"
        )
    was = _amounts(published, keys)
    now = _amounts(frame, keys)
    moved = {key: now.get(key, Decimal(0)) - was.get(key, Decimal(0)) for key in {*was, *now}}
    rows = [
        (*key, was.get(key), now.get(key), change)
        for key, change in sorted(moved.items(), key=lambda item: (-abs(item[1]), item[0]))
        if was.get(key) != now.get(key)
    ]
    return pd.DataFrame(rows, columns=[*keys, "published", "now", "change"], dtype=object)


def _amounts(frame: pd.DataFrame, keys: Sequence[str]) -> dict[tuple[str, ...], Decimal]:
    cells = frame[[*keys, "amount"]].to_numpy(dtype=object).tolist()
    return {
        tuple("" if cell is None else str(cell) for cell in line[:-1]): Decimal(str(line[-1]))
        for line in cells
        if line[-1] not in (None, "")
    }


def element_costs(allocation: Allocation, layer: str, months: Sequence[str]) -> dict[str, int]:
    """Minor units that a layer's elements carry over the months, after settling within the layer."""
    flows = allocation.flows[allocation.flows["month"].isin(months)]
    nodes = allocation.nodes[allocation.nodes["month"].isin(months) & (allocation.nodes["layer"] == layer)]
    entered = nodes.groupby("element", observed=True)["entered"].sum()
    came = flows[flows["to_layer"] == layer].groupby("to", observed=True)["amount"].sum()
    within = flows[(flows["from_layer"] == layer) & (flows["to_layer"] == layer)]
    left = within.groupby("from", observed=True)["amount"].sum()
    names = sorted({*map(str, entered.index), *map(str, came.index)})
    return {name: int(entered.get(name, 0)) + int(came.get(name, 0)) - int(left.get(name, 0)) for name in names}


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


def _received(allocation: Allocation, months: Sequence[str]) -> pd.DataFrame:
    flows = allocation.flows[allocation.flows["month"].isin(months) & (allocation.flows["to_layer"] == "consumer")]
    by_solution = (flows["from_layer"] == "solution").to_numpy()
    received = pd.DataFrame(
        {
            "consumer": flows["to"].astype(str),
            "solution": np.where(by_solution, flows["from"].astype(str), ""),
            "amount": flows["amount"],
            "metered": flows["amount"].abs().where(flows["basis"] == "metered", 0),
            "size": flows["amount"].abs(),
        }
    )
    nodes = allocation.nodes
    stuck = nodes[nodes["month"].isin(months) & (nodes["layer"] != "consumer") & (nodes["kept"] != 0)]
    rest = pd.DataFrame(
        {
            "consumer": np.where(stuck["recovery"], RECOVERY, UNALLOCATED),
            "solution": np.where(stuck["layer"] == "solution", stuck["element"].astype(str), ""),
            "amount": stuck["kept"],
            "metered": 0,
            "size": stuck["kept"].abs(),
        }
    )
    return pd.concat([received, rest], ignore_index=True)


def _plan(ledger: Ledger, by: Sequence[str], months: Sequence[str]) -> pd.DataFrame | None:
    budget = ledger.budget[ledger.budget["month"].isin(months)]
    if budget.empty or not set(by) <= set(BUDGET_KEYS):
        return None
    versions = budget.groupby("month")["version"].nunique()
    if (versions > 1).any():
        month = str(versions.index[versions > 1][0])
        names = listed(sorted(budget.loc[budget["month"] == month, "version"].unique()))
        raise RuleError(f"several budgets for {month}: {names}", field="version", remedy="keep one version a month")
    other = sorted(set(budget["currency"]) - {ledger.currency})
    if other:
        raise RuleError(
            "the budget is in another currency than the ledger", field="currency", value=other[0], remedy="convert it"
        )
    plan: pd.DataFrame = budget.groupby(list(by), sort=True)["amount"].sum().reset_index()
    return plan.rename(columns={"amount": "plan"})


def _with_shares(frame: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    total = int(frame["amount"].sum())
    shares = [_share(value, total) for value in frame["amount"]]
    money = {name: _decimals(frame[name], ledger.currency) for name in ("amount", "plan", "variance") if name in frame}
    frame = frame.assign(**money)
    place = frame.columns.tolist().index("amount") + 1
    frame.insert(place, "share", pd.Series(shares, index=frame.index, dtype=object))
    return frame


def _decimals(values: pd.Series, currency: str) -> pd.Series:
    exact = [None if value is None or pd.isna(value) else from_minor(int(value), currency) for value in values]
    return pd.Series(exact, index=values.index, dtype=object)


def _share(part: int, whole: int) -> Decimal | None:
    return (Decimal(int(part)) / Decimal(int(whole))).quantize(SHARE_DIGITS) if whole else None


def _joined(frame: pd.DataFrame, key: str, more: pd.DataFrame) -> pd.DataFrame:
    joined = frame.merge(more, on=key, how="left")
    columns = {name: [None if pd.isna(cell) else cell for cell in joined[name]] for name in joined.columns}
    return pd.DataFrame(columns, dtype=object)


def _dearest_first(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values("amount", ascending=False, kind="stable").reset_index(drop=True)


def _known_columns(costs: pd.DataFrame, by: Sequence[str]) -> None:
    for name in by:
        if name not in costs.columns:
            raise UnknownReferenceError(
                "unknown column", field="by", value=name, remedy=f"use {listed(costs.columns, 30)}"
            )


__all__ = [
    "UNIT_COLUMNS",
    "chosen_months",
    "consumer_view",
    "element_costs",
    "finance_view",
    "period_of",
    "technology_view",
]
