"""The data's way through the room: checked panel → origins → members → ensemble → history for calibration.

Role: choose members and origins for a panel and run them once; the three public verbs read the result.
Must not know: output columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from btim.errors import ValueFormatError
from forecasting.blocks import Blocks
from forecasting.checkpoints import Store
from forecasting.classes import is_intermittent, series_class
from forecasting.ensemble import Combined, combined
from forecasting.events import Event, event_multipliers
from forecasting.frequency import Frequency
from forecasting.maxima import History, levels_before
from forecasting.origins import MemberForecasts, OnProgress, Plan, member_forecasts, planned_backs
from forecasting.panel import Panel

Floats = npt.NDArray[np.float64]
EFFORTS = {
    "quick": ("snaive", "ces-simple"),
    "standard": ("snaive", "ces", "theta"),
    "full": ("snaive", "ces", "theta", "mstl"),
}
COMPLETED_WINDOWS = {"quick": 6, "standard": 12, "full": 14}
AFFORDABLE = {"quick": 2e9, "standard": 1.5e10, "full": 3e10}
FEWEST_APART = 8
MOST_ETS = 200_000
LONGEST_ETS_SEASON = 12
LONGEST_HORIZON = 100_000


@dataclass(frozen=True)
class Outlook:
    """A panel forecast at past origins and at its end (the last origin)."""

    panel: Panel
    members: MemberForecasts
    ensemble: Combined
    history: History
    pools: tuple[str, ...]
    event_notes: tuple[str, ...]
    classes: tuple[str, ...]


def checked_seasons(frequency: Frequency, seasons: Sequence[int | str]) -> tuple[int, ...]:
    """Seasons in steps, ascending, without 1 and repeats."""
    steps = sorted({frequency.steps(season, "season") for season in seasons})
    return tuple(step for step in steps if step > 1)


def checked_levels(levels: Sequence[float]) -> tuple[float, ...]:
    """Levels ascending, each between 0 and 1.

    Raises:
        ValueFormatError: none are given, or one lies outside.
    """
    for level in levels:
        if not 0 < level < 1:
            raise ValueFormatError("is not between 0 and 1", field="levels", value=level, remedy="write 0.95 for 95 %")
    if not levels:
        raise ValueFormatError("no level is given", field="levels", remedy="write for example 0.5,0.95")
    return tuple(sorted(set(levels)))


def checked_horizon(panel: Panel, steps: int, what: str) -> int:
    """Refuse a horizon beyond any sense: more than ten times the longest history, or over 100,000 steps.

    Raises:
        ValueFormatError: it is too long.
    """
    longest = max(len(series.y) for series in panel.series)
    if steps > min(LONGEST_HORIZON, 10 * max(longest, 24)):
        raise ValueFormatError(
            f"is beyond sense for a history of {longest} steps",
            field=what,
            value=f"{steps} steps",
            remedy="shorten it, or aggregate the panel to a coarser frequency",
        )
    return steps


def outlook(
    panel: Panel,
    seasons: tuple[int, ...],
    windows: Sequence[int],
    *,
    past_origins: int = 0,
    effort: str = "standard",
    workers: int = 1,
    events: Sequence[Event] = (),
    on_progress: OnProgress | None = None,
    store: Store | None = None,
) -> Outlook:
    """Run members and ensemble for the longest window, at the end and at enough past origins to learn from.

    Args:
        panel: checked series.
        seasons: in steps, ascending.
        windows: in steps; the longest is the horizon, the shortest spaces the origins.
        past_origins: how many of the past origins will themselves be reported (a backtest), one longest window apart.
        effort: `quick`, `standard` or `full`: which local models take part.
        workers: processes for the local models.
        events: holidays and the planner's calendar.
        on_progress: called with the work done and in all.
        store: keeps finished work for another run.

    Raises:
        ValueFormatError: the effort is unknown.
    """
    if effort not in EFFORTS:
        raise ValueFormatError("unknown effort", field="effort", value=effort, remedy=f"use {', '.join(EFFORTS)}")
    series = panel.series
    pools = tuple(one.tower for one in series)
    horizon = max(windows)
    least = _least_history(seasons, min(windows))
    room = max(len(one.y) for one in series) - least
    spacing = _spacing(min(windows), room, seasons[0] if seasons else 1)
    completed = COMPLETED_WINDOWS[effort] + past_origins * (horizon // spacing)
    backs = planned_backs([len(one.y) for one in series], horizon, spacing, completed, least=least)
    names = _local_names(effort, seasons)
    if effort != "quick" and len(series) * len(backs) * _ets_cost(seasons) <= MOST_ETS:
        names = (*names, "ets")
    if any(is_intermittent(one.y) for one in series):
        names = (*names, "tsb")
    plan = Plan(horizon, backs, seasons, names, AFFORDABLE[effort], workers)
    members = member_forecasts([one.y for one in series], pools, plan, on_progress, store)
    ensemble = combined(members, list(pools))
    forecasts = _with_last_resort(ensemble.forecasts, members)
    uplifts, notes = event_multipliers(panel, members.filled, backs, horizon, events)
    history = History(
        forecasts * uplifts,
        members.actuals,
        levels_before(members.filled, backs, panel.frequency.steps_a_day),
        backs,
        pools,
        np.array([float(np.nanmin(one.y)) >= 0 for one in series]),
        Blocks(tuple(one.y for one in series), panel.frequency.steps_a_day, seasons[-1] if seasons else 1),
        uplifts,
    )
    return Outlook(panel, members, ensemble, history, pools, notes, tuple(series_class(one, seasons) for one in series))


def _least_history(seasons: tuple[int, ...], spacing: int) -> int:
    first, longest = (seasons[0], seasons[-1]) if seasons else (1, 1)
    return max(longest + first + min(spacing, first), 2 * first, 8)


def _spacing(window: int, room: int, season: int) -> int:
    """Distance between origins: a window, or a part of one that keeps the season where few whole windows fit."""
    if room // window >= FEWEST_APART:
        return window
    for parts in (2, 3, 4, 7):
        part = window // parts
        if window % parts == 0 and (part % season == 0 or part < season):
            return part
    return window


def _local_names(effort: str, seasons: tuple[int, ...]) -> tuple[str, ...]:
    if seasons:
        return EFFORTS[effort]
    return tuple("naive" if name == "snaive" else name for name in EFFORTS[effort] if name != "mstl")


def _ets_cost(seasons: tuple[int, ...]) -> float:
    """Relative cost of one automatic ETS fit; beyond monthly seasons it is out of reach."""
    season = seasons[0] if seasons else 1
    return float(season) if season <= LONGEST_ETS_SEASON else float("inf")


def _with_last_resort(forecasts: Floats, members: MemberForecasts) -> Floats:
    """Where no member answers, repeat the last season seen (or the last value)."""
    answered = forecasts.copy()
    season = members.plan.seasons[0] if members.plan.seasons else 1
    for j, i in np.argwhere(~np.isfinite(forecasts[:, :, 0])):
        past = members.filled[i][: max(0, len(members.filled[i]) - int(members.plan.backs[j]))]
        if len(past):
            answered[j, i] = np.resize(past[-min(season, len(past)) :], members.plan.horizon)
    return answered
