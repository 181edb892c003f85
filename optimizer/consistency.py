"""Checks that need several fields of a problem together: references, periods, cycles.

Role: the second half of the door; after it, nothing downstream re-validates.
Must not know: how a problem is solved.
"""

from collections.abc import Iterable

from btim.errors import RuleError, SchemaError, UnknownReferenceError, listed
from btim.portfolio import MONEY_KINDS, Option, Problem, is_money, period_of


def check_consistency(problem: Problem) -> None:
    """Refuse references to what does not exist, periods that are not stated and `requires` that form a cycle.

    Raises:
        InputError: with the path of the field in `field`.
    """
    _check_periods(problem)
    _check_rules(problem)
    _check_baseline(problem)
    _check_objective(problem)
    _check_cycles(problem)


def _check_periods(problem: Problem) -> None:
    for place, candidate in enumerate(problem.candidates):
        for index, option in enumerate(candidate.options):
            path = f"candidates[{place}].options[{index}]"
            if option.value is None:
                _check_money_periods(problem, option, path)
            for name in ("benefits", "cashable"):
                for period in getattr(option, name):
                    _known_period(problem, period, f"{path}.{name}.{period}")


def _check_money_periods(problem: Problem, option: Option, path: str) -> None:
    if not problem.periods:
        raise SchemaError("is missing", field="periods", remedy=f"list the periods: {path} states benefits by period")
    if problem.discount_rate is None:
        raise SchemaError("is missing", field="discount_rate", remedy=f"state it: {path} states benefits by period")
    for name in ("uses", "frees"):
        for key in getattr(option, name):
            if is_money(key):
                _known_period(problem, str(period_of(key)), f"{path}.{name}.{key}")
            elif key in MONEY_KINDS:
                raise SchemaError(
                    "money needs its period", field=f"{path}.{name}.{key}", remedy=f"write {key}:{problem.periods[0]}"
                )


def _known_period(problem: Problem, period: str, path: str) -> None:
    if not problem.periods:
        raise SchemaError("is missing", field="periods", remedy=f"list the periods: {path} names one")
    if period not in problem.periods:
        raise UnknownReferenceError(
            "is not one of the periods", field=path, value=period, remedy=f"periods are {listed(problem.periods)}"
        )


def _check_rules(problem: Problem) -> None:
    known = {candidate.id for candidate in problem.candidates}
    for index, rule in enumerate(problem.rules):
        named = {f"rules[{index}].candidate": rule.candidate} if rule.candidate else {}
        named |= {f"rules[{index}].needs[{place}]": name for place, name in enumerate(rule.needs)}
        named |= {f"rules[{index}].candidates[{place}]": name for place, name in enumerate(rule.candidates)}
        for path, name in named.items():
            if name not in known:
                raise UnknownReferenceError("no such candidate", field=path, value=name, remedy="check the id")
    taken = {limit.id for limit in problem.limits}
    for index, rule in enumerate(problem.rules):
        if rule.id in taken:
            raise RuleError("is the id of a limit too", field=f"rules[{index}].id", value=rule.id, remedy="rename it")


def _check_baseline(problem: Problem) -> None:
    if problem.baseline is None:
        return
    options = {candidate.id: {option.id for option in candidate.options} for candidate in problem.candidates}
    for name, option in problem.baseline.funded.items():
        path = f"baseline.funded.{name}"
        if name not in options:
            raise UnknownReferenceError("no such candidate", field=path, value=name, remedy="check the id")
        if option not in options[name]:
            raise UnknownReferenceError(
                "no such option", field=path, value=option, remedy=f"it has {listed(sorted(options[name]))}"
            )


def _check_objective(problem: Problem) -> None:
    if problem.objective.kind != "roi":
        return
    if problem.objective.min_spend <= 0:
        raise RuleError(
            "a return on spend needs a least spend above 0",
            field="objective.min_spend",
            value=problem.objective.min_spend,
            remedy="state the least present value of money to spend",
        )
    if problem.discount_rate is None:
        return
    for place, candidate in enumerate(problem.candidates):
        for index, option in enumerate(candidate.options):
            for key in option.uses:
                if is_money(key):
                    path = f"candidates[{place}].options[{index}].uses.{key}"
                    _known_period(problem, str(period_of(key)), path)


def _check_cycles(problem: Problem) -> None:
    needs: dict[str, set[str]] = {}
    place: dict[str, int] = {}
    for index, rule in enumerate(problem.rules):
        if rule.kind == "requires" and rule.candidate:
            needs.setdefault(rule.candidate, set()).update(rule.needs)
            place.setdefault(rule.candidate, index)
    cycle = _cycle(needs)
    if cycle:
        raise RuleError(
            "'requires' forms a cycle",
            field=f"rules[{place[cycle[0]]}].needs",
            value=" -> ".join(cycle),
            remedy="candidates that only make sense together are one candidate",
        )


def _cycle(needs: dict[str, set[str]]) -> list[str] | None:
    done: set[str] = set()
    for start in sorted(needs):
        trail: list[str] = []
        stack: list[tuple[str, Iterable[str]]] = (
            [(start, iter(sorted(needs.get(start, ()))))] if start not in done else []
        )
        trail.extend(name for name, _ in stack)
        while stack:
            name, rest = stack[-1]
            following = next(iter(rest), None)
            if following is None:
                done.add(name)
                trail.pop()
                stack.pop()
            elif following in trail:
                return [*trail[trail.index(following) :], following]
            elif following not in done:
                trail.append(following)
                stack.append((following, iter(sorted(needs.get(following, ())))))
    return None
