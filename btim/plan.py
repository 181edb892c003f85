"""Plan against actual: what was planned, and why cost differs, in rate, volume, mix and exchange.

Role: split the variance of every month, pool, tower and expenditure so that the parts sum to it to the minor unit.
Must not know: terminals, or how cost is allocated.

Method (flexible budget; Horngren, Datar and Rajan, Cost Accounting). A tower's plan is flexed by its quantity. Among
towers measured in one unit, volume is what the growth of their total quantity at the planned mix would cost, mix what
the shift between them adds, both at planned unit costs; exchange is actual against budget rates of currencies; rate is
the rest: what the actual quantity cost beyond its planned unit cost, at budget rates. Each month is split by its own
quantities and the months are summed, so the parts of any grouping sum too. A tower without planned or measured
quantity in a month is not split.
"""

from collections.abc import Hashable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from btim.errors import RuleError, listed
from btim.exchange import RateBasis, at_rates
from btim.ledger import Ledger
from btim.rounding import rounded_half_even
from btim.view_frames import PERIODS, with_periods

GRAIN = ["month", "pool", "tower", "expenditure"]
PLAN_KEYS = (*GRAIN, *PERIODS)
PARTS = ("rate", "volume", "mix", "fx", "not_split")


class Flex(NamedTuple):
    """Actual over planned quantity: of a tower, and of all towers measured in its unit together."""

    own: Fraction
    group: Fraction


def plan_variance(
    ledger: Ledger, by: Sequence[str], months: Sequence[str], version: str | None = None
) -> pd.DataFrame | None:
    """Plan and the parts of its variance in minor units, by any of `PLAN_KEYS`; None without a plan that deep.

    Returns:
        `by`, `plan`, `variance` (actual less plan) = `rate` + `volume` + `mix` + `fx` + `not_split`. Rate, volume and
        mix are missing where no tower has quantities; cost in other currencies is not split into rate and exchange
        where the ledger has no budget rates at all. Cost that the plan does not mention has a plan of 0.

    Raises:
        RuleError: several versions of a plan for a month and none chosen, or an unknown one.
        RateMissingError: budget rates are given, but not for a currency and month that need one.
    """
    if ledger.budget.empty or not set(by) <= set(PLAN_KEYS):
        return None
    budget = _chosen(ledger, months, version)
    if budget.empty:
        return None
    cells = _cells(ledger, budget, months)
    flexes = _flexes(ledger, budget, cells, months)
    rows = [_split(cell, flexes.get((cell["month"], cell["tower"]))) for cell in cells.to_dict("records")]
    parts = pd.DataFrame(rows, columns=list(PARTS), index=cells.index)
    parts["is_split"] = [(month, tower) in flexes for month, tower in zip(cells["month"], cells["tower"], strict=True)]
    whole = with_periods(pd.concat([cells, parts], axis=1), ledger)
    sums: pd.DataFrame = (
        whole.groupby(list(by), sort=True)[["plan", "variance", *PARTS, "is_split"]].sum().reset_index()
    )
    quantified = ["rate", "volume", "mix"]
    sums[quantified] = sums[quantified].astype(object).where(sums["is_split"] > 0)
    return sums.drop(columns="is_split")


def _chosen(ledger: Ledger, months: Sequence[str], version: str | None) -> pd.DataFrame:
    budget = ledger.budget[ledger.budget["month"].isin(months)]
    if version is not None:
        chosen = budget[budget["version"] == version]
        if chosen.empty:
            raise RuleError(
                "no plan of this version in these months",
                field="version",
                value=version,
                remedy=f"use {listed(sorted(budget['version'].unique())) or 'other months'}",
            )
        return chosen
    versions = budget.groupby("month")["version"].nunique()
    if (versions > 1).any():
        month = str(versions.index[versions > 1][0])
        names = listed(sorted(budget.loc[budget["month"] == month, "version"].unique()))
        raise RuleError(
            f"several budgets for {month}: {names}", field="version", remedy="choose one (--plan) or keep one a month"
        )
    return budget


def _cells(ledger: Ledger, budget: pd.DataFrame, months: Sequence[str]) -> pd.DataFrame:
    """A row a month, pool, tower and expenditure: `actual`, `planned_rates` (None: unknown), `plan`, `variance`."""
    lines = ledger.costs[ledger.costs["month"].isin(months)]
    actual = lines.groupby(GRAIN)["amount"].sum().rename("actual")
    plan = _in_currency(ledger, budget).groupby(GRAIN)["amount"].sum().rename("plan")
    cells = pd.concat([actual, plan], axis=1).fillna(0).astype(np.int64).sort_index().reset_index()
    foreign = lines[lines["currency"] != ledger.currency]
    cells["planned_rates"] = cells["actual"].astype(object)
    if len(foreign):
        known = (ledger.rates["kind"] == "budget").any()
        key = pd.MultiIndex.from_frame(cells[GRAIN])
        if known:
            budgeted = at_rates(lines, ledger.currency, ledger.rates, RateBasis("budget"))
            cells["planned_rates"] = budgeted.groupby(GRAIN)["amount"].sum().reindex(key, fill_value=0).to_list()
        else:
            unknown = key.isin(pd.MultiIndex.from_frame(foreign[GRAIN].drop_duplicates()))
            cells.loc[unknown, "planned_rates"] = None
    cells["variance"] = cells["actual"] - cells["plan"]
    return cells


def _in_currency(ledger: Ledger, budget: pd.DataFrame) -> pd.DataFrame:
    if (budget["currency"] == ledger.currency).all():
        return budget
    basis = ledger.basis if ledger.basis.kind == "constant" else RateBasis("budget")
    frame = budget.assign(original=budget["amount"]).reset_index(drop=True)
    return at_rates(frame, ledger.currency, ledger.rates, basis)


def _flexes(
    ledger: Ledger, budget: pd.DataFrame, cells: pd.DataFrame, months: Sequence[str]
) -> dict[tuple[str, str], Flex]:
    """By month and tower, for towers with a plan in money and in quantity and a measured quantity, in one unit."""
    planned = _used(ledger.plan_volumes, months)
    versions = dict(zip(budget["month"], budget["version"], strict=True))
    planned = planned[planned["version"] == planned["month"].map(versions)] if len(planned) else planned
    both = planned.merge(_used(ledger.volumes, months), on=["month", "element", "unit"], suffixes=("_plan", ""))
    costs = cells.groupby(["month", "tower"])["plan"].sum()
    funded = {key for key, plan in costs.items() if plan}
    found: dict[tuple[str, str], tuple[str, Fraction, Fraction]] = {}
    for line in both.sort_values(["month", "element", "unit"]).to_dict("records"):
        key = (line["month"], line["element"])
        if key in funded and key not in found and line["quantity_plan"] > 0:
            found[key] = (line["unit"], _exact(line["quantity_plan"]), _exact(line["quantity"]))
    groups: dict[tuple[str, str], list[Fraction]] = {}
    for (month, _), (unit, plan, actual) in found.items():
        sums = groups.setdefault((month, unit), [Fraction(0), Fraction(0)])
        sums[0], sums[1] = sums[0] + plan, sums[1] + actual
    return {
        (month, tower): Flex(actual / plan, groups[month, unit][1] / groups[month, unit][0])
        for (month, tower), (unit, plan, actual) in found.items()
    }


def _used(volumes: pd.DataFrame, months: Sequence[str]) -> pd.DataFrame:
    return volumes[(volumes["layer"] == "tower") & (volumes["measure"] == "used") & volumes["month"].isin(months)]


def _exact(quantity: float) -> Fraction:
    return Fraction(Decimal(repr(float(quantity))))


def _split(cell: dict[Hashable, Any], flex: Flex | None) -> tuple[int, int, int, int, int]:
    """Rate, volume, mix, exchange and what is not split, in minor units; they sum to the cell's variance."""
    plan, variance, at_plan = int(cell["plan"]), int(cell["variance"]), cell["planned_rates"]
    fx = 0 if at_plan is None else int(cell["actual"]) - int(at_plan)
    if flex is None:
        return 0, 0, 0, fx, variance - fx
    volume = _rounded(plan * (flex.group - 1))
    mix = _rounded(plan * (flex.own - 1)) - volume
    rest = variance - fx - volume - mix
    return (0, volume, mix, 0, rest) if at_plan is None else (rest, volume, mix, fx, 0)


def _rounded(exact: Fraction) -> int:
    return rounded_half_even(exact.numerator, exact.denominator)


__all__ = ["PARTS", "PLAN_KEYS", "plan_variance"]
