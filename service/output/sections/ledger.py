"""The section on cost: the three views of the ledger, and how far they rest on rules and meters.

Role: views in tables and charts, largest amounts first.
Must not know: how a ledger was imported or allocated.
"""

from decimal import Decimal
from typing import Any

import pandas as pd

from service.chain import ChainResult, LedgerPart
from service.output.charts.money import Part, RankedBar, ranked_bars, stacked_months
from service.output.formats import (
    MISSING,
    counted,
    heading,
    is_missing,
    money,
    money_scale,
    number,
    scaled,
    share,
    unit_of,
)
from service.output.page import Block, Cell, Chart, Column, Figure, Figures, Gallery, Row, Section, Table, kept

ID, TITLE, QUESTION = "cost", "Where the money goes", "What does technology cost, what is it used for, and who pays?"
MOST_ROWS, MOST_SERIES, MOST_BARS = 40, 8, 12
_MONTH, _AMOUNT = "month", "amount"
_SHARES = ("share", "utilisation", "ratio", "percent")
_MONEY = ("amount", "cost", "capex", "opex", "budget", "plan", "actual", "variance", "benchmark", "total", "stake")


def ledger_section(chain: ChainResult) -> Section:
    """The section, or one that says that no ledger was given."""
    part = chain.ledger
    if part is None:
        return Section(ID, TITLE, QUESTION, "", missing="No ledger was given (`--ledger`).")
    currency = chain.currency
    blocks: list[Block | None] = [
        ledger_figures(part, currency),
        _view_charts(part, chain),
        view_table("Finance view: cost pools", part.finance, currency, "view_finance.csv"),
        view_table("Technology view: towers", part.technology, currency, "view_technology.csv"),
        view_table("Consumer view: business units and solutions", part.consumer, currency, "view_consumer.csv"),
        view_table("Reconciliation: what went in came out", part.reconciliation, currency, ""),
    ]
    return Section(ID, TITLE, QUESTION, ledger_words(part, currency), kept(blocks))


def total_cost(part: LedgerPart) -> Decimal | float | None:
    """The finance view's total amount; None when the view has no amount column."""
    column = amount_column(part.finance)
    return None if column is None else sum(value for value in part.finance[column] if not is_missing(value))


def amount_column(frame: pd.DataFrame) -> str | None:
    """The column that holds a view's main amount."""
    for name in (_AMOUNT, "cost", "total"):
        if name in frame.columns:
            return name
    return next((str(name) for name in frame.columns if _is_money(str(name)) and _is_number(frame[name])), None)


def ledger_words(part: LedgerPart, currency: str | None) -> str:
    """The answer in one sentence."""
    total = total_cost(part)
    mapped = f"{share(1 - part.unmapped_share)} of it mapped by rules"
    return f"{money(total, currency)} in {part.period}, {mapped}." if total is not None else f"{part.period}: {mapped}."


def ledger_figures(part: LedgerPart, currency: str | None) -> Figures:
    """Headline numbers of the ledger."""
    metered = part.metered_share
    return Figures(
        (
            Figure("Technology cost", money(total_cost(part), currency), "actual", part.period),
            *_by_expenditure(part, currency),
            Figure(
                "Mapped by rules",
                share(1 - part.unmapped_share),
                "actual",
                "the rest is shown as Unmapped",
                _tone(part),
            ),
            Figure(
                "Allocated by meters",
                share(metered),
                "actual",
                "the rest by assumed shares" if metered is not None else "nothing was allocated",
            ),
        )
    )


def _tone(part: LedgerPart) -> Any:
    return "warn" if part.unmapped_share > Decimal("0.05") else ""


def _by_expenditure(part: LedgerPart, currency: str | None) -> list[Figure]:
    column = amount_column(part.finance)
    if column is None or "expenditure" not in part.finance.columns:
        return []
    sums = part.finance.groupby("expenditure", sort=True)[column].sum()
    total = sum(sums) or 1
    words = {"capex": "CapEx", "opex": "OpEx"}
    return [
        Figure(words.get(str(name), str(name)), money(value, currency), "actual", share(float(value) / float(total)))
        for name, value in sums.items()
        if str(name) in words
    ]


def _view_charts(part: LedgerPart, chain: ChainResult) -> Gallery | None:
    charts = [
        _trend(part.finance, "pool", "Cost by pool", "trend:pool", chain),
        _ranked(part.technology, "tower", "Cost by tower", "rank:tower", chain),
        _ranked(part.consumer, "consumer", "Cost by business unit", "rank:consumer", chain),
    ]
    found = tuple(chart for chart in charts if chart is not None)
    return Gallery("", found) if found else None


def _trend(frame: pd.DataFrame, by: str, title: str, key: str, chain: ChainResult) -> Chart | None:
    column = amount_column(frame)
    if column is None or not {_MONTH, by} <= set(frame.columns) or frame[_MONTH].nunique() < 2:
        return None
    amounts = frame.assign(_amount=[0.0 if is_missing(value) else float(value) for value in frame[column]])
    wide = amounts.pivot_table(index=_MONTH, columns=by, values="_amount", aggfunc="sum").fillna(0.0)
    wide = wide[wide.sum().sort_values(ascending=False).index]
    if wide.shape[1] > MOST_SERIES:
        rest = wide.iloc[:, MOST_SERIES - 1 :].sum(axis=1)
        wide = wide.iloc[:, : MOST_SERIES - 1].assign(Others=rest)
    wide.index = pd.Index([str(label)[:7] for label in wide.index])
    svg = stacked_months(key, wide, title=title, currency=chain.currency, synthetic=chain.synthetic)
    return Chart(title + " and month", svg, "actual")


def _ranked(frame: pd.DataFrame, by: str, title: str, key: str, chain: ChainResult) -> Chart | None:
    column = amount_column(frame)
    if column is None or by not in frame.columns:
        return None
    amounts = frame.assign(_amount=[0.0 if is_missing(value) else float(value) for value in frame[column]])
    sums = amounts.groupby(by)["_amount"].sum().sort_values(ascending=False).head(MOST_BARS)
    scale = money_scale(sums)
    bars = [
        RankedBar(
            str(name),
            (Part(float(value), "c1", hatched=False, words=f"{name}: {scaled(value, scale)}"),),
            end=scaled(value, scale),
        )
        for name, value in sums.items()
    ]
    svg = ranked_bars(
        key, bars, title=title, unit=unit_of(chain.currency, scale), divisor=scale.divisor, synthetic=chain.synthetic
    )
    return Chart(title, svg, "actual")


def view_table(
    caption: str, frame: pd.DataFrame, currency: str | None, csv: str, most: int = MOST_ROWS
) -> Table | None:
    """Any frame as a table: amounts on one scale, shares as bars, largest amount first when there are many rows."""
    if frame.empty:
        return None
    shown = frame.head(most)
    columns, kinds = [], []
    for name in map(str, frame.columns):
        kind = _kind(name, frame[name])
        scale = money_scale(frame[name]) if kind == "money" else None
        kinds.append((name, kind, scale))
        unit = unit_of(currency, scale) if scale is not None else ""
        columns.append(Column(heading(name), unit, num=kind in ("money", "number")))
    rows = tuple(
        Row(tuple(_cell(row[name], kind, scale) for name, kind, scale in kinds)) for row in shown.to_dict("records")
    )
    note = f"{counted(len(frame) - most, 'more row')} in the file." if len(frame) > most else ""
    return Table(caption, tuple(columns), rows, "actual", note, csv)


def _is_money(name: str) -> bool:
    return any(word in name for word in _MONEY) and not any(word in name for word in _SHARES)


def _is_number(values: pd.Series) -> bool:
    found = [value for value in values if not is_missing(value)]
    return bool(found) and all(isinstance(value, Decimal) or pd.api.types.is_number(value) for value in found)


def _kind(name: str, values: pd.Series) -> str:
    if not _is_number(values) or values.dtype == bool:
        return "text"
    if any(word in name for word in _SHARES):
        return "share"
    return "money" if _is_money(name) and "unit" not in name else "number"


def _cell(value: Any, kind: str, scale: Any) -> Cell:
    if is_missing(value):
        return Cell(MISSING)
    if kind == "money":
        return Cell(scaled(value, scale))
    if kind == "share":
        return Cell(share(value), bar=max(0.0, min(float(value), 1.0)))
    if kind == "number":
        return Cell(number(value, 0 if float(value) == int(float(value)) else 2))
    return Cell(str(value))
