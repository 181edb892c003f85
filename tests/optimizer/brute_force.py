"""Brute force over every choice of options, written from the exchange format and from nothing else."""

import itertools
from collections.abc import Iterator
from typing import Any

Choice = dict[str, str]
TIME = {"start": 0.0, "mid": 0.5, "end": 1.0}


def choices(problem: dict[str, Any]) -> Iterator[Choice]:
    menus = [[None, *(option["id"] for option in one["options"])] for one in problem["candidates"]]
    for picks in itertools.product(*menus):
        pairs = zip(problem["candidates"], picks, strict=True)
        yield {one["id"]: pick for one, pick in pairs if pick is not None}


def option_of(problem: dict[str, Any], candidate: str, option: str) -> dict[str, Any]:
    one = next(entry for entry in problem["candidates"] if entry["id"] == candidate)
    return next(entry for entry in one["options"] if entry["id"] == option)


def present_value(problem: dict[str, Any], amounts: dict[str, float]) -> float:
    total = 0.0
    for key, amount in amounts.items():
        kind, _, rest = key.partition(":")
        if kind in {"capex", "opex"} and rest:
            time = problem["periods"].index(rest.split(":")[0]) + TIME[problem.get("timing", "end")]
            total += amount / (1 + problem["discount_rate"]) ** time
    return total


def worth(problem: dict[str, Any], option: dict[str, Any]) -> float:
    if "value" in option:
        return option["value"]
    gross = present_value(problem, {f"capex:{period}": amount for period, amount in option["benefits"].items()})
    spent = present_value(problem, option.get("uses", {}))
    return gross - spent + present_value(problem, option.get("frees", {}))


def net(option: dict[str, Any], key: str) -> float:
    return option.get("uses", {}).get(key, 0.0) - option.get("frees", {}).get(key, 0.0)


def matches(candidate: dict[str, Any], where: dict[str, str]) -> bool:
    def found(name: str) -> Any:
        return candidate.get("tags", {}).get(name[5:]) if name.startswith("tags.") else candidate.get(name)

    return all(found(name) == wanted for name, wanted in where.items())


def used(problem: dict[str, Any], name: str, choice: Choice) -> float:
    limit = problem["limits"][name]
    where = limit.get("where", {})
    total = 0.0
    for key, weight in limit.get("of", {name: 1}).items():
        if not where:
            total += weight * sum(item["uses"].get(key, 0) for item in problem.get("committed", []))
        for one in problem["candidates"]:
            if matches(one, where):
                if one["id"] in choice:
                    total += weight * net(option_of(problem, one["id"], choice[one["id"]]), key)
                else:
                    total += weight * one.get("exit", {}).get(key, 0.0)
    return total


def keeps(problem: dict[str, Any], choice: Choice, *, without: frozenset[str] = frozenset()) -> bool:
    for one in problem["candidates"]:
        if one.get("mandatory") and one["id"] not in choice and f"mandatory:{one['id']}" not in without:
            return False
    for name, limit in problem["limits"].items():
        if name not in without and used(problem, name, choice) > limit["max"] + 1e-6:
            return False
    rules = [(rule.get("id", f"rules[{place}]"), rule) for place, rule in enumerate(problem.get("rules", []))]
    return all(name in without or rule_kept(problem, rule, choice) for name, rule in rules)


def rule_kept(problem: dict[str, Any], rule: dict[str, Any], choice: Choice) -> bool:
    number = sum(name in choice for name in rule.get("candidates", []))
    funded = [one for one in problem["candidates"] if one["id"] in choice]
    if rule["kind"] == "requires":
        return rule["candidate"] not in choice or all(name in choice for name in rule["needs"])
    if rule["kind"] == "exclusive":
        return number <= 1
    if rule["kind"] == "count":
        return rule.get("min", 0) <= number <= rule.get("max", 99)
    if rule["kind"] == "forbid":
        return not any(matches(one, rule["where"]) for one in funded)
    if rule["kind"] == "share":
        spent = {
            one["id"]: sum(net(option_of(problem, one["id"], choice[one["id"]]), key) for key in rule["of"])
            for one in funded
        }
        whole = sum(spent.values())
        part = sum(spent[one["id"]] for one in funded if matches(one, rule["where"]))
        return rule.get("min", -9) * whole - 1e-6 <= part <= rule.get("max", 9) * whole + 1e-6
    return True


def total(problem: dict[str, Any], choice: Choice) -> float:
    result = sum(worth(problem, option_of(problem, name, option)) for name, option in choice.items())
    for rule in problem.get("rules", []):
        if rule["kind"] == "synergy" and all(name in choice for name in rule["candidates"]):
            result += rule["value"]
    baseline = problem.get("baseline")
    if baseline:
        changed = sum(baseline["funded"].get(one["id"]) != choice.get(one["id"]) for one in problem["candidates"])
        result -= baseline["change_penalty"] * changed
    return result


def spend(problem: dict[str, Any], choice: Choice) -> float:
    return sum(
        present_value(problem, option_of(problem, name, option).get("uses", {})) for name, option in choice.items()
    )


def best(problem: dict[str, Any]) -> float | None:
    """The best objective over every choice that keeps all limits and rules, None where there is none."""
    objective = problem["objective"]
    worths = []
    for choice in choices(problem):
        if not keeps(problem, choice):
            continue
        if objective["kind"] == "roi":
            spent = spend(problem, choice)
            if spent >= objective["min_spend"] - 1e-6:
                worths.append(total(problem, choice) / spent)
        else:
            worths.append(total(problem, choice))
    return max(worths, default=None)
