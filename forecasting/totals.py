"""Tower totals: sums of a tower's series of equal unit, treated as series of their own.

Role: extend the history for calibration with summed forecasts and actuals, so that a total's residuals are the sums of
its resources' residuals at the same dates.
Must not know: models or output columns.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from btim.panel import TOTAL_PREFIX
from forecasting.blocks import Blocks
from forecasting.cleaning import filled_history
from forecasting.panel import DemandSeries, Panel
from forecasting.paths import History, levels_before

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Total:
    """A total's description and the positions of its parts in the panel."""

    series: DemandSeries
    parts: tuple[int, ...]


def split_by_end(panel: Panel) -> tuple[frozenset[str], Panel | None, tuple[str, ...]]:
    """Towers whose series end together; the others' series cut at each tower's common end; towers without any.

    A sum needs every part: a tower whose series end at different stamps is summed up to the earliest end.
    """
    together: set[str] = set()
    apart: list[str] = []
    cut: list[DemandSeries] = []
    for tower in sorted({one.tower for one in panel.series}):
        members = [one for one in panel.series if one.tower == tower]
        ends = np.array([_end(panel, one) for one in members])
        if len(set(ends.tolist())) == 1:
            together.add(tower)
            continue
        shorter = [_cut(panel, one, ends.min()) for one in members]
        if min(len(one.y) for one in shorter) == 0:
            apart.append(f"{TOTAL_PREFIX}{tower}")
            continue
        cut += shorter
    return frozenset(together), replace(panel, series=tuple(cut)) if cut else None, tuple(apart)


def tower_totals(panel: Panel, towers: Collection[str]) -> tuple[Total, ...]:
    """Totals of these towers, one a unit; their series end together."""
    keys = sorted({(one.tower, one.unit or "") for one in panel.series if one.tower in towers})
    totals: list[Total] = []
    for tower, unit in keys:
        parts = tuple(i for i, one in enumerate(panel.series) if (one.tower, one.unit or "") == (tower, unit))
        totals.append(Total(_summed(panel, tower, unit, parts), parts))
    return tuple(totals)


def with_totals(history: History, totals: Sequence[Total]) -> History:
    """Append the totals' rows behind the series' rows."""
    if not totals:
        return history
    parts = [list(total.parts) for total in totals]
    blocks = history.blocks
    seen = tuple(_sum_of_ends([blocks.histories[i] for i in p]) for p in parts)
    bounded = tuple(_sum_of_ends([blocks.bounded[i].astype(np.float64) for i in p]) > 0 for p in parts)
    filled = tuple(filled_history(_from_first(y), 1) for y in seen)
    forecasts = np.stack([history.forecasts[:, p].sum(axis=1) for p in parts], axis=1)
    raised = np.stack([(history.forecasts * history.uplifts)[:, p].sum(axis=1) for p in parts], axis=1)
    uplifts = np.divide(raised, forecasts, out=np.ones_like(raised), where=np.abs(forecasts) > 0)
    actuals = np.stack([history.actuals[:, p].sum(axis=1) for p in parts], axis=1)
    return History(
        np.concatenate([history.forecasts, forecasts], axis=1),
        np.concatenate([history.actuals, actuals], axis=1),
        np.concatenate([history.levels, levels_before(filled, history.backs, blocks.day)], axis=1),
        history.backs,
        (*history.groups, *(total.series.unique_id for total in totals)),
        np.concatenate([history.non_negative, [bool(history.non_negative[p].all()) for p in parts]]),
        Blocks((*blocks.histories, *seen), (*blocks.bounded, *bounded), blocks.day, blocks.season),
        np.concatenate([history.uplifts, uplifts], axis=1),
    )


def _end(panel: Panel, one: DemandSeries) -> Any:
    return panel.frequency.stamps(one.first, np.array([len(one.y) - 1]))[0]


def _cut(panel: Panel, one: DemandSeries, end: Any) -> DemandSeries:
    """The series up to a stamp; empty when it begins later."""
    position, _ = panel.frequency.positions(np.array([end]), one.first)
    length = max(0, min(int(position[0]) + 1, len(one.y)))
    return replace(one, y=one.y[:length], censored=one.censored[:length])


def _sum_of_ends(parts: Sequence[Floats]) -> Floats:
    """Sum over the steps that all parts share, counted from the end."""
    length = min(len(y) for y in parts)
    return np.asarray(np.sum([y[len(y) - length :] for y in parts], axis=0))


def _from_first(y: Floats) -> Floats:
    """The history from its first known step on; zeros when none is known."""
    known = np.flatnonzero(np.isfinite(y))
    return y[known[0] :] if known.size else np.zeros_like(y)


def _summed(panel: Panel, tower: str, unit: str, parts: tuple[int, ...]) -> DemandSeries:
    members = [panel.series[i] for i in parts]
    length = min(len(one.y) for one in members)
    shortest = next(one for one in members if len(one.y) == length)
    y = _sum_of_ends([one.y for one in members])
    shifts = [len(one.y) - length for one in members]
    stated = sorted({int(at) - shift for one, shift in zip(members, shifts, strict=True) for at in one.capacity_at})
    sums = [sum(one.capacity_in_force(at + shift) for one, shift in zip(members, shifts, strict=True)) for at in stated]
    known = [(at, total) for at, total in zip(stated, sums, strict=True) if total == total]
    statistics = {one.statistic for one in members}
    statistic = statistics.pop() if len(statistics) == 1 else None
    return DemandSeries(
        unique_id=f"{TOTAL_PREFIX}{tower}",
        tower=tower,
        unit=unit or None,
        statistic=statistic if statistic in {None, "mean", "sum"} else f"sum of {statistic}",
        first=shortest.first,
        y=y,
        capacity_at=np.array([at for at, _ in known], dtype=np.int64),
        capacity=np.array([total for _, total in known], dtype=np.float64),
        censored=np.zeros(length, dtype=np.bool_),
    )
