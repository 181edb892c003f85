"""The room's three verbs: forecast, peaks and backtest_peaks, frames in and frames out.

Role: check what is asked, run the outlook once, and lay the answers out in the exchange format's columns.
Must not know: files, terminals, portfolios.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from btim import panel as columns
from btim.errors import InsufficientHistoryError
from forecasting.coherence import nested
from forecasting.demand import Outlook, checked_horizon, checked_levels, checked_seasons, outlook
from forecasting.ensemble import described
from forecasting.frequency import frequency
from forecasting.maxima import Maximum, maximum
from forecasting.origins import OnProgress
from forecasting.panel import DemandSeries, OnRefusal, Panel, checked_panel
from forecasting.stamps import written_stamps
from forecasting.totals import Total, tower_totals, with_totals

LAST_RESORT = "last season repeated"
Levels = Sequence[float]
Span = int | str


def forecast(
    panel: pd.DataFrame,
    *,
    freq: Span,
    seasons: Sequence[Span] = (),
    horizon: Span,
    levels: Levels = (0.025, 0.5, 0.975),
    tz: str | None = None,
    effort: str = "standard",
    workers: int = 1,
    file: str | None = None,
    on_refusal: OnRefusal | None = None,
    on_progress: OnProgress | None = None,
) -> pd.DataFrame:
    """Forecast every series step by step.

    Args:
        panel: columns `unique_id`, `ds`, `y` and optionally `tower`, `unit`, `capacity`, `censored`, `statistic`.
        freq: one step: `h`, `5min`, `d`, `w`, `m` … or 1 for integer stamps.
        seasons: season lengths, in steps or as spans (`24h`, `7d`).
        horizon: how far, in steps or as a span.
        levels: quantile levels in (0, 1).
        tz: zone of naive stamps; None leaves them as they are.
        effort: `quick`, `standard` or `full`: how many local models take part.
        workers: processes to use.
        file: the panel's name in messages.
        on_refusal: receives the error of a series that cannot be answered, and the others are answered; None raises.
        on_progress: called with the work done and in all.

    Returns:
        One row a series and step: `unique_id`, `ds`, `point`, `mean`, one column a level, `model`, `fallback`.

    Raises:
        InputError: the panel or an option cannot be used; row, column, value and remedy are named.
        InsufficientHistoryError: a series has no observation.
    """
    step = frequency(freq)
    checked = checked_panel(panel, step, tz=tz, file=file, on_refusal=on_refusal)
    steps = checked_horizon(checked, step.steps(horizon, "horizon"), "horizon")
    wanted = checked_levels(levels)
    view = outlook(
        checked, checked_seasons(step, seasons), [steps], effort=effort, workers=workers, on_progress=on_progress
    )
    return _fan(view, maximum(view.history, len(view.history.backs) - 1, steps), steps, wanted)


def peaks(
    panel: pd.DataFrame,
    *,
    freq: Span,
    seasons: Sequence[Span] = (),
    windows: Sequence[Span],
    levels: Levels = (0.5, 0.8, 0.9, 0.95, 0.99),
    totals: bool = False,
    tz: str | None = None,
    effort: str = "standard",
    workers: int = 1,
    file: str | None = None,
    on_refusal: OnRefusal | None = None,
    on_progress: OnProgress | None = None,
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
    return peaks_with_fan(
        panel,
        freq=freq,
        seasons=seasons,
        windows=windows,
        levels=levels,
        totals=totals,
        tz=tz,
        effort=effort,
        workers=workers,
        file=file,
        on_refusal=on_refusal,
        on_progress=on_progress,
    )[0]


def peaks_with_fan(
    panel: pd.DataFrame,
    *,
    freq: Span,
    seasons: Sequence[Span] = (),
    windows: Sequence[Span],
    levels: Levels = (0.5, 0.8, 0.9, 0.95, 0.99),
    fan_levels: Levels = (0.025, 0.25, 0.5, 0.75, 0.975),
    totals: bool = False,
    tz: str | None = None,
    effort: str = "standard",
    workers: int = 1,
    file: str | None = None,
    on_refusal: OnRefusal | None = None,
    on_progress: OnProgress | None = None,
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
    step = frequency(freq)
    checked = checked_panel(panel, step, tz=tz, file=file, on_refusal=on_refusal)
    spans = {str(span): checked_horizon(checked, step.steps(span, "windows"), "windows") for span in windows}
    wanted = checked_levels(levels)
    season_steps = checked_seasons(step, seasons)
    view = outlook(checked, season_steps, list(spans.values()), effort=effort, workers=workers, on_progress=on_progress)
    sums = _totals(checked, on_refusal) if totals else ()
    history = with_totals(view.history, sums, step.steps_a_day, season_steps)
    origin = len(history.backs) - 1
    rows: list[dict[str, Any]] = []
    for name, steps in spans.items():
        found = maximum(history, origin, steps)
        rows += _rows(view, sums, found, origin=origin, window=name, steps=steps, levels=wanted)
        if totals:
            rows += _any_rows(view, found, window=name, steps=steps)
    longest = max(spans.values())
    fan = _fan(view, maximum(view.history, origin, longest), longest, checked_levels(fan_levels))
    frame = nested(pd.DataFrame(rows), wanted)
    order = {name: place for place, name in enumerate(dict.fromkeys(frame[columns.UNIQUE_ID]))}
    return frame.sort_values(columns.UNIQUE_ID, key=lambda ids: ids.map(order), kind="stable", ignore_index=True), fan


def backtest_peaks(
    panel: pd.DataFrame,
    *,
    freq: Span,
    seasons: Sequence[Span] = (),
    window: Span,
    origins: int,
    levels: Levels = (0.5, 0.8, 0.9, 0.95, 0.99),
    totals: bool = False,
    tz: str | None = None,
    effort: str = "standard",
    workers: int = 1,
    file: str | None = None,
    on_refusal: OnRefusal | None = None,
    on_progress: OnProgress | None = None,
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
    step = frequency(freq)
    checked = checked_panel(panel, step, tz=tz, file=file, on_refusal=on_refusal)
    steps = checked_horizon(checked, step.steps(window, "window"), "window")
    count = step.steps(origins, "origins") if not isinstance(origins, int) or origins < 1 else origins
    wanted = checked_levels(levels)
    season_steps = checked_seasons(step, seasons)
    view = outlook(
        checked,
        season_steps,
        [steps],
        past_origins=count,
        effort=effort,
        workers=workers,
        on_progress=on_progress,
    )
    sums = _totals(checked, on_refusal) if totals else ()
    history = with_totals(view.history, sums, step.steps_a_day, season_steps)
    rows: list[dict[str, Any]] = []
    for back in range(count * steps, 0, -steps):
        found = np.flatnonzero(history.backs == back)
        if found.size:
            origin = int(found[0])
            rows += _rows(
                view,
                sums,
                maximum(history, origin, steps),
                origin=origin,
                window=str(window),
                steps=steps,
                levels=wanted,
                actuals=history.actuals[origin],
            )
    if not rows:
        longest = max(len(one.y) for one in checked.series)
        raise InsufficientHistoryError(
            f"no window of {steps} steps has enough history before it",
            file=file,
            value=f"{longest} steps",
            remedy="shorten --window, or give a longer history",
        )
    frame = pd.DataFrame(rows)
    front = [columns.UNIQUE_ID, columns.ORIGIN]
    return frame[[*front, *(name for name in frame.columns if name not in front)]]


def _fan(view: Outlook, found: Maximum, steps: int, levels: Sequence[float]) -> pd.DataFrame:
    step, tz = view.panel.frequency, view.panel.tz
    quantiles = {columns.quantile_column(level): np.quantile(found.paths, level, axis=0) for level in levels}
    mean = found.paths.mean(axis=0)
    frames = []
    for index, one in enumerate(view.panel.series):
        model, fallback = _model(view, index)
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


def _totals(panel: Panel, on_refusal: OnRefusal | None) -> tuple[Total, ...]:
    totals, left_out = tower_totals(panel)
    for name in left_out:
        refusal = InsufficientHistoryError(
            f"{name} cannot be summed: its series end at different stamps",
            remedy="bring them to one end, or drop --totals",
        )
        if on_refusal is None:
            raise refusal
        on_refusal(refusal)
    return totals


def _model(view: Outlook, index: int) -> tuple[str, str | None]:
    names = described(view.members, view.ensemble.weights, view.ensemble.rules[index], index)
    failed = [reason for (i, _), reason in sorted(view.members.failures.items()) if i == index]
    if not names:
        return LAST_RESORT, "; ".join(failed) or "too little history for any model"
    return names, "; ".join(failed) or None


def _rows(
    view: Outlook,
    totals: tuple[Total, ...],
    found: Maximum,
    *,
    origin: int,
    window: str,
    steps: int,
    levels: Sequence[float],
    actuals: "np.ndarray[Any, np.dtype[np.float64]] | None" = None,
) -> list[dict[str, Any]]:
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
        model, _ = _model(view, index) if index < len(view.panel.series) else ("sum of series", None)
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


def _any_rows(view: Outlook, found: Maximum, *, window: str, steps: int) -> list[dict[str, Any]]:
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
