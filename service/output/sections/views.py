"""The ledger's three views as tables for finance, technology and the business.

Role: pools with plan and variance, towers with use and unit cost against a benchmark, consumers with what they pay.
Must not know: how a view was made. A view with other columns than the usual ones is shown as it is.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

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
from service.output.page import Cell, Column, Row, Table, Tone, dense
from service.output.plain import plain_table

MOST_ROWS, TOP = 30, 3
OVERSPENT, DEARER = 0.05, 0.10
"""From where a pool over its plan, and a unit cost over its benchmark, are set in a warning tone."""
EXPENDITURE = {"capex": "CapEx", "opex": "OpEx", "": "Not stated"}


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
    scale, source = money_scale(frame["amount"]), one_source(frame)
    columns = (
        Column("Tower"),
        Column("Cost", unit_of(currency, scale), num=True),
        Column("Used of capacity"),
        *_unit_columns(currency, scale),
    )
    rows = tuple(_tower(row, scale, named=not source) for row in frame.to_dict("records"))
    note = "Cost after towers have settled with each other. One unit is one unit in use for a month. " + source
    return dense(Table("Technology view: what it is used for", columns, rows, "actual", note, "view_technology.csv"))


def _tower(row: dict[Any, Any], scale: Scale, *, named: bool) -> Row:
    used = row.get("utilisation")
    what = ""
    if not is_missing(row.get("used")):
        what = f"{quantity(row['used'])} of {quantity(row['capacity'], row.get('usage_unit'))}"
    return Row(
        (
            Cell(str(row["tower"]), share(row.get("share")) + " of all"),
            Cell(scaled(row["amount"], scale)),
            Cell(share(used, 0), what, bar=None if is_missing(used) else max(0.0, min(as_float(used), 1.0))),
            *unit_cost_cells(row, scale, named=named),
        )
    )


def _unit_columns(currency: str | None, scale: Scale) -> tuple[Column, ...]:
    return (
        Column("Unit cost", currency or "", num=True),
        Column("Benchmark", currency or "", num=True),
        Column("Against it", num=True),
        Column("At stake", unit_of(currency, scale), num=True, note="what the gap costs at the measured quantity"),
    )


def one_source(frame: pd.DataFrame) -> str:
    """Source and date of the benchmarks in words when all of them share it, else nothing."""
    if not {"benchmark_source", "benchmark_as_of"} <= set(frame.columns):
        return ""
    known = frame[frame["benchmark_source"].notna()]
    found = {(str(row["benchmark_source"]), str(row["benchmark_as_of"])) for row in known.to_dict("records")}
    return "Benchmark: {}, {}.".format(*found.pop()) if len(found) == 1 else ""


def unit_cost_cells(row: dict[Any, Any], scale: Scale, *, named: bool) -> tuple[Cell, ...]:
    """Unit cost with its unit, benchmark (with its source when `named`), the gap and the money it stands for."""
    gap = row.get("gap_share")
    places = ("benchmark_source", "benchmark_as_of") if named else ()
    source = " · ".join(str(row[name]) for name in places if not is_missing(row.get(name)))
    tone: Tone = "bad" if as_float(gap) > DEARER else ""
    words = MISSING if is_missing(gap) else ("+" if as_float(gap) > 0 else "") + share(gap, 0)
    return (
        Cell(unit_price(row.get("unit_cost")), "" if is_missing(row.get("unit")) else f"per {row['unit']}"),
        Cell(unit_price(row.get("benchmark")), source),
        Cell(words, tone=tone),
        Cell(scaled(row.get("above_benchmark"), scale), tone=tone),
    )


def unit_price(value: Any) -> str:
    """A price per unit with about four significant digits."""
    if is_missing(value):
        return MISSING
    size = abs(float(value))
    return number(value, 0 if size >= 1000 else 2 if size >= 1 else 4)


def consumer_table(frame: pd.DataFrame, currency: str | None, names: Mapping[str, str]) -> Table | None:
    """What each business unit pays, how much of it was metered, and for which solutions most."""
    if not {"consumer", "amount"} <= set(frame.columns):
        return plain_table("Consumer view", frame, currency, "view_consumer.csv")
    sized = frame.assign(_amount=frame["amount"].map(as_float))
    whole = float(sized["_amount"].sum()) or 1.0
    ordered = sized.groupby("consumer")["_amount"].sum().sort_values(ascending=False)
    scale = money_scale(ordered)
    rows = [
        _consumer(str(name), sized[sized["consumer"] == name], amount, amount / whole, scale, names)
        for name, amount in ordered.head(MOST_ROWS).items()
    ]
    columns = (
        Column("Business unit"),
        Column("Cost", unit_of(currency, scale), num=True),
        Column("Of all"),
        Column("Metered"),
        Column("Dearest solutions", unit_of(currency, scale)),
    )
    note = (
        "Metered: the part that meters alone split at every step; the rest met an assumed share, or is booked directly."
    )
    note += (
        f" {counted(len(ordered) - MOST_ROWS, 'more business unit')} in the file." if len(ordered) > MOST_ROWS else ""
    )
    return Table("Consumer view: who pays for what", columns, tuple(rows), "actual", note, "view_consumer.csv")


def _consumer(name: str, rows: pd.DataFrame, amount: float, part: float, scale: Scale, names: Mapping[str, str]) -> Row:
    metered = None
    if "metered_share" in rows.columns and rows["metered_share"].notna().any() and amount:
        metered = float((rows["_amount"] * rows["metered_share"].map(as_float)).sum()) / amount
    top = rows.sort_values("_amount", ascending=False).head(TOP) if "solution" in rows.columns else rows.head(0)
    dearest = [f"{shown(row['solution'], names)} {scaled(row['_amount'], scale)}" for row in top.to_dict("records")]
    return Row(
        (
            Cell(name),
            Cell(scaled(amount, scale)),
            Cell(share(part), bar=max(0.0, min(part, 1.0))),
            Cell(share(metered, 0)),
            Cell(", ".join(dearest)),
        )
    )


def shown(solution: Any, names: Mapping[str, str]) -> str:
    """A solution by its name where the catalogue has one; a blank one says so."""
    return "no solution" if is_missing(solution) or not solution else names.get(str(solution), str(solution))


def by_solution(frame: pd.DataFrame) -> pd.DataFrame:
    """One row a solution, dearest first: its cost over all consumers, and its own unit cost columns."""
    sized = frame.assign(amount=frame["amount"].map(as_float))
    first = sized.drop_duplicates("solution").drop(columns="amount")
    sums = sized.groupby("solution", sort=False)["amount"].sum().reset_index()
    return sums.merge(first, on="solution").sort_values("amount", ascending=False, kind="stable")


def solution_table(frame: pd.DataFrame, currency: str | None, names: Mapping[str, str]) -> Table | None:
    """Solutions with cost, unit cost against the benchmark, and cost per unit of outcome."""
    if not {"solution", "amount", "unit_cost"} <= set(frame.columns) or frame["unit_cost"].isna().all():
        return None
    solutions, source = by_solution(frame), one_source(frame)
    scale = money_scale(solutions["amount"])
    columns = (
        Column("Solution"),
        Column("Cost", unit_of(currency, scale), num=True),
        *_unit_columns(currency, scale),
        Column("Per outcome", currency or "", num=True),
    )
    rows = tuple(_solution(row, scale, names, named=not source) for row in solutions.to_dict("records"))
    note = "A dash: no volume or no benchmark was given. " + source
    note += f" {counted(len(rows) - MOST_ROWS, 'more solution')} in the file." if len(rows) > MOST_ROWS else ""
    return dense(Table("Solutions: what a unit costs", columns, rows[:MOST_ROWS], "actual", note, "view_consumer.csv"))


def _solution(row: dict[Any, Any], scale: Scale, names: Mapping[str, str], *, named: bool) -> Row:
    unit = row.get("outcome_unit")
    return Row(
        (
            Cell(shown(row["solution"], names), str(row["solution"])),
            Cell(scaled(row["amount"], scale)),
            *unit_cost_cells(row, scale, named=named),
            Cell(unit_price(row.get("cost_per_outcome")), "" if is_missing(unit) else f"per {unit}"),
        )
    )
