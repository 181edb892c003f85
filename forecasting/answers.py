"""The room's verbs: forecast, peaks and backtest_peaks, frames in and frames out.

Role: check what is asked, run the outlook once, and hand its layout back.
Must not know: files, terminals, portfolios.
"""

from collections.abc import Sequence
from typing import Any, TypedDict, Unpack

import numpy as np
import pandas as pd

from btim import panel as columns
from btim.errors import InsufficientHistoryError, ValueFormatError
from forecasting.asked import checked_effort, checked_horizon, checked_levels, checked_seasons
from forecasting.checkpoints import Store
from forecasting.coherence import nested
from forecasting.demand import Outlook, Wanted, outlook
from forecasting.events import calendar_events, public_holidays
from forecasting.frequency import frequency
from forecasting.layout import Source, any_rows, fan_frame, peak_rows
from forecasting.maxima import maximum
from forecasting.origins import OnProgress
from forecasting.panel import OnRefusal, Panel, checked_panel
from forecasting.totals import split_by_end, tower_totals, with_totals

Levels = Sequence[float]
Span = int | str


class Options(TypedDict, total=False):
    """What every verb understands beside its own arguments.

    tz: zone of naive stamps; None leaves them as they are.
    effort: `quick`, `standard` or `full`: how many local models take part.
    workers: processes to use (1).
    events: calendar frame with `event`, `ds` and optionally `until`, `uplift`, `tower`, `unique_id`.
    holidays: countries whose public holidays count as events (CN, HK, TW, US, GB, DE …).
    file: the panel's name in messages.
    on_refusal: receives the error of a series that cannot be answered, and the others are answered; None raises.
    on_progress: called with the work done and in all.
    store: keeps finished work, so that an interrupted run continues where it stopped.
    """

    tz: str | None
    effort: str
    workers: int
    events: pd.DataFrame | None
    holidays: Sequence[str]
    file: str | None
    on_refusal: OnRefusal | None
    on_progress: OnProgress | None
    store: Store | None


def forecast(
    panel: pd.DataFrame,
    *,
    freq: Span,
    seasons: Sequence[Span] = (),
    horizon: Span,
    levels: Levels = (0.025, 0.5, 0.975),
    **options: Unpack[Options],
) -> pd.DataFrame:
    """Forecast every series step by step.

    Args:
        panel: columns `unique_id`, `ds`, `y` and optionally `tower`, `unit`, `capacity`, `censored`, `statistic`.
        freq: one step: `h`, `5min`, `d`, `w`, `m` … or 1 for integer stamps.
        seasons: season lengths, in steps or as spans (`24h`, `7d`).
        horizon: how far, in steps or as a span.
        levels: quantile levels in (0, 1).
        **options: see `Options`.

    Returns:
        One row a series and step: `unique_id`, `ds`, `point`, `mean`, one column a level, `model`, `fallback`.

    Raises:
        InputError: the panel or an option cannot be used; row, column, value and remedy are named.
        InsufficientHistoryError: a series has no observation.
    """
    checked = _checked(panel, freq, options)
    steps = checked_horizon(checked, horizon, "horizon")
    quantiles = checked_levels(levels)
    view = _outlook(checked, _wanted(checked, seasons, [steps], options), options)
    return fan_frame(view, maximum(view.history, view.last, steps), steps, quantiles)


def peaks(
    panel: pd.DataFrame,
    *,
    freq: Span,
    seasons: Sequence[Span] = (),
    windows: Sequence[Span],
    levels: Levels = (0.5, 0.8, 0.9, 0.95, 0.99),
    totals: bool = False,
    **options: Unpack[Options],
) -> pd.DataFrame:
    """Give the distribution of each series' maximum over the next windows, and when it is likely.

    Args as for `forecast`, and:
        windows: window lengths, in steps or as spans; all start at the step after the last observation.
        totals: add `total:<tower>` for the sums of series of equal unit and `any:<tower>` for the probability that any
            resource passes its capacity.

    Returns:
        One row a series and window with the columns of the exchange format; `calibrated` counts the past windows that
        the interval rests on (0: not calibrated).

    Raises:
        InputError: the panel or an option cannot be used.
        InsufficientHistoryError: a series has no observation.
    """
    return peaks_with_fan(panel, freq=freq, seasons=seasons, windows=windows, levels=levels, totals=totals, **options)[
        0
    ]


def peaks_with_fan(
    panel: pd.DataFrame,
    *,
    freq: Span,
    seasons: Sequence[Span] = (),
    windows: Sequence[Span],
    levels: Levels = (0.5, 0.8, 0.9, 0.95, 0.99),
    fan_levels: Levels = (0.025, 0.25, 0.5, 0.75, 0.975),
    totals: bool = False,
    **options: Unpack[Options],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the peaks and, from the same paths, the forecast over the longest window: what a fan chart needs.

    Args as for `peaks`, and:
        fan_levels: quantile levels of the forecast's columns.

    Returns:
        The frame of `peaks` and the frame of `forecast`.

    Raises:
        InputError: the panel or an option cannot be used.
        InsufficientHistoryError: a series has no observation.
    """
    checked = _checked(panel, freq, options)
    spans = {str(span): checked_horizon(checked, span, "windows") for span in windows}
    if not spans:
        raise ValueFormatError("no window is given", field="windows", remedy="write for example 24h,7d")
    quantiles = checked_levels(levels)
    sources = _sources(checked, _wanted(checked, seasons, list(spans.values()), options), options, totals=totals)
    rows: list[dict[str, Any]] = []
    for source in sources:
        for name, steps in spans.items():
            found = maximum(source.history, source.view.last, steps)
            rows += peak_rows(source, found, origin=source.view.last, window=name, steps=steps, levels=quantiles)
            rows += any_rows(source, found, window=name, steps=steps)
    view, longest = sources[0].view, max(spans.values())
    fan = fan_frame(view, maximum(view.history, view.last, longest), longest, checked_levels(fan_levels))
    return _in_order(nested(pd.DataFrame(rows), quantiles)), fan


def backtest_peaks(
    panel: pd.DataFrame,
    *,
    freq: Span,
    seasons: Sequence[Span] = (),
    window: Span,
    origins: int,
    levels: Levels = (0.5, 0.8, 0.9, 0.95, 0.99),
    totals: bool = False,
    **options: Unpack[Options],
) -> pd.DataFrame:
    """Forecast the maximum at past origins, each from what stood before it, beside what really came.

    Args as for `peaks`, and:
        window: one window's length.
        origins: how many windows, one after the other; the last ends the series.

    Returns:
        The columns of `peaks` and `origin`, `actual_max`, `actual_at`; null actuals where a value is missing. Origins
        that have no history before them are left out.

    Raises:
        InputError: the panel or an option cannot be used.
        InsufficientHistoryError: a series has no observation, or no window has any history before it.
    """
    checked = _checked(panel, freq, options)
    steps = checked_horizon(checked, window, "window")
    count = checked.frequency.steps(origins, "origins") if not isinstance(origins, int) or origins < 1 else origins
    quantiles = checked_levels(levels)
    wanted = _wanted(checked, seasons, [steps], options, past_origins=count)
    rows: list[dict[str, Any]] = []
    for source in _sources(checked, wanted, options, totals=totals):
        for back in range(count * steps, 0, -steps):
            rows += _rows_at(source, back, str(window), steps, quantiles)
    if not rows:
        longest = max(len(one.y) for one in checked.series)
        raise InsufficientHistoryError(
            f"no window of {steps} steps has enough history before it",
            file=options.get("file"),
            value=f"{longest} steps",
            remedy="shorten --window, or give a longer history",
        )
    frame = pd.DataFrame(rows)
    front = [columns.UNIQUE_ID, columns.ORIGIN]
    return frame[[*front, *(name for name in frame.columns if name not in front)]]


def _rows_at(source: Source, back: int, window: str, steps: int, levels: Levels) -> list[dict[str, Any]]:
    """Rows of the origin that stands `back` steps before the end, if there is one."""
    rows: list[dict[str, Any]] = []
    for origin in np.flatnonzero(source.history.backs == back):
        found = maximum(source.history, int(origin), steps)
        rows += peak_rows(source, found, origin=int(origin), window=window, steps=steps, levels=levels, came=True)
    return rows


def _in_order(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows of one series together, series in the order of their first row."""
    order = {name: place for place, name in enumerate(dict.fromkeys(frame[columns.UNIQUE_ID]))}
    return frame.sort_values(columns.UNIQUE_ID, key=lambda ids: ids.map(order), kind="stable", ignore_index=True)


def _checked(panel: pd.DataFrame, freq: Span, options: Options) -> Panel:
    return checked_panel(
        panel, frequency(freq), tz=options.get("tz"), file=options.get("file"), on_refusal=options.get("on_refusal")
    )


def _wanted(
    panel: Panel, seasons: Sequence[Span], windows: Sequence[int], options: Options, *, past_origins: int = 0
) -> Wanted:
    calendar = options.get("events")
    events = () if calendar is None else calendar_events(calendar)
    return Wanted(
        checked_seasons(panel.frequency, seasons),
        tuple(windows),
        past_origins,
        checked_effort(options.get("effort", "standard")),
        options.get("workers", 1),
        (*events, *public_holidays(options.get("holidays", ()), panel, max(windows))),
    )


def _outlook(panel: Panel, wanted: Wanted, options: Options) -> Outlook:
    return outlook(panel, wanted, options.get("on_progress"), options.get("store"))


def _sources(panel: Panel, wanted: Wanted, options: Options, *, totals: bool) -> list[Source]:
    """The panel's outlook with the totals of towers whose series end together, and a second one for the others."""
    view = _outlook(panel, wanted, options)
    if not totals:
        return [Source(view, view.history)]
    together, cut, apart = split_by_end(panel)
    _refuse_totals(apart, options.get("on_refusal"))
    sums = tower_totals(panel, together)
    sources = [Source(view, with_totals(view.history, sums), sums, together)]
    if cut is not None:
        towers = {one.tower for one in cut.series}
        later, parts = _outlook(cut, wanted, options), tower_totals(cut, towers)
        sources.append(Source(later, with_totals(later.history, parts), parts, frozenset(towers), with_series=False))
    return sources


def _refuse_totals(names: Sequence[str], on_refusal: OnRefusal | None) -> None:
    for name in names:
        refusal = InsufficientHistoryError(
            f"{name} cannot be summed: its series have no time in common",
            remedy="leave out the series that ended, or drop --totals",
        )
        if on_refusal is None:
            raise refusal
        on_refusal(refusal)
