"""Carbon: energy and CO2e of towers from measured use, allocated to solutions and consumers like cost.

Role: multiply use by coefficients the user supplies, with their scope and source, and let them flow as cost flows.
Must not know: where coefficients come from. Published ones: Cloud Carbon Footprint, grid operators, suppliers.

Grams and watt-hours are whole numbers, so that every gram of a tower reaches someone or is shown as unallocated.
"""

from dataclasses import replace
from decimal import Decimal

import pandas as pd

from btim.allocation import Allocation, allocate
from btim.covered_months import Months, chosen_months
from btim.element_costs import element_costs
from btim.errors import SchemaError
from btim.ledger import COST_COLUMNS, Ledger

GRAMS = 1000
COLUMNS = ("element", "kwh", "kg_co2e", "share", "scope", "source", "as_of")


def tower_carbon(ledger: Ledger, months: Months = 12) -> pd.DataFrame:
    """Energy and emissions of towers a month.

    Returns:
        `month`, `element`, `kwh` and `kg_co2e` (Decimal), with `scope`, `source` and `as_of` of the coefficients.
        Towers without coefficients or without measured use in a month have no row: unknown is not 0.

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
    joined = used.merge(ledger.carbon, on=["element", "unit"], how="inner")
    quantity = [Decimal(repr(float(value))) for value in joined["quantity"]]
    joined["kwh"] = [q * k for q, k in zip(quantity, joined["kwh_per_unit"], strict=True)]
    joined["kg_co2e"] = [e * g for e, g in zip(joined["kwh"], joined["kg_co2e_per_kwh"], strict=True)]
    columns = ["month", "element", "kwh", "kg_co2e", "scope", "source", "as_of"]
    return joined[columns].sort_values(["month", "element"], kind="stable").reset_index(drop=True)


def carbon_view(ledger: Ledger, layer: str = "solution", months: Months = 12) -> pd.DataFrame:
    """Energy and emissions of a layer's elements, allocated by the drivers that allocate cost.

    Returns:
        Columns `COLUMNS`, the largest emitter first; `share` of all emissions. What no driver passes on stays at its
        tower: in the tower layer's rows, and missing in the others.
    """
    emitted = tower_carbon(ledger, months)
    kwh = element_costs(_flow(ledger, emitted, "kwh"), layer, ledger.months)
    grams = element_costs(_flow(ledger, emitted, "kg_co2e"), layer, ledger.months)
    whole = int(sum((value * GRAMS).to_integral_value() for value in emitted["kg_co2e"]))
    about = {name: ", ".join(sorted(set(map(str, emitted[name])))) for name in ("scope", "source", "as_of")}
    rows = [
        (name, Decimal(kwh.get(name, 0)) / GRAMS, Decimal(amount) / GRAMS, Decimal(amount) / whole if whole else None)
        for name, amount in sorted(grams.items(), key=lambda item: (-item[1], item[0]))
        if amount
    ]
    frame = pd.DataFrame(rows, columns=list(COLUMNS[:4]))
    return frame.assign(**about)


def _flow(ledger: Ledger, emitted: pd.DataFrame, column: str) -> Allocation:
    """Allocate thousandths of `column` in place of money, over months that have any; prices play no part."""
    usual = dict.fromkeys(COST_COLUMNS, "")
    rows = [
        {**usual, "month": month, "tower": tower, "amount": int((value * GRAMS).to_integral_value())}
        for month, tower, value in zip(emitted["month"], emitted["element"], emitted[column], strict=True)
    ]
    costs = pd.DataFrame(rows, columns=list(COST_COLUMNS)).astype({"amount": "int64"})
    return allocate(replace(ledger, costs=costs, prices=ledger.prices.iloc[:0]))
