"""Small panels for the tests of the forecasting room."""

import numpy as np
import pandas as pd


def hourly(series: int = 3, hours: int = 24 * 30, seed: int = 1, tower: str = "Compute") -> pd.DataFrame:
    """Hourly series with a daily season, noise and a capacity."""
    rng = np.random.default_rng(seed)
    hour = np.arange(hours)
    frames = []
    for index in range(series):
        shape = 100 + 10 * index + 30 * np.sin(2 * np.pi * (hour - 3 * index) / 24)
        frames.append(
            pd.DataFrame(
                {
                    "unique_id": f"s{index}",
                    "ds": pd.date_range("2026-01-01", periods=hours, freq="h"),
                    "y": shape * np.exp(0.05 * rng.standard_normal(hours)),
                    "tower": tower,
                    "unit": "vCPU",
                    "capacity": 160.0 + 10 * index,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """The same panel as a CSV reader gives it: every cell text."""
    return frame.astype(object).where(frame.notna(), "").astype(str).astype(object)
