"""Records of the answer to a portfolio problem, in the shape of the exchange format.

Role: the frozen seam between the optimiser and everyone who shows or stores its answer.
Must not know: how the answer was found.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from btim.errors import SchemaError

STATUSES = ("optimal", "feasible", "infeasible")


@dataclass(frozen=True, slots=True)
class Funded:
    """A funded candidate: worth, gross benefits and cost are present values; `roi` is worth per unit of cost."""

    candidate: str
    option: str
    value: float
    gross: float | None
    cost_pv: float | None
    roi: float | None
    uses: Mapping[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Row of `funded`."""
        return {
            "candidate": self.candidate,
            "option": self.option,
            "value": self.value,
            "gross": self.gross,
            "cost_pv": self.cost_pv,
            "roi": self.roi,
            "uses": dict(self.uses),
        }


@dataclass(frozen=True, slots=True)
class NotFunded:
    """Why a candidate is below the line, and the smallest single change that would bring it above.

    `because` holds the limits and rules that the candidate would break if it were simply added (empty: nothing but
    its own worth). `loss_if_forced` is None when no portfolio holds the candidate. `explain` is `exact` or `fast`.
    """

    candidate: str
    because: tuple[str, ...]
    loss_if_forced: float | None
    displaces: tuple[str, ...]
    value_increase: float | None
    cost_decrease: Mapping[str, float]
    explain: str
    near_tie: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Row of `not_funded`."""
        return {
            "candidate": self.candidate,
            "because": list(self.because),
            "loss_if_forced": self.loss_if_forced,
            "displaces": list(self.displaces),
            "needs": {"value_increase": self.value_increase, "cost_decrease": dict(self.cost_decrease)},
            "explain": self.explain,
        }


@dataclass(frozen=True, slots=True)
class LimitUse:
    """How much of a limit is used, and what one more unit would be worth between the `valid` values of its maximum."""

    id: str
    used: float
    max: float
    marginal_value: float | None
    valid: tuple[float | None, float | None] | None
    basis: str = "LP estimate"

    @property
    def unused(self) -> float:
        """What is left of the limit."""
        return self.max - self.used

    def to_dict(self) -> dict[str, Any]:
        """Row of `limits`."""
        return {
            "id": self.id,
            "used": self.used,
            "max": self.max,
            "unused": self.unused,
            "marginal_value": self.marginal_value,
            "valid": None if self.valid is None else list(self.valid),
            "basis": self.basis,
        }


@dataclass(frozen=True, slots=True)
class Change:
    """What differs from the baseline: candidate ids."""

    added: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The `change` object."""
        return {"added": list(self.added), "dropped": list(self.dropped), "changed": list(self.changed)}


@dataclass(frozen=True, slots=True)
class Risk:
    """Distribution of the portfolio's value over sampled outcomes; `cvar` is the mean of the worst outcomes."""

    mean: float
    sd: float
    p10: float
    p50: float
    p90: float
    loss_probability: float
    cvar: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """The `risk` object."""
        out = {
            "mean": self.mean,
            "sd": self.sd,
            "p10": self.p10,
            "p50": self.p50,
            "p90": self.p90,
            "loss_probability": self.loss_probability,
        }
        return out if self.cvar is None else out | {"cvar": self.cvar}


@dataclass(frozen=True, slots=True)
class Relaxation:
    """One of the cheapest changes that make a problem feasible: a higher maximum, or a condition dropped."""

    id: str
    kind: str
    max: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Row of `relaxations`."""
        return {self.kind: self.id, "max": self.max} if self.max is not None else {self.kind: self.id, "drop": True}


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The recommended portfolio, how good it is proven to be, and why."""

    status: str
    objective: float | None
    bound: float | None
    gap: float | None
    seconds: float
    solver: str
    problem_sha256: str
    funded: tuple[Funded, ...] = ()
    not_funded: tuple[NotFunded, ...] = ()
    limits: tuple[LimitUse, ...] = ()
    totals: Mapping[str, float] = field(default_factory=dict)
    change: Change = field(default_factory=Change)
    risk: Risk | None = None
    conflict: tuple[str, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()

    def chosen(self) -> dict[str, str]:
        """Option by funded candidate."""
        return {row.candidate: row.option for row in self.funded}

    def to_dict(self) -> dict[str, Any]:
        """The recommendation in the exchange format."""
        out: dict[str, Any] = {
            "status": self.status,
            "objective": self.objective,
            "bound": self.bound,
            "gap": self.gap,
            "seconds": self.seconds,
            "solver": self.solver,
            "problem_sha256": self.problem_sha256,
            "funded": [row.to_dict() for row in self.funded],
            "not_funded": [row.to_dict() for row in self.not_funded],
            "limits": [row.to_dict() for row in self.limits],
            "totals": dict(self.totals),
            "change": self.change.to_dict(),
            "risk": None if self.risk is None else self.risk.to_dict(),
        }
        if self.status == "infeasible":
            out["conflict"] = list(self.conflict)
            out["relaxations"] = [row.to_dict() for row in self.relaxations]
        return out

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> "Recommendation":
        """Read a recommendation that `to_dict` wrote.

        Raises:
            SchemaError: a key that every recommendation has is missing.
        """
        try:
            return _read(given)
        except (KeyError, TypeError) as error:
            raise SchemaError(
                "is not a recommendation",
                field=str(error).strip("'"),
                remedy="make it with `waterline recommend --out`",
            ) from None


def _read(given: Mapping[str, Any]) -> Recommendation:
    names = ("status", "objective", "bound", "gap", "seconds", "solver", "problem_sha256")
    risk = given.get("risk")
    return Recommendation(
        **{name: given[name] for name in names},
        funded=tuple(Funded(**row) for row in given["funded"]),
        not_funded=tuple(_read_reason(row) for row in given["not_funded"]),
        limits=tuple(_read_limit(row) for row in given["limits"]),
        totals=dict(given["totals"]),
        change=Change(**{name: tuple(ids) for name, ids in given["change"].items()}),
        risk=None if risk is None else Risk(**risk),
        conflict=tuple(given.get("conflict", ())),
        relaxations=tuple(_read_relaxation(row) for row in given.get("relaxations", ())),
    )


def _read_reason(row: Mapping[str, Any]) -> NotFunded:
    return NotFunded(
        candidate=row["candidate"],
        because=tuple(row["because"]),
        loss_if_forced=row["loss_if_forced"],
        displaces=tuple(row["displaces"]),
        value_increase=row["needs"]["value_increase"],
        cost_decrease=dict(row["needs"]["cost_decrease"]),
        explain=row["explain"],
    )


def _read_limit(row: Mapping[str, Any]) -> LimitUse:
    valid = row["valid"]
    ends = None if valid is None else (valid[0], valid[1])
    return LimitUse(row["id"], row["used"], row["max"], row["marginal_value"], ends, row["basis"])


def _read_relaxation(row: Mapping[str, Any]) -> Relaxation:
    kind = next(name for name in row if name not in {"max", "drop"})
    return Relaxation(id=row[kind], kind=kind, max=row.get("max"))
