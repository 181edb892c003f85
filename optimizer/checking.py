"""An independent reading of the rules: does a choice of options keep every limit and rule, and what is it worth?

Role: check every answer from the `Problem` itself, sharing no code with the rows that the solvers were given.
Must not know: matrices and solvers.
"""

from collections.abc import Mapping

from btim.errors import SolverFailure, listed
from btim.portfolio import Candidate, Limit, Option, Problem, Rule
from optimizer.worth import discount_factors, money_value, worth_of

RELATIVE_TOLERANCE = 1e-9
ABSOLUTE_TOLERANCE = 1e-6

Chosen = Mapping[str, str]


class Ledger:
    """A problem indexed for checking choices `candidate id -> option id`."""

    def __init__(self, problem: Problem) -> None:
        """Index options and worths."""
        self.problem = problem
        self.candidates = {candidate.id: candidate for candidate in sorted(problem.candidates, key=lambda one: one.id)}
        self.options = {
            candidate.id: {option.id: option for option in candidate.options} for candidate in problem.candidates
        }
        self._factors = discount_factors(problem)
        self._discounted = problem.discount_rate is not None

    def picked(self, chosen: Chosen) -> list[tuple[Candidate, Option]]:
        """Funded candidates with their options, by id."""
        return [(self.candidates[name], self.options[name][chosen[name]]) for name in sorted(chosen)]

    def worth(self, candidate: str, option: str) -> float:
        """Worth of one option."""
        found = self.options[candidate][option]
        if found.value is not None:
            return found.value
        return worth_of(found, self._factors, discounted=self._discounted).value

    def total_worth(self, chosen: Chosen) -> float:
        """Worth of a choice with synergies and change penalties."""
        total = sum(self.worth(name, chosen[name]) for name in sorted(chosen))
        for rule in self.problem.rules:
            if rule.kind == "synergy" and all(name in chosen for name in rule.candidates):
                total += rule.value
        if self.problem.baseline is not None and self.problem.baseline.change_penalty:
            before = self.problem.baseline.funded
            changes = sum(before.get(name) != chosen.get(name) for name in self.candidates)
            total -= changes * self.problem.baseline.change_penalty
        return total

    def spend(self, chosen: Chosen) -> float:
        """Present value of the money uses of a choice."""
        return sum(
            money_value(option.uses, self._factors, discounted=self._discounted) or 0.0
            for _, option in self.picked(chosen)
        )

    def used(self, limit: Limit, chosen: Chosen) -> float:
        """Use of a limit: what is committed, funded options less what they free, exits of what is not funded."""
        return self._used(limit, chosen, self.totals(chosen))

    def all_used(self, chosen: Chosen) -> dict[str, float]:
        """Use of every limit."""
        totals = self.totals(chosen)
        return {limit.id: self._used(limit, chosen, totals) for limit in self.problem.limits}

    def _used(self, limit: Limit, chosen: Chosen, totals: Mapping[str, float]) -> float:
        if not limit.where:
            return sum(weight * totals.get(key, 0.0) for key, weight in limit.of.items())
        total = 0.0
        for name, candidate in self.candidates.items():
            if candidate.matches(limit.where):
                uses = self.options[name][chosen[name]].net_uses() if name in chosen else candidate.exit
                total += sum(limit.of[key] * amount for key, amount in uses.items() if key in limit.of)
        return total

    def totals(self, chosen: Chosen) -> dict[str, float]:
        """Use of every resource key."""
        totals: dict[str, float] = {}
        parts: list[Mapping[str, float]] = [item.uses for item in self.problem.committed]
        for name, candidate in self.candidates.items():
            parts.append(self.options[name][chosen[name]].net_uses() if name in chosen else candidate.exit)
        for part in parts:
            for key, amount in part.items():
                totals[key] = totals.get(key, 0.0) + amount
        return dict(sorted(totals.items()))

    def broken(self, chosen: Chosen, tolerance: float = RELATIVE_TOLERANCE) -> list[str]:
        """Ids of the limits and rules that a choice breaks, and `mandatory:<id>` of what it leaves out."""
        found = [f"mandatory:{name}" for name, one in self.candidates.items() if one.mandatory and name not in chosen]
        used = self.all_used(chosen)
        for limit in self.problem.limits:
            room = ABSOLUTE_TOLERANCE + tolerance * abs(limit.max)
            if used[limit.id] > limit.max + room:
                found.append(limit.id)
        objective = self.problem.objective
        if objective.kind == "roi" and self.spend(chosen) < objective.min_spend * (1 - tolerance) - ABSOLUTE_TOLERANCE:
            found.append("objective.min_spend")
        found.extend(rule.id for rule in self.problem.rules if not self._kept(rule, chosen))
        return found

    def _kept(self, rule: Rule, chosen: Chosen) -> bool:
        funded = sum(name in chosen for name in rule.candidates)
        if rule.kind == "requires":
            return rule.candidate not in chosen or all(name in chosen for name in rule.needs)
        if rule.kind == "exclusive":
            return funded <= 1
        if rule.kind == "count":
            return (rule.min is None or funded >= rule.min) and (rule.max is None or funded <= rule.max)
        if rule.kind == "forbid":
            return not any(self.candidates[name].matches(rule.where) for name in chosen)
        if rule.kind == "share":
            return self._share_kept(rule, chosen)
        return True

    def _share_kept(self, rule: Rule, chosen: Chosen) -> bool:
        part = whole = 0.0
        for candidate, option in self.picked(chosen):
            uses = option.net_uses()
            use = sum(uses.get(key, 0.0) for key in rule.of)
            whole += use
            part += use if candidate.matches(rule.where) else 0.0
        room = ABSOLUTE_TOLERANCE + RELATIVE_TOLERANCE * abs(whole)
        low = -float("inf") if rule.min is None else rule.min * whole
        high = float("inf") if rule.max is None else rule.max * whole
        return low - room <= part <= high + room


def refuse_broken(ledger: Ledger, chosen: Chosen) -> None:
    """Raise when a choice that a solver gave breaks a limit or rule.

    Raises:
        SolverFailure: naming what is broken.
    """
    broken = ledger.broken(chosen)
    if broken:
        raise SolverFailure(f"the solver's answer breaks {listed(broken)}", remedy="please report this problem")
