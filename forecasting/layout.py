"""The exchange format's rows: forecasts, peaks, backtests and any-resource rows laid out from an outlook.

Role: put what was computed into the columns of `btim.panel`, with stamps in the zone that was asked for.
Must not know: how anything was forecast or calibrated.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from btim import panel as columns
from forecasting.demand import Outlook
from forecasting.ensemble import described
from forecasting.maxima import Maximum
from forecasting.panel import DemandSeries, Panel
from forecasting.paths import History
from forecasting.stamps import written_stamps
from forecasting.totals import Total

LAST_RESORT = "last season repeated"
SUM = "sum of series"
COMMON_END = "sum of series up to their common end"
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Source:
    """One outlook, its history with the totals' rows, and the towers that are summed from it.

    Without `with_series` it stands for totals alone: its series were cut at their tower's common end.
    """

    view: Outlook
    history: History
    totals: tuple[Total, ...] = ()
    towers: frozenset[str] = frozenset()
    with_series: bool = True

    def rows(self) -> Iterator[tuple[int, DemandSeries]]:
        """Position and description of every series and total that it answers for."""
        series = self.view.panel.series
        if self.with_series:
            yield from enumerate(series)
        yield from enumerate((total.series for total in self.totals), start=len(series))

    def model(self, origin: int, index: int) -> str:
        """What was really used."""
        if index < len(self.view.panel.series):
            return _model(self.view, origin, index)[0]
        return SUM if self.with_series else COMMON_END


def fan_frame(view: Outlook, found: Maximum, steps: int, levels: Sequence[float]) -> pd.DataFrame:
    """One row a series and coming step."""
    step, tz = view.panel.frequency, view.panel.tz
    quantiles = {columns.quantile_column(level): np.quantile(found.paths, level, axis=0) for level in levels}
    mean = found.paths.mean(axis=0)
    frames = []
    for index, one in enumerate(view.panel.series):
        model, fallback = _model(view, len(view.history.backs) - 1, index)
        stamps = step.stamps(one.first, np.arange(len(one.y), len(one.y) + steps))
        frames.append(
            pd.DataFrame(
                {
                    columns.UNIQUE_ID: one.unique_id,
                    columns.DS: written_stamps(stamps, step, tz),
                    columns.POINT: (view.history.forecasts * view.history.uplifts)[-1, index, :steps],
                    columns.MEAN: mean[index],
                    **{name: values[index] for name, values in quantiles.items()},
                    columns.MODEL: model,
                    columns.FALLBACK: fallback,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _model(view: Outlook, origin: int, index: int) -> tuple[str, str | None]:
    names = described(view.members, view.ensemble, origin, index)
    failed = [reason for (i, _), reason in sorted(view.members.failures.items()) if i == index]
    notes = [note for note in (view.classes[index], view.event_notes[index]) if note]
    tail = f" [{'; '.join(notes)}]" if notes else ""
    if not names:
        return LAST_RESORT + tail, "; ".join(failed) or "too little history for any model"
    return names + tail, "; ".join(failed) or None


def peak_rows(
    source: Source,
    found: Maximum,
    *,
    origin: int,
    window: str,
    steps: int,
    levels: Sequence[float],
    came: bool = False,
) -> list[dict[str, Any]]:
    """One row a series and total that has history before the origin; with what `came` in a backtest."""
    panel, back = source.view.panel, int(source.history.backs[origin])
    quantiles = {columns.quantile_column(level): found.at(level) for level in levels}
    rows = []
    for index, one in source.rows():
        cut = len(one.y) - back
        if cut < 1:
            continue
        at, near = found.likeliest(index)
        capacity = one.capacity_in_force(cut + steps - 1)
        stamps = _stamps(panel, one, [cut - 1, cut, cut + steps - 1, cut + at])
        row = {
            **_head(one, stamps, window),
            **{name: values[index] for name, values in quantiles.items()},
            columns.MEAN: float(found.quantiles[index].mean()),
            columns.PEAK_AT: stamps[3],
            columns.PEAK_AT_PROBABILITY: near,
            columns.CAPACITY: capacity,
            columns.EXCEEDANCE: found.exceedance(index, capacity) if np.isfinite(capacity) else float("nan"),
            columns.MODEL: source.model(origin, index),
            columns.CALIBRATED: int(found.calibrated[index]),
        }
        rows.append(row | _outcome(panel, one, cut, steps) if came else row)
    return rows


def _head(one: DemandSeries, stamps: Sequence[Any], window: str) -> dict[str, Any]:
    """Whose row it is and for when; `stamps` are the last seen, the first and the last of the window."""
    return {
        columns.UNIQUE_ID: one.unique_id,
        columns.TOWER: one.tower or None,
        columns.UNIT: one.unit,
        columns.STATISTIC: one.statistic,
        columns.AS_OF: stamps[0],
        columns.WINDOW: window,
        columns.WINDOW_START: stamps[1],
        columns.WINDOW_END: stamps[2],
    }


def _outcome(panel: Panel, one: DemandSeries, cut: int, steps: int) -> dict[str, Any]:
    """Origin and what came after it; null where a value is missing."""
    actual = one.y[cut : cut + steps]
    whole = len(actual) == steps and bool(np.all(np.isfinite(actual)))
    stamps = _stamps(panel, one, [cut, cut + int(actual.argmax()) if whole else cut])
    return {
        columns.ORIGIN: stamps[0],
        columns.ACTUAL_MAX: float(actual.max()) if whole else float("nan"),
        columns.ACTUAL_AT: stamps[1] if whole else None,
    }


def any_rows(source: Source, found: Maximum, *, window: str, steps: int) -> list[dict[str, Any]]:
    """Rows with the probability that any resource of a summed tower passes its capacity, from joint paths."""
    series = source.view.panel.series
    rows = []
    for tower in sorted(source.towers):
        parts = [i for i, one in enumerate(series) if one.tower == tower]
        limits = {i: series[i].capacity_in_force(len(series[i].y) + steps - 1) for i in parts}
        known = [i for i in parts if np.isfinite(limits[i])]
        one = series[parts[0]]
        stamps = _stamps(source.view.panel, one, [len(one.y) - 1, len(one.y), len(one.y) + steps - 1])
        head = _head(one, stamps, window) | {columns.UNIQUE_ID: f"{columns.ANY_PREFIX}{tower}"}
        head |= {columns.UNIT: None, columns.STATISTIC: None}
        probability = float("nan")
        if known:
            passed = found.paths[:, known].max(axis=2) > np.array([limits[i] for i in known])
            single = max(found.exceedance(i, limits[i]) for i in known)
            probability = max(float(passed.any(axis=1).mean()), single)
        rows.append(
            head
            | {
                columns.EXCEEDANCE: probability,
                columns.MODEL: "joint paths" if source.with_series else "joint paths up to their common end",
                columns.CALIBRATED: int(found.calibrated[parts].min()),
            }
        )
    return rows


def _stamps(panel: Panel, one: DemandSeries, positions: Sequence[int]) -> list[Any]:
    raw = panel.frequency.stamps(one.first, np.array(positions, dtype=np.int64))
    return list(written_stamps(raw, panel.frequency, panel.tz))
