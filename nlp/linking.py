"""Linking: which solution of the catalogue a claim is credited to, or none (NIL).

Role: weigh exact, acronym, short and near-miss mentions, description similarity and discourse in one conditional
logit over the candidates and NIL; the weights are trained, readable coefficients.
Must not know: how the text was read or how a claim's kind was decided.
"""

import heapq
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from nlp.annotation import Annotated
from nlp.candidates import Candidate
from nlp.gazetteer import Descriptions
from nlp.mentions import Mention, Mentions
from nlp.surroundings import tokens_of

NIL = None
KEPT = 5
SCOPES = ("company", "peer", "cause", "before_system", "anaphor", "hypothetical", "negated")
_SCOPES = frozenset(SCOPES)


@dataclass(frozen=True, slots=True)
class Linker:
    """Trained weights with the threshold a link must reach and the margin it must keep over the next."""

    weights: Mapping[str, float]
    threshold: float
    margin: float

    def ranked(self, options: Mapping[str | None, list[str]]) -> list[tuple[str | None, float]]:
        """Options (solution ids and NIL) with probabilities, best first."""
        weights = self.weights
        scores = {name: sum([weights[one] for one in found if one in weights], 0.0) for name, found in options.items()}
        top = max(scores.values())
        powers = {name: math.exp(score - top) for name, score in scores.items()}
        total = sum(powers.values())
        return sorted(
            ((name, power / total) for name, power in powers.items()), key=lambda item: (-item[1], str(item[0]))
        )

    def decided(self, ranked: list[tuple[str | None, float]]) -> str | None:
        """The solution linked, or NIL where none reaches the threshold or two are too close to tell apart."""
        best, probability = ranked[0]
        if best is NIL or probability < self.threshold:
            return NIL
        rival = max((score for name, score in ranked[1:] if name is not NIL), default=0.0)
        return NIL if probability - rival < self.margin else best


def options_of(
    document: Annotated,
    candidate: Candidate,
    mentions: Mentions,
    descriptions: Descriptions,
    about: Mapping[str, float],
) -> dict[str | None, list[str]]:
    """Feature strings of NIL and of every solution that the document or the wording brings up.

    `about` is the similarity of the whole document to the solutions' descriptions.
    """
    sentence = candidate.sentence
    text = document.norm[sentence.start : sentence.end]
    heading = document.structure.sentences[sentence.heading] if sentence.heading >= 0 else None
    similar = descriptions.similar(text)
    title = document.structure.sentences[0]
    around = similar if heading is None else descriptions.similar(document.norm[heading.start : heading.end])
    words = descriptions.named(text)
    named = list(dict.fromkeys([*mentions.counts, *_best(similar, 3), *_best(about, 2), *_best(words, 2)]))
    recent = _recent(mentions, candidate)
    context = _Context(document, candidate, mentions, recent, heading.index if heading else -1, title.index)
    options: dict[str | None, list[str]] = {NIL: list(_nil_features(context))}
    for name in named:
        features = list(_features(context, name))
        features += _similarity(name, {"sentence": similar, "heading": around, "document": about})
        features += [f"word of its name={words.get(name, 0) >= 1}"] if name in words else []
        options[name] = features
    return options


@dataclass(frozen=True, slots=True)
class _Context:
    document: Annotated
    candidate: Candidate
    mentions: Mentions
    recent: tuple[Mention, ...]
    heading: int
    title: int

    def here(self) -> tuple[Mention, ...]:
        return self.mentions.by_sentence.get(self.candidate.sentence.index, ())

    def scopes(self) -> list[str]:
        first, last = self.candidate.clause
        sentence = self.candidate.sentence
        labels = [(mark.label[4:], "clause") for mark in self.document.marks(first, last) if mark.label[4:] in SCOPES]
        labels += [
            (mark.label[4:], "sentence")
            for mark in self.document.marks(sentence.start, sentence.end)
            if mark.label[4:] in SCOPES
        ]
        return sorted({f"{name}@{where}" for name, where in labels})


def _recent(mentions: Mentions, candidate: Candidate) -> tuple[Mention, ...]:
    """The latest mention of each solution before the number, most recent first."""
    latest: dict[str, Mention] = {}
    for mention in reversed(mentions.between(0, candidate.start)):
        latest.setdefault(mention.solution, mention)
        if len(latest) > 8:
            break
    return tuple(latest.values())


def _nil_features(context: _Context) -> Iterator[str]:
    yield "nil"
    here = context.here()
    distinct = len({mention.solution for mention in here})
    yield f"nil:here={min(distinct, 3)}"
    yield f"nil:document={min(len(context.mentions.counts), 4)}"
    headed = {mention.solution for mention in context.mentions.by_sentence.get(context.heading, ())}
    yield f"nil:heading={'none' if context.heading < 0 else min(len(headed), 2)}"
    for scope in context.scopes():
        yield f"nil:{scope}"
        if not here:
            yield f"nil:{scope},unnamed"
    yield f"nil:unit={context.candidate.unit}"
    first, last = context.candidate.clause
    for mark in context.document.marks(first, last):
        yield f"nil:{mark.label}{'' if here else ',unnamed'}"
    tokens = tokens_of(context.document.norm[first:last].lower()[:160])
    yield from (f"nil:w:{token}" for token in set(tokens) if not token.isdigit())
    yield from (f"nil:b:{one}{two}" for one, two in pairwise(tokens) if one > "\u3400" and two > "\u3400")
    distance = _distance(context.candidate.sentence.index, context.recent[0].sentence) if context.recent else "never"
    yield f"nil:recent={distance}"
    yield from _nil_around(context)
    if not any(scope.startswith("anaphor") for scope in context.scopes()) and not here:
        yield "nil:nothing refers"
        yield f"nil:nothing refers,recent={distance}"


def _nil_around(context: _Context) -> Iterator[str]:
    """Cues before and after the clause and in the sentences beside it: peers, causes, conditions, refutations."""
    document, candidate, sentence = context.document, context.candidate, context.candidate.sentence
    first, last = candidate.clause
    spans = {"earlier": (sentence.start, first), "later": (last, sentence.end)}
    sentences = document.structure.sentences
    for name, place in (("before", sentence.index - 1), ("after", sentence.index + 1)):
        if 0 <= place < len(sentences):
            spans[name] = (sentences[place].start, sentences[place].end)
            yield f"nil:{name} named={bool(context.mentions.by_sentence.get(place))}"
    for name, (start, end) in spans.items():
        for label in {mark.label[4:] for mark in document.marks(start, end)} & _SCOPES:
            yield f"nil:{name}:{label}"
    yield f"nil:title={len({item.solution for item in context.mentions.by_sentence.get(context.title, ())})}"
    yield f"nil:mentions={min(len(context.mentions.ordered), 5)},{min(len(context.mentions.counts), 3)}"


def _features(context: _Context, name: str) -> Iterator[str]:
    candidate, mentions = context.candidate, context.mentions
    sentence = candidate.sentence
    yield "sol"
    yield f"how={mentions.best.get(name, 'described')}"
    here = [mention for mention in context.here() if mention.solution == name]
    others = {mention.solution for mention in context.here()} - {name}
    yield from _in_sentence(candidate, here, others)
    latest = next((mention for mention in context.recent if mention.solution == name), None)
    place = None if latest is None else sum(other.start > latest.start for other in context.recent)
    yield f"recency={'never' if place is None else min(place, 3)}"
    if latest is not None and place is not None:
        distance = _distance(sentence.index, latest.sentence)
        yield f"distance={distance}"
        yield f"recency,distance={min(place, 2)},{distance}"
        paragraph = context.document.structure.sentences[latest.sentence].paragraph
        yield f"paragraph={'same' if paragraph == sentence.paragraph else 'other'},{min(place, 2)}"
        if not here and any(scope.startswith("anaphor") for scope in context.scopes()):
            yield f"anaphor,recency={min(place, 2)},{distance}"
    yield from _section(context, name, here=bool(here), others=bool(others))


def _in_sentence(candidate: Candidate, here: list[Mention], others: set[str]) -> Iterator[str]:
    if not here:
        yield f"unnamed here,others={min(len(others), 2)}"
        return
    first, last = candidate.clause
    in_clause = [mention for mention in here if first <= mention.start < last]
    yield f"named here,others={min(len(others), 2)}"
    if in_clause:
        side = "before" if in_clause[0].end <= candidate.start else "after"
        yield f"clause={side},others={min(len(others), 2)}"
    before = any(mention.end <= candidate.start for mention in here)
    yield f"sentence={'before' if before else 'after'},others={min(len(others), 2)}"


def _section(context: _Context, name: str, *, here: bool, others: bool) -> Iterator[str]:
    mentions = context.mentions
    headed = {mention.solution for mention in mentions.by_sentence.get(context.heading, ())}
    state = "here" if here else "others" if others else "silent"
    if name in headed:
        yield f"heading,alone={len(headed) == 1},{state}"
    titled = {mention.solution for mention in mentions.by_sentence.get(context.title, ())}
    if name in titled:
        yield f"title,alone={len(titled) == 1},{state}"
    if len(mentions.counts) == 1 and name in mentions.counts:
        yield f"only one,{state}"
    if mentions.counts and mentions.counts[name] == max(mentions.counts.values()):
        share = mentions.counts[name] / sum(mentions.counts.values())
        yield f"most mentioned,{'mostly' if share > 0.6 else 'partly'},{state}"
    following = mentions.between(context.candidate.end, context.candidate.end + 120)
    if not here and any(item.solution == name and item.start == following[0].start for item in following):
        yield "named next"


def _best(scores: Mapping[str, float], count: int) -> list[str]:
    return heapq.nsmallest(count, scores, key=lambda name: (-scores[name], name))


def _similarity(name: str, places: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    for where, scores in places.items():
        score = scores.get(name, 0.0)
        if score > 0:
            size = next(bound for bound in (0.3, 0.15, 0.05, 0.0) if score > bound)
            yield f"like {where}={size},best={score >= max(scores.values())}"


def _distance(here: int, there: int) -> str:
    gap = here - there
    return "0" if gap <= 0 else "1" if gap == 1 else "2" if gap == 2 else "3-5" if gap <= 5 else "6+"
