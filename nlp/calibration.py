"""Fitting the whole model and calibrating its confidence on documents that the fit did not see.

Role: cross-fit by document, fit the confidence curve, set cuts and bands from measured precision.
Must not know: files or the terminal; reading never imports this module.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

import numpy as np
from sklearn.linear_model import LogisticRegression

from btim.catalogue import Catalogue
from btim.value import RISKS, Reading
from nlp.decisions import agreement_of
from nlp.gold import GoldDocument
from nlp.linking import Linker
from nlp.model import Confidence, Model
from nlp.reading import Draft, Reader, calibrated
from nlp.risks import risk_features, risk_signals
from nlp.scoring import Evaluation, evaluate, exactly_right, match_events
from nlp.training import Example, fit_claims, fit_links, fit_risks, risk_rows_of, rows_of

FOLDS = 3
POSTED_PRECISION = 0.95
WORTH_A_LOOK = 0.1
"""Calibrated probability of being right in every field under which an event is not worth a person's look."""
START = Confidence({}, 2.0, 2.0)
CUTS = (0.35, 0.4, 0.45, 0.5, 0.55, 0.6)
SIGNS = (
    "bias", "event", "kind", "direction", "status", "metric", "link", "all", "margin", "weak", "joint", "log joint",
    "log link", "log status", "joint all",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fitted model with the scores of the same recipe on held-out documents."""

    model: Model
    held_out: Evaluation
    documents: int
    events: int
    unaligned: int


def examples_of(gold: Sequence[tuple[Sequence[GoldDocument], Catalogue]]) -> list[Example]:
    """Analyse gold documents once, each set with its own catalogue."""
    examples = []
    for documents, catalogue in gold:
        reader = Reader(catalogue)
        for item in documents:
            document = item.document
            examples.append(Example(item, reader, reader.analyse(document.text, document.published)))
    return examples


def fit_model(examples: Sequence[Example]) -> Fitted:
    """Fit on all examples; confidence, cuts and bands come from cross-fitting by document.

    Raises:
        ModelFailure: no labelled event could be aligned with a quantity.
    """
    drafts: list[tuple[Example, list[Draft]]] = []
    risk_scores: list[tuple[Example, Model]] = []
    for train, held in folds_of(examples):
        model = fit_uncalibrated(train)
        drafts += [(item, item.reader.drafts(item.gold.document, item.analysis, model)) for item in held]
        risk_scores += [(item, model) for item in held]
    cuts = _risk_cuts(risk_scores)
    cut = _best_cut(drafts)
    drafts = [(item, [draft for draft in found if draft.signs["event"] >= cut]) for item, found in drafts]
    confidence = fit_confidence(drafts)
    model = replace(fit_uncalibrated(examples), confidence=confidence, risk_cuts=cuts, cut=cut)
    readings = [
        _held_out_reading(item, found, replace(fold, confidence=confidence, risk_cuts=cuts))
        for (item, found), (_, fold) in zip(drafts, risk_scores, strict=True)
    ]
    score = evaluate([item.gold for item, _ in drafts], readings)
    rows = rows_of(examples)
    return Fitted(model, score, len(examples), sum(event is not None for event in rows.events), rows.missed)


def fit_uncalibrated(examples: Sequence[Example]) -> Model:
    """Heads, linker and risks without confidence."""
    rows = rows_of(examples)
    linker = Linker(fit_links(rows), threshold=0.35, margin=0.05)
    claims = fit_claims(rows)
    agreement = agreement_of([event for event in rows.events if event is not None], claims.classes)
    risks = fit_risks(risk_rows_of(examples))
    return Model(claims, agreement, linker, START, risks, CUTS[0], dict.fromkeys(RISKS, 0.5))


def folds_of(examples: Sequence[Example], count: int = FOLDS) -> Iterator[tuple[list[Example], list[Example]]]:
    """Train and held-out parts, split by a hash of the document's id: stable when documents are added."""
    place = [int(sha256(item.gold.document.id.encode()).hexdigest(), 16) % count for item in examples]
    for fold in range(count):
        held = [item for item, at in zip(examples, place, strict=True) if at == fold]
        if held:
            yield [item for item, at in zip(examples, place, strict=True) if at != fold], held


def _best_cut(drafts: Sequence[tuple[Example, list[Draft]]]) -> float:
    """The probability of being an event from which held-out exact-event F1 is best."""
    wanted = sum(len(item.gold.reading.events) for item, _ in drafts)
    scores: dict[float, float] = {}
    for cut in CUTS:
        found = right = 0
        for item, all_drafts in drafts:
            events = [draft.event for draft in all_drafts if draft.signs["event"] >= cut]
            found += len(events)
            right += sum(exactly_right(*pair) for pair in match_events(item.gold.reading.events, events))
        scores[cut] = right / (found + wanted)
    return max(scores, key=lambda cut: scores[cut])


def fit_confidence(drafts: Sequence[tuple[Example, list[Draft]]]) -> Confidence:
    """A logistic curve of exact rightness on held-out events, and the bands' bounds by measured precision."""
    signs: list[dict[str, float]] = []
    right: list[bool] = []
    for item, found in drafts:
        events = [draft.event for draft in found]
        exact = {
            id(other) for one, other in match_events(item.gold.reading.events, events) if exactly_right(one, other)
        }
        signs += [draft.signs for draft in found]
        right += [id(event) in exact for event in events]
    if len(set(right)) < 2:
        return Confidence({"bias": 0.0}, 1.0, 0.0)
    matrix = np.array([[sign[name] for name in SIGNS] for sign in signs])
    fitted = LogisticRegression(C=1.0, fit_intercept=False, max_iter=1000).fit(matrix, right)
    weights = {name: round(float(weight), 4) for name, weight in zip(SIGNS, fitted.coef_[0], strict=True)}
    curve = Confidence(weights, 1.0, 0.0)
    judged = sorted(((curve.of(sign), ok) for sign, ok in zip(signs, right, strict=True)), reverse=True)
    return Confidence(weights, _bound(judged, POSTED_PRECISION), WORTH_A_LOOK)


def _bound(judged: Sequence[tuple[float, bool]], wanted: float) -> float:
    """The lowest confidence from which upwards the measured precision is at least `wanted`; 1 when there is none."""
    bound, right = 1.0, 0
    for count, (confidence, ok) in enumerate(judged, start=1):
        right += ok
        if count >= 20 and right / count >= wanted:
            bound = confidence
    return round(bound, 4)


def _risk_cuts(held: Sequence[tuple[Example, Model]]) -> Mapping[str, float]:
    """Per risk the cut with the best held-out F1 over documents."""
    cuts: dict[str, float] = {}
    tops: list[tuple[frozenset[str], dict[str, float]]] = []
    for item, model in held:
        if not item.gold.risks_judged:
            continue
        document = item.analysis.document
        sentences = [sentence for sentence in document.structure.sentences if not sentence.is_heading]
        texts = ["", *(document.norm[s.start : s.end] for s in sentences), ""]
        best = dict.fromkeys(RISKS, 0.0)
        for place in range(len(sentences)):
            scores = model.risks.scores(risk_features(texts[place + 1], texts[place], texts[place + 2]))
            for risk in RISKS:
                best[risk] = max(best[risk], scores[risk]["yes"])
        tops.append((frozenset(signal.risk for signal in item.gold.reading.risks), best))
    for risk in RISKS:
        options = [place / 20 for place in range(2, 19)]
        cuts[risk] = max(options, key=lambda cut, risk=risk: (_document_f1(tops, risk, cut), -abs(cut - 0.5)))  # type: ignore[misc]
    return cuts


def _document_f1(tops: Sequence[tuple[frozenset[str], dict[str, float]]], risk: str, cut: float) -> float:
    right = sum(risk in truth and best[risk] >= cut for truth, best in tops)
    said = sum(best[risk] >= cut for _, best in tops)
    wanted = sum(risk in truth for truth, _ in tops)
    return 2 * right / (said + wanted) if said + wanted else 0.0


def _held_out_reading(item: Example, found: Sequence[Draft], model: Model) -> Reading:
    events = tuple(calibrated(draft, model) for draft in found)
    document = item.analysis.document
    risks = risk_signals(document.norm, document.structure, model.risks, model.risk_cuts)
    return Reading(item.gold.document.id, events, risks)
