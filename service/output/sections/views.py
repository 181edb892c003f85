"""The ledger's three views as tables and charts for finance, technology and the business.

Role: pools with plan and variance, towers with use and unit cost against a benchmark, consumers with what they pay.
Must not know: how a view was made. A view with other columns than the usual ones is shown as it is.
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from service.output.charts.money import Part, RankedBar, ranked_bars, stacked_months
from service.output.formats import (
    MISSING,
    Scale,
    counted,
    is_missing,
    money_scale,
    number,
    quantity,
    scaled,
    share,
    unit_of,
)
from service.output.page import Cell, Chart, Column, Row, Table, Tone
from service.output.plain import plain_table

MOST_SERIES, MOST_BARS, MOST_ROWS = 8, 12, 25
OVERSPENT, DEARER = 0.05, 0.10
"""From where a pool over its plan, and a unit cost over its benchmark, are set in a warning tone."""
EXPENDITURE = {"capex": "CapEx", "opex": "OpEx"}


def as_float(value: Any) -> float:
    """An amount for drawing and adding up in a picture; missing counts as nothing there."""
    return 0.0 if is_missing(value) else float(value)


def finance_table(frame: pd.DataFrame, currency: str | None) -> Table | None:
    """Pools with CapEx, OpEx, total, share, plan and variance; other columns: the view as it is."""
    if not {"pool", "expenditure", "amount"} <= set(frame.columns):
        return plain_table("Finance view", frame, currency, "view_finance.csv")
    pools = finance_by_pool(frame)
    scale = money_scale(pools["amount"])
    unit, planned = unit_of(currency, scale), "plan" in pools.columns
    kinds = [kind for kind in EXPENDITURE if kind in pools.columns]
    columns = [Column("Cost pool"), *(Column(EXPENDITURE[kind], unit, num=True) for kind in kinds)]
    columns += [Column("Cost", unit, num=True), Column("Of all")]
    columns += [Column("Plan", unit, num=True), Column("Over plan", unit, num=True)] if planned else []
    total = as_float(pools["amount"].sum())
    rows = [_pool(row, kinds, scale, total, planned=planned) for row in pools.to_dict("records")]
    sums = pools.sum(numeric_only=True).to_dict() | {"pool": "All pools"}
    rows.append(_pool(sums, kinds, scale, total, planned=planned, tone="sum"))
    note = "Over plan is cost less plan: positive is overspent." if planned else "No plan was given."
    return Table("Finance view: what was bought", tuple(columns), tuple(rows), "actual", note, "view_finance.csv")


def finance_by_pool(frame: pd.DataFrame) -> pd.DataFrame:
    """One row a pool, dearest first: a column an expenditure, `amount`, and `plan`, `variance` where planned."""
    sized = frame.assign(_amount=frame["amount"].map(as_float))
    wide = sized.pivot_table(index="pool", columns="expenditure", values="_amount", aggfunc="sum").fillna(0.0)
    wide["amount"] = sized.groupby("pool")["_amount"].sum()
    if "plan" in frame.columns and frame["plan"].notna().any():
        wide["plan"] = sized.assign(_plan=frame["plan"].map(as_float)).groupby("pool")["_plan"].sum()
        wide["variance"] = wide["amount"] - wide["plan"]
    return wide.sort_values("amount", ascending=False).reset_index()


def _pool(
    row: dict[Any, Any], kinds: Sequence[str], scale: Scale, total: float, *, planned: bool, tone: str = ""
) -> Row:
    part = row["amount"] / total if total else 0.0
    texts = [Cell(str(row["pool"])), *(Cell(scaled(row[kind], scale)) for kind in kinds)]
    texts += [Cell(scaled(row["amount"], scale)), Cell(share(part), bar=None if tone else max(0.0, min(part, 1.0)))]
    if planned:
        over = row["variance"] / row["plan"] if row["plan"] else None
        warn: Tone = "bad" if over is not None and over > OVERSPENT else ""
        texts += [Cell(scaled(row["plan"], scale)), Cell(scaled(row["variance"], scale), share(over), warn)]
    return Row(tuple(texts), tone=tone)


def technology_table(frame: pd.DataFrame, currency: str | None) -> Table | None:
    """Towers with cost, use of capacity, and unit cost against the benchmark with its source and date."""
    if not {"tower", "amount"} <= set(frame.columns):
        return plain_table("Technology view", frame, currency, "view_technology.csv")
    scale = money_scale(frame["amount"])
    columns = (
        Column("Tower"),
        Column("Cost", unit_of(currency, scale), num=True),
        Column("Used of capacity"),
        Column("Unit cost", currency or "", num=True),
        Column("Benchmark", currency or "", num=True),
        Column("Against it", num=True),
        Column("At stake", unit_of(currency, scale), num=True, note="what the gap costs at the measured quantity"),
    )
    rows = tuple(_tower(row, scale) for row in frame.to_dict("records"))
    note = "Cost after towers have settled with each other. A dash: no volume or no benchmark was given."
    return Table("Technology view: what it is used for", columns, rows, "actual", note, "view_technology.csv")


def _tower(row: dict[Any, Any], scale: Scale) -> Row:
    used = row.get("utilisation")
    what = (
        ""
        if is_missing(row.get("used"))
        else f"{quantity(row['used'])} of {quantity(row['capacity'], row.get('usage_unit'))}"
    )
    return Row(
        (
            Cell(str(row["tower"]), share(row.get("share")) + " of all"),
            Cell(scaled(row["amount"], scale)),
            Cell(share(used, 0), what, bar=None if is_missing(used) else max(0.0, min(float(used or 0), 1.0))),
            *unit_cost_cells(row),
            Cell(scaled(row.get("above_benchmark"), scale)),
        )
    )


def unit_cost_cells(row: dict[Any, Any]) -> tuple[Cell, Cell, Cell]:
    """Unit cost with its unit, benchmark with its source, and the gap between them."""
    gap = row.get("gap_share")
    source = " · ".join(
        str(row[name]) for name in ("benchmark_source", "benchmark_as_of") if not is_missing(row.get(name))
    )
    tone: Tone = "" if is_missing(gap) else "bad" if float(gap or 0) > DEARER else ""
    words = MISSING if is_missing(gap) else ("+" if float(gap or 0) > 0 else "") + share(gap, 0)
    return (
        Cell(unit_price(row.get("unit_cost")), "" if is_missing(row.get("unit")) else f"per {row['unit']}"),
        Cell(unit_price(row.get("benchmark")), source),
        Cell(words, tone=tone),
    )


def unit_price(value: Any) -> str:
    """A price per unit with four significant digits."""
    if is_missing(value):
        return MISSING
    size = abs(float(value))
    return number(value, 0 if size >= 1000 else 2 if size >= 1 else 4)


def consumer_table(frame: pd.DataFrame, currency: str | None) -> Table | None:
    """Who pays for which solution, dearest first, how much of it was metered, and unit cost against the benchmark."""
    if not {"consumer", "amount"} <= set(frame.columns):
        return plain_table("Consumer view", frame, currency, "view_consumer.csv")
    scale = money_scale(frame["amount"])
    columns = (
        Column("Business unit and solution"),
        Column("Cost", unit_of(currency, scale), num=True),
        Column("Metered"),
        Column("Unit cost", currency or "", num=True),
        Column("Benchmark", currency or "", num=True),
        Column("Against it", num=True),
    )
    rows = tuple(_consumer(row, scale) for row in frame.head(MOST_ROWS).to_dict("records"))
    more = len(frame) - MOST_ROWS
    note = "Metered: the part split by a meter; the rest by an assumed share or booked there directly."
    note += f" {counted(more, 'smaller row')} in the file." if more > 0 else ""
    return Table("Consumer view: who pays for what", columns, rows, "actual", note, "view_consumer.csv")


def _consumer(row: dict[Any, Any], scale: Scale) -> Row:
    metered = row.get("metered_share")
    solution = "" if is_missing(row.get("solution")) else str(row.get("solution"))
    return Row(
        (
            Cell(str(row["consumer"]), solution),
            Cell(scaled(row["amount"], scale)),
            Cell(share(metered, 0), bar=None if is_missing(metered) else max(0.0, min(float(metered or 0), 1.0))),
            *unit_cost_cells(row),
        )
    )


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


def ranked_chart(frame: pd.DataFrame, by: str, title: str, currency: str | None, *, synthetic: bool) -> Chart | None:
    """The dearest of a view as bars; a tower's bar is dark for the part of its capacity that is used."""
    if not {by, "amount"} <= set(frame.columns) or frame.empty:
        return None
    sums = frame.assign(_amount=frame["amount"].map(as_float)).groupby(by)["_amount"].sum()
    sums = sums.sort_values(ascending=False).head(MOST_BARS)
    used = dict(zip(frame[by], frame["utilisation"], strict=True)) if "utilisation" in frame.columns else {}
    scale = money_scale(sums)
    bars = [_bar(str(name), float(value), used.get(name), scale) for name, value in sums.items()]
    svg = ranked_bars(
        f"rank:{by}", bars, title=title, unit=unit_of(currency, scale), divisor=scale.divisor, synthetic=synthetic
    )
    note = (
        "Dark: in proportion to the capacity used; light: paid for and idle. The figure at the end is cost."
        if used
        else ""
    )
    return Chart(title, svg, "actual", note)


def _bar(name: str, value: float, used: Any, scale: Scale) -> RankedBar:
    words = f"{name}: {scaled(value, scale)}"
    if is_missing(used):
        return RankedBar(name, (Part(value, "c1", hatched=False, words=words),), end=scaled(value, scale))
    busy = max(0.0, min(float(used), 1.0)) * value
    parts = (
        Part(busy, "c1", hatched=False, words=f"{words}, {share(used, 0)} of capacity used"),
        Part(value - busy, "water-2", hatched=False, words=f"{words}, {share(1 - float(used), 0)} idle"),
    )
    return RankedBar(name, parts, end=scaled(value, scale))


def gap_chart(frames: Sequence[tuple[str, pd.DataFrame]], *, synthetic: bool) -> Chart | None:
    """Unit cost of everything that has a benchmark, as a multiple of it; the stroke is the benchmark."""
    found: dict[str, float] = {}
    for by, frame in frames:
        if {by, "gap_share"} <= set(frame.columns):
            known = frame[frame["gap_share"].notna()].drop_duplicates(by)
            found |= {str(row[by]): 1 + float(row["gap_share"]) for row in known.to_dict("records")}
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
                    hatched=False,
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
