"""Value events: what a report states about a metric, the solution it is credited to, and how sure we are.

Role: the records that readers, the service and people exchange, and their JSON form (the value-events contract).
Must not know: how an event is found in text, or how events are summed (see `btim.value_ledger`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from btim.errors import SchemaError, ValueFormatError

METRICS = [
    "cost_saving", "operating_cost", "unit_cost", "process_cost", "technology_spend", "revenue", "conversion_rate",
    "customer_retention", "customer_churn", "customer_satisfaction", "nps", "active_users", "market_share",
    "resource_utilisation", "capacity", "availability", "incident_count", "response_time", "cycle_time",
    "decision_time", "delivery_time", "automation_rate", "productivity", "headcount_effort", "defect_rate",
    "quality_rate", "fraud_loss", "risk_loss", "compliance_rate", "inventory_turnover", "employee_satisfaction",
    "adoption_rate", "carbon_emission", "energy_use", "roi", "other",
]  # fmt: skip
KINDS = ["change", "from_to", "level", "share", "gap", "ratio", "spend", "saving", "gain"]
DIRECTIONS = ["up", "down", "flat", "none"]
UNITS = [
    "percent", "percentage_point", "basis_point", "times", "money", "count", "duration_day", "duration_month",
    "score",
]  # fmt: skip
STATUSES = ["realised", "planned", "negated", "hypothetical"]
RISKS = [
    "leadership_conflict", "department_conflict", "entrenched_thinking", "missing_expertise",
    "missing_organisation", "blame_shifting",
]  # fmt: skip
BANDS = ["post", "review", "drop"]
ASSURANCES = ["stated", "finance_confirmed", "metered"]
PER = ["year", "quarter", "month"]


@dataclass(frozen=True, slots=True)
class ValueEvent:
    """One statement that a metric stands at, moved to or will move to a quantity.

    `evidence` is [start, end) in code points of the original text; `value` is never negative and in units of the
    currency; `solution` is a catalogue id or None (credited to nothing in it). The fields after `value_range` are
    the product's own and are not scored.
    """

    evidence: tuple[int, int]
    solution: str | None
    metric: str
    kind: str
    direction: str
    value: Decimal
    unit: str
    status: str
    currency: str | None = None
    before: Decimal | None = None
    after: Decimal | None = None
    period: tuple[date, date] | None = None
    business_unit: str | None = None
    value_range: tuple[Decimal, Decimal] | None = None
    id: str = ""
    per: str | None = None
    confidence: float = 1.0
    band: str = "post"
    candidates: tuple[tuple[str | None, float], ...] = ()
    page: int | None = None
    paragraph: int | None = None
    assurance: str = "stated"

    def to_dict(self) -> dict[str, Any]:
        """The event as the contract's JSON object."""
        return {
            "id": self.id,
            "evidence": list(self.evidence),
            "solution": self.solution,
            "metric": self.metric,
            "kind": self.kind,
            "direction": self.direction,
            "value": plain(self.value),
            "unit": self.unit,
            "currency": self.currency,
            "before": None if self.before is None else plain(self.before),
            "after": None if self.after is None else plain(self.after),
            "value_range": None if self.value_range is None else [plain(end) for end in self.value_range],
            "status": self.status,
            "period": None if self.period is None else [day.isoformat() for day in self.period],
            "per": self.per,
            "business_unit": self.business_unit,
            "confidence": round(self.confidence, 4),
            "band": self.band,
            "candidates": [{"solution": name, "score": round(score, 4)} for name, score in self.candidates],
            "page": self.page,
            "paragraph": self.paragraph,
            "assurance": self.assurance,
        }

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "ValueEvent":
        """Read the contract's JSON object; fields beyond the scored ones may be absent.

        Raises:
            SchemaError: a required field is absent.
            ValueFormatError: a field is of the wrong type or not one of its values.
        """
        for name in ("evidence", "metric", "kind", "direction", "value", "unit", "status"):
            if name not in record:
                raise SchemaError("an event needs this field", field=name, remedy="add it or drop the event")
        return cls(
            evidence=_span(record["evidence"], "evidence"),
            solution=record.get("solution"),
            metric=_one_of(record["metric"], METRICS, "metric"),
            kind=_one_of(record["kind"], KINDS, "kind"),
            direction=_one_of(record["direction"], DIRECTIONS, "direction"),
            value=_amount(record["value"], "value"),
            unit=_one_of(record["unit"], UNITS, "unit"),
            status=_one_of(record["status"], STATUSES, "status"),
            currency=record.get("currency"),
            before=_optional_amount(record.get("before"), "before"),
            after=_optional_amount(record.get("after"), "after"),
            period=_period(record.get("period")),
            business_unit=record.get("business_unit"),
            value_range=_range(record.get("value_range")),
            id=record.get("id") or "",
            per=_optional(record.get("per"), PER, "per"),
            confidence=float(record.get("confidence", 1.0)),
            band=_one_of(record.get("band") or "post", BANDS, "band"),
            candidates=tuple((item["solution"], float(item["score"])) for item in record.get("candidates") or ()),
            page=record.get("page"),
            paragraph=record.get("paragraph"),
            assurance=_one_of(record.get("assurance") or "stated", ASSURANCES, "assurance"),
        )


@dataclass(frozen=True, slots=True)
class RiskSignal:
    """A sign, with its evidence [start, end), that a project runs one of the six risks."""

    risk: str
    evidence: tuple[int, int]
    confidence: float = 1.0

    def to_dict(self) -> dict[str, Any]:
        """The signal as the contract's JSON object."""
        return {"risk": self.risk, "evidence": list(self.evidence), "confidence": round(self.confidence, 4)}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "RiskSignal":
        """Read the contract's JSON object.

        Raises:
            ValueFormatError: an unknown risk or a malformed span.
        """
        return cls(
            risk=_one_of(record.get("risk"), RISKS, "risk"),
            evidence=_span(record.get("evidence"), "evidence"),
            confidence=float(record.get("confidence", 1.0)),
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """What one document says: its value events and risk signals, in the order of the text."""

    id: str
    events: tuple[ValueEvent, ...]
    risks: tuple[RiskSignal, ...]
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The reading as one line of `waterline read`."""
        record: dict[str, Any] = {
            "id": self.id,
            "events": [event.to_dict() for event in self.events],
            "risks": [risk.to_dict() for risk in self.risks],
        }
        return record | ({"notes": list(self.notes)} if self.notes else {})


def plain(number: Decimal) -> str:
    """A decimal as plain digits: no exponent, no trailing zeros."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _one_of(found: Any, allowed: list[str], name: str) -> str:
    if found not in allowed:
        raise ValueFormatError(f"is not a known {name}", field=name, value=found, remedy=f"one of {', '.join(allowed)}")
    return str(found)


def _optional(found: Any, allowed: list[str], name: str) -> str | None:
    return None if found is None else _one_of(found, allowed, name)


def _amount(found: Any, name: str) -> Decimal:
    try:
        number = Decimal(str(found))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise ValueFormatError("is not a decimal number", field=name, value=found, remedy='write it like "12.5"')
    return number


def _optional_amount(found: Any, name: str) -> Decimal | None:
    return None if found is None else _amount(found, name)


def _range(found: Any) -> tuple[Decimal, Decimal] | None:
    return None if found is None else (_amount(found[0], "value_range"), _amount(found[1], "value_range"))


def _span(found: Any, name: str) -> tuple[int, int]:
    if not (isinstance(found, list | tuple) and len(found) == 2 and all(isinstance(end, int) for end in found)):
        raise ValueFormatError("is not a span [start, end)", field=name, value=found, remedy="write two whole numbers")
    return found[0], found[1]


def _period(found: Any) -> tuple[date, date] | None:
    if found is None:
        return None
    try:
        return date.fromisoformat(found[0]), date.fromisoformat(found[1])
    except (ValueError, TypeError, IndexError, KeyError):
        raise ValueFormatError(
            "is not a period", field="period", value=found, remedy='write ["2025-04-01", "2025-06-30"]'
        ) from None
