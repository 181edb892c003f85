"""The data's way through the room: checked panel → origins → members → ensemble → history for calibration.

Role: choose members and origins for a panel and run them once; the three public verbs read the result.
Must not know: output columns.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.blocks import Blocks
from forecasting.checkpoints import Store
from forecasting.classes import is_intermittent, series_class
from forecasting.cleaning import at_ceiling, filled_history, lifted, without_events
from forecasting.ensemble import Combined, combined
from forecasting.events import WEEK, Event, event_multipliers, event_spans
from forecasting.origins import Learned, MemberForecasts, OnProgress, Plan, member_forecasts, planned_backs
from forecasting.panel import Panel
from forecasting.paths import History, levels_before

Floats = npt.NDArray[np.float64]
MEMBERS = {
    "quick": ("snaive", "ces-simple"),
    "standard": ("snaive", "ces", "theta"),
    "full": ("snaive", "ces", "theta", "mstl"),
}
COMPLETED_WINDOWS = {"quick": 6, "standard": 12, "full": 14}
AFFORDABLE = {"quick": 2e9, "standard": 1.5e10, "full": 3e10}
FEWEST_APART = 8
MOST_ETS = 200_000
MOST_CES = 20_000
LONGEST_ETS_SEASON = 12


@dataclass(frozen=True)
class Outlook:
    """A panel forecast at past origins and at its end (the last origin)."""

    panel: Panel
    members: MemberForecasts
    ensemble: Combined
    history: History
    event_notes: tuple[str, ...]
    classes: tuple[str, ...]

    @property
    def last(self) -> int:
        """The origin at the end of the histories."""
        return len(self.history.backs) - 1


@dataclass(frozen=True)
class Wanted:
    """What to run a panel for.

    seasons: in steps, ascending.
    windows: in steps; the longest is the horizon, the shortest spaces the origins.
    past_origins: how many of the past origins will themselves be reported (a backtest), one longest window apart.
    effort: `quick`, `standard` or `full`: which local models take part.
    workers: processes for the local models.
    events: holidays and the planner's calendar.
    """

    seasons: tuple[int, ...]
    windows: tuple[int, ...]
    past_origins: int = 0
    effort: str = "standard"
    workers: int = 1
    events: tuple[Event, ...] = ()

    @property
    def horizon(self) -> int:
        """The longest window."""
        return max(self.windows)

    def before_judged(self, y: Floats) -> Floats:
        """The history before the first reported origin: what kind of series it is must be told from it alone."""
        return y[: max(1, len(y) - self.past_origins * self.horizon)]


def outlook(panel: Panel, wanted: Wanted, on_progress: OnProgress | None = None, store: Store | None = None) -> Outlook:
    """Run members and ensemble for the longest window, at the end and at enough past origins to learn from.

    Args:
        panel: checked series.
        wanted: seasons, windows, effort and events.
        on_progress: called with the work done and in all.
        store: keeps finished work for another run.
    """
    plan = _plan(panel, wanted)
    learned, uplifts, notes = _learnt_from(panel, wanted, plan)
    pools = tuple(one.tower for one in panel.series)
    members = member_forecasts(learned, pools, plan, on_progress, store)
    ensemble = combined(members, list(pools))
    day = panel.frequency.steps_a_day
    history = History(
        _with_last_resort(ensemble.forecasts, members),
        members.actuals,
        levels_before(learned.filled, plan.backs, day),
        plan.backs,
        pools,
        np.array([float(np.nanmin(wanted.before_judged(one.y))) >= 0 for one in panel.series]),
        Blocks(learned.seen, learned.bounded, day, wanted.seasons[-1] if wanted.seasons else 1),
        uplifts,
    )
    classes = tuple(series_class(one, wanted.seasons) for one in panel.series)
    return Outlook(panel, members, ensemble, history, notes, classes)


def _plan(panel: Panel, wanted: Wanted) -> Plan:
    """Origins and members for a panel: what its lengths allow and its size affords."""
    series, seasons = panel.series, wanted.seasons
    lengths = [len(one.y) for one in series]
    window, horizon = min(wanted.windows), wanted.horizon
    least = _least_history(seasons, window)
    spacing = _spacing(window, max(lengths) - least, seasons[0] if seasons else 1)
    completed = COMPLETED_WINDOWS[wanted.effort] + wanted.past_origins * (horizon // spacing)
    backs = planned_backs(lengths, horizon, spacing, completed, least=least)
    fits = len(series) * len(backs)
    names = _local_names(MEMBERS[wanted.effort], seasons, fits)
    if wanted.effort != "quick" and fits * _ets_cost(seasons) <= MOST_ETS:
        names = (*names, "ets")
    if any(is_intermittent(wanted.before_judged(one.y)) for one in series):
        names = (*names, "tsb")
    positive = tuple(float(np.nanmin(wanted.before_judged(one.y))) > 0 for one in series)
    return Plan(horizon, backs, seasons, names, positive, AFFORDABLE[wanted.effort], wanted.workers)


def _learnt_from(panel: Panel, wanted: Wanted, plan: Plan) -> tuple[Learned, Floats, tuple[str, ...]]:
    """Histories without events, multipliers (origin, series, step) for the coming ones, and what is applied last."""
    season = wanted.seasons[0] if wanted.seasons else 1
    week = panel.frequency.steps_a_day * WEEK
    spans = event_spans(panel, wanted.horizon, wanted.events)
    uplifts = np.ones((len(plan.backs), len(panel.series), plan.horizon))
    usual: list[Floats] = []
    notes = []
    bounded = tuple(at_ceiling(one) for one in panel.series)
    for i, one in enumerate(panel.series):
        filled = lifted(filled_history(one.y, season), bounded[i], season)
        usual.append(without_events(filled, spans[i], week))
        uplifts[:, i], note = event_multipliers(filled, usual[-1], spans[i], plan.backs, plan.horizon, week)
        notes.append(note)
    seen = tuple(np.where(np.isnan(one.y), np.nan, y) for one, y in zip(panel.series, usual, strict=True))
    return Learned(tuple(usual), seen, bounded), uplifts, tuple(notes)


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


def _local_names(usual: tuple[str, ...], seasons: tuple[int, ...], fits: int) -> tuple[str, ...]:
    """The effort's members as far as the seasons and the number of fits allow."""
    names = tuple("ces-simple" if name == "ces" and fits > MOST_CES else name for name in usual)
    if seasons:
        return names
    return tuple("naive" if name == "snaive" else name for name in names if name != "mstl")


def _ets_cost(seasons: tuple[int, ...]) -> float:
    """Relative cost of one automatic ETS fit; beyond monthly seasons it is out of reach."""
    season = seasons[0] if seasons else 1
    return float(season) if season <= LONGEST_ETS_SEASON else float("inf")


def _with_last_resort(forecasts: Floats, members: MemberForecasts) -> Floats:
    """Where no member answers, repeat the last season seen (or the last value)."""
    answered = forecasts.copy()
    season = members.plan.seasons[0] if members.plan.seasons else 1
    for j, i in np.argwhere(~np.isfinite(forecasts[:, :, 0])):
        past = members.learned.filled[i]
        past = past[: max(0, len(past) - int(members.plan.backs[j]))]
        if len(past):
            answered[j, i] = np.resize(past[-min(season, len(past)) :], members.plan.horizon)
    return answered
