"""A problem in which business cases are believed only as far as the evidence carries.

Role: join `roi` and a problem: claims out of its options, beliefs back into their worth and spread.
Must not know: how beliefs are computed or portfolios found.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from btim.portfolio import Candidate, Option, Problem
from optimizer.roi import Belief, Claim, believe
from optimizer.worth import Worth, discount_factors, worth_of

UNFILED = "no category"


@dataclass(frozen=True, slots=True)
class Believed:
    """The problem at believed worths; the beliefs; and candidates left as claimed, as they state no cost or benefit."""

    problem: Problem
    beliefs: tuple[Belief, ...]
    unchanged: tuple[str, ...]


def with_beliefs(problem: Problem, history: Mapping[str, float], noise: Mapping[str, float] | None = None) -> Believed:
    """Shrink every candidate's benefits by its category and history.

    A candidate's claim is the ratio of benefits to costs, both present values, of its dearest option; a stated `value`
    counts as benefits less costs. Its options' benefits are all multiplied by believed ÷ claimed, and their `value_sd`
    becomes the belief's spread. `history` is the number of observations behind a claim (1 where it is not stated).
    """
    noise = noise or {}
    claims, unchanged = [], []
    for candidate in problem.candidates:
        ratio = _claimed(problem, candidate)
        if ratio is None:
            unchanged.append(candidate.id)
        else:
            category = candidate.category or UNFILED
            claims.append(Claim(candidate.id, category, ratio, history.get(candidate.id, 1.0), noise.get(candidate.id)))
    beliefs = believe(claims)
    found = {belief.candidate: belief for belief in beliefs}
    candidates = tuple(
        replace(one, options=tuple(_believed(problem, option, found[one.id]) for option in one.options))
        if one.id in found
        else one
        for one in problem.candidates
    )
    return Believed(replace(problem, candidates=candidates), beliefs, tuple(unchanged))


def _worth(problem: Problem, option: Option) -> Worth:
    return worth_of(option, discount_factors(problem), discounted=problem.discount_rate is not None)


def _gross(worth: Worth) -> float | None:
    if worth.cost_pv is None:
        return None
    return worth.value + worth.cost_pv if worth.gross is None else worth.gross


def _claimed(problem: Problem, candidate: Candidate) -> float | None:
    worths = [_worth(problem, option) for option in candidate.options]
    dearest = max(worths, key=lambda worth: worth.cost_pv or 0.0)
    gross = _gross(dearest)
    if gross is None or gross <= 0 or not dearest.cost_pv or dearest.cost_pv <= 0:
        return None
    return gross / dearest.cost_pv


def _believed(problem: Problem, option: Option, belief: Belief) -> Option:
    worth = _worth(problem, option)
    gross = _gross(worth)
    if gross is None:
        return option
    factor, spread = belief.mean / belief.claimed, abs(gross) * belief.sd / belief.claimed
    if option.value is not None:
        return replace(option, value=gross * factor - (worth.cost_pv or 0.0), value_sd=spread)
    benefits = {period: amount * factor for period, amount in option.benefits.items()}
    cashable = {period: amount * factor for period, amount in option.cashable.items()}
    return replace(option, benefits=benefits, cashable=cashable, value_sd=spread)
