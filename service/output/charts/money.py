"""Charts of money: amounts by month in stacks, and ranked bars with an optional mark to compare with.

Role: the three views of the ledger, and value by solution, as pictures.
Must not know: which view or ledger the numbers come from.
"""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from service.output.charts.canvas import SERIES, STEPS, axes_at, color, draw, tip
from service.output.formats import money_scale, number, tick, unit_of

STACK = (560, 330)
_ROW, _FRAME = 25, 52
_BAR_WIDTH = 560
_NAMES = 190


class Part(NamedTuple):
    """One piece of a ranked bar: its size, its named colour, and its words."""

    size: float
    shade: str
    words: str


class RankedBar(NamedTuple):
    """One bar: its name, its pieces, an optional mark to compare with, and a text at its end."""

    name: str
    parts: tuple[Part, ...]
    mark: float | None = None
    end: str = ""


def stacked_months(
    key: str, months: pd.DataFrame, *, title: str, currency: str | None, synthetic: bool, line: pd.Series | None = None
) -> Markup:
    """`months`: index of month labels, a column a series, in currency units; `line` is drawn over it (a plan)."""
    scale = money_scale(months.sum(axis=1))
    legend_rows = (len(months.columns) + (line is not None) + 2) // 3

    def paint(figure: Figure) -> None:
        axes = axes_at(figure, 50, 22 + 17 * legend_rows, 10, 26)
        above, below = pd.Series(0.0, index=months.index), pd.Series(0.0, index=months.index)
        for position, name in enumerate(months.columns):
            values = months[name].astype(float).fillna(0.0)
            bottom, shade = above.where(values >= 0, below), color(SERIES[position % len(SERIES)])
            bars = axes.bar(range(len(months)), values, bottom=bottom, width=0.82, label=str(name), color=shade,
                            linewidth=0)  # fmt: skip
            for bar, label, value in zip(bars, months.index, values, strict=True):
                bar.set_gid(tip(f"{name}, {label}: {number(value / scale.divisor, 1)} {unit_of(currency, scale)}"))
            above, below = above + values.clip(lower=0.0), below + values.clip(upper=0.0)
        if line is not None:
            axes.step(range(len(months)), line.reindex(months.index).astype(float), where="mid", color=color("ink"),
                      linewidth=1.4, label=str(line.name))  # fmt: skip
        _month_ticks(axes, [str(label) for label in months.index])
        axes.yaxis.set_major_locator(MaxNLocator(5, steps=STEPS))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: tick(value, scale.divisor)))
        axes.set_ylabel(unit_of(currency, scale))
        figure.legend(loc="upper left", bbox_to_anchor=(0.0, 1 - 16 / STACK[1]), ncols=3, frameon=False, fontsize=10,
                      handlelength=1, handleheight=1, columnspacing=1.4, borderaxespad=0)  # fmt: skip

    return draw(
        paint,
        key=key,
        title=title,
        description=f"{title}: {len(months)} months, {', '.join(str(name) for name in months.columns)}",
        size=STACK,
        synthetic=synthetic,
    )


def _month_ticks(axes: Axes, labels: Sequence[str]) -> None:
    step = max(1, -(-len(labels) // 6))
    places = list(range(0, len(labels), step))
    axes.set_xticks(places, [labels[place] for place in places])
    axes.set_xlim(-0.6, len(labels) - 0.4)


def ranked_bars(
    key: str,
    bars: Sequence[RankedBar],
    *,
    title: str,
    unit: str,
    divisor: float = 1.0,
    synthetic: bool,
) -> Markup:
    """Horizontal bars, largest on top as given; a mark is a short vertical stroke across the bar."""
    height = _FRAME + _ROW * max(len(bars), 1)
    largest = max(
        [sum(part.size for part in bar.parts) for bar in bars] + [bar.mark or 0.0 for bar in bars], default=1.0
    )

    def paint(figure: Figure) -> None:
        axes = axes_at(figure, _NAMES, 18, 66, 34)
        for row, bar in enumerate(bars):
            _one_bar(axes, row, bar)
        axes.set_ylim(max(len(bars), 1) - 0.5, -0.5)
        axes.set_xlim(min(0.0, *(part.size for bar in bars for part in bar.parts), 0.0), largest * 1.02 or 1.0)
        axes.set_yticks(range(len(bars)), [_fit(bar.name) for bar in bars])
        for label in axes.get_yticklabels():
            label.set_color(color("ink"))
        axes.grid(visible=True, axis="x")
        axes.grid(visible=False, axis="y")
        axes.spines["bottom"].set_visible(False)
        axes.tick_params(axis="x", length=0)
        axes.xaxis.set_major_locator(MaxNLocator(5, steps=STEPS))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: tick(value, divisor)))
        axes.set_xlabel(unit)

    words = "; ".join(f"{bar.name}: {bar.end}" for bar in bars)
    return draw(paint, key=key, title=title, description=words, size=(_BAR_WIDTH, height), synthetic=synthetic)


def _one_bar(axes: Axes, row: int, bar: RankedBar) -> None:
    at = 0.0
    for part in bar.parts:
        patch = axes.barh(row, part.size, left=at, height=0.62, color=color(part.shade), linewidth=0)[0]
        patch.set_gid(tip(part.words))
        at += part.size
    if bar.mark is not None:
        axes.plot([bar.mark, bar.mark], [row - 0.42, row + 0.42], color=color("ink"), linewidth=2)
    axes.annotate(bar.end, (1.0, row), xycoords=("axes fraction", "data"), xytext=(5, 0), textcoords="offset points",
                  va="center", fontsize=10, color=color("muted"))  # fmt: skip


def _fit(name: str, width: float = 27) -> str:
    """Cut a name to what fits beside a bar; a Chinese character counts for two."""
    used = 0.0
    for position, char in enumerate(name):
        used += 2 if ord(char) > 0x2E7F else 1
        if used > width:
            return name[: position - 1] + "…"
    return name
