"""Variance: why cost differs from the time before, in rate, volume, mix and exchange.

Role: split the difference of elements with measured volumes so that the parts sum to it exactly.
Must not know: where amounts and volumes come from. Against a plan: `btim.plan`.

Method (Horngren, Datar and Rajan, Cost Accounting): within elements measured in one unit, volume is the growth of
their total quantity at the base's mix, mix the shift between them, both at the base's unit costs; rate is the change of
each element's unit cost on its actual quantity; exchange is cost at its own months' rates less cost at those of the
same months of the time before (constant currency).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

import pandas as pd

from btim.allocation import Allocation, allocate
from btim.covered_months import Months, chosen_months, months_before
from btim.element_costs import element_costs
from btim.errors import RuleError
from btim.exchange import RateBasis, at_rates, rate_of
from btim.ledger import Ledger
from btim.money import from_minor
from btim.unit_costs import MAIN_MEASURE

COLUMNS = ("element", "unit", "base", "actual", "difference", "rate", "volume", "mix", "exchange", "unexplained")
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Side:
    """Cost and quantity of an element; quantity None where it was not measured."""

    cost: Decimal
    quantity: Decimal | None


def decomposed(
    base: Mapping[str, Side], actual: Mapping[str, Side], units: Mapping[str, str], exchange: Mapping[str, Decimal]
) -> pd.DataFrame:
    """Split differences.

    Args:
        base: plan, or the time before.
        actual: the time looked at.
        units: unit of each element's quantities; elements of one unit form a group, within which mix has a meaning.
        exchange: part of each element's actual cost that is due to rates of currencies differing from the base's.

    Returns:
        Columns `COLUMNS`; `difference` = actual - base = rate + volume + mix + exchange + unexplained, to the cent. An
        element without a quantity on one side is `unexplained`, never guessed.
    """
    comparable = {
        name for name, side in base.items() if side.quantity and _quantity(actual, name) is not None and units.get(name)
    }
    rows = []
    for element in sorted({*base, *actual}):
        was, now = base.get(element, Side(Decimal(0), None)), actual.get(element, Side(Decimal(0), None))
        unit = units.get(element, "")
        group = [name for name in sorted(comparable) if units[name] == unit]
        growth = _total(actual, group) / _total(base, group) if element in comparable else None
        rows.append(_row(element, unit, was, now, growth, exchange.get(element, Decimal(0))))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(element: str, unit: str, was: Side, now: Side, growth: Decimal | None, exchange: Decimal) -> dict[str, object]:
    difference, moved = now.cost - was.cost, exchange.quantize(CENT)
    row = {"element": element, "unit": unit, "base": was.cost, "actual": now.cost, "difference": difference}
    if growth is None or not was.quantity or now.quantity is None:
        nothing = dict.fromkeys(("rate", "volume", "mix"))
        return {**row, **nothing, "exchange": moved, "unexplained": difference - moved}
    volume = (was.cost * (growth - 1)).quantize(CENT)
    mix = (was.cost * (now.quantity / was.quantity - 1)).quantize(CENT) - volume
    rate = difference - moved - volume - mix
    return {**row, "rate": rate, "volume": volume, "mix": mix, "exchange": moved, "unexplained": Decimal(0)}


def _quantity(sides: Mapping[str, Side], name: str) -> Decimal | None:
    return sides[name].quantity if name in sides else None


def _total(sides: Mapping[str, Side], names: Sequence[str]) -> Decimal:
    return sum((_quantity(sides, name) or Decimal(0) for name in names), start=Decimal(0))


def variance_view(ledger: Ledger, allocation: Allocation, layer: str = "tower", months: Months = 12) -> pd.DataFrame:
    """Why a layer's cost differs from the equally long time before (columns of `decomposed`).

    Raises:
        RuleError: the ledger does not reach back far enough.
        RateMissingError: a line in another currency has no rate in the same month of the time before.
    """
    covered = chosen_months(ledger, months)
    before = months_before(ledger, covered)
    if not before:
        raise RuleError(
            f"the ledger has no {len(covered)} months before {covered[0]}",
            field="months",
            remedy="look at fewer months",
        )
    was, units = _sides(ledger, allocation, layer, before)
    costs, measured = _sides(ledger, allocation, layer, covered)
    now = {
        name: side if measured.get(name) == units.get(name) else Side(side.cost, None) for name, side in costs.items()
    }
    return decomposed(was, now, units, _exchange(ledger, layer, now, dict(zip(covered, before, strict=True))))


@dataclass(frozen=True)
class _Earlier(RateBasis):
    """Actual rates of the months that `earlier` names for others."""

    earlier: Mapping[str, str] = field(default_factory=dict)

    def rate(self, rates: pd.DataFrame, month: str, source: str, target: str, *, file: str = "") -> Decimal:
        return rate_of(rates, self.earlier[month], source, target, file=file)


def _sides(
    ledger: Ledger, allocation: Allocation, layer: str, months: tuple[str, ...]
) -> tuple[dict[str, Side], dict[str, str]]:
    measure = MAIN_MEASURE[layer]
    volumes = ledger.volumes
    own = volumes[(volumes["layer"] == layer) & (volumes["measure"] == measure) & volumes["month"].isin(months)]
    sums = own.groupby(["element", "unit"], sort=True)["quantity"].agg(["sum", "size"]).reset_index()
    whole = sums[sums["size"] == len(months)].drop_duplicates("element")
    quantity = {str(line["element"]): Decimal(repr(float(line["sum"]))) for line in whole.to_dict("records")}
    units = dict(zip(whole["element"].astype(str), whole["unit"].astype(str), strict=True))
    costs = element_costs(allocation, layer, months)
    sides = {name: Side(from_minor(cost, ledger.currency), quantity.get(name)) for name, cost in costs.items()}
    return sides, units


def _exchange(ledger: Ledger, layer: str, now: Mapping[str, Side], earlier: Mapping[str, str]) -> dict[str, Decimal]:
    """What elements cost at actual rates beyond what they would cost at rates of the time before."""
    costs = ledger.costs[ledger.costs["month"].isin(list(earlier))].reset_index(drop=True)
    if (costs["currency"] == ledger.currency).all():
        return {}
    at_earlier = at_rates(costs, ledger.currency, ledger.rates, _Earlier(earlier=earlier))
    then = element_costs(allocate(replace(ledger, costs=at_earlier)), layer, tuple(earlier))
    return {name: side.cost - from_minor(then.get(name, 0), ledger.currency) for name, side in now.items()}
