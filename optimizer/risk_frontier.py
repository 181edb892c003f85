"""The frontier of mean against tail: the best portfolio at each aversion to risk.

Role: solve one problem at several risk aversions.
Must not know: how a curve is drawn.
"""

import time
from dataclasses import dataclass, replace
from typing import Any

from btim.portfolio import Problem
from optimizer.race import SolverCrew, Timer
from optimizer.solving import solve


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """Mean and CVaR (mean of the worst share of samples) of the portfolio that is best at one risk aversion."""

    risk_aversion: float
    mean: float | None
    cvar: float | None
    status: str
    gap: float | None
    funded: tuple[tuple[str, str], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Row of the frontier, with the portfolio."""
        return self.shown() | {"funded": dict(self.funded)}

    def shown(self) -> dict[str, Any]:
        """Row of the frontier, figures only."""
        return {
            "risk_aversion": self.risk_aversion,
            "mean": self.mean,
            "cvar": self.cvar,
            "status": self.status,
            "gap": self.gap,
            "candidates": len(self.funded),
        }


def risk_frontier(problem: Problem, *, points: int = 11, timer: Timer = time.perf_counter) -> tuple[RiskPoint, ...]:
    """Solve the problem with risk aversion from 0 to 1 in equal steps; its other settings of risk are kept."""
    rows = []
    with SolverCrew(timer, threads=problem.solver.threads) as crew:
        for place in range(points):
            aversion = place / (points - 1)
            objective = replace(problem.objective, kind="risk_adjusted", risk_aversion=aversion)
            answer = solve(replace(problem, objective=objective), explain="none", timer=timer, crew=crew)
            risk = answer.risk
            rows.append(
                RiskPoint(
                    aversion,
                    None if risk is None else risk.mean,
                    None if risk is None else risk.cvar,
                    answer.status,
                    answer.gap,
                    tuple(sorted(answer.chosen().items())),
                )
            )
    return tuple(rows)
