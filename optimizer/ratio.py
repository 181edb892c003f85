"""The best ratio of worth to spend, by Dinkelbach's method (Management Science 13, 1967).

Role: turn the objective `roi` into a few linear searches with a proven bound on the ratio.
Must not know: how a linear search is done.
"""

from dataclasses import replace

from optimizer.effort import Effort
from optimizer.matrix import LinearModel
from optimizer.programs import program_of
from optimizer.race import SolverCrew
from optimizer.search import Found, search

ROUNDS = 20


def best_ratio(model: LinearModel, crew: SolverCrew, effort: Effort) -> tuple[Found, float]:
    """Maximise worth per unit of spend; returns the portfolio (objective and bound are ratios) and its spend.

    With `s` the least spend, no portfolio beats `r + max(worth - r * spend) / s`, which is the bound returned.
    """
    found = search(model, crew, replace(effort, gap=0.0) if model.choices < 50 else effort)
    best: Found | None = None
    spend, ratio, bound = 0.0, 0.0, float("inf")
    solver = found.solver
    for _ in range(ROUNDS):
        if found.status == "infeasible":
            return found, 0.0
        spent = float(model.spend @ found.point)
        worth = float(model.gain @ found.point) + model.offset
        if best is None or worth / spent > ratio:
            best, spend, ratio = found, spent, worth / spent
        if bound - ratio <= effort.gap * max(abs(ratio), 1e-9) or effort.left() <= 0:
            break
        program = program_of(model, model.gain - ratio * model.spend)
        found = search(model, crew, replace(effort, gap=1e-9), program=program, hint=best.point)
        bound = min(bound, ratio + max(found.bound, 0.0) / model.problem.objective.min_spend)
        solver = found.solver
        if found.objective <= 1e-9 * max(1.0, abs(worth)) and bound - ratio <= effort.gap * max(abs(ratio), 1e-9):
            break
    bound = max(bound, ratio)
    close = bound - ratio <= effort.gap * max(abs(ratio), 1e-9)
    return replace(
        best or found, status="optimal" if close else "feasible", objective=ratio, bound=bound, solver=solver
    ), spend
