"""Two or more recommendations side by side: what enters, leaves and changes level; value, risk, money by kind.

Role: the arithmetic of a comparison; the first recommendation is the one that others are compared with.
Must not know: how portfolios were found or how a comparison is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from btim.portfolio import Problem
from btim.recommendation import Change, Recommendation


@dataclass(frozen=True, slots=True)
class Side:
    """One recommendation's figures: money by kind and by category is undiscounted, over all periods, net of frees."""

    name: str
    status: str
    objective: float | None
    funded: int
    kinds: dict[str, float]
    categories: dict[str, float]
    risk: dict[str, float] = field(default_factory=dict)
    change: Change = field(default_factory=Change)

    def to_dict(self) -> dict[str, Any]:
        """Row of a comparison."""
        return {
            "name": self.name,
            "status": self.status,
            "objective": self.objective,
            "funded": self.funded,
            "money": self.kinds,
            "by_category": self.categories,
            "risk": self.risk or None,
            "against_first": self.change.to_dict(),
        }


def compare(sides: Sequence[tuple[str, Problem, Recommendation]]) -> tuple[Side, ...]:
    """Figures of every side, with what differs from the first."""
    first = sides[0][2].chosen()
    return tuple(_side(name, problem, answer, first) for name, problem, answer in sides)


def _side(name: str, problem: Problem, answer: Recommendation, first: dict[str, str]) -> Side:
    chosen = answer.chosen()
    kinds: dict[str, float] = {"capex": 0.0, "opex": 0.0}
    categories: dict[str, float] = {}
    for candidate in problem.candidates:
        for option in candidate.options:
            if chosen.get(candidate.id) != option.id:
                continue
            for key, amount in option.net_uses().items():
                kind, colon, _ = key.partition(":")
                if colon and kind in kinds:
                    kinds[kind] += amount
                    label = candidate.category or "no category"
                    categories[label] = categories.get(label, 0.0) + amount
    risk = {}
    if answer.risk is not None:
        risk = {key: value for key, value in answer.risk.to_dict().items() if value is not None}
    change = Change(
        added=tuple(sorted(set(chosen) - set(first))),
        dropped=tuple(sorted(set(first) - set(chosen))),
        changed=tuple(sorted(key for key in chosen if key in first and chosen[key] != first[key])),
    )
    return Side(
        name, answer.status, answer.objective, len(chosen), kinds, dict(sorted(categories.items())), risk, change
    )
