"""Stored peaks as tables: one quantile or all of them, and the capacity they ask for.

Role: lays out rows of the store for whoever shows them.
Must not know: HTTP, SQL, how peaks are forecast.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from btim import panel as columns

SHOWN = (
    "unique_id", "tower", "unit", "statistic", "as_of", "window", "window_start", "window_end",
)  # fmt: skip
BESIDE = ("mean", "peak_at", "peak_at_probability", "capacity", "exceedance", "model", "calibrated")


def peak_table(rows: Sequence[Mapping[str, Any]], level: float | None) -> pd.DataFrame:
    """Peaks at one level as `level` and `peak`, or at every level as `q50`, `q95` …; what the contract has beside."""
    table = []
    for row in rows:
        named = {name: row[name] for name in SHOWN}
        found = spread_quantiles(row["quantiles"]) if level is None else {"level": level, "peak": _at(row, level)}
        table.append(named | found | {name: row[name] for name in BESIDE})
    return pd.DataFrame(table)


def capacity_table(rows: Sequence[Mapping[str, Any]], level: float) -> pd.DataFrame:
    """What to hold so that the peak passes it with probability 1 − `level` only, beside what is installed.

    Returns:
        `capacity_to_hold` is the quantile of the peak; `headroom` what is installed beyond it (negative where it is
        short), `shortfall` what is missing; both null where no capacity is stated. The largest share missing first.
    """
    table: list[dict[str, Any]] = []
    for row in rows:
        needed, installed = _at(row, level), row["capacity"]
        headroom = None if needed is None or installed is None else installed - needed
        table.append(
            {
                **{name: row[name] for name in ("unique_id", "tower", "unit", "window", "window_end")},
                "level": level,
                "capacity": installed,
                "capacity_to_hold": needed,
                "headroom": headroom,
                "shortfall": None if headroom is None else max(-headroom, 0.0),
                "exceedance": row["exceedance"],
                "peak_at": row["peak_at"],
                "calibrated": row["calibrated"],
            }
        )
    table.sort(key=_urgency)
    return pd.DataFrame(table)


def spread_quantiles(quantiles: Mapping[str, float | None]) -> dict[str, float | None]:
    """Quantiles by level as columns `q50`, `q95` …, the lowest first."""
    ordered = sorted(quantiles, key=float)
    return {columns.quantile_column(float(level)): quantiles[level] for level in ordered}


def _at(row: Mapping[str, Any], level: float) -> float | None:
    return next((value for name, value in row["quantiles"].items() if float(name) == level), None)


def _urgency(row: Mapping[str, Any]) -> tuple[float, str, str]:
    short, installed = row["shortfall"], row["capacity"]
    return (-(short / installed) if short and installed else 0.0, row["unique_id"], row["window"])
