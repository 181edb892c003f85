"""The real demand panels that the forecasting room is measured on, read as they are.

Role: name → panel, step, seasons, window and origins of one backtest.
Must not know: forecasts or scores.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd


@dataclass(frozen=True)
class Case:
    """One backtest: a panel (`unique_id`, `ds`, `y`), its step and seasons, the window and how many origins."""

    name: str
    panel: pd.DataFrame
    freq: str
    seasons: tuple[str, ...]
    window: str
    origins: int
    steps: int
    day: int


def demand_cases(folder: Path) -> list[Case]:
    """The backtests on the data sets in `folder`/demand; the CloudWatch set without its repeated stamps."""
    demand = folder / "demand"
    towers = _csv(demand / "bitbrains_towers_hourly.csv")
    machines = pd.read_parquet(demand / "bitbrains_vms_hourly_max.parquet")
    cloudwatch = _csv(demand / "nab_aws_cloudwatch_5min.csv").drop_duplicates(["unique_id", "ds"])
    hourly, day = ("24h", "7d"), ("24h",)
    return [
        Case("Bitbrains towers, 24 h", towers, "h", hourly, "24h", 14, 24, 24),
        Case("Bitbrains towers, 7 d", towers, "h", hourly, "7d", 1, 168, 24),
        Case("Bitbrains 300 machines, 24 h", machines, "h", hourly, "24h", 7, 24, 24),
        Case("World Cup web site, 24 h", _csv(demand / "worldcup98_hourly.csv"), "h", hourly, "24h", 28, 24, 24),
        Case("CloudWatch, 24 h of 5 min", cloudwatch, "5min", day, "24h", 7, 288, 288),
        Case(
            "Google cell, 24 h of 5 min", _csv(demand / "google2019_fleet_5min.csv"), "5min", day, "24h", 14, 288, 288
        ),
    ]


def before_published(case: Case) -> Case:
    """The same backtest on what stood before its windows: choices are made there and on no other."""
    places = case.panel.groupby("unique_id").ds.rank(method="first", ascending=False)
    return replace(case, panel=case.panel[places > case.origins * case.steps])


def _csv(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, parse_dates=["ds"])
