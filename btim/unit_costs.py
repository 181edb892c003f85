"""Unit costs: what one unit of use, output or outcome costs, against the same time before and against a benchmark.

Role: divide an element's cost by its measured volume and set it beside a published benchmark.
Must not know: allocation, or what a finding is.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import pandas as pd

from btim.ledger import Ledger
from btim.money import from_minor

UNIT_COLUMNS = (
    "unit",
    "quantity",
    "unit_cost",
    "benchmark",
    "benchmark_source",
    "benchmark_as_of",
    "gap_share",
    "above_benchmark",
    "outcome_unit",
    "outcome_quantity",
    "cost_per_outcome",
)
MAIN_MEASURE = {"tower": "used", "solution": "output", "consumer": "output"}
UNIT_DIGITS, SHARE_DIGITS = Decimal("0.000001"), Decimal("0.0001")
CENT = Decimal("0.01")


def unit_costs(ledger: Ledger, layer: str, costs: Mapping[str, int], months: Sequence[str]) -> pd.DataFrame:
    """One row for each element with a volume in the months.

    Args:
        ledger: for volumes and benchmarks.
        layer: tower, solution or consumer.
        costs: minor units that each element carries over exactly these months.
        months: the months covered; an element whose volume is missing in one of them has no unit cost.

    Returns:
        `layer`, then `UNIT_COLUMNS`: the measured `unit` and `quantity` (of the benchmark's measure where there is one,
        else use of a tower, output of a solution), `unit_cost`, the `benchmark` with source and date, `gap_share`
        (0.25 = 25 % dearer), `above_benchmark` (money: gap times quantity), and the cost per unit of outcome.
    """
    volumes = ledger.volumes[(ledger.volumes["layer"] == layer) & ledger.volumes["month"].isin(months)]
    counted = volumes.groupby(["element", "measure", "unit"], sort=True)["quantity"].agg(["sum", "size"]).reset_index()
    whole = counted[(counted["size"] == len(months)) & (counted["sum"] > 0)]
    benchmarks = ledger.benchmarks[ledger.benchmarks["layer"] == layer]
    rows = []
    for element, found in whole.groupby("element", sort=True):
        if element in costs:
            own = benchmarks[benchmarks["element"] == element]
            amount = from_minor(costs[str(element)], ledger.currency)
            rows.append({layer: element, **_main(ledger, amount, layer, found, own), **_outcome(amount, found)})
    return pd.DataFrame(rows, columns=[layer, *UNIT_COLUMNS])


def _main(ledger: Ledger, amount: Decimal, layer: str, found: pd.DataFrame, own: pd.DataFrame) -> dict[str, object]:
    compared = found.merge(own[own["currency"] == ledger.currency], on=["measure", "unit"], how="inner")
    if not compared.empty:
        line = compared.iloc[0]
        quantity = Decimal(repr(float(line["sum"])))
        gap = amount / quantity - line["unit_cost"]
        return {
            "unit": line["unit"],
            "quantity": float(line["sum"]),
            "unit_cost": (amount / quantity).quantize(UNIT_DIGITS),
            "benchmark": line["unit_cost"],
            "benchmark_source": line["source"],
            "benchmark_as_of": line["as_of"],
            "gap_share": (gap / line["unit_cost"]).quantize(SHARE_DIGITS),
            "above_benchmark": (gap * quantity).quantize(CENT),
        }
    usual = found[found["measure"] == MAIN_MEASURE[layer]]
    if usual.empty:
        return {}
    line = usual.iloc[0]
    quantity = Decimal(repr(float(line["sum"])))
    return {
        "unit": line["unit"],
        "quantity": float(line["sum"]),
        "unit_cost": (amount / quantity).quantize(UNIT_DIGITS),
    }


def _outcome(amount: Decimal, found: pd.DataFrame) -> dict[str, object]:
    outcomes = found[found["measure"] == "outcome"]
    if outcomes.empty:
        return {}
    line = outcomes.iloc[0]
    quantity = Decimal(repr(float(line["sum"])))
    return {
        "outcome_unit": line["unit"],
        "outcome_quantity": float(line["sum"]),
        "cost_per_outcome": (amount / quantity).quantize(UNIT_DIGITS),
    }
