"""The section on what to fund: the waterline, what stands on either side of it, what binds, and the frontier.

Role: a recommendation in words, tables and charts.
Must not know: how it was solved.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from service.budget import BudgetLimit, budget_limit
from service.chain import ChainResult, PortfolioPart
from service.output.candidates import (
    NEAR_TIE,
    CandidateRow,
    candidate_rows,
    committed_spend,
    expected_worth,
)
from service.output.formats import (
    MISSING,
    Scale,
    counted,
    money,
    money_scale,
    number,
    probability,
    quantity,
    scaled,
    share,
    unit_of,
)
from service.output.page import (
    Block,
    Cell,
    Column,
    Figure,
    Figures,
    Row,
    Section,
    Table,
    Words,
    kept,
)
from service.output.sections.funding_charts import pictures
from service.output.sections.limits import HEADROOM, limit_tables

ID, TITLE, QUESTION = "fund", "What to fund", "Which candidates earn the next budget, and what stops the others?"
PROVEN, TIED = 5e-6, 0.5
MOST_ROWS = 150


def portfolio_section(chain: ChainResult) -> Section:
    """The section, or one that says that no portfolio was given."""
    part = chain.portfolio
    if part is None:
        return Section(ID, TITLE, QUESTION, "", missing="No portfolio was given (--portfolio).")
    if part.recommendation.get("status") == "infeasible":
        return Section(ID, TITLE, QUESTION, _conflict_words(part.recommendation), _conflict_blocks(part))
    rows, budget, currency = candidate_rows(part), budget_limit(part.problem), _currency(chain, part)
    return Section(
        ID,
        TITLE,
        QUESTION,
        funding_words(part, rows, budget, currency),
        kept(
            [
                funding_figures(part, rows, budget, currency),
                pictures(part, rows, budget, currency, synthetic=chain.synthetic),
                Words(part.notes, "warn", "Accepted so that a portfolio exists") if part.notes else None,
                _candidates_table(part, rows, budget, currency),
                *limit_tables(part, currency),
            ]
        ),
    )


def _currency(chain: ChainResult, part: PortfolioPart) -> str | None:
    return str(part.problem.get("currency") or chain.currency or "") or None


def funding_words(
    part: PortfolioPart, rows: Sequence[CandidateRow], budget: BudgetLimit | None, currency: str | None
) -> str:
    """The recommendation in one sentence, with how good it is proven to be."""
    funded = [row for row in rows if row.funded]
    spend = money(sum(row.spend for row in funded), currency)
    of_budget = f" of the {money(budget.max, currency)} in {budget.id}" if budget else ""
    committed = committed_spend(part, budget)
    of_budget += f" ({money(committed, currency)} of it committed before)" if committed else ""
    worth = money(expected_worth(part), currency)
    return (
        f"Fund {len(funded)} of {counted(len(rows), 'candidate')} for {spend}{of_budget}; "
        f"expected worth {worth}, {_proof(part.recommendation)}."
    )


def _proof(answer: Mapping[str, Any]) -> str:
    gap = answer.get("gap")
    if gap is None:
        return "no bound on a better portfolio was proven"
    if answer.get("status") == "optimal" and gap < PROVEN:
        return "proven to be the best possible"
    if answer.get("status") == "optimal":
        return f"proven within {share(gap, 3)} of the best possible"
    return f"the best found in the time given: a better one could add at most {share(gap, 2)}"


def funding_figures(
    part: PortfolioPart, rows: Sequence[CandidateRow], budget: BudgetLimit | None, currency: str | None
) -> Figures:
    """Headline numbers of the recommendation."""
    answer, funded = part.recommendation, [row for row in rows if row.funded]
    spend = committed_spend(part, budget) + sum(row.spend for row in funded)
    items = [
        Figure("Funded", f"{len(funded)} of {len(rows)}", "recommended", f"status: {answer.get('status')}"),
        Figure("Expected worth", money(expected_worth(part), currency), "forecast", _proof(answer)),
        Figure("Budget used", money(spend, currency), "recommended", _unspent(spend, budget, currency)),
    ]
    if (part.problem.get("objective") or {}).get("kind") == "roi":
        items.append(
            Figure("Return", number(answer.get("objective"), 2), "forecast", "worth ÷ cost: what was maximised")
        )
    risk = answer.get("risk") or {}
    if risk.get("p10") is not None:
        note = f"chance of a loss {probability(risk.get('loss_probability'))}"
        scale = money_scale([risk["p10"], risk["p90"]])
        span = f"{scaled(risk['p10'], scale)} … {scaled(risk['p90'], scale)} {unit_of(currency, scale)}"
        items.append(Figure("Worth, P10 … P90", span, "forecast", note))
    return Figures(tuple(items))


def _unspent(spend: float, budget: BudgetLimit | None, currency: str | None) -> str:
    return "no single budget limit" if budget is None else f"{money(budget.max - spend, currency)} unspent"


def _candidates_table(
    part: PortfolioPart, rows: Sequence[CandidateRow], budget: BudgetLimit | None, currency: str | None
) -> Table:
    amounts = [abs(row.spend) for row in rows] + [abs(row.value) for row in rows if row.value is not None]
    scale = money_scale(amounts)
    names = {row.id: row.name for row in rows}
    above = [_candidate(row, scale, currency, names) for row in rows if row.funded]
    below = [_candidate(row, scale, currency, names) for row in rows if not row.funded]
    unit, hidden = unit_of(currency, scale), max(len(above) - MOST_ROWS, 0) + max(len(below) - MOST_ROWS, 0)
    note = f"A near-tie would cost at most {share(NEAR_TIE, 1)} of the portfolio's worth if it were forced in."
    note += f" {counted(hidden, 'more candidate')} in the files." if hidden else ""
    return Table(
        "Every candidate, best worth per unit of budget first",
        (
            Column("Candidate"),
            Column("Option"),
            Column("Takes of budget", unit, num=True),
            Column("Worth", unit, num=True, note="net present value as the problem defines it"),
            Column("Worth ÷ budget", num=True),
            Column("ROI", num=True, note="worth ÷ present value of money uses; blank where only a value was stated"),
            Column("Why, and what would change it"),
        ),
        (*above[:MOST_ROWS], _line(part, rows, budget, currency), *below[:MOST_ROWS]),
        "recommended",
        note,
        "funded.csv, not_funded.csv",
    )


def _candidate(row: CandidateRow, scale: Scale, currency: str | None, names: Mapping[str, str]) -> Row:
    where = " · ".join(part for part in (row.id, row.tower, row.category) if part)
    return Row(
        (
            Cell(row.name, where),
            Cell(row.option),
            Cell(scaled(row.spend, scale)),
            Cell(scaled(row.value, scale)),
            Cell(MISSING if row.ratio is None else number(row.ratio, 2)),
            Cell(MISSING if row.roi is None else number(row.roi, 2)),
            _also_takes(row) if row.funded else _reason(row, currency, names),
        ),
        tone="" if row.funded else "under",
    )


def _also_takes(row: CandidateRow) -> Cell:
    """What else a funded candidate takes or frees, so that the other limits can be followed."""
    takes = [f"{quantity(amount)} {key}" for key, amount in row.quantities.items() if amount > 0]
    frees = [f"{quantity(-amount)} {key}" for key, amount in row.quantities.items() if amount < 0]
    words = [f"takes {', '.join(takes)}"] if takes else []
    words += [f"frees {', '.join(frees)}"] if frees else []
    return Cell("mandatory" if row.mandatory else "", "; ".join(filter(None, words)).replace(HEADROOM, ""), "muted")


def _reason(row: CandidateRow, currency: str | None, names: Mapping[str, str]) -> Cell:
    stops = ", ".join(name.replace(HEADROOM, "headroom of ") for name in row.because)
    because = f"stopped by {stops}" if stops else "adds no worth"
    changes = []
    if row.value_increase is not None:
        changes.append(f"{money(row.value_increase, currency)} more worth")
    for key, amount in (row.cost_decrease or {}).items():
        less = money(amount, currency) if key.partition(":")[0] in ("capex", "opex") else quantity(amount)
        changes.append(f"{less} less {key}")
    words = [f"needs {' or '.join(changes)}"] if changes else []
    if row.loss_if_forced is not None and abs(row.loss_if_forced) < TIED:
        return Cell(f"near-tie · {because}", "forcing it in loses next to nothing (LP estimate)", "warn")
    if row.loss_if_forced is None:
        words.append("no single change brings it in: other limits or rules forbid it" if not changes else "")
    else:
        words.append(f"forcing it in loses {money(row.loss_if_forced, currency)}")
    if row.displaces:
        words.append("would displace " + ", ".join(names.get(name, name) for name in row.displaces))
    if row.basis == "fast" and row.loss_if_forced is not None:
        words.append("(LP estimate)")
    return Cell(
        ("near-tie · " if row.near_tie else "") + because,
        "; ".join(filter(None, words)),
        "warn" if row.near_tie else "",
    )


def _line(part: PortfolioPart, rows: Sequence[CandidateRow], budget: BudgetLimit | None, currency: str | None) -> Row:
    spend = committed_spend(part, budget) + sum(row.spend for row in rows if row.funded)
    words = f"Waterline: {money(spend, currency)} spent"
    if budget is not None:
        words += f" of {money(budget.max, currency)} ({budget.id}), {money(budget.max - spend, currency)} unspent"
        bound = next((limit for limit in part.recommendation.get("limits") or [] if limit["id"] == budget.id), None)
        if bound is not None and bound.get("marginal_value") is not None:
            words += (
                f"; one more {currency or 'unit'} is worth about {number(bound['marginal_value'], 2)} (LP estimate)"
            )
    return Row((Cell(words),), line=True)


def _conflict_words(answer: Mapping[str, Any]) -> str:
    return "No portfolio satisfies all limits and rules: " + ", ".join(map(str, answer.get("conflict") or [])) + "."


def _conflict_blocks(part: PortfolioPart) -> tuple[Block, ...]:
    mends = [
        f"raise {item['limit']} to {number(item['max'], 0)}" for item in part.recommendation.get("relaxations") or []
    ]
    return (Words(tuple(mends) or ("No single change of a limit mends it.",), "warn", "Cheapest changes that mend it"),)
