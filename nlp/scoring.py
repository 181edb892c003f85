"""The contract's scores: gold readings against predicted ones.

Role: match events by evidence and value, and count what is right per field, per link, per risk and in money.
Must not know: how a reading was made.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from btim.value import RISKS, STATUSES, Reading, ValueEvent
from nlp.gold import GoldDocument, paired

EXACT = ("solution", "metric", "kind", "direction", "value", "unit", "currency", "status")
FIELDS = (*EXACT, "before", "after", "period", "business_unit")
TOLERANCE = Decimal("0.001")
HALF = 0.5


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Scores of a set of documents; `None` where nothing in the gold file asks for the score."""

    documents: int
    gold_events: int
    predicted_events: int
    matched: int
    event_f1: float
    value_unit_f1: float
    fields: dict[str, dict[str, float]]
    exact_event_f1: float
    direction_accuracy: float | None
    status_macro_f1: float | None
    linking_accuracy: float | None
    linking_accuracy_matched: float | None
    nil_f1: float | None
    risk_macro_f1: float | None
    risks: dict[str, dict[str, float]]
    ledger_error: float | None
    calibration_error: float | None
    posted_coverage: float | None
    posted_precision: float | None

    def to_dict(self) -> dict[str, Any]:
        """The scores as plain JSON."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


Pair = tuple[ValueEvent, ValueEvent]


def evaluate(gold: Iterable[GoldDocument], predicted: Iterable[Reading]) -> Evaluation:
    """Score readings against gold documents by the rules of the value-events contract.

    Values are equal when they differ by at most 0.1 % (a converted duration has no finite decimal).

    Raises:
        UnknownReferenceError: no reading belongs to a gold document.
    """
    pairs = paired(gold, predicted)
    matches: list[Pair] = []
    for item, reading in pairs:
        matches += match_events(item.reading.events, reading.events)
    wanted = [event for item, _ in pairs for event in item.reading.events]
    found = [event for _, reading in pairs for event in reading.events]
    exact = sum(exactly_right(one, other) for one, other in matches)
    both = sum(one.unit == other.unit for one, other in matches)
    linked = [event for event in wanted if event.solution is not None]
    right = sum(one.solution == other.solution for one, other in matches if one.solution is not None)
    matched_linked = sum(one.solution is not None for one, _ in matches)
    risks = _risk_scores(pairs)
    asked = [scores["f1"] for scores in risks.values() if scores["gold"]]
    posted = [(event, right_one) for event, right_one in _verdicts(found, matches) if event.band == "post"]
    return Evaluation(
        documents=len(pairs),
        gold_events=len(wanted),
        predicted_events=len(found),
        matched=len(matches),
        event_f1=_f1(len(matches), len(found), len(wanted)),
        value_unit_f1=_f1(both, len(found), len(wanted)),
        fields=_field_scores(matches, len(found), len(wanted)),
        exact_event_f1=_f1(exact, len(found), len(wanted)),
        direction_accuracy=_share(sum(one.direction == other.direction for one, other in matches), len(matches)),
        status_macro_f1=_status_macro(matches),
        linking_accuracy=_share(right, len(linked)),
        linking_accuracy_matched=_share(right, matched_linked),
        nil_f1=_nil_f1(matches, wanted),
        risk_macro_f1=sum(asked) / len(asked) if asked else None,
        risks=risks,
        ledger_error=_ledger_error(wanted, found),
        calibration_error=calibration_error([(event.confidence, ok) for event, ok in _verdicts(found, matches)]),
        posted_coverage=_share(len(posted), len(found)),
        posted_precision=_share(sum(ok for _, ok in posted), len(posted)),
    )


def match_events(gold: Sequence[ValueEvent], predicted: Sequence[ValueEvent]) -> list[Pair]:
    """Pairs of gold and predicted events of one document: value equal, spans overlapping by half of the shorter."""
    options = sorted(
        (
            (-overlap(one.evidence, other.evidence), i, j)
            for i, one in enumerate(gold)
            for j, other in enumerate(predicted)
            if same_value(one.value, other.value) and _enough(one.evidence, other.evidence)
        ),
    )
    used_gold: set[int] = set()
    used_predicted: set[int] = set()
    pairs: list[Pair] = []
    for _, i, j in options:
        if i not in used_gold and j not in used_predicted:
            used_gold.add(i)
            used_predicted.add(j)
            pairs.append((gold[i], predicted[j]))
    return pairs


def same_value(one: Decimal, other: Decimal) -> bool:
    """Equal up to the rounding of converted units."""
    return abs(one - other) <= TOLERANCE * max(abs(one), abs(other))


def overlap(one: tuple[int, int], other: tuple[int, int]) -> int:
    """Characters that two spans share."""
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


def _enough(one: tuple[int, int], other: tuple[int, int]) -> bool:
    shorter = min(one[1] - one[0], other[1] - other[0])
    return shorter > 0 and overlap(one, other) >= HALF * shorter


def exactly_right(gold: ValueEvent, predicted: ValueEvent) -> bool:
    """Whether the eight scored fields of a matched event are all right."""
    return all(_equal(gold, predicted, name) for name in EXACT)


def _equal(gold: ValueEvent, predicted: ValueEvent, name: str) -> bool:
    one, other = getattr(gold, name), getattr(predicted, name)
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return same_value(one, other)
    return bool(one == other)


def _field_scores(matches: Sequence[Pair], found: int, wanted: int) -> dict[str, dict[str, float]]:
    scores = {}
    for name in FIELDS:
        right = sum(_equal(one, other, name) for one, other in matches)
        scores[name] = {
            "accuracy": right / len(matches) if matches else 0.0,
            "precision": right / found if found else 0.0,
            "recall": right / wanted if wanted else 0.0,
            "f1": _f1(right, found, wanted),
        }
    return scores


def _f1(right: int, found: int, wanted: int) -> float:
    return 2 * right / (found + wanted) if found + wanted else 1.0


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _status_macro(matches: Sequence[Pair]) -> float | None:
    present = [name for name in STATUSES if any(one.status == name for one, _ in matches)]
    scores = [
        _f1(
            sum(one.status == name == other.status for one, other in matches),
            sum(other.status == name for _, other in matches),
            sum(one.status == name for one, _ in matches),
        )
        for name in present
    ]
    return sum(scores) / len(scores) if scores else None


def _nil_f1(matches: Sequence[Pair], wanted: Sequence[ValueEvent]) -> float | None:
    """F1 of crediting nothing: said of matched events, asked of all gold events."""
    gold = sum(event.solution is None for event in wanted)
    right = sum(one.solution is None and other.solution is None for one, other in matches)
    said = sum(other.solution is None for _, other in matches)
    return _f1(right, said, gold) if gold else None


def _risk_scores(pairs: Sequence[tuple[GoldDocument, Reading]]) -> dict[str, dict[str, float]]:
    """Per risk: a document carries it or not (multi-label), whatever its evidence."""
    scores = {}
    for risk in RISKS:
        truth = [any(signal.risk == risk for signal in item.reading.risks) for item, _ in pairs]
        said = [any(signal.risk == risk for signal in reading.risks) for _, reading in pairs]
        right = sum(one and other for one, other in zip(truth, said, strict=True))
        scores[risk] = {"gold": sum(truth), "predicted": sum(said), "f1": _f1(right, sum(said), sum(truth))}
    return scores


def _ledger_error(wanted: Sequence[ValueEvent], found: Sequence[ValueEvent]) -> float | None:
    truth, said = _credited(wanted), _credited(found)
    total = sum(truth.values(), Decimal(0))
    if not total:
        return None
    return float(sum((abs(truth[key] - said[key]) for key in truth.keys() | said.keys()), Decimal(0)) / total)


def _credited(events: Iterable[ValueEvent]) -> defaultdict[tuple[str, str | None], Decimal]:
    sums: defaultdict[tuple[str, str | None], Decimal] = defaultdict(Decimal)
    for event in events:
        if event.solution and event.unit == "money" and event.status == "realised" and event.kind in {"saving", "gain"}:
            sums[event.solution, event.currency] += event.value
    return sums


def _verdicts(found: Sequence[ValueEvent], matches: Sequence[Pair]) -> list[tuple[ValueEvent, bool]]:
    verdict = Counter[int]()
    for one, other in matches:
        verdict[id(other)] = int(exactly_right(one, other))
    return [(event, bool(verdict[id(event)])) for event in found]


def calibration_error(judged: Sequence[tuple[float, bool]], bins: int = 10) -> float | None:
    """Expected calibration error over equal-width bins of confidence."""
    if not judged:
        return None
    grouped: defaultdict[int, list[tuple[float, bool]]] = defaultdict(list)
    for confidence, right in judged:
        grouped[min(bins - 1, int(confidence * bins))].append((confidence, right))
    gaps = (
        abs(sum(confidence for confidence, _ in group) - sum(right for _, right in group)) for group in grouped.values()
    )
    return sum(gaps) / len(judged)
