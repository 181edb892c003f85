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
        (0.25 = 25 % dearer), `above_benchmark` (money: gap times quantity), and the cost per unit of outcome. A
        benchmark in another currency is converted at the ledger's rates of the last month.

    Raises:
        RateMissingError: naming currencies and month.
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
            rows.append(
                {layer: element, **_main(ledger, amount, layer, found, own, months[-1]), **_outcome(amount, found)}
            )
    return pd.DataFrame(rows, columns=[layer, *UNIT_COLUMNS])


def with_trend(
    now: pd.DataFrame, layer: str, ledger: Ledger, costs: Mapping[str, int], before: Sequence[str]
) -> pd.DataFrame:
    """Unit costs beside those of an earlier time: `unit_cost_before` and `unit_cost_change` (0.05 = 5 % dearer).

    None where the earlier time has no unit cost in the same unit.
    """
    then = unit_costs(ledger, layer, costs, before) if before else now.iloc[:0]
    known = {(line[layer], line["unit"]): line["unit_cost"] for line in then.to_dict("records")}
    was = [known.get((line[layer], line["unit"])) for line in now.to_dict("records")]
    was = [None if value is None or pd.isna(value) else value for value in was]
    moves = [
        (unit_cost / value - 1).quantize(SHARE_DIGITS) if value and unit_cost is not None else None
        for unit_cost, value in zip(now["unit_cost"], was, strict=True)
    ]
    columns = {"unit_cost_before": was, "unit_cost_change": moves}
    return now.assign(**{name: pd.Series(cells, index=now.index, dtype=object) for name, cells in columns.items()})


def _main(
    ledger: Ledger, amount: Decimal, layer: str, found: pd.DataFrame, own: pd.DataFrame, month: str
) -> dict[str, object]:
    compared = found.merge(own, on=["measure", "unit"], how="inner")
    if not compared.empty:
        line = compared.iloc[0]
        quantity = Decimal(repr(float(line["sum"])))
        rate = ledger.basis.rate(ledger.rates, month, line["currency"], ledger.currency)
        published = (line["unit_cost"] * rate).quantize(UNIT_DIGITS) if rate != 1 else line["unit_cost"]
        gap = amount / quantity - published
        return {
            "unit": line["unit"],
            "quantity": float(line["sum"]),
            "unit_cost": (amount / quantity).quantize(UNIT_DIGITS),
            "benchmark": published,
            "benchmark_source": line["source"],
            "benchmark_as_of": line["as_of"],
            "gap_share": (gap / published).quantize(SHARE_DIGITS),
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
