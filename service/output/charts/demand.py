"""Charts of demand: the fan of a forecast under its installed capacity, with the peak's own distribution beside it.

Role: history tail, median and bands of every hour on the left; on the right, for each window, where the window's
maximum is likely to fall. The two differ on purpose: a maximum of hourly quantiles is not a quantile of the maximum.
Must not know: how paths were made or calibrated.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from service.output.charts.canvas import STEPS, axes_at, color, draw, tip
from service.output.formats import moment, quantity

SMALL = (430, 214)
WIDE = (1120, 300)
_POINTS = {SMALL: 336, WIDE: 1008}
_HISTORY_PART = 0.34
_DATES = ["%Y", "%b %Y", "%d %b", "%H:%M", "%H:%M", "%H:%M"]


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
        strip = 44 + 36 * max(len(peaks), 1)
        left = axes_at(figure, 46, 18, strip + 12, 24)
        right = axes_at(figure, size[0] - strip, 18, 6, 24)
        right.sharey(left)
        _paint_fan(left, behind, ahead)
        _paint_peaks(right, peaks)
        _paint_capacity(left, right, peaks)
        _finish(left, right, behind, ahead, peaks)

    return draw(
        paint, key=key, title=f"{name}: demand and likely peak", description=_described(peaks), size=size,
        synthetic=synthetic,
    )  # fmt: skip


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


def _paint_fan(axes: Axes, behind: pd.DataFrame, ahead: pd.DataFrame) -> None:
    axes.plot(behind["ds"], behind["y"].astype(float), color=color("history"), linewidth=1)
    pairs = bands(ahead)
    for shade, (low, high, _) in zip(("water-3", "water-2"), pairs[:1] + pairs[1:][-1:], strict=False):
        axes.fill_between(
            ahead["ds"], ahead[low].astype(float), ahead[high].astype(float), color=color(shade), linewidth=0
        )
    middle = "q50" if "q50" in ahead.columns else "point"
    axes.plot(ahead["ds"], ahead[middle].astype(float), color=color("water"), linewidth=1.2)


def _paint_peaks(axes: Axes, peaks: pd.DataFrame) -> None:
    levels = peak_levels(peaks)
    for position, row in enumerate(peaks.to_dict("records")):
        values = [float(row[level]) for level in levels]
        if not values or not np.isfinite(values).all():
            continue
        inner = [float(row[level]) for level in levels if float(level[1:]) <= 95]
        axes.plot([position, position], [values[0], values[-1]], color=color("water-2"), linewidth=2)
        bar = axes.plot([position, position], [inner[0], inner[-1]], color=color("water"), linewidth=8)[0]
        bar.set_solid_capstyle("butt")
        bar.set_gid(tip(_peak_words(row, levels)))
        if "q50" in row:
            axes.plot([position], [float(row["q50"])], marker="o", markersize=5, color=color("paper"),
                      markeredgecolor=color("water"), markeredgewidth=1.5)  # fmt: skip


def _paint_capacity(left: Axes, right: Axes, peaks: pd.DataFrame) -> None:
    if "capacity" not in peaks.columns or not peaks["capacity"].notna().any():
        return
    level = float(peaks["capacity"].dropna().iloc[0])
    for axes in (left, right):
        axes.axhline(level, color=color("bad"), linewidth=1.4, dashes=(5, 3))
    left.text(0.005, level, f"installed {quantity(level)}", transform=left.get_yaxis_transform(), va="bottom",
              color=color("bad"), fontsize=10)  # fmt: skip


def _finish(left: Axes, right: Axes, behind: pd.DataFrame, ahead: pd.DataFrame, peaks: pd.DataFrame) -> None:
    tops = [behind["y"].max(), *(ahead[high].max() for _, high, _ in bands(ahead))]
    tops += [peaks[column].max() for column in [*peak_levels(peaks), "capacity"] if column in peaks.columns]
    top = max((float(value) for value in tops if pd.notna(value)), default=1.0)
    left.set_ylim(min(0.0, float(behind["y"].min() if len(behind) else 0)), top * 1.1 or 1.0)
    left.yaxis.set_major_locator(MaxNLocator(4, steps=STEPS))
    left.yaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
    if len(behind) and isinstance(behind["ds"].iloc[0], pd.Timestamp):
        locator = AutoDateLocator(minticks=3, maxticks=7)
        left.xaxis.set_major_locator(locator)
        left.xaxis.set_major_formatter(
            ConciseDateFormatter(locator, formats=_DATES, zero_formats=_DATES, show_offset=False)
        )
    if len(ahead):
        left.axvline(ahead["ds"].iloc[0], color=color("sunk"), linewidth=1)
    _mark_likely(left, ahead, peaks)
    left.margins(x=0)
    right.set_xlim(-0.6, max(len(peaks), 1) - 0.4)
    right.set_xticks(range(len(peaks)), [str(window) for window in peaks.get("window", pd.Series(dtype=str))])
    right.tick_params(labelleft=False)
    right.text(0.5, 1.02, "peak in", transform=right.transAxes, ha="center", fontsize=10, color=color("muted"))


def _mark_likely(axes: Axes, ahead: pd.DataFrame, peaks: pd.DataFrame) -> None:
    if "peak_at" not in peaks.columns or not len(ahead) or "q50" not in peaks.columns:
        return
    inside = peaks[peaks["peak_at"].notna() & (peaks["peak_at"] <= ahead["ds"].iloc[-1])]
    for row in inside.tail(1).to_dict("records"):
        mark = axes.plot([row["peak_at"]], [float(row["q50"])], marker="v", markersize=7, color=color("warn"),
                         linestyle="none", clip_on=False)[0]  # fmt: skip
        mark.set_gid(tip(f"most likely step of the peak: {moment(row['peak_at'])}"))


def _peak_words(row: dict[Any, Any], levels: Sequence[str]) -> str:
    parts = ", ".join(f"{level[1:]} %: {quantity(row[level])}" for level in levels)
    return f"highest value in {row.get('window', 'the window')}: {parts}"


def _described(peaks: pd.DataFrame) -> str:
    return "; ".join(_peak_words(row, peak_levels(peaks)) for row in peaks.to_dict("records"))


def short(value: float) -> str:
    """An axis tick: 1,200 as 1.2k, 3,400,000 as 3.4M."""
    for size, suffix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{suffix}"
    return f"{value:.3g}"
