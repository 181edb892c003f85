"""Scores of forecast maxima: cover, pinball loss, peak error, slack, peak time and exceedance, beside the usual rules.

Role: turn a backtest of maxima and the panel it was made from into the numbers that planners ask about.
Must not know: which model made the forecasts.

Actual maxima are recomputed from the panel; a row whose maximum differs or is missing fails the scoring.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from btim.errors import ValueFormatError
from btim.panel import quantile_column

Floats = npt.NDArray[np.float64]
PINBALL_LEVELS = (0.9, 0.95)
Row = tuple[Mapping[Hashable, Any], Floats, Floats]
BASELINES = ("p95 of 14 daily maxima", "p95 of 8 days × 1.15", "p90 of 8 days × 1.15")


@dataclass(frozen=True)
class Cases:
    """Backtest cases side by side: actual maxima, scales, forecast quantiles (case, level) and baseline levels."""

    actual: Floats
    scale: Floats
    levels: Floats
    quantiles: Floats
    baselines: dict[str, Floats]
    on_time: npt.NDArray[np.bool_]
    threshold: Floats
    calibrated_baseline: Floats


def pinball(actual: Floats, quantile: Floats, level: float) -> Floats:
    """Pinball loss of a quantile forecast (Koenker and Bassett 1978)."""
    return np.asarray(np.maximum(level * (actual - quantile), (level - 1) * (actual - quantile)))


def cases(backtest: pd.DataFrame, panel: pd.DataFrame, steps: int, day: int) -> Cases:
    """Line up every origin with a known actual maximum and some demand before it.

    Args:
        backtest: the frame of `backtest_peaks`, with several levels.
        panel: `unique_id`, `ds`, `y` on a regular grid, in the panel's order of time.
        steps: the window in steps.
        day: steps in a day.

    Raises:
        ValueFormatError: an actual maximum differs from the panel's.
    """
    names = [name for name in backtest.columns if name.startswith("q") and name[1:].replace(".", "").isdigit()]
    levels = np.array([float(name[1:]) / 100 for name in names])
    histories = {name: group.set_index("ds").y.sort_index() for name, group in panel.groupby("unique_id")}
    rows: list[Row] = []
    for record in backtest[backtest.actual_max.notna()].to_dict("records"):
        series = histories[record["unique_id"]]
        past = series[series.index < record["origin"]].to_numpy(float)
        future = series[series.index >= record["origin"]].to_numpy(float)[:steps]
        if not np.isclose(future.max(), record["actual_max"]):
            raise ValueFormatError("differs from the panel", field="actual_max", value=record["actual_max"])
        rows.append((record, past, future))
    return _lined_up([row for row in rows if np.nanmax(row[1], initial=0.0) > 0], names, levels, day)


def _lined_up(rows: list[Row], names: list[str], levels: Floats, day: int) -> Cases:
    daily = [_daily_maxima(past, day) for _, past, _ in rows]
    recent = [past[-8 * day :] for _, past, _ in rows]
    actual = np.array([future.max() for _, _, future in rows])
    baselines = {
        BASELINES[0]: np.array([np.quantile(maxima[-14:], 0.95) for maxima in daily]),
        BASELINES[1]: np.array([1.15 * np.nanquantile(past, 0.95) for past in recent]),
        BASELINES[2]: np.array([1.15 * np.nanquantile(past, 0.9) for past in recent]),
    }
    scale = np.array([maxima.mean() for maxima in daily])
    return Cases(
        actual=actual,
        scale=np.where(scale > 0, scale, 1.0),
        levels=levels,
        quantiles=np.array([[record[name] for name in names] for record, _, _ in rows], dtype=np.float64),
        baselines=baselines,
        on_time=np.array([_on_time(record) for record, _, _ in rows]),
        threshold=np.array([np.quantile(maxima, 0.95) for maxima in daily]),
        calibrated_baseline=baselines[BASELINES[0]],
    )


def scores(found: Cases) -> dict[str, float]:
    """All measures of one data set; `slack at equal cover` compares with 14-day maxima scaled to our cover."""
    at = {level: found.quantiles[:, int(np.argmin(np.abs(found.levels - level)))] for level in (0.5, 0.9, 0.95)}
    positive = found.actual > 0
    result = {
        f"cover {quantile_column(level)}": float(np.mean(found.actual <= found.quantiles[:, place]))
        for place, level in enumerate(found.levels)
    }
    for level in PINBALL_LEVELS:
        result[f"pinball {level:g}"] = float(np.mean(pinball(found.actual, at[level], level) / found.scale))
        result[f"best baseline pinball {level:g}"] = min(
            float(np.mean(pinball(found.actual, value, level) / found.scale)) for value in found.baselines.values()
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        result["median peak APE"] = float(np.median((np.abs(at[0.5] - found.actual) / found.actual)[positive]))
        result["slack"] = float(np.median(((at[0.95] - found.actual) / found.actual)[positive]))
        equal = _at_equal_cover(found, float(np.mean(found.actual <= at[0.95])))
        result["slack of 14-day maxima at equal cover"] = float(
            np.median(((equal - found.actual) / found.actual)[positive])
        )
    result["peak time"] = float(np.mean(found.on_time))
    result["Brier skill"] = brier_skill(found)
    for name, value in found.baselines.items():
        result[f"cover of {name}"] = float(np.mean(found.actual <= value))
    return result


def brier_skill(found: Cases) -> float:
    """Skill of P(maximum > threshold), read from the quantiles, against the cases' own base rate."""
    happened = (found.actual > found.threshold).astype(float)
    probability = np.array(
        [
            1 - np.interp(t, row, found.levels, left=0.0, right=1.0)
            for t, row in zip(found.threshold, found.quantiles, strict=True)
        ]
    )
    climatology = float(np.mean((happened.mean() - happened) ** 2))
    return 1 - float(np.mean((probability - happened) ** 2)) / climatology if climatology > 0 else float("nan")


def _at_equal_cover(found: Cases, cover: float) -> Floats:
    """The 14-day rule multiplied by the one factor that gives it the same cover on these cases."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(found.calibrated_baseline > 0, found.actual / found.calibrated_baseline, 1.0)
    return np.asarray(found.calibrated_baseline * np.quantile(ratio, cover))


def _daily_maxima(past: Floats, day: int) -> Floats:
    days = len(past) // day
    maxima = past[len(past) - days * day :].reshape(days, day)
    with np.errstate(invalid="ignore"):
        daily = np.nanmax(np.where(np.isnan(maxima).all(axis=1, keepdims=True), 0.0, maxima), axis=1)
    return np.asarray(daily) if days else np.array([float(np.nanmax(past))])


def _on_time(record: Mapping[Hashable, Any]) -> bool:
    start, guess, real = (pd.Timestamp(str(record[name])) for name in ("window_start", "peak_at", "actual_at"))
    step = pd.Timestamp(str(record["window_start"])) - pd.Timestamp(str(record["as_of"]))
    return bool(abs(guess - real) <= step and start <= guess)
