"""Peaks of windows that contain each other: a longer window never peaks lower.

Role: after each window was calibrated by itself, carry the larger of two nested windows' quantiles to the longer one.
Must not know: how a window was forecast.
"""

from collections.abc import Sequence

import pandas as pd

from btim import panel as columns


def nested(frame: pd.DataFrame, levels: Sequence[float]) -> pd.DataFrame:
    """Return the peaks frame with quantiles, mean and exceedance that never fall as a series' window grows.

    All windows of a series start at the same step, so the maximum over a longer one is at least the maximum over a
    shorter one; quantiles calibrated window by window need not respect that.
    """
    names = [*(columns.quantile_column(level) for level in levels), columns.MEAN, columns.EXCEEDANCE]
    present = [name for name in names if name in frame.columns]
    keys = [name for name in (columns.UNIQUE_ID, columns.UNIT) if name in frame.columns]  # a total has a row a unit
    ordered = frame.sort_values(columns.WINDOW_END, kind="stable")
    grown = ordered.groupby(keys, sort=False, dropna=False)[present].cummax()
    return frame.assign(**{name: grown[name] for name in present})
