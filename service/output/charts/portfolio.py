"""Charts of the portfolio: the waterline between funded and not funded, and value against budget.

Role: pictures of a recommendation.
Must not know: how a portfolio was chosen.
"""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from service.output.charts.canvas import STEPS, axes_at, color, draw, tip
from service.output.formats import Scale, money_scale, number, tick, unit_of

WIDTH, HEIGHT = 560, 620
FRONTIER = (560, 330)
_SURFACE = 24
_LABEL_FROM = 11
"""A bar gets its name written beside it when it is at least this many pixels thick."""


class Bar(NamedTuple):
    """A candidate in the waterline picture: `spend` is its thickness, `ratio` (worth ÷ spend) its length."""

    label: str
    spend: float
    ratio: float
    funded: bool
    words: str


def merged(bars: Sequence[Bar], most: int = 240) -> list[Bar]:
    """At most about `most` bars: neighbours in rank drawn as one, as thick as all and as long as their mean."""
    few: list[Bar] = []
    for funded in (True, False):
        side = sorted((bar for bar in bars if bar.funded is funded), key=lambda bar: -bar.ratio)
        size = max(1, -(-len(bars) // most))
        few += [_one(side[place : place + size]) for place in range(0, len(side), size)]
    return few


def _one(group: Sequence[Bar]) -> Bar:
    if len(group) == 1:
        return group[0]
    spend = sum(bar.spend for bar in group)
    ratio = sum(bar.ratio * bar.spend for bar in group) / spend if spend else group[0].ratio
    words = "; ".join(bar.words for bar in group[:3]) + " …"
    return Bar(f"{len(group)} candidates", spend, ratio, group[0].funded, words)


def waterline_chart(
    bars: Sequence[Bar], *, budget: float | None, committed: float, currency: str | None, synthetic: bool
) -> Markup:
    """Candidates stacked by worth per money, funded ones above the waterline, the others under water below it.

    `committed` is what of the budget is spent before any candidate is: it stands on top as a band without a length.
    """
    funded = sorted((bar for bar in bars if bar.funded), key=lambda bar: -bar.ratio)
    under = sorted((bar for bar in bars if not bar.funded), key=lambda bar: -bar.ratio)
    spent = committed + sum(bar.spend for bar in funded)
    depth = spent + sum(bar.spend for bar in under)
    scale = money_scale([depth])

    surface = _SURFACE * (depth or 1.0) / (HEIGHT - 70 - _SURFACE)

    def paint(figure: Figure) -> None:
        axes = axes_at(figure, 60, 30, 14, 40)
        limit = _ratio_limit(bars)
        least = min(0.0, *(bar.ratio for bar in bars), 0.0) * 1.05
        axes.set_xlim(least, limit)
        axes.set_ylim((depth or 1.0) + surface, 0)
        axes.axhspan(spent + surface, depth + surface, color=color("water-3"), linewidth=0, alpha=0.55)
        axes.axhspan(spent, spent + surface, color=color("water"), linewidth=0)
        _committed(axes, committed, limit, depth)
        _stack(axes, funded, committed, "water", limit, depth)
        _stack(axes, under, spent + surface, "sunk", limit, depth)
        words = f"waterline: {number(spent / scale.divisor, scale.digits)}"
        if budget is not None:
            words += f" of {number(budget / scale.divisor, scale.digits)}"
        axes.text(limit, spent + surface / 2, f"{words} {unit_of(currency, scale)} spent  ", ha="right",
                  va="center_baseline", color=color("paper"), fontsize=11, fontweight="bold")  # fmt: skip
        axes.grid(visible=False)
        axes.spines["left"].set_visible(True)
        _depth_ticks(axes, spent, depth, surface, scale)
        axes.xaxis.set_major_locator(MaxNLocator(6, steps=STEPS))
        axes.set_xlabel("worth per unit of budget")
        axes.set_ylabel(f"cumulative budget, {unit_of(currency, scale)}")

    return draw(
        paint,
        key="waterline",
        title="The waterline",
        description=f"{len(funded)} candidates above the line, {len(under)} below, by worth per unit of budget",
        size=(WIDTH, HEIGHT),
        synthetic=synthetic,
    )


def _committed(axes: Axes, committed: float, limit: float, depth: float) -> None:
    if committed <= 0:
        return
    axes.axhspan(0, committed, color=color("rule"), linewidth=0)
    if committed >= _LABEL_FROM * depth / HEIGHT:
        words = "committed before any choice"
        axes.text(limit * 0.02, committed / 2, words, va="center", fontsize=9.5, color=color("muted"))


def _depth_ticks(axes: Axes, spent: float, depth: float, surface: float, scale: Scale) -> None:
    """Amounts as they are: below the line they stand lower by the thickness of the drawn surface."""
    amounts = [value for value in MaxNLocator(8, steps=STEPS).tick_values(0, depth) if 0 <= value <= depth]
    places = [value + (surface if value > spent else 0.0) for value in amounts]
    axes.set_yticks(places, [tick(value, scale.divisor) for value in amounts])


def _ratio_limit(bars: Sequence[Bar]) -> float:
    """A right edge that a single free candidate with an enormous ratio cannot stretch."""
    ratios = sorted(bar.ratio for bar in bars)
    usual = ratios[int(0.95 * (len(ratios) - 1))] if ratios else 1.0
    return max(min(ratios[-1], 1.6 * usual) if ratios else 1.0, 0.1) * 1.06


def _stack(axes: Axes, bars: Sequence[Bar], start: float, shade: str, limit: float, depth: float) -> None:
    at = start
    per_pixel = (depth or 1.0) / (HEIGHT - 70 - _SURFACE)
    for bar in bars:
        shown = min(bar.ratio, limit)
        patch = axes.barh(at, shown, height=bar.spend, align="edge", color=color(shade), edgecolor=color("paper"),
                          linewidth=0.8 if bar.spend > 2 * per_pixel else 0.2)[0]  # fmt: skip
        patch.set_gid(tip(bar.words))
        if bar.spend >= _LABEL_FROM * per_pixel:
            _label(axes, bar, at + bar.spend / 2, shown, limit)
        at += bar.spend


def _label(axes: Axes, bar: Bar, middle: float, shown: float, limit: float) -> None:
    name = bar.label if len(bar.label) <= 34 else bar.label[:33] + "…"
    inside = shown > 0.55 * limit
    axes.annotate(
        name,
        (max(shown, 0.0), middle),
        xytext=(-5 if inside else 4, 0),
        textcoords="offset points",
        ha="right" if inside else "left",
        va="center",
        fontsize=9.5,
        color=color(("paper" if bar.funded else "ink") if inside else "muted"),
    )


def frontier_chart(
    frontier: pd.DataFrame, *, chosen: tuple[float, float] | None, currency: str | None, synthetic: bool
) -> Markup:
    """Value for every budget that allows a portfolio, the proven bound above it, and the chosen (budget, worth)."""
    ordered = frontier[frontier["value"].notna()].sort_values("budget")
    budgets, values = ordered["budget"].astype(float), ordered["value"].astype(float)
    across, up = money_scale(budgets), money_scale(values)

    def paint(figure: Figure) -> None:
        axes = axes_at(figure, 60, 24, 18, 42)
        if "bound" in ordered.columns and ordered["bound"].notna().all():
            axes.plot(budgets, ordered["bound"].astype(float), color=color("sunk"), linewidth=1, dashes=(4, 3))
        line = axes.plot(budgets, values, color=color("water"), linewidth=2, marker="o", markersize=4)[0]
        line.set_markeredgecolor(color("paper"))
        axes.fill_between(budgets, 0, values, color=color("water-3"), alpha=0.6, linewidth=0)
        if chosen is not None and budgets.min() <= chosen[0] <= budgets.max():
            _chosen(axes, chosen)
        axes.set_ylim(0 if values.min() >= 0 else None, float(values.max()) * 1.15 or 1.0)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: tick(value, across.divisor)))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: tick(value, up.divisor)))
        axes.set_xlabel(f"budget, {unit_of(currency, across)}")
        axes.set_ylabel(f"expected worth, {unit_of(currency, up)}")

    return draw(
        paint,
        key="frontier",
        title="Budget and value",
        description=f"expected worth of the best portfolio at {len(ordered)} budgets",
        size=FRONTIER,
        synthetic=synthetic,
    )


def _chosen(axes: Axes, chosen: tuple[float, float]) -> None:
    axes.axvline(chosen[0], color=color("bad"), linewidth=1.2, dashes=(5, 3))
    axes.plot([chosen[0]], [chosen[1]], marker="o", markersize=9, color=color("bad"), markeredgecolor=color("paper"),
              markeredgewidth=1.5)  # fmt: skip
    axes.annotate("this budget", (chosen[0], 0), xycoords=("data", "axes fraction"), xytext=(5, 6),
                  textcoords="offset points", color=color("bad"), fontsize=10)  # fmt: skip
