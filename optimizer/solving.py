"""From problem to recommendation: the one entry that joins model, search, explanation and risk.

Role: choose the search that the objective needs and put the answer together.
Must not know: files, the terminal. The clock comes in as `timer`.
"""

import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace

from btim.errors import ValueFormatError
from btim.portfolio import Problem
from btim.recommendation import Change, Funded, NotFunded, Recommendation
from optimizer.checking import Ledger, refuse_broken
from optimizer.conflicts import cheapest_mending, minimal_conflict
from optimizer.effort import Effort
from optimizer.explaining import Ground, fast_reasons, limit_uses
from optimizer.linear import VERSION
from optimizer.matrix import LinearModel, linear_model
from optimizer.outcomes import risk_of
from optimizer.overruns import ReferenceClass
from optimizer.programs import program_of
from optimizer.proving import exact_reasons
from optimizer.race import SolverCrew, Timer
from optimizer.ratio import best_ratio
from optimizer.search import Found, search
from optimizer.tail import best_tail
from optimizer.worth import discount_factors, worth_of

EXPLAIN = ("fast", "exact", "none")
AFTERWARDS = 1.5
"""Checking, hashing and writing an answer take about so many times as long as building its model."""


def solve(
    problem: Problem,
    *,
    explain: str = "fast",
    timer: Timer = time.perf_counter,
    crew: SolverCrew | None = None,
    spent: float = 0.0,
    overruns: Sequence[ReferenceClass] = (),
) -> Recommendation:
    """Find the portfolio that maximises the problem's objective under its limits and rules.

    Args:
        problem: a checked problem (`parse_problem`).
        explain: `fast` (LP estimates), `exact` (every figure proved by solving again) or `none`.
        timer: monotonic seconds; the answer is due `problem.solver.time_limit_s` after the first reading.
        crew: solver children to use again; without one, they are started and ended here.
        overruns: reference classes of cost overruns that the sampled outcomes take in: the distribution of the value
            and, where the objective is `risk_adjusted`, what is maximised; a stated worth stays as it is.
        spent: seconds of the time limit that are over already, as for reading the problem.

    Raises:
        SolverFailure: no portfolio was found in the time, and none was proven impossible.
    """
    if explain not in EXPLAIN:
        raise ValueFormatError("is not a known word", field="explain", value=explain, remedy="use fast, exact or none")
    started = timer()
    limit = problem.solver.time_limit_s
    with nullcontext(crew) if crew is not None else SolverCrew(timer, threads=problem.solver.threads) as crew:
        model = linear_model(problem)
        kept = spent + AFTERWARDS * (timer() - started)
        effort = Effort(problem.solver.gap, started + max(limit - kept, limit / 2), timer)
        found, ground = _best(model, crew, effort, overruns)
        if found.status == "infeasible":
            return _infeasible(model, crew, effort, started)
        refuse_broken(ground.ledger, found.chosen)
        seconds = timer() - started
        reasons: tuple[NotFunded, ...] = ()
        if explain == "fast":
            reasons = fast_reasons(ground, effort)
        elif explain == "exact":
            reasons = exact_reasons(ground, crew, effort)
    mean = ground.ledger.total_worth(found.chosen)
    return Recommendation(
        status=found.status,
        objective=found.objective,
        bound=found.bound,
        gap=relative_gap(found.objective, found.bound),
        seconds=round(seconds, 4),
        solver=f"{found.solver} ({VERSION})",
        problem_sha256=problem.sha256(),
        funded=funded_rows(problem, found.chosen),
        not_funded=reasons,
        limits=limit_uses(ground),
        totals=ground.ledger.totals(found.chosen),
        change=change_of(problem, found.chosen),
        risk=risk_of(model, found.point, mean, overruns),
    )


def _best(
    model: LinearModel, crew: SolverCrew, effort: Effort, overruns: Sequence[ReferenceClass]
) -> tuple[Found, Ground]:
    problem = model.problem
    ledger = Ledger(problem)
    if problem.objective.kind == "roi":
        found, spend = best_ratio(model, crew, effort)
        program = program_of(model, model.gain - max(found.objective, -1e300) * model.spend)
        scale = 1.0 / spend if spend > 0 else 1.0
        return found, Ground(model, program, ledger, found.chosen, found.objective, scale)
    if problem.objective.kind == "risk_adjusted":
        found, program = best_tail(model, crew, effort, overruns)
        return found, Ground(model, program, ledger, found.chosen, found.objective)
    found = search(model, crew, effort)
    if found.status != "infeasible":
        objective = ledger.total_worth(found.chosen)
        found = replace(found, objective=objective, bound=max(found.bound, objective))
    return found, Ground(model, program_of(model), ledger, found.chosen, found.objective, relaxed=found.relaxed)


def _infeasible(model: LinearModel, crew: SolverCrew, effort: Effort, started: float) -> Recommendation:
    conflict = minimal_conflict(model, crew, effort)
    mending = cheapest_mending(model, crew, effort)
    return Recommendation(
        status="infeasible",
        objective=None,
        bound=None,
        gap=None,
        seconds=round(effort.timer() - started, 4),
        solver=VERSION,
        problem_sha256=model.problem.sha256(),
        conflict=conflict,
        relaxations=mending,
    )


def relative_gap(objective: float, bound: float) -> float:
    """Distance from objective to bound as a share of the objective (of 1 when it is 0)."""
    return max(bound - objective, 0.0) / (abs(objective) or 1.0)


def funded_rows(problem: Problem, chosen: Mapping[str, str]) -> tuple[Funded, ...]:
    """Rows of the funded candidates, by id."""
    factors = discount_factors(problem)
    rows = []
    for candidate in sorted(problem.candidates, key=lambda one: one.id):
        if candidate.id not in chosen:
            continue
        option = next(one for one in candidate.options if one.id == chosen[candidate.id])
        worth = worth_of(option, factors, discounted=problem.discount_rate is not None)
        rows.append(
            Funded(candidate.id, option.id, worth.value, worth.gross, worth.cost_pv, worth.roi, dict(option.uses))
        )
    return tuple(rows)


def change_of(problem: Problem, chosen: Mapping[str, str]) -> Change:
    """Difference against the baseline; without one, nothing is called a change."""
    if problem.baseline is None:
        return Change()
    before = problem.baseline.funded
    return Change(
        added=tuple(sorted(name for name in chosen if name not in before)),
        dropped=tuple(sorted(name for name in before if name not in chosen)),
        changed=tuple(sorted(name for name in chosen if name in before and before[name] != chosen[name])),
    )
