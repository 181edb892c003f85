"""The limit that people mean by "the budget", among all limits of a portfolio problem.

Role: one answer for the frontier, the waterline and every total that speaks of the budget.
Must not know: how a portfolio is chosen or shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from btim.portfolio import is_money


@dataclass(frozen=True, slots=True)
class BudgetLimit:
    """A limit on money: its id, its maximum, and how much of each resource key counts in it."""

    id: str
    max: float
    of: Mapping[str, float]


def money_limits(problem: Mapping[str, Any]) -> list[BudgetLimit]:
    """The limits, in the problem's order, that hold money alone and every candidate."""
    found = []
    for name, limit in dict(problem.get("limits") or {}).items():
        of = {str(key): float(weight) for key, weight in (limit.get("of") or {name: 1}).items()}
        if not limit.get("where") and limit.get("max") is not None and all(map(is_money, of)):
            found.append(BudgetLimit(str(name), float(limit["max"]), of))
    return found


def budget_limit(problem: Mapping[str, Any]) -> BudgetLimit | None:
    """The limit called `budget…`, else the money limit that spans most resource keys, then the widest; None without."""
    found = money_limits(problem)
    named = [limit for limit in found if limit.id.lower().startswith("budget")]
    return max(named or found, key=lambda limit: (len(limit.of), limit.max), default=None)
