"""CSV files of a run: every number of the report, unrounded, one table a file.

Role: plain rectangular files for spreadsheets and BI tools. Each row carries `as_of` and `currency`, and `synthetic`
where the data is. A text cell that a spreadsheet would take for a formula (it begins with `=`, `+`, `-`, `@`, a tab or
a carriage return, also full-width) gets an apostrophe in front; numbers stay numbers.
Must not know: HTML.
"""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from service.chain import ChainResult, PortfolioPart, ReadingPart
from service.output.candidates import CandidateRow, candidate_rows
from service.output.formats import is_missing

_FORMULA = re.compile(r"^\s*[=+\-@\t\r＝＋－＠]")
_SPACED = re.compile(r"^(\d{4}-\d\d-\d\d) (\d\d:\d\d)")
_PLAIN_NUMBER = re.compile(r"^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$")


def csv_tables(chain: ChainResult) -> Iterator[tuple[str, pd.DataFrame]]:
    """File name and frame of every table the run has; a part that was not run gives no file."""
    if chain.demand is not None:
        yield "peaks.csv", chain.demand.peaks
        yield "forecast.csv", chain.demand.fan
    if chain.portfolio is not None:
        yield from _portfolio_tables(chain.portfolio)
    if chain.reading is not None:
        yield "value_events.csv", _with_passages(chain.reading)
        yield "value_by_solution.csv", chain.reading.by_solution
    if chain.ledger is not None:
        yield "view_finance.csv", chain.ledger.finance
        yield "view_technology.csv", chain.ledger.technology
        yield "view_consumer.csv", _with_names(chain.ledger.consumer, chain.names)


def write_csv(frame: pd.DataFrame, path: Path, chain: ChainResult) -> None:
    """Write one frame: UTF-8, comma, LF, a header; then `as_of`, `currency` and, where it is so, `synthetic`."""
    extra: dict[str, Any] = {"as_of": _SPACED.sub(r"\1T\2", chain.as_of), "currency": chain.currency}
    if chain.synthetic:
        extra["synthetic"] = True
    added = {name: value for name, value in extra.items() if name not in frame.columns}
    columns = [str(name) for name in frame.columns]
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow([neutral(name) for name in (*columns, *added)])
        texts = [_column_texts(frame.iloc[:, place]) for place in range(len(columns))]
        texts += [[cell_text(value)] * len(frame) for value in added.values()]
        writer.writerows(zip(*texts, strict=True))


def _column_texts(values: pd.Series) -> list[str]:
    if values.dtype == np.float64:
        return ["" if value != value else repr(value) for value in values.tolist()]
    return [cell_text(value) for value in values.tolist()]


def cell_text(value: Any) -> str:
    """A cell: exact numbers, ISO dates, missing as blank, lists and objects as JSON, text neutralised."""
    if is_missing(value):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return neutral(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, list | tuple | dict):
        return neutral(json.dumps(value, ensure_ascii=False, default=str))
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return str(value.item() if hasattr(value, "item") else value)


def neutral(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would run as a formula; a plain number is left alone."""
    return f"'{text}" if _FORMULA.match(text) and not _PLAIN_NUMBER.match(text) else text


def _with_passages(part: ReadingPart) -> pd.DataFrame:
    """Events with the quoted passage beside its offsets, so that a reader of the file needs no document."""
    if "evidence" not in part.events.columns:
        return part.events
    frame = part.events.copy()
    spans = zip(frame["document"], frame["evidence"], strict=True)
    passages = [part.texts.get(str(document), "")[int(span[0]) : int(span[1])] for document, span in spans]
    frame.insert(frame.columns.tolist().index("evidence") + 1, "passage", passages)
    return frame


def _with_names(view: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    if "solution" not in view.columns or not names:
        return view
    frame = view.copy()
    shown = [names.get(str(solution)) for solution in frame["solution"]]
    frame.insert(frame.columns.tolist().index("solution") + 1, "solution_name", shown)
    return frame


def _portfolio_tables(part: PortfolioPart) -> Iterator[tuple[str, pd.DataFrame]]:
    rows = candidate_rows(part)
    limits = part.recommendation.get("limits") or []
    yield "funded.csv", pd.DataFrame([_funded(row) for row in rows if row.funded], columns=list(_FUNDED))
    yield "not_funded.csv", pd.DataFrame([_below(row) for row in rows if not row.funded], columns=list(_NOT_FUNDED))
    yield "limits.csv", pd.DataFrame([_limit(limit) for limit in limits], columns=list(_LIMIT))
    yield "frontier.csv", part.frontier


_SHARED = ("candidate", "name", "option", "tower", "category", "mandatory", "budget_use", "value")
_FUNDED = (*_SHARED, "gross", "cost_pv", "roi")
_REASONS = (
    *("because", "displaces", "loss_if_forced", "needs_value_increase", "needs_cost_decrease"),
    *("explain", "near_tie"),
)
_NOT_FUNDED = (*_SHARED, *_REASONS)
_LIMIT = ("limit", "used", "max", "unused", "marginal_value", "valid_from", "valid_to", "basis")


def _shared(row: CandidateRow) -> dict[str, Any]:
    values = (row.id, row.name, row.option, row.tower, row.category, row.mandatory, row.spend, row.value)
    return dict(zip(_SHARED, values, strict=True))


def _funded(row: CandidateRow) -> dict[str, Any]:
    return _shared(row) | {"gross": row.gross, "cost_pv": row.cost_pv, "roi": row.roi}


def _below(row: CandidateRow) -> dict[str, Any]:
    return _shared(row) | {
        "because": "; ".join(row.because),
        "displaces": "; ".join(row.displaces),
        "loss_if_forced": row.loss_if_forced,
        "needs_value_increase": row.value_increase,
        "needs_cost_decrease": dict(row.cost_decrease) if row.cost_decrease else None,
        "explain": row.basis,
        "near_tie": row.near_tie,
    }


def _limit(limit: Mapping[str, Any]) -> dict[str, Any]:
    valid = limit.get("valid") or (None, None)
    shared = {name: limit.get(name) for name in ("used", "max", "unused", "marginal_value", "basis")}
    return {"limit": str(limit["id"]), "valid_from": valid[0], "valid_to": valid[1]} | shared
