"""Reading documents: from text to value events with evidence, link, confidence and risk signals.

Role: join the stages: annotate, propose candidates, classify, link, calibrate.
Must not know: files, the terminal, or what happens to a reading afterwards.
"""

import hashlib
import math
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from spacy.language import Language

from btim.catalogue import Catalogue
from btim.value import Reading, ValueEvent
from nlp.annotation import Annotated, annotated
from nlp.candidates import Candidate, candidates_of
from nlp.classifier import OnDemand
from nlp.documents import Document
from nlp.features import features_of
from nlp.gazetteer import Descriptions, NearMisses, surface_forms
from nlp.linking import KEPT, options_of
from nlp.mentions import Mentions, mentions_of
from nlp.model import Model, shipped_model
from nlp.pipeline import blank_pipeline
from nlp.risks import risk_signals
from nlp.scope import UnitNames, business_unit_of, currency_of_document, period_of

ABOUT = 4000
BARE = {
    "$": frozenset({"HKD", "TWD", "AUD", "CAD", "SGD", "NZD"}),
    "元": frozenset({"TWD", "HKD", "MOP"}),
    "¥": frozenset({"JPY"}),
}
"""Currencies that a sign may mean where the document's own currency is one of them."""
Scores = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Analysis:
    """One document before decisions: what training and reading share."""

    document: Annotated
    candidates: list[Candidate]
    features: Sequence[list[str]]
    mentions: Mentions
    about: Mapping[str, float]
    currency: str


@dataclass(frozen=True, slots=True)
class Draft:
    """An event and the signs of how sure each of its decisions is."""

    event: ValueEvent
    signs: dict[str, float]


class Reader:
    """Pipelines and look-ups for one catalogue; reading many documents builds them once."""

    def __init__(self, catalogue: Catalogue) -> None:
        forms = list(surface_forms(catalogue))
        self._pipelines: dict[str, Language] = {name: blank_pipeline(name, forms) for name in ("en", "zh")}
        self._near = NearMisses(catalogue)
        self.descriptions = Descriptions(catalogue)
        self._units = UnitNames(unit for solution in catalogue for unit in solution.business_units)

    def analyse(self, text: str, published: date | None) -> Analysis:
        """Everything about a document that precedes decisions."""
        document = annotated(text, published, self._pipelines)
        candidates = candidates_of(document)
        counts: dict[int, int] = {}
        for candidate in candidates:
            counts[candidate.sentence.index] = counts.get(candidate.sentence.index, 0) + 1
        padded: list[Candidate | None] = [None, *candidates, None]

        def described(place: int) -> list[str]:
            item = candidates[place]
            return features_of(document, item, counts[item.sentence.index], padded[place], padded[place + 2])

        features = OnDemand(len(candidates), described)
        mentions = mentions_of(document, self._near)
        about = self.descriptions.similar(document.norm[:ABOUT])
        return Analysis(document, candidates, features, mentions, about, currency_of_document(document))

    def options(self, analysis: Analysis, candidate: Candidate) -> dict[str | None, list[str]]:
        """Features of every solution that a candidate may be credited to, and of NIL."""
        return options_of(analysis.document, candidate, analysis.mentions, self.descriptions, analysis.about)

    def drafts(self, source: Document, analysis: Analysis, model: Model) -> list[Draft]:
        """Events before calibration, each with what the confidence curve looks at."""
        if not analysis.candidates:
            return []
        tables = {head: table.tolist() for head, table in model.claims.probabilities(analysis.features).items()}
        yes = model.claims.classes["event"].index("yes")
        found = []
        for place, candidate in enumerate(analysis.candidates):
            if tables["event"][place][yes] >= model.cut:
                classes = model.claims.classes
                scores = {head: dict(zip(classes[head], tables[head][place], strict=True)) for head in classes}
                found.append(self._draft(source, analysis, candidate, scores, model))
        return found

    def read(self, source: Document, published: date | None, model: Model) -> Reading:
        """Read one document."""
        analysis = self.analyse(source.text, source.published or published)
        events = tuple(calibrated(draft, model) for draft in self.drafts(source, analysis, model))
        document = analysis.document
        risks = risk_signals(document.norm, document.structure, model.risks, model.risk_cuts)
        return Reading(source.id, events, risks, source.notes)

    def _draft(self, source: Document, analysis: Analysis, candidate: Candidate, scores: Scores, model: Model) -> Draft:
        document = analysis.document
        ranked = model.linker.ranked(self.options(analysis, candidate))
        solution = model.linker.decided(ranked)
        best = {head: max(found, key=lambda name: found[name]) for head, found in scores.items()}
        joined, together = model.agreement.decided(scores, candidate)
        best |= joined
        event = assembled(analysis, candidate, best)
        part = _part(source, event.evidence[0])
        digest = hashlib.sha256(f"{source.id}\0{candidate.start}\0{candidate.end}".encode()).hexdigest()
        event = replace(
            event,
            solution=solution,
            period=period_of(document, candidate, event.status),
            business_unit=None if solution is None else business_unit_of(document, candidate, self._units),
            id=digest[:16],
            per=candidate.per,
            candidates=tuple(ranked[:KEPT]),
            page=part if source.part_kind == "page" else None,
            paragraph=part if source.part_kind == "paragraph" else None,
        )
        return Draft(event, confidence_features(scores, best, ranked, solution, candidate, together))


def calibrated(draft: Draft, model: Model) -> ValueEvent:
    """The event with its confidence and band."""
    confidence = model.confidence.of(draft.signs)
    return replace(draft.event, confidence=confidence, band=model.confidence.band(confidence))


def assembled(analysis: Analysis, candidate: Candidate, best: Mapping[str, str]) -> ValueEvent:
    """The event a candidate makes under the chosen classes, before link, period and confidence."""
    kind, direction = best["kind"], best["direction"]
    before, after = candidate.before, candidate.after
    if kind == "level" and direction in {"up", "down"}:
        after = candidate.value
    unit = best["unit"] if candidate.quantity.weak else candidate.unit
    currency = candidate.currency
    if unit == "money" and (currency is None or analysis.currency in BARE.get(candidate.quantity.bare_currency, ())):
        currency = analysis.currency
    return ValueEvent(
        evidence=_evidence(analysis.document.text, candidate),
        solution=None,
        metric=best["metric"],
        kind=kind,
        direction=direction,
        value=candidate.value,
        unit=unit,
        status=best["status"],
        currency=currency if unit == "money" else None,
        before=before,
        after=after,
        value_range=candidate.value_range,
    )


def _evidence(text: str, candidate: Candidate) -> tuple[int, int]:
    start, end = candidate.clause
    stripped = re.match(r"\s*(?:[-*•|#]+\s*)?", text[start:end])
    return start + (stripped.end() if stripped else 0), end


def confidence_features(
    scores: Scores,
    best: Mapping[str, str],
    ranked: list[tuple[str | None, float]],
    solution: str | None,
    candidate: Candidate,
    together: float,
) -> dict[str, float]:
    """What the confidence curve sees: how sure each decision is."""
    found = {"bias": 1.0, "joint": together, "log joint": math.log(together + 0.01)}
    product = 1.0
    for head, name in best.items():
        probability = scores[head]["yes"] if head == "event" else scores[head][name]
        found[head] = probability
        if head != "unit" or candidate.quantity.weak:
            product *= probability
    linked = next((score for name, score in ranked if name == solution), 0.0)
    found["link"] = linked
    found["log link"] = math.log(linked + 0.01)
    found["log status"] = math.log(found["status"] + 0.01)
    found["all"] = product * linked
    found["joint all"] = together * linked * found["status"] * found["event"]
    found["margin"] = ranked[0][1] - (ranked[1][1] if len(ranked) > 1 else 0.0)
    found["weak"] = float(candidate.quantity.weak)
    return found


def _part(source: Document, position: int) -> int | None:
    index = bisect_right([start for start, _ in source.parts], position) - 1
    return source.parts[index][1] if index >= 0 else None


def read_documents(
    documents: Iterable[Document], catalogue: Catalogue, *, published: date | None = None, model: Model | None = None
) -> Iterator[Reading]:
    """Read documents in order, one `Reading` each, also where nothing is found.

    `published` dates documents that carry no date of their own; a bare "Q2" takes its year from it. Without `model`
    the one shipped with the package reads.
    """
    reader = Reader(catalogue)
    used = model or shipped_model()
    for document in documents:
        yield reader.read(document, published, used)
