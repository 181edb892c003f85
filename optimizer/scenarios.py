"""What-if: a named difference applied to a problem.

Role: read changes such as `capex:*=-10%` and return the changed problem; a scenario names its parent and its changes.
Must not know: how problems are solved or where scenarios are kept.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from btim.errors import SchemaError, UnknownReferenceError, ValueFormatError, listed
from btim.portfolio import Candidate, Limit, Option, Problem, Rule, is_money
from optimizer.parsing import parse_problem

CHANGE = re.compile(r"^(?P<sign>[+-]?)(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?P<percent>%?)$")
PREFIXES = ("limit", "value", "cost", "candidate", "rule")
SETTINGS = ("discount_rate", "timing", "objective", "solver")
MONEY_LIMITS = "money limits"
"""Stands for all limits on money over all candidates."""
WHAT_IF = "what-if"
OFF_RULE = "switched off"
EMPTY_RULE = Rule(id=OFF_RULE, kind="forbid")

Change = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A problem under a name, with the name of its parent and the changes that made it."""

    name: str
    problem: Problem
    parent: str | None = None
    changes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The scenario with its whole problem."""
        return {
            "scenario": self.name,
            "parent": self.parent,
            "set": list(self.changes),
            "problem": self.problem.to_dict(),
        }

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> "Scenario":
        """Read what `to_dict` wrote.

        Raises:
            InputError: a key is missing or the problem is not valid.
        """
        for key in ("scenario", "problem"):
            if key not in given:
                raise SchemaError("is not a scenario", field=key, remedy="make it with `waterline scenario`")
        changes = tuple(str(change) for change in given.get("set", ()))
        return cls(str(given["scenario"]), parse_problem(given["problem"]), given.get("parent"), changes)

    def child(self, name: str, changes: Sequence[str]) -> "Scenario":
        """A scenario that differs from this one by `changes`.

        Raises:
            InputError: a change cannot be read or names nothing.
        """
        return Scenario(name, changed(self.problem, changes), self.name, tuple(changes))


def changed(problem: Problem, changes: Sequence[str]) -> Problem:
    """Apply changes in their order.

    A change is `PATH=AMOUNT`, with AMOUNT a number, `+5`, `-5` or a percentage such as `-10%`; percentages and signed
    numbers are relative to what is there. PATH is a limit's id (patterns with `*` allowed, `limit:` may stand before
    it), `value:CANDIDATE[/OPTION]`, `cost:CANDIDATE[/OPTION][/KEY]`, `candidate:CANDIDATE` (`off`, `on`, `free`),
    `rule:ID` (`off`), `rule:ID.min`, `rule:ID.max`, `rule:ID.value`, `discount_rate` or `objective.SETTING`.

    Raises:
        InputError: a change cannot be read or names nothing.
    """
    for change in changes:
        path, equals, amount = change.rpartition("=")
        if not equals or not path or not amount:
            raise ValueFormatError("is not a change", field="--set", value=change, remedy="write PATH=AMOUNT")
        problem = _applied(problem, path.strip(), amount.strip())
    return parse_problem(problem.to_dict())


def _applied(problem: Problem, path: str, amount: str) -> Problem:
    prefix, colon, rest = path.partition(":")
    if colon and prefix in PREFIXES and not any(limit.id == path for limit in problem.limits):
        handlers = {
            "limit": _limits,
            "value": _values,
            "cost": _costs,
            "candidate": _candidate,
            "rule": _rule,
        }
        return handlers[prefix](problem, rest, amount)
    if path.partition(".")[0] in SETTINGS:
        return _setting(problem, path, amount)
    return _limits(problem, path, amount)


def amount_change(amount: str) -> Change:
    """Read an amount as a change of a number.

    Raises:
        ValueFormatError: it is neither a number nor a percentage.
    """
    match = CHANGE.match(amount)
    if match is None:
        raise ValueFormatError("is not an amount", field="--set", value=amount, remedy="write 5000000, +5, -5 or -10%")
    number = float(match["number"]) * (-1 if match["sign"] == "-" else 1)
    if match["percent"]:
        return (lambda old: old + abs(old) * number / 100) if match["sign"] else (lambda old: old * number / 100)
    return (lambda old: old + number) if match["sign"] else (lambda _: number)


def _limits(problem: Problem, pattern: str, amount: str) -> Problem:
    change = amount_change(amount)
    exact = {limit.id for limit in problem.limits if limit.id == pattern}
    hit = exact or {limit.id for limit in problem.limits if _matches(problem, limit, pattern)}
    if not hit:
        raise UnknownReferenceError(
            "no such limit",
            field="--set",
            value=pattern,
            remedy=f"limits are {listed(limit.id for limit in problem.limits)}",
        )
    limits = tuple(replace(one, max=change(one.max)) if one.id in hit else one for one in problem.limits)
    return replace(problem, limits=limits)


def _matches(problem: Problem, limit: Limit, pattern: str) -> bool:
    if pattern == MONEY_LIMITS:
        return limit.id in money_limits(problem)
    return fnmatchcase(limit.id, pattern)


def money_limits(problem: Problem) -> list[str]:
    """Limits on money alone, over all candidates: what a budget is."""
    found = [one.id for one in problem.limits if all(map(is_money, one.of)) and not one.where]
    return found or [one.id for one in problem.limits if not one.where][:1]


def _candidates(problem: Problem, name: str) -> set[str]:
    hit = {one.id for one in problem.candidates if one.id == name or fnmatchcase(one.id, name)}
    if not hit:
        raise UnknownReferenceError("no such candidate", field="--set", value=name, remedy="check the id")
    return hit


def _options(problem: Problem, path: str, edit: Callable[[Option], Option]) -> Problem:
    name, _, option = path.partition("/")
    hit = _candidates(problem, name)
    touched = 0

    def edited(candidate: Candidate) -> Candidate:
        nonlocal touched
        if candidate.id not in hit:
            return candidate
        touched += sum(option in ("", one.id) for one in candidate.options)
        return replace(
            candidate, options=tuple(edit(one) if option in ("", one.id) else one for one in candidate.options)
        )

    candidates = tuple(edited(candidate) for candidate in problem.candidates)
    if not touched:
        raise UnknownReferenceError("no such option", field="--set", value=path, remedy="check the option's id")
    return replace(problem, candidates=candidates)


def _values(problem: Problem, path: str, amount: str) -> Problem:
    change = amount_change(amount)
    relative = amount.endswith("%")

    def edit(option: Option) -> Option:
        if option.value is not None:
            return replace(option, value=change(option.value))
        if not relative:
            raise ValueFormatError(
                "benefits by period can be changed by a percentage only", field="--set", value=f"value:{path}={amount}"
            )
        return replace(option, benefits={period: change(one) for period, one in option.benefits.items()})

    return _options(problem, path, edit)


def _costs(problem: Problem, path: str, amount: str) -> Problem:
    change = amount_change(amount)
    name, _, rest = path.partition("/")
    option, _, key = rest.partition("/")

    def edit(one: Option) -> Option:
        hit = {held for held in one.uses if held == key or (not key and is_money(held))}
        if key and not hit:
            raise UnknownReferenceError("no such use", field="--set", value=key, remedy=f"it uses {listed(one.uses)}")
        return replace(one, uses={held: change(use) if held in hit else use for held, use in one.uses.items()})

    return _options(problem, f"{name}/{option}" if option else name, edit)


def _candidate(problem: Problem, name: str, state: str) -> Problem:
    hit = _candidates(problem, name)
    if state == "off":
        return _without(problem, hit)
    if state not in {"on", "free"}:
        raise ValueFormatError("is not a state", field="--set", value=state, remedy="use on, off or free")
    kept = [replace(one, mandatory=state == "on") if one.id in hit else one for one in problem.candidates]
    return replace(problem, candidates=tuple(kept))


def _without(problem: Problem, gone: set[str]) -> Problem:
    """The problem in which some candidates cannot be funded; they stay in it, so that exits and rules hold."""
    kept = tuple(
        replace(one, mandatory=False, tags={**one.tags, WHAT_IF: "off"}) if one.id in gone else one
        for one in problem.candidates
    )
    rules = problem.rules
    if not any(rule.id == OFF_RULE for rule in rules):
        rules = (*rules, replace(EMPTY_RULE, where={f"tags.{WHAT_IF}": "off"}))
    return replace(problem, candidates=kept, rules=rules)


def _rule(problem: Problem, path: str, amount: str) -> Problem:
    known = {rule.id: rule for rule in problem.rules}
    name, _, setting = (path, "", "") if path in known else path.rpartition(".")
    if name not in known:
        raise UnknownReferenceError("no such rule", field="--set", value=path, remedy=f"rules are {listed(known)}")
    if not setting:
        if amount != "off":
            raise ValueFormatError("is not a state of a rule", field="--set", value=amount, remedy="use off")
        return replace(problem, rules=tuple(rule for rule in problem.rules if rule.id != name))
    if setting not in {"min", "max", "value"}:
        raise UnknownReferenceError("no such setting", field="--set", value=path, remedy="use .min, .max or .value")
    change = amount_change(amount)
    rule = known[name]
    old = {"min": rule.min, "max": rule.max, "value": rule.value}[setting]
    new = change(0.0 if old is None else old)
    edited = {"min": replace(rule, min=new), "max": replace(rule, max=new), "value": replace(rule, value=new)}[setting]
    return replace(problem, rules=tuple(edited if rule.id == name else rule for rule in problem.rules))


def _setting(problem: Problem, path: str, amount: str) -> Problem:
    given = problem.to_dict()
    head, _, tail = path.partition(".")
    held = given.setdefault(head, {}) if tail else given
    key = tail or head
    old = held.get(key)
    if key in {"kind", "timing"}:
        if key == "kind":
            given["objective"] = {"kind": amount}
        else:
            held[key] = amount
    else:
        held[key] = amount_change(amount)(float(old) if isinstance(old, int | float) else 0.0)
    return parse_problem(given)
