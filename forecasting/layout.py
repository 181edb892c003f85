"""The exchange format's rows: forecasts, peaks, backtests and any-resource rows laid out from an outlook.

Role: put what was computed into the columns of `btim.panel`, with stamps in the zone that was asked for.
Must not know: how anything was forecast or calibrated.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from btim import panel as columns
from forecasting.demand import Outlook
from forecasting.ensemble import described
from forecasting.maxima import Maximum
from forecasting.panel import DemandSeries, Panel
from forecasting.stamps import written_stamps
from forecasting.totals import Total

LAST_RESORT = "last season repeated"
Floats = npt.NDArray[np.float64]


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
                    columns.POINT: view.history.forecasts[-1, index, :steps],
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
    view: Outlook,
    totals: tuple[Total, ...],
    found: Maximum,
    *,
    origin: int,
    window: str,
    steps: int,
    levels: Sequence[float],
    actuals: Floats | None = None,
) -> list[dict[str, Any]]:
    """One row a series and total that has history before the origin; with what came when `actuals` are given."""
    quantiles = {columns.quantile_column(level): found.at(level) for level in levels}
    back = int(view.history.backs[origin])
    rows = []
    for index, one in enumerate([*view.panel.series, *(total.series for total in totals)]):
        cut = len(one.y) - back
        if cut < 1:
            continue
        last = cut + steps - 1
        at, near = found.likeliest(index)
        capacity = one.capacity_in_force(last)
        model, _ = _model(view, origin, index) if index < len(view.panel.series) else ("sum of series", None)
        stamps = _stamps(view.panel, one, [cut - 1, cut, last, cut + at])
        row: dict[str, Any] = {
            columns.UNIQUE_ID: one.unique_id,
            columns.TOWER: one.tower or None,
            columns.UNIT: one.unit,
            columns.STATISTIC: one.statistic,
            columns.AS_OF: stamps[0],
            columns.WINDOW: window,
            columns.WINDOW_START: stamps[1],
            columns.WINDOW_END: stamps[2],
            **{name: values[index] for name, values in quantiles.items()},
            columns.MEAN: float(found.quantiles[index].mean()),
            columns.PEAK_AT: stamps[3],
            columns.PEAK_AT_PROBABILITY: near,
            columns.CAPACITY: capacity,
            columns.EXCEEDANCE: found.exceedance(index, capacity) if np.isfinite(capacity) else float("nan"),
            columns.MODEL: model,
            columns.CALIBRATED: int(found.calibrated[index]),
        }
        if actuals is not None:
            came = actuals[index, :steps]
            whole = bool(np.all(np.isfinite(came)))
            row[columns.ORIGIN] = stamps[1]
            row[columns.ACTUAL_MAX] = float(came.max()) if whole else float("nan")
            row[columns.ACTUAL_AT] = _stamps(view.panel, one, [cut + int(came.argmax())])[0] if whole else None
        rows.append(row)
    return rows


def any_rows(view: Outlook, found: Maximum, *, window: str, steps: int) -> list[dict[str, Any]]:
    """Rows with the probability that any resource of a tower passes its capacity, from joint paths."""
    rows = []
    for tower in sorted({one.tower for one in view.panel.series}):
        parts = [i for i, one in enumerate(view.panel.series) if one.tower == tower]
        capacities = np.array(
            [view.panel.series[i].capacity_in_force(len(view.panel.series[i].y) + steps - 1) for i in parts]
        )
        known = np.isfinite(capacities)
        passed = found.paths[:, [i for i, k in zip(parts, known, strict=True) if k]].max(axis=2) > capacities[known]
        one = view.panel.series[parts[0]]
        stamps = _stamps(view.panel, one, [len(one.y) - 1, len(one.y), len(one.y) + steps - 1])
        single = max(
            (found.exceedance(i, c) for i, c in zip(parts, capacities, strict=True) if np.isfinite(c)), default=0
        )
        rows.append(
            {
                columns.UNIQUE_ID: f"{columns.ANY_PREFIX}{tower}",
                columns.TOWER: tower or None,
                columns.AS_OF: stamps[0],
                columns.WINDOW: window,
                columns.WINDOW_START: stamps[1],
                columns.WINDOW_END: stamps[2],
                columns.EXCEEDANCE: max(float(passed.any(axis=1).mean()), single) if known.any() else float("nan"),
                columns.MODEL: "joint paths",
                columns.CALIBRATED: int(found.calibrated[parts].min()),
            }
        )
    return rows


def _stamps(panel: Panel, one: DemandSeries, positions: Sequence[int]) -> list[Any]:
    raw = panel.frequency.stamps(one.first, np.array(positions, dtype=np.int64))
    return list(written_stamps(raw, panel.frequency, panel.tz))
