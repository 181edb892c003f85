"""Tower totals: sums of a tower's series of equal unit, treated as series of their own.

Role: extend the history for calibration with summed forecasts and actuals, so that a total's residuals are the sums of
its resources' residuals at the same dates.
Must not know: models or output columns.
"""

from dataclasses import dataclass

import numpy as np

from btim.panel import TOTAL_PREFIX
from forecasting.blocks import Blocks
from forecasting.maxima import History, levels_before
from forecasting.origins import filled_history
from forecasting.panel import DemandSeries, Panel


@dataclass(frozen=True)
class Total:
    """A total's description and the positions of its parts in the panel."""

    series: DemandSeries
    parts: tuple[int, ...]


def tower_totals(panel: Panel) -> tuple[tuple[Total, ...], tuple[str, ...]]:
    """Totals of every tower and unit whose series end together, and the towers left out because theirs do not."""
    keys = sorted({(one.tower, one.unit or "") for one in panel.series})
    totals: list[Total] = []
    left_out: list[str] = []
    for tower, unit in keys:
        parts = tuple(i for i, one in enumerate(panel.series) if (one.tower, one.unit or "") == (tower, unit))
        ends = {_end(panel, panel.series[i]) for i in parts}
        if len(ends) > 1:
            left_out.append(f"{TOTAL_PREFIX}{tower}" + (f" ({unit})" if unit else ""))
            continue
        totals.append(Total(_summed(panel, tower, unit, parts), parts))
    return tuple(totals), tuple(left_out)


def with_totals(history: History, totals: tuple[Total, ...], day: int, seasons: tuple[int, ...]) -> History:
    """Append the totals' rows behind the series' rows."""
    if not totals:
        return history
    parts = [list(total.parts) for total in totals]
    filled = tuple(filled_history(total.series.y, seasons[0] if seasons else 1) for total in totals)
    forecasts = np.stack([history.forecasts[:, p].sum(axis=1) for p in parts], axis=1)
    usual = np.stack([(history.forecasts / history.uplifts)[:, p].sum(axis=1) for p in parts], axis=1)
    actuals = np.stack([history.actuals[:, p].sum(axis=1) for p in parts], axis=1)
    blocks = Blocks((*history.blocks.histories, *(total.series.y for total in totals)), day, history.blocks.season)
    return History(
        np.concatenate([history.forecasts, forecasts], axis=1),
        np.concatenate([history.actuals, actuals], axis=1),
        np.concatenate([history.levels, levels_before(filled, history.backs, day)], axis=1),
        history.backs,
        (*history.groups, *(f"{TOTAL_PREFIX}{total.series.tower}" for total in totals)),
        np.concatenate([history.non_negative, [bool(history.non_negative[p].all()) for p in parts]]),
        blocks,
        np.concatenate(
            [history.uplifts, np.divide(forecasts, usual, out=np.ones_like(usual), where=np.abs(usual) > 0)], axis=1
        ),
    )


def _end(panel: Panel, one: DemandSeries) -> str:
    return str(panel.frequency.stamps(one.first, np.array([len(one.y) - 1]))[0])


def _summed(panel: Panel, tower: str, unit: str, parts: tuple[int, ...]) -> DemandSeries:
    members = [panel.series[i] for i in parts]
    length = min(len(one.y) for one in members)
    shortest = next(one for one in members if len(one.y) == length)
    y = np.sum([one.y[-length:] for one in members], axis=0)
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
