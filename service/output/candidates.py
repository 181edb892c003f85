"""Candidates of a portfolio problem beside what was recommended for them.

Role: join problem and recommendation into one row a candidate, for tables, charts and CSV files alike.
Must not know: how rows are shown.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from btim.portfolio import is_money
from optimizer import parse_problem
from optimizer.worth import discount_factors, worth_of
from service.budget import BudgetLimit, budget_limit
from service.chain import PortfolioPart

NEAR_TIE = 0.001
"""A candidate is called a near-tie when forcing it in would cost at most this share of the portfolio's worth."""


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """One candidate: what it would cost and be worth at `option`, and why it is funded or not.

    `spend` is its use of the budget limit (undiscounted money when the problem has none), `ratio` worth ÷ spend.
    `quantities` are its net uses that are not money (negative: it frees them).
    """

    id: str
    name: str
    option: str
    tower: str
    category: str
    funded: bool
    mandatory: bool
    spend: float
    value: float | None
    gross: float | None = None
    cost_pv: float | None = None
    roi: float | None = None
    because: tuple[str, ...] = ()
    displaces: tuple[str, ...] = ()
    loss_if_forced: float | None = None
    value_increase: float | None = None
    cost_decrease: Mapping[str, float] | None = None
    basis: str = ""
    near_tie: bool = False
    quantities: Mapping[str, float] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        """Worth per unit of budget; None where it costs nothing."""
        return None if self.value is None or self.spend <= 0 else self.value / self.spend


def candidate_rows(part: PortfolioPart) -> tuple[CandidateRow, ...]:
    """Funded candidates first, then the others, each by worth per unit of budget, best first."""
    budget = budget_limit(part.problem)
    stated = {str(item["id"]): item for item in part.problem["candidates"]}
    answer = part.recommendation
    worths = option_worths(part.problem)
    total = abs(expected_worth(part) or 0.0)
    rows = [_funded(row, stated[str(row["candidate"])], budget) for row in answer.get("funded") or []]
    rows += [
        _not_funded(row, stated[str(row["candidate"])], budget, worths, total) for row in answer.get("not_funded") or []
    ]
    return tuple(sorted(rows, key=lambda row: (not row.funded, -_order(row), row.id)))


def expected_worth(part: PortfolioPart) -> float | None:
    """Expected worth of what is funded: the objective where that is what was maximised, else the outcomes' mean."""
    answer = part.recommendation
    kind = str((part.problem.get("objective") or {}).get("kind") or "expected_value")
    if kind == "expected_value":
        return _number(answer.get("objective"))
    mean = (answer.get("risk") or {}).get("mean")
    return float(mean) if mean is not None else sum(float(row["value"]) for row in answer.get("funded") or [])


def committed_spend(part: PortfolioPart, budget: BudgetLimit | None) -> float:
    """What of the budget is spent before any candidate is: committed items, and exits of candidates not funded."""
    items = list(part.problem.get("committed") or [])
    left = {str(row["candidate"]) for row in part.recommendation.get("not_funded") or []}
    exits = [item.get("exit") or {} for item in part.problem["candidates"] if str(item["id"]) in left]
    return sum(_spend(uses, {}, budget) for uses in [*(item.get("uses") or {} for item in items), *exits])


def _order(row: CandidateRow) -> float:
    return float("inf") if row.ratio is None and (row.value or 0) > 0 else row.ratio or 0.0


def _spend(uses: Mapping[str, Any], frees: Mapping[str, Any], budget: BudgetLimit | None) -> float:
    def weight(key: str) -> float:
        return float(is_money(key)) if budget is None else float(budget.of.get(key, 0.0))

    return sum(weight(key) * float(amount) for key, amount in uses.items()) - sum(
        weight(key) * float(amount) for key, amount in frees.items()
    )


def _shared(item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": str(item["id"]),
        "name": str(item.get("name") or item["id"]),
        "tower": str(item.get("tower") or ""),
        "category": str(item.get("category") or ""),
        "mandatory": bool(item.get("mandatory")),
    }


def _funded(row: Mapping[str, Any], item: Mapping[str, Any], budget: BudgetLimit | None) -> CandidateRow:
    option = _option(item, str(row["option"]))
    return CandidateRow(
        quantities=_quantities(option),
        **_shared(item),
        option=str(row["option"]),
        funded=True,
        spend=_spend(option.get("uses") or {}, option.get("frees") or {}, budget),
        value=_number(row.get("value")),
        gross=_number(row.get("gross")),
        cost_pv=_number(row.get("cost_pv")),
        roi=_number(row.get("roi")),
    )


def _not_funded(
    row: Mapping[str, Any],
    item: Mapping[str, Any],
    budget: BudgetLimit | None,
    worths: Mapping[tuple[str, str], float],
    total: float,
) -> CandidateRow:
    option = max(item["options"], key=lambda one: worths.get((str(item["id"]), str(one["id"])), float("-inf")))
    needs = row.get("needs") or {}
    loss = _number(row.get("loss_if_forced"))
    return CandidateRow(
        **_shared(item),
        option=str(option["id"]),
        funded=False,
        spend=_spend(option.get("uses") or {}, option.get("frees") or {}, budget),
        value=worths.get((str(item["id"]), str(option["id"]))),
        because=_texts(row.get("because")),
        displaces=_texts(row.get("displaces")),
        loss_if_forced=loss,
        value_increase=_number(needs.get("value_increase")),
        cost_decrease=needs.get("cost_decrease"),
        basis=str(row.get("explain") or ""),
        near_tie=loss is not None and total > 0 and 0 <= loss <= NEAR_TIE * total,
    )


def _quantities(option: Mapping[str, Any]) -> dict[str, float]:
    net = {str(key): float(amount) for key, amount in (option.get("uses") or {}).items() if not is_money(key)}
    for key, amount in (option.get("frees") or {}).items():
        if not is_money(key):
            net[str(key)] = net.get(str(key), 0.0) - float(amount)
    return net


def _option(item: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(option for option in item["options"] if str(option["id"]) == name)
    return found


def _texts(values: Iterable[Any] | None) -> tuple[str, ...]:
    return tuple(str(value) for value in values or ())


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def option_worths(problem: Mapping[str, Any]) -> dict[tuple[str, str], float]:
    """Worth of every option by (candidate, option), as the exchange format defines it."""
    parsed = parse_problem(problem)
    factors, discounted = discount_factors(parsed), parsed.discount_rate is not None
    return {
        (candidate.id, option.id): worth_of(option, factors, discounted=discounted).value
        for candidate in parsed.candidates
        for option in candidate.options
    }
