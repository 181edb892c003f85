"""Carbon: energy and CO2e of towers from measured use, allocated to solutions and consumers like cost.

Role: multiply use by coefficients the user supplies, with their scope and source, and let them flow as cost flows.
Must not know: where coefficients come from (`btim.carbon_inputs`).

Grams and watt-hours are whole numbers, so that every gram of a tower reaches someone or is shown as unallocated.
"""

import calendar
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd

from btim.allocation import LAYERS, UNALLOCATED, Allocation, allocate
from btim.covered_months import Months, chosen_months
from btim.element_costs import element_costs
from btim.errors import SchemaError
from btim.ledger import COST_COLUMNS, Ledger
from btim.rounding import rounded_together

GRAMS = 1000
EMBODIED = "3 embodied"
NOT_THROUGH = "Not through {}s"
"""What towers pass to consumers directly; negative: what solutions pass back to towers, which stands there too."""
COLUMNS = ("element", "scope", "kwh", "kg_co2e", "share", "source", "as_of")
KEYS = ["scope", "source", "as_of"]


def tower_carbon(ledger: Ledger, months: Months = 12) -> pd.DataFrame:
    """Energy and emissions of towers a month.

    Returns:
        `month`, `element`, `kwh` and `kg_co2e` (Decimal), with `scope`, `source` and `as_of` of the coefficients: one
        row for the energy used and one, of scope `3 embodied`, for making the machines where that is known. Towers
        without coefficients or without measured use in a month have no row: unknown is not 0.

    Raises:
        SchemaError: the ledger has no coefficients.
    """
    if ledger.carbon.empty:
        raise SchemaError("no carbon coefficients", field="inputs.carbon", remedy="name a file of coefficients")
    volumes = ledger.volumes
    used = volumes[
        (volumes["layer"] == "tower")
        & (volumes["measure"] == "used")
        & volumes["month"].isin(chosen_months(ledger, months))
    ]
    rows = []
    for line in used.merge(ledger.carbon, on=["element", "unit"], how="inner").to_dict("records"):
        hours = _hours(line["month"])
        quantity = Decimal(repr(float(line["quantity"]))) * line["share"]
        where = (line["month"], line["element"])
        kwh = quantity * line["kwh_per_unit"] * (hours if line["hourly_energy"] else 1)
        rows.append((*where, kwh, kwh * line["kg_co2e_per_kwh"], line["scope"], line["source"], line["as_of"]))
        if line["embodied_kg_per_unit"]:
            made = quantity * line["embodied_kg_per_unit"] * (hours if line["hourly_embodied"] else 1)
            rows.append((*where, Decimal(0), made, EMBODIED, line["source"], line["as_of"]))
    frame = pd.DataFrame(rows, columns=["month", "element", "kwh", "kg_co2e", *KEYS])
    return frame.sort_values(["month", "element", "scope", "source"], kind="stable").reset_index(drop=True)


def _hours(month: str) -> int:
    return 24 * calendar.monthrange(int(month[:4]), min(12, int(month[5:7])))[1]


def carbon_view(ledger: Ledger, layer: str = "solution", months: Months = 12) -> pd.DataFrame:
    """Energy and emissions of a layer's elements, by scope and source, allocated as cost is.

    A tower's emissions follow the cost of that month: lines that name a solution or consumer take their part there,
    the rest goes by drivers.

    Returns:
        Columns `COLUMNS`, the largest emitter first; `share` of all emissions. What does not reach the layer stands as
        `Unallocated`, what goes past it as `Not through …`, so that every view sums to what was emitted.
    """
    emitted = tower_carbon(ledger, months)
    rows: list[tuple[object, ...]] = []
    for about, lines in emitted.groupby(KEYS, sort=True):
        grams, watts = (_reached(_flow(ledger, lines, name), layer) for name in ("kg_co2e", "kwh"))
        names = sorted(name for name in {*grams, *watts} if grams.get(name) or watts.get(name))
        rows += [(name, about[0], watts.get(name, 0), grams.get(name, 0), *about[1:]) for name in names]
    whole = sum(int(str(row[3])) for row in rows)
    shown = [
        (
            *(name, scope, Decimal(int(str(watts))) / GRAMS, Decimal(int(str(grams))) / GRAMS),
            *(Decimal(int(str(grams))) / whole if whole else None, *about),
        )
        for name, scope, watts, grams, *about in sorted(rows, key=lambda row: (-int(str(row[3])), str(row[0])))
    ]
    return pd.DataFrame(shown, columns=list(COLUMNS))


def _reached(allocation: Allocation, layer: str) -> dict[str, int]:
    """What elements of a layer carry, and what stopped before it."""
    months = tuple(str(month) for month in allocation.nodes["month"].unique())
    found = element_costs(allocation, layer, months)
    before = LAYERS[: LAYERS.index(layer)]
    nodes = allocation.nodes
    stopped = int(nodes.loc[nodes["layer"].isin(before), "kept"].sum())
    beside = int(nodes["entered"].sum()) - sum(found.values()) - stopped
    more = {UNALLOCATED: stopped, NOT_THROUGH.format(layer): beside}
    return found | {name: amount for name, amount in more.items() if amount}


def _flow(ledger: Ledger, emitted: pd.DataFrame, column: str) -> Allocation:
    """Allocate thousandths of `column` in place of money; prices play no part."""
    amounts = emitted.groupby(["month", "element"], sort=True)[column].sum()
    rows = []
    for month, tower, value in amounts.reset_index().to_numpy().tolist():
        whole = int((value * GRAMS).to_integral_value())
        for solution, consumer, part in _paths(ledger, month, tower, whole):
            place = {"month": month, "tower": tower, "solution": solution, "consumer": consumer, "amount": part}
            rows.append({**dict.fromkeys(COST_COLUMNS, ""), **place})
    costs = pd.DataFrame(rows, columns=list(COST_COLUMNS)).astype({"amount": "int64"})
    return allocate(replace(ledger, costs=costs, prices=ledger.prices.iloc[:0]))


def _paths(ledger: Ledger, month: str, tower: str, whole: int) -> Sequence[tuple[str, str, int]]:
    """A tower's emissions over what its ledger lines of the month name, in proportion to their cost."""
    costs = ledger.costs[(ledger.costs["month"] == month) & (ledger.costs["tower"] == tower)]
    sums = costs.groupby(["solution", "consumer"], sort=True)["amount"].sum()
    sums = sums[sums > 0]
    if sums.empty:
        return [("", "", whole)]
    total = int(sums.sum())
    parts = rounded_together([whole * int(cost) for cost in sums], total)
    named = np.array(sums.index.to_list(), dtype=object)
    return [(str(one), str(two), part) for (one, two), part in zip(named, parts, strict=True)]
