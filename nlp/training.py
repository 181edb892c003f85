"""Fitting: from gold documents to the model that reading uses.

Role: align labels with candidates, fit the claim heads, the linker, the risk heads, and calibrate on held-out documents.
Must not know: files of other rooms, the terminal; reading never imports this module.
"""  # noqa: E501

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy import optimize, sparse

from btim.errors import ModelFailure
from btim.value import RISKS, ValueEvent
from nlp.classifier import Heads
from nlp.gold import GoldDocument
from nlp.lexicon import phrases
from nlp.reading import Analysis, Reader
from nlp.risks import risk_features
from nlp.scoring import overlap, same_value
from nlp.softmax import fit_softmax
from nlp.surroundings import TOPIC, tokens_of

HEADS = ("event", "kind", "direction", "status", "metric", "unit")
RIDGE = {"event": 1e-3, "kind": 1e-3, "direction": 1e-3, "status": 3e-3, "metric": 5e-4, "unit": 1e-3}
BALANCE = {"event": 0.0, "kind": 0.2, "direction": 0.2, "status": 0.4, "metric": 0.1, "unit": 0.0}
MIN_COUNT = 3
LINK_RIDGE = 0.005
LEXICON_TRUST = 0.3
ORDERED = ("bL:", "bR:", "p2:", "p3:", "n2:", "gap:", "l1,", "dir,")
RISK_RIDGE = 1e-3
Options = dict[str | None, list[str]]


@dataclass(slots=True)
class Rows:
    """Training rows: one a candidate, with the labels of the event it turned out to be (or none)."""

    features: list[list[str]] = field(default_factory=list)
    events: list[ValueEvent | None] = field(default_factory=list)
    options: list[Options | None] = field(default_factory=list)
    missed: int = 0


@dataclass(frozen=True, slots=True)
class Example:
    """A gold document with the reader of its catalogue and its analysis, made once for all fits."""

    gold: GoldDocument
    reader: Reader
    analysis: Analysis


def rows_of(examples: Sequence[Example]) -> Rows:
    """Align each label of gold documents with the candidate that states its value inside its evidence."""
    rows = Rows()
    for item in examples:
        chosen, missed = aligned(item.analysis, item.gold.reading.events)
        rows.missed += missed
        for place, candidate in enumerate(item.analysis.candidates):
            event = chosen.get(place)
            rows.features.append(item.analysis.features[place])
            rows.events.append(event)
            rows.options.append(None if event is None else item.reader.options(item.analysis, candidate))
    return rows


def aligned(analysis: Analysis, events: Sequence[ValueEvent]) -> tuple[dict[int, ValueEvent], int]:
    """Candidates (by place) that state labelled events, and how many labels no candidate states."""
    options = []
    for which, event in enumerate(events):
        for place, candidate in enumerate(analysis.candidates):
            shared = overlap(event.evidence, (candidate.start, candidate.end))
            if shared and same_value(event.value, candidate.value):
                unit = event.unit != candidate.unit
                options.append((unit, -shared, abs(candidate.start - event.evidence[0]), which, place))
    chosen: dict[int, ValueEvent] = {}
    used: set[int] = set()
    for *_, which, place in sorted(options):
        if which not in used and place not in chosen:
            chosen[place] = events[which]
            used.add(which)
    return chosen, len(events) - len(used)


def vocabulary_of(features: Sequence[Sequence[str]], least: int = MIN_COUNT) -> dict[str, int]:
    """Features seen in at least `least` rows, numbered in a stable order."""
    counts: defaultdict[str, int] = defaultdict(int)
    for found in features:
        for name in set(found):
            counts[name] += 1
    return {name: index for index, name in enumerate(sorted(name for name, count in counts.items() if count >= least))}


def matrix_of(features: Sequence[Sequence[str]], vocabulary: Mapping[str, int]) -> sparse.csr_matrix:
    """One binary row a list of features."""
    indices: list[int] = []
    pointers = [0]
    for found in features:
        indices += sorted({vocabulary[name] for name in found if name in vocabulary})
        pointers.append(len(indices))
    return sparse.csr_matrix(
        (np.ones(len(indices)), np.array(indices, dtype=np.int32), np.array(pointers)), (len(features), len(vocabulary))
    )


def fit_claims(rows: Rows) -> Heads:
    """Fit the heads: event or not on all candidates, the others on events."""
    if not any(rows.events):
        raise ModelFailure("no labelled event could be aligned with a quantity", remedy="check the evidence spans")
    return joined([fit_one(rows, head) for head in HEADS])


def joined(parts: Sequence[Heads]) -> Heads:
    """Several classifiers over the union of their vocabularies."""
    names = sorted({name for part in parts for name in part.vocabulary})
    vocabulary = {name: index for index, name in enumerate(names)}
    classes = {head: found for part in parts for head, found in part.classes.items()}
    blocks = []
    for part in parts:
        block = np.zeros((len(names), part.weights.shape[1]), dtype=np.float32)
        block[[vocabulary[name] for name in part.vocabulary]] = part.weights[list(part.vocabulary.values())]
        blocks.append(block)
    return Heads(vocabulary, classes, np.hstack(blocks))


def fit_one(rows: Rows, head: str) -> Heads:
    """Fit one head: `event` on all candidates, `unit` on events whose number is bare, the others on events.

    Without a bare number to learn from, bare numbers stay counts.
    """
    if head == "event":
        features, wanted = rows.features, ["yes" if event else "no" for event in rows.events]
    else:
        places = [
            place for place, event in enumerate(rows.events)
            if event is not None and (head != "unit" or "weak" in rows.features[place])
        ]  # fmt: skip
        features = [rows.features[place] for place in places]
        wanted = [str(getattr(rows.events[place], head)) for place in places]
    if not wanted:
        return Heads({}, {head: ("count",)}, np.zeros((0, 1), dtype=np.float32))
    trust = _balance(wanted, BALANCE[head])
    if head == "metric":
        features = [[name for name in found if not name.startswith(ORDERED)] for found in features]
        extra, named = _lexicon_rows()
        features, wanted = [*features, *extra], wanted + named
        trust += [LEXICON_TRUST] * len(named)
    else:
        features = [[name for name in found if not name.startswith(TOPIC)] for found in features]
    vocabulary = vocabulary_of(features)
    fit = fit_softmax(matrix_of(features, vocabulary), wanted, vocabulary, ridge=RIDGE[head], trust=trust)
    return Heads(vocabulary, {head: fit.names}, fit.weights.astype(np.float32))


def _balance(wanted: Sequence[str], power: float) -> list[float]:
    """Row weights that lift rare classes: (mean class size / class size) to a power; 0 leaves all rows alike."""
    counts = Counter(wanted)
    mean = len(wanted) / max(1, len(counts))
    return [(mean / counts[name]) ** power for name in wanted]


def _lexicon_rows() -> tuple[list[list[str]], list[str]]:
    """The metric lexicon as weak examples: a metric's name left of a number."""
    features: list[list[str]] = []
    named: list[str] = []
    for label, phrase in sorted(set(phrases("zh"))):
        layer, _, metric = label.partition(":")
        tokens = tokens_of(phrase.lower())
        if layer == "metric":
            features.append(["bias", f"mL={metric}", f"m={metric}", *(f"wL:{token}" for token in tokens)])
            named.append(metric)
    return features, named


def fit_links(rows: Rows, ridge: float = LINK_RIDGE) -> dict[str, float]:
    """Fit the conditional logit over each event's options; an event whose solution is no option is left out."""
    cases = [
        (options, event.solution)
        for options, event in zip(rows.options, rows.events, strict=True)
        if options is not None and event is not None and event.solution in options
    ]
    features = [found for options, _ in cases for found in options.values()]
    vocabulary = vocabulary_of(features, 2)
    matrix = matrix_of(features, vocabulary)
    owners = np.repeat(np.arange(len(cases)), [len(options) for options, _ in cases])
    truth = np.array([name == wanted for options, wanted in cases for name in options])
    weights = _conditional_logit(matrix, owners, truth, ridge)
    return {name: round(float(weights[index]), 4) for name, index in vocabulary.items() if abs(weights[index]) > 1e-3}


def _conditional_logit(
    matrix: sparse.csr_matrix, owners: npt.NDArray[np.int64], truth: npt.NDArray[np.bool_], ridge: float
) -> npt.NDArray[np.float64]:
    count = int(owners.max()) + 1 if owners.size else 1

    def loss(weights: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        scores = matrix @ weights
        top = np.full(count, -np.inf)
        np.maximum.at(top, owners, scores)
        powers = np.exp(scores - top[owners])
        totals = np.bincount(owners, powers, minlength=count)
        probabilities = powers / totals[owners]
        value = -np.log(np.maximum(probabilities[truth], 1e-300)).sum() / count + ridge * weights @ weights / 2
        gradient = matrix.T @ (probabilities - truth) / count + ridge * weights
        return float(value), gradient

    result = optimize.minimize(loss, np.zeros(matrix.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 500})
    found: npt.NDArray[np.float64] = result.x
    return found


@dataclass(slots=True)
class RiskRows:
    """Sentences with the risks labelled on them."""

    features: list[list[str]] = field(default_factory=list)
    labels: list[frozenset[str]] = field(default_factory=list)


def risk_rows_of(examples: Sequence[Example]) -> RiskRows:
    """Sentences of gold documents: a sentence carries a risk when it overlaps the risk's evidence by half of itself."""
    rows = RiskRows()
    for item in (item for item in examples if item.gold.risks_judged):
        document = item.analysis.document
        sentences = [sentence for sentence in document.structure.sentences if not sentence.is_heading]
        texts = ["", *(document.norm[sentence.start : sentence.end] for sentence in sentences), ""]
        for place, sentence in enumerate(sentences):
            span = (sentence.start, sentence.end)
            labels = {
                signal.risk
                for signal in item.gold.reading.risks
                if 2 * overlap(span, signal.evidence) >= min(span[1] - span[0], signal.evidence[1] - signal.evidence[0])
            }
            rows.features.append(risk_features(texts[place + 1], texts[place], texts[place + 2]))
            rows.labels.append(frozenset(labels))
    return rows


def fit_risks(rows: RiskRows) -> Heads:
    """One yes/no head a risk over one vocabulary."""
    vocabulary = vocabulary_of(rows.features)
    matrix = matrix_of(rows.features, vocabulary)
    classes, blocks = {}, []
    for risk in RISKS:
        wanted = ["yes" if risk in labels else "no" for labels in rows.labels]
        if "yes" not in wanted:
            weights = np.zeros((len(vocabulary), 2))
            weights[vocabulary["bias"], 0] = 10.0
            names: tuple[str, ...] = ("no", "yes")
        else:
            fit = fit_softmax(matrix, wanted, vocabulary, ridge=RISK_RIDGE, trust=_balance(wanted, 0.5))
            names, weights = fit.names, fit.weights
        classes[risk] = names
        blocks.append(weights)
    return Heads(vocabulary, classes, np.hstack(blocks).astype(np.float32))
