"""Features of a candidate claim: cue words, metric names, units, prepositions and words around the number.

Role: describe a candidate by short strings, the same in every language where a cue or a unit says enough.
Must not know: labels, weights, or solutions. Cue words are evidence to weigh, never filters.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from nlp.annotation import Annotated
from nlp.candidates import Candidate, to_pattern
from nlp.pipeline import Mark
from nlp.surroundings import labels_of, refuted_near, size_of, subject_of, tokens_of, topic_of

_DIRECTIONS = ("up", "down", "flat")
_STATUS = ("planned", "negated", "hypothetical", "realised")
NEAR = 14


def features_of(
    document: Annotated,
    candidate: Candidate,
    company: int,
    before: Candidate | None = None,
    after: Candidate | None = None,
) -> list[str]:
    """Feature strings of one candidate; `company` counts the candidates of its sentence, the others are neighbours."""
    found = list(_own(candidate, company))
    found += _neighbours(document, candidate, before, after)
    found += _marks(document, candidate)
    found += size_of(document, candidate)
    found += _words(document, candidate)
    found += topic_of(document, candidate)
    found += subject_of(document, candidate)
    found += _surroundings(document, candidate)
    return found


def _own(candidate: Candidate, company: int) -> Iterator[str]:
    quantity = candidate.quantity
    unit = candidate.unit
    yield "bias"
    yield f"unit={unit}"
    yield f"form={candidate.form}"
    yield f"unit,form={unit},{candidate.form}"
    yield f"lang={candidate.sentence.language}"
    yield f"sign={quantity.sign}"
    yield f"many={min(company, 5)}"
    yield f"order={min(candidate.order, 4)}"
    if quantity.weak:
        yield "weak"
    if quantity.noun:
        yield f"noun={quantity.noun}"
    if candidate.per:
        yield f"per={candidate.per}"
    if candidate.value_range:
        yield "range"
    if candidate.before is not None and candidate.after is not None:
        yield f"moved={'up' if candidate.after > candidate.before else 'down'}"
    if candidate.sentence.is_heading:
        yield "heading"


def _neighbours(
    document: Annotated, candidate: Candidate, before: Candidate | None, after: Candidate | None
) -> Iterator[str]:
    """What the numbers before and after are, and the words in between: a bare number inherits from its neighbour."""
    for name, other in (("pu", before), ("nu", after)):
        if other is None:
            yield f"{name}=none"
            continue
        near = "same" if other.sentence.index == candidate.sentence.index else "other"
        yield f"{name}={other.unit},{near}"
        yield f"{name},unit={other.unit},{candidate.unit},{near}"
        yield f"{name}form={other.form},{near}"
    if before is not None and before.sentence.index == candidate.sentence.index:
        between = tokens_of(document.norm[before.end : candidate.start].lower())
        yield f"gap={min(len(between), 6)}"
        if len(between) <= 6:
            yield f"gap:{' '.join(between)}"
    text = document.norm
    opening = text[max(0, candidate.start - 1) : candidate.start].replace("，", ",")
    yield f"opens={opening if not opening.isalnum() else 'word'}"
    closing = text[candidate.end : candidate.end + 1].replace("，", ",")
    yield f"closes={closing if not closing.isalnum() else 'word'}"
    lead = text[max(candidate.sentence.start, candidate.start - 14) : candidate.start].rstrip()
    if lead[-1:] in {":", "|", "("}:
        yield f"led by {lead[-1:]}"


def _marks(document: Annotated, candidate: Candidate) -> Iterator[str]:
    first, last = candidate.clause
    sentence = candidate.sentence
    inside = document.marks(first, last)
    cues = labels_of(inside, "cue:")
    left = [mark for mark in cues if mark.end <= candidate.start]
    right = [mark for mark in cues if mark.start >= candidate.end]
    for mark in left:
        yield f"L:{mark.label}"
    for mark in right:
        yield f"R:{mark.label}"
    for mark in cues:
        if candidate.start <= mark.start and mark.end <= candidate.end:
            yield f"I:{mark.label}"
    near_left = [mark.label[4:] for mark in left if candidate.start - mark.end <= NEAR][-3:]
    near_right = [mark.label[4:] for mark in right if mark.start - candidate.end <= NEAR][:2]
    for label in near_left:
        yield f"l:{label}"
    for label in near_right:
        yield f"r:{label}"
    if near_left:
        yield f"l1:{near_left[-1]}"
        yield f"l1,unit:{near_left[-1]},{candidate.unit}"
    yield from _direction(candidate, left, right)
    yield from _metrics(document, candidate, inside)
    for mark in labels_of(document.marks(sentence.start, sentence.end), "cue:"):
        name = mark.label[4:]
        if name in _STATUS or name in {
            "company",
            "peer",
            "cause",
            "before_system",
            "ratio",
            "gap",
            "spend",
            "saving",
            "gain",
            "not_claim",
        }:
            yield f"S:{name}{'<' if mark.start < candidate.start else '>'}"


def _direction(candidate: Candidate, left: Sequence[Mark], right: Sequence[Mark]) -> Iterator[str]:
    before = [mark for mark in left if mark.label[4:] in _DIRECTIONS]
    after = [mark for mark in right if mark.label[4:] in _DIRECTIONS]
    nearest = before[-1] if before else None
    if nearest:
        yield f"dirL={nearest.label[4:]}"
    if after:
        yield f"dirR={after[0].label[4:]}"
    if not before and not after:
        yield "dir=none"
    if nearest is None and after:
        nearest = after[0]
    if nearest is not None:
        yield f"dir={nearest.label[4:]}"
        yield f"dir,unit={nearest.label[4:]},{candidate.unit}"


def _metrics(document: Annotated, candidate: Candidate, inside: Sequence[Mark]) -> Iterator[str]:
    named = labels_of(inside, "metric:")
    left = [mark for mark in named if mark.end <= candidate.start]
    right = [mark for mark in named if mark.start >= candidate.end]
    if left:
        longest = max(left[-3:], key=lambda mark: (mark.end, mark.end - mark.start))
        yield f"mL={longest.label[7:]}"
        yield f"mL,unit={longest.label[7:]},{candidate.unit}"
    if right:
        yield f"mR={right[0].label[7:]}"
        yield f"mR,unit={right[0].label[7:]},{candidate.unit}"
    for mark in named:
        yield f"m={mark.label[7:]}"
    if not named:
        yield "m=none"
        sentence = candidate.sentence
        earlier = labels_of(document.marks(sentence.start, candidate.start), "metric:")
        if earlier:
            yield f"mS={earlier[-1].label[7:]}"
        else:
            yield "mS=none"
            yield from _metrics_before(document, candidate)


def _metrics_before(document: Annotated, candidate: Candidate) -> Iterator[str]:
    """The metric last named in the two sentences before, for a sentence that names none."""
    index = candidate.sentence.index
    for back in (1, 2):
        if index - back < 0:
            return
        sentence = document.structure.sentences[index - back]
        earlier = labels_of(document.marks(sentence.start, sentence.end), "metric:")
        if earlier:
            yield f"mP={earlier[-1].label[7:]}"
            return


def _words(document: Annotated, candidate: Candidate) -> Iterator[str]:
    first, last = candidate.clause
    left = tokens_of(document.norm[max(first, candidate.start - 60) : candidate.start].lower())
    right = tokens_of(document.norm[candidate.end : min(last, candidate.end + 50)].lower())
    for side, tokens in (("L", left), ("R", right)):
        for token in tokens:
            yield f"w{side}:{token}"
            if len(token) > 5:
                yield f"w{side}:{token[:5]}~"
        for one, two in pairwise(tokens):
            yield f"b{side}:{one} {two}"
    if left:
        yield f"p:{left[-1]}"
        yield f"p2:{' '.join(left[-2:])}"
        yield f"p3:{' '.join(left[-3:])}"
    if right:
        yield f"n:{right[0]}"
        yield f"n2:{' '.join(right[:2])}"
    if to_pattern(document.norm, candidate.start, first):
        yield "to"
        yield f"to,unit={candidate.unit}"


def _surroundings(document: Annotated, candidate: Candidate) -> Iterator[str]:
    sentence = candidate.sentence
    for token in set(tokens_of(document.norm[sentence.start : sentence.end].lower()[:400])):
        yield f"s:{token}"
    if sentence.heading >= 0 and not sentence.is_heading:
        heading = document.structure.sentences[sentence.heading]
        for mark in labels_of(document.marks(heading.start, heading.end), "cue:"):
            if mark.label[4:] in _STATUS:
                yield f"H:{mark.label[4:]}"
        for mark in labels_of(document.marks(heading.start, heading.end), "metric:"):
            yield f"Hm={mark.label[7:]}"
        for token in tokens_of(document.norm[heading.start : heading.end].lower()[:80]):
            yield f"h:{token}"
    yield from refuted_near(document, candidate)
    yield from _periods(document, candidate)
    if document.norm[max(0, sentence.start - 0) : sentence.start + 3].lstrip().startswith(("|",)):
        yield "table"


def _periods(document: Annotated, candidate: Candidate) -> Iterator[str]:
    found = document.periods_in(candidate.sentence.start, candidate.sentence.end)
    if not found:
        yield "period=none"
    for period in found:
        if period.days is None or document.published is None:
            yield f"period={period.grain}"
        else:
            side = "future" if period.days[1] > document.published else "past"
            yield f"period={side}"
