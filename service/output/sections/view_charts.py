"""The ledger's three views as charts: cost by month, by tower, by business unit and solution, and against benchmarks.

Role: pictures of a view; a view without the columns a chart needs has no such chart.
Must not know: how a view was made.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from service.output.charts.money import Part, RankedBar, ranked_bars, stacked_months
from service.output.formats import Scale, is_missing, money_scale, number, scaled, share, unit_of
from service.output.page import Chart
from service.output.sections.views import DEARER, EXPENDITURE, as_float, shown

MOST_SERIES, MOST_BARS = 8, 12


def month_chart(
    frame: pd.DataFrame, by: str, title: str, currency: str | None, *, synthetic: bool, plan: bool = False
) -> Chart | None:
    """Cost by month, stacked by `by`; with `plan`, the plan's total as a line over it."""
    if not {"month", "amount", by} <= set(frame.columns) or frame["month"].nunique() < 2:
        return None
    sized = frame.assign(
        _amount=frame["amount"].map(as_float), _by=frame[by].map(lambda name: EXPENDITURE.get(name, name))
    )
    wide = sized.pivot_table(index="month", columns="_by", values="_amount", aggfunc="sum").fillna(0.0)
    wide = wide[wide.sum().sort_values(ascending=False).index]
    if wide.shape[1] > MOST_SERIES:
        rest = wide.iloc[:, MOST_SERIES - 1 :].sum(axis=1)
        wide = wide.iloc[:, : MOST_SERIES - 1].assign(Others=rest)
    line = None
    if plan and "plan" in frame.columns and frame["plan"].notna().any():
        line = sized.assign(_plan=frame["plan"].map(as_float)).groupby("month")["_plan"].sum().rename("Plan")
    svg = stacked_months(f"months:{by}", wide, title=title, currency=currency, synthetic=synthetic, line=line)
    return Chart(title, svg, "actual")


def ranked_chart(
    frame: pd.DataFrame, by: str, title: str, currency: str | None, *, names: Mapping[str, str], synthetic: bool
) -> Chart | None:
    """The dearest of a view as bars; a tower's bar is dark for the part of its capacity that is used."""
    if not {by, "amount"} <= set(frame.columns) or frame.empty:
        return None
    sums = frame.assign(_amount=frame["amount"].map(as_float)).groupby(by)["_amount"].sum()
    sums = sums.sort_values(ascending=False).head(MOST_BARS)
    known = "utilisation" in frame.columns and frame["utilisation"].notna().any()
    used = dict(zip(frame[by], frame["utilisation"], strict=True)) if known else {}
    title += ", used and idle" if used else ""
    scale = money_scale(sums)
    bars = [_bar(shown(name, names), float(value), used.get(name), scale) for name, value in sums.items()]
    svg = ranked_bars(
        f"rank:{by}", bars, title=title, unit=unit_of(currency, scale), divisor=scale.divisor, synthetic=synthetic
    )
    note = (
        "Strong: in proportion to the capacity used; faint: paid for and idle. The figure at the end is cost."
        if used
        else ""
    )
    return Chart(title, svg, "actual", note)


def _bar(name: str, value: float, used: Any, scale: Scale) -> RankedBar:
    words = f"{name}: {scaled(value, scale)}"
    if is_missing(used):
        return RankedBar(name, (Part(value, "c1", words),), end=scaled(value, scale))
    busy = max(0.0, min(float(used), 1.0)) * value
    parts = (
        Part(busy, "c1", f"{words}, {share(used, 0)} of capacity used"),
        Part(value - busy, "water-2", f"{words}, {share(1 - float(used), 0)} idle"),
    )
    return RankedBar(name, parts, end=scaled(value, scale))


def gap_chart(frames: Sequence[tuple[str, pd.DataFrame]], names: Mapping[str, str], *, synthetic: bool) -> Chart | None:
    """Unit cost of everything that has a benchmark, as a multiple of it; the stroke is the benchmark."""
    found: dict[str, float] = {}
    for by, frame in frames:
        if {by, "gap_share"} <= set(frame.columns):
            known = frame[frame["gap_share"].notna()].drop_duplicates(by)
            found |= {shown(row[by], names): 1 + float(row["gap_share"]) for row in known.to_dict("records")}
    ranked = sorted(found.items(), key=lambda item: -item[1])[:MOST_BARS]
    if not ranked:
        return None
    bars = [
        RankedBar(
            name,
            (
                Part(
                    ratio,
                    "bad" if ratio > 1 + DEARER else "c1",
                    words=f"{name}: {number(ratio, 2)} times",
                ),
            ),
            mark=1.0,
            end=("+" if ratio > 1 else "") + share(ratio - 1, 0),
        )
        for name, ratio in ranked
    ]
    svg = ranked_bars("gap", bars, title="Unit cost against benchmark", unit="times the benchmark", synthetic=synthetic)
    return Chart(
        "Unit cost against benchmark", svg, "actual", "The stroke is the benchmark; red is more than 10 % above it."
    )
