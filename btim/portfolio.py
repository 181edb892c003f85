"""Records of the portfolio exchange: problem, candidate, option, limit, rule.

Role: the frozen seam between whoever states a portfolio problem and the optimiser that answers it.
Must not know: how a problem is parsed, solved or shown. Amounts are planning estimates in units of the problem's
currency and are floats here: they enter a model, never the ledger.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from btim.errors import DuplicateError

MONEY_KINDS = ("capex", "opex")
"""Kinds of resource keys that are money."""

WHERE_FIELDS = ("category", "solution", "tower", "business_owner", "technology_owner")
"""Candidate fields that a `where` may match, besides `tags.<name>`."""


@dataclass(frozen=True, slots=True)
class Option:
    """One way to fund a candidate; `value` is a net present value, or `benefits` are gross amounts by period."""

    id: str
    uses: Mapping[str, float] = field(default_factory=dict)
    frees: Mapping[str, float] = field(default_factory=dict)
    value: float | None = None
    benefits: Mapping[str, float] = field(default_factory=dict)
    cashable: Mapping[str, float] = field(default_factory=dict)
    value_sd: float = 0.0

    def net_uses(self) -> Mapping[str, float]:
        """Use of every resource key, what is freed subtracted."""
        if not self.frees:
            return self.uses
        net = dict(self.uses)
        for key, amount in self.frees.items():
            net[key] = net.get(key, 0.0) - amount
        return net


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that may be funded, at one of its options or not at all (exactly one when `mandatory`)."""

    id: str
    options: tuple[Option, ...]
    name: str = ""
    solution: str | None = None
    tower: str | None = None
    category: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    business_owner: str | None = None
    technology_owner: str | None = None
    mandatory: bool = False
    sunk: float = 0.0
    exit: Mapping[str, float] = field(default_factory=dict)

    def matches(self, where: Mapping[str, str]) -> bool:
        """Whether every named field, or tag as `tags.<name>`, has the wanted value."""
        return all(self._field(name) == wanted for name, wanted in where.items())

    def _field(self, name: str) -> str | None:
        if name.startswith("tags."):
            return self.tags.get(name.removeprefix("tags."))
        found: str | None = getattr(self, name)
        return found


@dataclass(frozen=True, slots=True)
class Committed:
    """Spending that is already decided: it counts in what is used and cannot be dropped."""

    name: str
    uses: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `max` of the weighted resource keys `of`, by the candidates that `where` matches."""

    id: str
    max: float
    of: Mapping[str, float]
    where: Mapping[str, str] = field(default_factory=dict)
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition on which candidates are funded together; which fields count depends on `kind`."""

    id: str
    kind: str
    candidate: str | None = None
    needs: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    min: float | None = None
    max: float | None = None
    where: Mapping[str, str] = field(default_factory=dict)
    of: tuple[str, ...] = ()
    value: float = 0.0


@dataclass(frozen=True, slots=True)
class Objective:
    """What is maximised: `expected_value`, `roi` or `risk_adjusted`."""

    kind: str = "expected_value"
    min_spend: float = 0.0
    risk_aversion: float = 0.5
    confidence: float = 0.95
    samples: int = 500
    seed: int = 0
    correlation: float = 0.0


@dataclass(frozen=True, slots=True)
class Baseline:
    """The portfolio in force today: option by candidate, and what every change against it costs."""

    funded: Mapping[str, str] = field(default_factory=dict)
    change_penalty: float = 0.0


@dataclass(frozen=True, slots=True)
class SolverSettings:
    """How good the answer must be proven (relative gap) and how long that may take."""

    gap: float = 1e-4
    time_limit_s: float = 30.0
    threads: int = 2


@dataclass(frozen=True, slots=True)
class Problem:
    """A complete portfolio problem, checked at the door."""

    name: str
    currency: str
    candidates: tuple[Candidate, ...]
    limits: tuple[Limit, ...]
    objective: Objective = field(default_factory=Objective)
    periods: tuple[str, ...] = ()
    discount_rate: float | None = None
    timing: str = "end"
    committed: tuple[Committed, ...] = ()
    rules: tuple[Rule, ...] = ()
    baseline: Baseline | None = None
    solver: SolverSettings = field(default_factory=SolverSettings)

    def with_limits(self, limits: Mapping[str, float], *, units: Mapping[str, str] | None = None) -> "Problem":
        """Return the problem with one more limit for each resource key, at the given maximum.

        Raises:
            DuplicateError: a limit of that id is there already.
        """
        known = {limit.id for limit in self.limits}
        for key in limits:
            if key in known:
                raise DuplicateError("limit is there already", field=f"limits.{key}", remedy="remove one of the two")
        units = units or {}
        more = tuple(Limit(id=key, max=top, of={key: 1.0}, unit=units.get(key)) for key, top in limits.items())
        return replace(self, limits=self.limits + more)

    def to_dict(self) -> dict[str, Any]:
        """The problem in the exchange format, defaults left out."""
        out: dict[str, Any] = {"name": self.name, "currency": self.currency}
        if self.periods:
            out["periods"] = list(self.periods)
        if self.discount_rate is not None:
            out["discount_rate"] = self.discount_rate
        if self.timing != "end":
            out["timing"] = self.timing
        out["candidates"] = [_candidate_dict(candidate) for candidate in self.candidates]
        if self.committed:
            out["committed"] = [{"name": item.name, "uses": dict(item.uses)} for item in self.committed]
        out["limits"] = {limit.id: _limit_dict(limit) for limit in self.limits}
        if self.rules:
            out["rules"] = [_rule_dict(rule) for rule in self.rules]
        out["objective"] = _objective_dict(self.objective)
        if self.baseline is not None:
            out["baseline"] = {
                "funded": dict(self.baseline.funded),
                "change_penalty": self.baseline.change_penalty,
            }
        out["solver"] = {
            "gap": self.solver.gap,
            "time_limit_s": self.solver.time_limit_s,
            "threads": self.solver.threads,
        }
        return out

    def sha256(self) -> str:
        """Hash of the problem as it was understood: canonical JSON of `to_dict`, keys sorted."""
        text = json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def is_money(key: str) -> bool:
    """Whether a resource key is money: `capex:<period>…` or `opex:<period>…`."""
    return key.partition(":")[0] in MONEY_KINDS and ":" in key


def period_of(key: str) -> str | None:
    """Period part of a resource key, None for a plain name."""
    parts = key.split(":")
    return parts[1] if len(parts) > 1 else None


def _candidate_dict(candidate: Candidate) -> dict[str, Any]:
    out: dict[str, Any] = {"id": candidate.id}
    if candidate.name and candidate.name != candidate.id:
        out["name"] = candidate.name
    for name in ("solution", "tower", "category", "business_owner", "technology_owner"):
        if getattr(candidate, name) is not None:
            out[name] = getattr(candidate, name)
    if candidate.tags:
        out["tags"] = dict(candidate.tags)
    if candidate.mandatory:
        out["mandatory"] = True
    if candidate.sunk:
        out["sunk"] = candidate.sunk
    if candidate.exit:
        out["exit"] = dict(candidate.exit)
    out["options"] = [_option_dict(option) for option in candidate.options]
    return out


def _option_dict(option: Option) -> dict[str, Any]:
    out: dict[str, Any] = {"id": option.id}
    for name in ("uses", "frees", "benefits", "cashable"):
        if getattr(option, name):
            out[name] = dict(getattr(option, name))
    if option.value is not None:
        out["value"] = option.value
    if option.value_sd:
        out["value_sd"] = option.value_sd
    return out


def _limit_dict(limit: Limit) -> dict[str, Any]:
    out: dict[str, Any] = {"max": limit.max}
    if dict(limit.of) != {limit.id: 1.0}:
        out["of"] = dict(limit.of)
    if limit.where:
        out["where"] = dict(limit.where)
    if limit.unit is not None:
        out["unit"] = limit.unit
    return out


RULE_FIELDS = {
    "requires": ("candidate", "needs"),
    "exclusive": ("candidates",),
    "count": ("candidates", "min", "max"),
    "share": ("where", "of", "min", "max"),
    "forbid": ("where",),
    "synergy": ("candidates", "value"),
}
"""Fields of each kind of rule, besides `id` and `kind`."""

OBJECTIVE_FIELDS = {
    "expected_value": (),
    "roi": ("min_spend",),
    "risk_adjusted": ("risk_aversion", "confidence", "samples", "seed", "correlation"),
}
"""Fields of each kind of objective, besides `kind`."""


def _rule_dict(rule: Rule) -> dict[str, Any]:
    out: dict[str, Any] = {"id": rule.id, "kind": rule.kind}
    for name in RULE_FIELDS[rule.kind]:
        found = getattr(rule, name)
        if found is not None:
            out[name] = list(found) if isinstance(found, tuple) else dict(found) if name == "where" else found
    return out


def _objective_dict(objective: Objective) -> dict[str, Any]:
    return {"kind": objective.kind} | {name: getattr(objective, name) for name in OBJECTIVE_FIELDS[objective.kind]}
