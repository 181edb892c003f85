"""Variance: why cost differs from a plan or from the time before, in rate, volume, mix and exchange.

Role: split the difference of elements with measured volumes so that the parts sum to it exactly.
Must not know: where amounts and volumes come from.

Method (flexible budget; Horngren, Cost Accounting): within elements measured in one unit, volume is the change of the
total quantity at the base's mean rate, mix the shift between elements at base rates, rate the change of each element's
unit cost on its actual quantity, exchange what rates of currencies alone changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from btim.allocation import Allocation
from btim.errors import RuleError
from btim.exchange import rate_of
from btim.ledger import Ledger
from btim.money import from_minor, minor_digits
from btim.unit_costs import MAIN_MEASURE
from btim.views import Months, chosen_months, element_costs

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
    rows = []
    for element in sorted({*base, *actual}):
        was, now = base.get(element, Side(Decimal(0), None)), actual.get(element, Side(Decimal(0), None))
        unit = units.get(element, "")
        group = [name for name in {*base, *actual} if units.get(name, "") == unit and unit]
        rows.append(_row(element, unit, was, now, _mean(base, group), _growth(base, actual, group), exchange))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(
    element: str,
    unit: str,
    was: Side,
    now: Side,
    mean: Decimal | None,
    growth: Decimal | None,
    exchange: Mapping[str, Decimal],
) -> dict[str, object]:
    difference = now.cost - was.cost
    moved = exchange.get(element, Decimal(0)).quantize(CENT)
    row = {"element": element, "unit": unit, "base": was.cost, "actual": now.cost, "difference": difference}
    if not was.quantity or now.quantity is None or mean is None or growth is None:
        nothing = dict.fromkeys(("rate", "volume", "mix"))
        return {**row, **nothing, "exchange": moved, "unexplained": difference - moved}
    base_rate = was.cost / was.quantity
    volume = (was.quantity * (growth - 1) * mean).quantize(CENT)
    at_base_rate = (now.quantity - was.quantity) * base_rate
    mix = at_base_rate.quantize(CENT) - volume
    rate = difference - moved - volume - mix
    return {**row, "rate": rate, "volume": volume, "mix": mix, "exchange": moved, "unexplained": Decimal(0)}


def _measured(sides: Mapping[str, Side], group: list[str]) -> list[Side]:
    return [sides[name] for name in group if name in sides and sides[name].quantity]


def _mean(base: Mapping[str, Side], group: list[str]) -> Decimal | None:
    measured = _measured(base, group)
    quantity = sum((side.quantity or Decimal(0) for side in measured), start=Decimal(0))
    return sum((side.cost for side in measured), start=Decimal(0)) / quantity if quantity else None


def _growth(base: Mapping[str, Side], actual: Mapping[str, Side], group: list[str]) -> Decimal | None:
    was = sum((side.quantity or Decimal(0) for side in _measured(base, group)), start=Decimal(0))
    now = sum((side.quantity or Decimal(0) for side in _measured(actual, group)), start=Decimal(0))
    return now / was if was else None


def variance_view(ledger: Ledger, allocation: Allocation, layer: str = "tower", months: Months = 12) -> pd.DataFrame:
    """Why a layer's cost differs from the equally long time before (columns of `decomposed`).

    Exchange compares actual rates with those of kind `budget`, where the ledger has lines in other currencies.

    Raises:
        RuleError: the ledger does not reach back far enough.
        RateMissingError: a line in another currency has no budget rate.
    """
    covered = chosen_months(ledger, months)
    first = ledger.months.index(covered[0])
    before = ledger.months[max(0, first - len(covered)) : first]
    if len(before) != len(covered):
        raise RuleError(
            f"the ledger has no {len(covered)} months before {covered[0]}",
            field="months",
            remedy="look at fewer months",
        )
    was, units = _sides(ledger, allocation, layer, before)
    now, _ = _sides(ledger, allocation, layer, covered)
    return decomposed(was, now, units, _exchange(ledger, layer, covered))


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


def _exchange(ledger: Ledger, layer: str, months: tuple[str, ...]) -> dict[str, Decimal]:
    """Actual less budget rates on the lines of other currencies that stand on the layer's elements themselves."""
    lines = ledger.costs[ledger.costs["month"].isin(months) & (ledger.costs["currency"] != ledger.currency)]
    effect: dict[str, Decimal] = {}
    for line in lines[["month", "currency", layer, "amount", "original"]].to_dict("records"):
        budget = rate_of(ledger.rates, line["month"], line["currency"], ledger.currency, kind="budget")
        own = Decimal(int(line["original"])).scaleb(-minor_digits(line["currency"]))
        moved = from_minor(int(line["amount"]), ledger.currency) - own * budget
        effect[line[layer]] = effect.get(line[layer], Decimal(0)) + moved
    return effect
