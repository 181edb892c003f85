"""The section on cost: the three views of the ledger, and how far they rest on rules and meters.

Role: the ledger in words, headline numbers, charts and tables.
Must not know: how a ledger was imported or allocated.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pandas as pd

from service.chain import ChainResult, LedgerPart
from service.output.formats import is_missing, money, share
from service.output.page import Block, Figure, Figures, Gallery, Section, Tone, kept
from service.output.plain import plain_table
from service.output.sections.view_charts import gap_chart, month_chart, ranked_chart
from service.output.sections.views import (
    EXPENDITURE,
    as_float,
    by_solution,
    consumer_table,
    finance_table,
    shown,
    solution_table,
    technology_table,
)

ID, TITLE, QUESTION = "cost", "Where the money goes", "What does technology cost, what is it used for, and who pays?"
RECONCILED = "Reconciliation: what came in is in the ledger"
_TOTALS = ("rows", "incoming", "ledger", "excluded", "added", "difference", "control_difference")
ON_PLAN = 0.0005
UNMAPPED_WARNING = Decimal("0.05")


def ledger_section(chain: ChainResult) -> Section:
    """The section, or one that says that no ledger was given."""
    part = chain.ledger
    if part is None:
        return Section(ID, TITLE, QUESTION, "", missing="No ledger was given (--ledger).")
    currency = chain.currency
    blocks: list[Block | None] = [
        ledger_figures(part, currency),
        _charts(part, chain),
        finance_table(part.finance, currency),
        technology_table(part.technology, currency),
        consumer_table(part.consumer, currency, chain.names),
        solution_table(part.consumer, currency, chain.names),
        plain_table(RECONCILED, reconciled(part.reconciliation), currency, "", folded=True),
    ]
    return Section(ID, TITLE, QUESTION, ledger_words(part, currency, chain.names), kept(blocks))


def reconciled(frame: pd.DataFrame) -> pd.DataFrame:
    """The reconciliation summed over months, one row a currency and cost column; other columns: as it is."""
    keys = ["currency", "column"]
    if not {*keys, "incoming", "ledger", "difference"} <= set(frame.columns):
        return frame
    sums = [name for name in _TOTALS if name in frame.columns and frame[name].notna().any()]
    months = frame.groupby(keys, sort=False)["month"].nunique().rename("months") if "month" in frame else None
    totals = frame.groupby(keys, sort=False)[sums].agg("sum")
    return (totals if months is None else pd.concat([months, totals], axis=1)).reset_index()


def above_benchmark(part: LedgerPart) -> float | None:
    """Money that solutions cost above their benchmarks; None where no solution has one."""
    if not {"solution", "above_benchmark", "amount"} <= set(part.consumer.columns):
        return None
    known = by_solution(part.consumer)["above_benchmark"].dropna()
    return sum(max(float(value), 0.0) for value in known) if len(known) else None


def total_cost(part: LedgerPart) -> Decimal | None:
    """The finance view's total amount; None when the view has no amount column."""
    if "amount" not in part.finance.columns:
        return None
    return sum((Decimal(str(value)) for value in part.finance["amount"] if not is_missing(value)), Decimal(0))


def ledger_words(part: LedgerPart, currency: str | None, names: Mapping[str, str]) -> str:
    """The answer: cost, against plan where there is one, and the dearest unit cost against its benchmark."""
    total, planned = total_cost(part), _planned(part)
    words = f"Technology cost {money(total, currency)} in {part.period}"
    if planned and total is not None:
        over = (float(total) - planned) / planned
        words += f", {share(abs(over))} {'over' if over > 0 else 'under'} plan" if abs(over) >= ON_PLAN else ", on plan"
    worst = _dearest_gap(part, names)
    return words + (f". {worst}" if worst else "") + "."


def _planned(part: LedgerPart) -> float:
    return sum(map(as_float, part.finance["plan"])) if "plan" in part.finance.columns else 0.0


def _dearest_gap(part: LedgerPart, names: Mapping[str, str]) -> str:
    gaps: list[tuple[float, str]] = []
    for by, frame in (("tower", part.technology), ("solution", part.consumer)):
        if {by, "gap_share"} <= set(frame.columns):
            known: pd.DataFrame = frame[frame["gap_share"].notna()]
            gaps += [(float(row["gap_share"]), shown(row[by], names)) for row in known.to_dict("records")]
    worst = max(gaps, default=(0.0, ""))
    return f"{worst[1]} costs {share(worst[0], 0)} more per unit than its benchmark" if worst[0] > 0 else ""


def ledger_figures(part: LedgerPart, currency: str | None) -> Figures:
    """Headline numbers of the ledger."""
    metered, total, above = part.metered_share, total_cost(part), above_benchmark(part)
    tone: Tone = "warn" if part.unmapped_share > UNMAPPED_WARNING else ""
    return Figures(
        (
            Figure("Technology cost", money(total, currency), "actual", part.period),
            *_by_expenditure(part, currency),
            *([Figure("Above benchmark", money(above, currency), "actual", "what dearer unit costs come to")]
              if above else []),
            Figure("Mapped by rules", share(1 - part.unmapped_share), "actual", "the rest stands as Unmapped", tone),
            Figure("Allocated by meters", share(metered), "actual",
                   "nothing was allocated" if metered is None
                   else "at every step; the rest met an assumed share or is booked directly"),
        )
    )  # fmt: skip


def _by_expenditure(part: LedgerPart, currency: str | None) -> list[Figure]:
    if not {"expenditure", "amount"} <= set(part.finance.columns):
        return []
    sums: dict[Any, float] = part.finance["amount"].map(as_float).groupby(part.finance["expenditure"]).sum().to_dict()
    total = sum(sums.values()) or 1.0
    return [
        Figure(words, money(sums[name], currency), "actual", f"{share(sums[name] / total)} of cost")
        for name, words in EXPENDITURE.items()
        if name and name in sums
    ]


def _charts(part: LedgerPart, chain: ChainResult) -> Gallery | None:
    currency, names, synthetic = chain.currency, chain.names, chain.synthetic
    charts = [
        month_chart(part.finance, "pool", "Cost by pool and month", currency, synthetic=synthetic),
        month_chart(
            part.finance, "expenditure", "CapEx, OpEx and plan by month", currency, synthetic=synthetic, plan=True
        ),
        ranked_chart(part.technology, "tower", "Cost by tower", currency, names=names, synthetic=synthetic),
        gap_chart((("tower", part.technology), ("solution", part.consumer)), names, synthetic=synthetic),
        ranked_chart(part.consumer, "consumer", "Cost by business unit", currency, names=names, synthetic=synthetic),
        ranked_chart(part.consumer, "solution", "Cost by solution", currency, names=names, synthetic=synthetic),
    ]
    found = tuple(chart for chart in charts if chart is not None)
    return Gallery("", found) if found else None
