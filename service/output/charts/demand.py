"""Charts of demand: the fan of a forecast under its installed capacity, with the peak's own distribution beside it.

Role: history tail, median and bands of every step on the left; on the right, for each window, where the window's
maximum is likely to fall. The two differ on purpose: a maximum of hourly quantiles is not a quantile of the maximum.
Must not know: how paths were made or calibrated.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from service.output.charts.canvas import STEPS, axes_at, color, draw, tip
from service.output.formats import is_missing, moment, quantity

SMALL = (430, 214)
WIDE = (1120, 300)
_POINTS = {SMALL: 336, WIDE: 1008}
_TICKS = {SMALL: 4, WIDE: 8}
_HISTORY_PART = 0.34
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 6, 20, 24
_GAP, _PLACE = 14, 38
"""Pixels between the fan and the peaks beside it, and for each window's peak."""


def fan_chart(
    key: str, history: pd.DataFrame, fan: pd.DataFrame, peaks: pd.DataFrame, *, wide: bool, synthetic: bool
) -> Markup:
    """One series: `history` and `fan` sorted by `ds`, `peaks` its rows one a window; all in the series' unit."""
    size = WIDE if wide else SMALL
    points = _POINTS[size]
    ahead = fan.head(int(points * (1 - _HISTORY_PART)))
    behind = history.tail(int(points * _HISTORY_PART))
    name = str(peaks["unique_id"].iloc[0]) if len(peaks) else key

    def paint(figure: Figure) -> None:
        axes = axes_at(figure, _LEFT, _TOP, _RIGHT, _BOTTOM)
        scale = _Time(behind["ds"], ahead["ds"])
        pixel = scale.span / (size[0] - _LEFT - _RIGHT - _GAP - _PLACE * max(len(peaks), 1))
        places = [scale.span + (_GAP + _PLACE * (place + 0.5)) * pixel for place in range(len(peaks))]
        _paint_fan(axes, scale, behind, ahead)
        _paint_peaks(axes, places, pixel, peaks)
        _paint_capacity(axes, peaks)
        _mark_likely(axes, scale, ahead, peaks)
        _finish(axes, behind, ahead, peaks)
        axes.set_xlim(0, scale.span + (_GAP + _PLACE * max(len(peaks), 1)) * pixel)
        ticks = scale.ticks(_TICKS[size])
        axes.set_xticks([*ticks, *places], [*ticks.values(), *map(str, peaks.get("window", pd.Series(dtype=str)))])

    return draw(
        paint,
        key=key,
        title=f"{name}: demand and likely peak",
        description="; ".join(_peak_words(row, peak_levels(peaks)) for row in peaks.to_dict("records")),
        size=size,
        synthetic=synthetic,
    )


class _Time:
    """Places of timestamps or integer steps on the drawing's axis, which starts at 0."""

    def __init__(self, behind: pd.Series, ahead: pd.Series) -> None:
        both = pd.concat([behind, ahead], ignore_index=True)
        self.dated = pd.api.types.is_datetime64_any_dtype(both)
        self.start, self.end = both.min(), both.max()
        self.span = float(self.places(pd.Series([self.end]))[0]) or 1.0

    def places(self, moments: pd.Series) -> Any:
        """Hours, or steps, since the start."""
        since = moments - self.start
        return (since.dt.total_seconds() / 3600.0 if self.dated else since.astype(float)).to_numpy()

    def ticks(self, most: int) -> dict[float, str]:
        """At most `most` ticks at midnight, or at whole steps, with their labels."""
        if not self.dated:
            steps = MaxNLocator(most, steps=STEPS, integer=True).tick_values(float(self.start), float(self.end))
            return {step - self.start: f"{step:,.0f}" for step in steps if self.start <= step <= self.end}
        days = pd.date_range(self.start.ceil("D"), self.end.floor("D"), freq="D")
        apart = max(1, -(-len(days) // most))
        form = "%b %Y" if len(days) > 400 else "%d %b"
        return {float(self.places(pd.Series([day]))[0]): day.strftime(form) for day in days[::apart]}


def bands(frame: pd.DataFrame) -> list[tuple[str, str, float]]:
    """Pairs of quantile columns symmetric about the median, widest first, with the share they cover."""
    levels = {round(float(column[1:]), 4): column for column in frame.columns if _is_level(column)}
    pairs = [(low, round(100 - low, 4)) for low in sorted(levels) if low < 50]
    return [(levels[low], levels[high], (high - low) / 100) for low, high in pairs if high in levels]


def peak_levels(frame: pd.DataFrame) -> list[str]:
    """Quantile columns of a peaks table, lowest first."""
    return sorted((column for column in frame.columns if _is_level(column)), key=lambda column: float(column[1:]))


def _is_level(column: object) -> bool:
    text = str(column)
    return text.startswith("q") and text[1:].replace(".", "", 1).isdigit()


def _paint_fan(axes: Axes, scale: _Time, behind: pd.DataFrame, ahead: pd.DataFrame) -> None:
    axes.plot(scale.places(behind["ds"]), behind["y"].astype(float), color=color("history"), linewidth=1)
    later, pairs = scale.places(ahead["ds"]), bands(ahead)
    for shade, (low, high, _) in zip(("water-3", "water-2"), pairs[:1] + pairs[1:][-1:], strict=False):
        axes.fill_between(later, ahead[low].astype(float), ahead[high].astype(float), color=color(shade), linewidth=0)
    middle = "q50" if "q50" in ahead.columns else "point"
    axes.plot(later, ahead[middle].astype(float), color=color("water"), linewidth=1.2)
    if len(later):
        axes.axvline(later[0], color=color("sunk"), linewidth=1)


def _paint_peaks(axes: Axes, places: Sequence[float], pixel: float, peaks: pd.DataFrame) -> None:
    levels = peak_levels(peaks)
    for place, row in zip(places, peaks.to_dict("records"), strict=True):
        values = [float(row[level]) for level in levels]
        if not values or not np.isfinite(values).all():
            continue
        inner = [float(row[level]) for level in levels if float(level[1:]) <= 95]
        axes.plot([place, place], [values[0], values[-1]], color=color("water-2"), linewidth=2)
        bar = axes.plot([place, place], [inner[0], inner[-1]], color=color("water"), linewidth=8)[0]
        bar.set_solid_capstyle("butt")
        bar.set_gid(tip(_peak_words(row, levels)))
        if "q50" in row:
            axes.plot([place], [float(row["q50"])], marker="o", markersize=5, color=color("paper"),
                      markeredgecolor=color("water"), markeredgewidth=1.5)  # fmt: skip
    if places:
        middle = (places[0] + places[-1]) / 2
        axes.text(middle, 1.02, "peak in", transform=axes.get_xaxis_transform(), ha="center", fontsize=10,
                  color=color("muted"))  # fmt: skip
        axes.axvline(places[0] - (_PLACE / 2 + _GAP / 2) * pixel, color=color("rule"), linewidth=1)


def _paint_capacity(axes: Axes, peaks: pd.DataFrame) -> None:
    if "capacity" not in peaks.columns or not peaks["capacity"].notna().any():
        return
    level = float(peaks["capacity"].dropna().iloc[0])
    axes.axhline(level, color=color("bad"), linewidth=1.4, dashes=(5, 3))
    axes.text(0.005, level, f"installed {quantity(level)}", transform=axes.get_yaxis_transform(), va="bottom",
              color=color("bad"), fontsize=10)  # fmt: skip


def _mark_likely(axes: Axes, scale: _Time, ahead: pd.DataFrame, peaks: pd.DataFrame) -> None:
    if "peak_at" not in peaks.columns or not len(ahead) or "q50" not in peaks.columns:
        return
    inside = [row for row in peaks.to_dict("records") if not is_missing(row["peak_at"]) and row["peak_at"] <= scale.end]
    for row in inside[-1:]:
        place = scale.places(pd.Series([row["peak_at"]]))
        mark = axes.plot(place, [float(row["q50"])], marker="v", markersize=7, color=color("warn"), linestyle="none")[0]
        mark.set_gid(tip(f"most likely step of the peak: {moment(row['peak_at'])}"))


def _finish(axes: Axes, behind: pd.DataFrame, ahead: pd.DataFrame, peaks: pd.DataFrame) -> None:
    tops = [behind["y"].max(), *(ahead[high].max() for _, high, _ in bands(ahead))]
    tops += [peaks[column].max() for column in [*peak_levels(peaks), "capacity"] if column in peaks.columns]
    top = max((float(value) for value in tops if pd.notna(value)), default=1.0)
    axes.set_ylim(min(0.0, float(behind["y"].min() if len(behind) else 0)), top * 1.1 or 1.0)
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=STEPS))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))


def _peak_words(row: dict[Any, Any], levels: Sequence[str]) -> str:
    parts = ", ".join(f"{level[1:]} %: {quantity(row[level])}" for level in levels)
    return f"highest value in {row.get('window', 'the window')}: {parts}"


def short(value: float) -> str:
    """An axis tick: 1,200 as 1.2k, 3,400,000 as 3.4M."""
    for size, suffix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{suffix}"
    return f"{value:.3g}"
