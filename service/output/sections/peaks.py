"""The table of peaks: one row a resource, every window side by side.

Role: what a capacity planner copies from; the tightest resources stand first.
Must not know: models.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from service.chain import DemandPart
from service.output.charts.demand import peak_levels
from service.output.formats import MISSING, counted, is_missing, moment, probability, quantity, share
from service.output.page import Cell, Column, Row, Table, Tone, dense

LIKELY, WATCH = 0.5, 0.05
"""Chances to pass capacity from which a resource is called likely to, and worth watching."""
SHOWN_LEVELS = (50, 95)
MOST_ROWS, FOLDED_FROM = 200, 60


def peaks_table(part: DemandPart, order: Sequence[str]) -> Table:
    """One row a resource, in the given order, with the peaks of every window; columns nobody knows are left out."""
    place = {name: position for position, name in enumerate(order)}
    peaks = part.peaks.assign(_place=[place.get(str(name), len(place)) for name in part.peaks["unique_id"]])
    peaks = peaks.sort_values(["_place", "unique_id", "window_end"], kind="stable")
    windows = list(dict.fromkeys(map(str, peaks.sort_values("window_end", kind="stable")["window"])))
    levels = [level for level in peak_levels(peaks) if float(level[1:]) in SHOWN_LEVELS]
    columns = [Column("Resource"), Column("Installed", num=True)]
    for window in windows:
        columns += [
            Column(f"{level[1:]} %", f"in {window}", num=True, note=f"stays below this with {level[1:]} % probability")
            for level in levels
        ]
        columns.append(Column("Chance to pass", f"in {window}", num=True))
    columns += [
        Column("95 % peak of installed", f"in {windows[-1]}" if windows else ""),
        Column("Likely peak at", nowrap=True),
    ]
    found = list(_by_resource(peaks))
    rows = tuple(_resource(list(rows.to_dict("records")), windows, levels) for _, rows in found[:MOST_ROWS])
    note = (
        "Quantiles of the highest value in the window. A peak of hourly means is not the peak of the minutes: "
        "the statistic stands under each resource. " + _models(peaks)
    )
    note += f" {counted(len(found) - MOST_ROWS, 'more resource')} in the files." if len(found) > MOST_ROWS else ""
    files, folded = "peaks.csv, forecast.csv", len(rows) > FOLDED_FROM
    return dense(Table("Likely peaks", tuple(columns), rows, "forecast", note, files, folded))


def _by_resource(peaks: pd.DataFrame) -> Iterable[tuple[Any, pd.DataFrame]]:
    return peaks.groupby(["_place", "unique_id"], sort=False)


def _models(peaks: pd.DataFrame) -> str:
    models = ", ".join(sorted({str(name) for name in peaks["model"].dropna()})) if "model" in peaks else ""
    return f"Model: {models}." if models else ""


def _resource(rows: Sequence[dict[Any, Any]], windows: Sequence[str], levels: Sequence[str]) -> Row:
    last, found = rows[-1], {str(row["window"]): row for row in rows}
    about = " · ".join(str(last[name]) for name in ("tower", "statistic") if not is_missing(last.get(name)))
    high, capacity, sure = _value(last, "q95"), _value(last, "capacity"), _value(last, "peak_at_probability")
    load = None if high is None or not capacity else high / capacity
    texts = [Cell(str(last["unique_id"]), about), Cell(quantity(capacity), unit_of_row(last))]
    for window in windows:
        row = found.get(window, {})
        chance = _value(row, "exceedance")
        texts += [Cell(quantity(row.get(level))) for level in levels]
        texts.append(Cell(probability(chance), tone=_alarm(chance)))
    bar = None if load is None else min(load, 1.0)
    texts.append(Cell(MISSING if load is None else share(load, 0), bar=bar, tone=_alarm(_value(last, "exceedance"))))
    texts.append(Cell(moment(last.get("peak_at")), "" if sure is None else f"{probability(sure)} within ±1 step"))
    return Row(tuple(texts))


def _alarm(chance: float | None) -> Tone:
    return "" if chance is None or chance < WATCH else "warn" if chance < LIKELY else "bad"


def unit_of_row(row: Any) -> str:
    """The unit a row of peaks states, else nothing."""
    return "" if is_missing(row.get("unit")) else str(row["unit"])


def _value(row: dict[Any, Any], name: str) -> float | None:
    found = row.get(name)
    return None if found is None or is_missing(found) else float(found)
