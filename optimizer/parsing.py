"""The door: a mapping in the exchange format becomes a checked `Problem`.

Role: refuse what the format does not allow, naming the path of the field, its value and the remedy.
Must not know: how a problem is solved; what depends on several fields together is in `consistency`.
"""

import json
from collections.abc import Mapping
from typing import Any

from btim.errors import DuplicateError, FileError, InputError, SchemaError, ValueFormatError, listed
from btim.portfolio import (
    OBJECTIVE_FIELDS,
    RULE_FIELDS,
    WHERE_FIELDS,
    Baseline,
    Candidate,
    Committed,
    Limit,
    Objective,
    Option,
    Problem,
    Rule,
    SolverSettings,
)
from optimizer.consistency import check_consistency
from optimizer.fields import (
    amounts_at,
    choice_at,
    known_keys,
    list_at,
    mapping_at,
    number_at,
    refuse_twice,
    text_at,
    texts_at,
    whole_at,
)

PROBLEM_NEEDS = ("name", "currency", "candidates", "limits", "objective")
PROBLEM_KEYS = (*PROBLEM_NEEDS, "periods", "discount_rate", "timing", "committed", "rules", "baseline", "solver")
CANDIDATE_TEXTS = ("solution", "tower", "category", "business_owner", "technology_owner")
CANDIDATE_KEYS = ("id", "name", *CANDIDATE_TEXTS, "tags", "mandatory", "sunk", "exit", "options")
OPTION_KEYS = ("id", "uses", "frees", "value", "benefits", "cashable", "value_sd")


def parse_problem(mapping: Mapping[str, Any]) -> Problem:
    """Check a problem in the exchange format and return it as a record.

    Raises:
        InputError: unknown or missing key, wrong type, not finite, negative use, duplicate id, unknown reference,
            cyclic `requires`, an option without worth …; `error.field` is the path, as `candidates[3].options[0].uses`.
    """
    given = mapping_at(mapping, "problem")
    known_keys(given, PROBLEM_KEYS, "", required=PROBLEM_NEEDS)
    problem = Problem(
        name=text_at(given["name"], "name"),
        currency=_currency(given["currency"]),
        periods=texts_at(given["periods"], "periods") if "periods" in given else (),
        discount_rate=_discount_rate(given.get("discount_rate")),
        timing=choice_at(given.get("timing", "end"), "timing", ("start", "mid", "end")),
        candidates=_candidates(given["candidates"]),
        committed=_committed(given.get("committed", [])),
        limits=_limits(given["limits"]),
        rules=_rules(given.get("rules", [])),
        objective=_objective(given["objective"]),
        baseline=_baseline(given["baseline"]) if given.get("baseline") is not None else None,
        solver=_solver(given.get("solver", {})),
    )
    check_consistency(problem)
    return problem


def parse_problem_text(text: str, *, file: str | None = None) -> Problem:
    """Parse JSON text; keys that stand twice and text that is not JSON are refused with the line.

    Raises:
        InputError: as `parse_problem`, with the file filled in.
    """
    try:
        mapping = json.loads(text, object_pairs_hook=_unique_pairs)
    except json.JSONDecodeError as error:
        raise FileError(f"is not JSON: {error.msg}", file=file, row=error.lineno, remedy="correct the syntax") from None
    except InputError as error:
        raise error.at(file=file) from None
    try:
        return parse_problem(mapping)
    except InputError as error:
        raise error.at(file=file) from None


def _unique_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in pairs:
        if key in out:
            raise DuplicateError("key stands twice in one object", field=key, remedy="keep one of them")
        out[key] = value
    return out


def _currency(value: object) -> str:
    code = text_at(value, "currency")
    if len(code) != 3 or not code.isascii() or not code.isupper():
        raise ValueFormatError("is not a currency code", field="currency", value=code, remedy="use ISO 4217, as GBP")
    return code


def _discount_rate(value: object) -> float | None:
    if value is None:
        return None
    rate = number_at(value, "discount_rate")
    if not -1 < rate <= 1:
        raise ValueFormatError(
            "must be a share between -1 and 1", field="discount_rate", value=value, remedy="write 8 % as 0.08"
        )
    return rate


def _candidates(value: object) -> tuple[Candidate, ...]:
    items = list_at(value, "candidates")
    if not items:
        raise ValueFormatError("is empty", field="candidates", remedy="list at least one candidate")
    candidates = tuple(_candidate(item, f"candidates[{index}]") for index, item in enumerate(items))
    refuse_twice([candidate.id for candidate in candidates], "candidates", ".id")
    return candidates


def _candidate(value: object, path: str) -> Candidate:
    given = mapping_at(value, path)
    known_keys(given, CANDIDATE_KEYS, path, required=("id", "options"))
    options = tuple(
        _option(item, f"{path}.options[{index}]")
        for index, item in enumerate(list_at(given["options"], f"{path}.options"))
    )
    if not options:
        raise ValueFormatError("is empty", field=f"{path}.options", remedy="give at least one option")
    refuse_twice([option.id for option in options], f"{path}.options", ".id")
    mandatory = given.get("mandatory", False)
    if not isinstance(mandatory, bool):
        raise ValueFormatError("must be true or false", field=f"{path}.mandatory", value=mandatory, remedy="use true")
    texts = {
        name: text_at(given[name], f"{path}.{name}") for name in CANDIDATE_TEXTS if given.get(name) not in (None, "")
    }
    tags = mapping_at(given.get("tags", {}), f"{path}.tags")
    identity = text_at(given["id"], f"{path}.id")
    return Candidate(
        id=identity,
        name=text_at(given["name"], f"{path}.name") if given.get("name") not in (None, "") else identity,
        options=options,
        tags={name: text_at(tag, f"{path}.tags.{name}") for name, tag in tags.items()},
        mandatory=mandatory,
        sunk=number_at(given.get("sunk", 0), f"{path}.sunk", least=0),
        exit=amounts_at(given.get("exit", {}), f"{path}.exit"),
        **texts,
    )


def _option(value: object, path: str) -> Option:
    given = mapping_at(value, path)
    known_keys(given, OPTION_KEYS, path, required=("id",))
    if ("value" in given) == ("benefits" in given):
        raise SchemaError(
            "an option needs exactly one of 'value' and 'benefits' as its worth", field=path, remedy="give one"
        )
    return Option(
        id=text_at(given["id"], f"{path}.id"),
        uses=amounts_at(given.get("uses", {}), f"{path}.uses"),
        frees=amounts_at(given.get("frees", {}), f"{path}.frees"),
        value=number_at(given["value"], f"{path}.value") if "value" in given else None,
        benefits=amounts_at(given.get("benefits", {}), f"{path}.benefits", least=None),
        cashable=amounts_at(given.get("cashable", {}), f"{path}.cashable", least=None),
        value_sd=number_at(given.get("value_sd", 0), f"{path}.value_sd", least=0),
    )


def _committed(value: object) -> tuple[Committed, ...]:
    items = []
    for index, item in enumerate(list_at(value, "committed")):
        path = f"committed[{index}]"
        given = mapping_at(item, path)
        known_keys(given, ("name", "uses"), path, required=("name", "uses"))
        items.append(Committed(text_at(given["name"], f"{path}.name"), amounts_at(given["uses"], f"{path}.uses")))
    return tuple(items)


def _limits(value: object) -> tuple[Limit, ...]:
    limits = []
    for name, item in mapping_at(value, "limits").items():
        path = f"limits.{name}"
        given = mapping_at(item, path)
        known_keys(given, ("max", "of", "where", "unit"), path, required=("max",))
        weights = amounts_at(given["of"], f"{path}.of", least=None) if "of" in given else {name: 1.0}
        if not weights:
            raise ValueFormatError("is empty", field=f"{path}.of", remedy="name the resource keys and their weights")
        limits.append(
            Limit(
                id=name,
                max=number_at(given["max"], f"{path}.max"),
                of=weights,
                where=_where(given.get("where", {}), f"{path}.where"),
                unit=text_at(given["unit"], f"{path}.unit") if given.get("unit") is not None else None,
            )
        )
    return tuple(limits)


def _where(value: object, path: str) -> dict[str, str]:
    given = mapping_at(value, path)
    for name in given:
        if name not in WHERE_FIELDS and not (name.startswith("tags.") and len(name) > len("tags.")):
            raise SchemaError(
                "unknown key", field=f"{path}.{name}", remedy=f"known here: {listed(WHERE_FIELDS)}, tags.<name>"
            )
    return {name: text_at(wanted, f"{path}.{name}") for name, wanted in given.items()}


def _rules(value: object) -> tuple[Rule, ...]:
    rules = tuple(_rule(item, index) for index, item in enumerate(list_at(value, "rules")))
    refuse_twice([rule.id for rule in rules], "rules", ".id")
    return rules


def _rule(value: object, index: int) -> Rule:
    path = f"rules[{index}]"
    given = mapping_at(value, path)
    kind = choice_at(given.get("kind"), f"{path}.kind", tuple(RULE_FIELDS))
    names = RULE_FIELDS[kind]
    optional = {"min", "max"} if kind in {"count", "share"} else set()
    known_keys(given, ("id", "kind", *names), path, required=[name for name in names if name not in optional])
    if optional and not optional & set(given):
        raise SchemaError("needs 'min' or 'max'", field=path, remedy="give at least one of them")
    read: dict[str, Any] = {}
    if "candidate" in given:
        read["candidate"] = text_at(given["candidate"], f"{path}.candidate")
    for name, fewest in (("needs", 1), ("candidates", 2 if kind in {"exclusive", "synergy"} else 1), ("of", 1)):
        if name in given:
            read[name] = texts_at(given[name], f"{path}.{name}", fewest=fewest)
    if "where" in given:
        read["where"] = _where(given["where"], f"{path}.where")
    if "value" in given:
        read["value"] = number_at(given["value"], f"{path}.value")
    for name in sorted(optional & set(given)):
        read[name] = _bound(given[name], f"{path}.{name}", kind)
    low, high = read.get("min"), read.get("max")
    if low is not None and high is not None and low > high:
        raise ValueFormatError("is more than 'max'", field=f"{path}.min", value=low, remedy=f"'max' is {high:g}")
    return Rule(id=text_at(given["id"], f"{path}.id") if "id" in given else path, kind=kind, **read)


def _bound(value: object, path: str, kind: str) -> float:
    if kind == "count":
        return float(whole_at(value, path, least=0))
    share = number_at(value, path, least=0)
    if share > 1:
        raise ValueFormatError("must be a share from 0 to 1", field=path, value=value, remedy="write 10 % as 0.1")
    return share


def _objective(value: object) -> Objective:
    given = mapping_at(value, "objective")
    kind = choice_at(given.get("kind"), "objective.kind", tuple(OBJECTIVE_FIELDS))
    known_keys(given, ("kind", *OBJECTIVE_FIELDS[kind]), "objective")
    read: dict[str, Any] = {
        name: number_at(given[name], f"objective.{name}", least=0)
        for name in ("min_spend", "risk_aversion", "confidence", "correlation")
        if name in given
    }
    for name, least in (("samples", 2), ("seed", 0)):
        if name in given:
            read[name] = whole_at(given[name], f"objective.{name}", least=least)
    for name in ("risk_aversion", "confidence", "correlation"):
        if name in read and (read[name] > 1 or (name == "confidence" and read[name] == 1)):
            raise ValueFormatError("must be a share", field=f"objective.{name}", value=given[name], remedy="use 0 to 1")
    return Objective(kind=kind, **read)


def _baseline(value: object) -> Baseline:
    given = mapping_at(value, "baseline")
    known_keys(given, ("funded", "change_penalty"), "baseline")
    funded = mapping_at(given.get("funded", {}), "baseline.funded")
    return Baseline(
        funded={name: text_at(option, f"baseline.funded.{name}") for name, option in funded.items()},
        change_penalty=number_at(given.get("change_penalty", 0), "baseline.change_penalty", least=0),
    )


def _solver(value: object) -> SolverSettings:
    given = mapping_at(value, "solver")
    known_keys(given, ("gap", "time_limit_s", "threads"), "solver")
    settings: dict[str, Any] = {}
    if "gap" in given:
        settings["gap"] = number_at(given["gap"], "solver.gap", least=0)
    if "time_limit_s" in given:
        settings["time_limit_s"] = number_at(given["time_limit_s"], "solver.time_limit_s", least=0.1)
    if "threads" in given:
        settings["threads"] = whole_at(given["threads"], "solver.threads", least=1)
    return SolverSettings(**settings)
