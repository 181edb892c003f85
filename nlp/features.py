"""Features of a candidate claim: cue words, metric names, units, prepositions and words around the number.

Role: describe a candidate by short strings, the same in every language where a cue or a unit says enough.
Must not know: labels, weights, or solutions. Cue words are evidence to weigh, never filters.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from nlp.annotation import Annotated
from nlp.candidates import Candidate, to_pattern
from nlp.pipeline import Mark

_TOKEN = re.compile(r"[a-z][a-z'-]*|[\u3400-\u9fff]|[%$£€¥→]|\d+")
_DIRECTIONS = ("up", "down", "flat")
_EACH = re.compile(r"\s*(?:a|an|per|each|every|/) ?(?!year|month|quarter|week|day|annum|yr)([a-z]+)", re.IGNORECASE)
_EACH_LEFT = re.compile(
    r"(?:cost|price|charge|fee)s? (?:per|of an?|for each)\b|\bper (?!year|month|quarter|annum)|每(?![年月季])|单",
    re.IGNORECASE,
)
_REFUTED = re.compile(
    r"\b(?:withdr[ae]wn?|wrong|incorrect|not (?:our|true|confirmed|correct|recognised|borne|supported)|struck|mistake|"
    r"in error|could not be|cannot be|no longer|double.count|not (?:been )?(?:verified|reproduced|achieved|delivered)|"
    r"overstated|disput|retract|misread|corrected|does not hold|nothing of)|不实|不属实|有误|错误引用|作废|撤回|更正|不符|"
    r"不予|未核实|误植|误引|不准确|不正确|删除|不成立|尚无|否认|从未|不采|剔除|不再计入|澄清|落空|没有实现|并未实现|没有做到|未能",
    re.IGNORECASE,
)
REACH = 1200
TOPIC = ("c1:", "c2:", "s1:", "lab:", "h3:", "mE", "mD", "mT")
"""Prefixes of features that say what a clause is about: for the metric alone, noise elsewhere."""
_STATUS = ("planned", "negated", "hypothetical", "realised")
NEAR = 14


def tokens_of(text: str) -> list[str]:
    """Words, single Han characters, signs and numbers of lower-cased text."""
    return _TOKEN.findall(text)


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
    found += _size(document, candidate)
    found += _words(document, candidate)
    found += _topic(document, candidate)
    found += _subject(document, candidate)
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


def _labels(marks: Sequence[Mark], layer: str) -> list[Mark]:
    """Marks of a layer, those inside a longer mark of the same layer left out."""
    kept: list[Mark] = []
    for mark in marks:
        if not mark.label.startswith(layer):
            continue
        inside = kept and mark.end <= kept[-1].end and mark.label != kept[-1].label
        if inside and mark.end - mark.start < kept[-1].end - kept[-1].start:
            continue
        kept.append(mark)
    return kept


def _marks(document: Annotated, candidate: Candidate) -> Iterator[str]:
    first, last = candidate.clause
    sentence = candidate.sentence
    inside = document.marks(first, last)
    cues = _labels(inside, "cue:")
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
    for mark in _labels(document.marks(sentence.start, sentence.end), "cue:"):
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
    named = _labels(inside, "metric:")
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
        earlier = _labels(document.marks(sentence.start, candidate.start), "metric:")
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
        earlier = _labels(document.marks(sentence.start, sentence.end), "metric:")
        if earlier:
            yield f"mP={earlier[-1].label[7:]}"
            return


def _size(document: Annotated, candidate: Candidate) -> Iterator[str]:
    """How large the number is, and whether it is stated for each of something: £11 a parcel is no budget."""
    power = candidate.value.adjusted() if candidate.value else -9
    yield f"mag={candidate.unit},{power}"
    yield f"mag2={candidate.unit},{power // 2}"
    if candidate.unit == "money":
        yield f"mag,lang={power},{candidate.sentence.language}"
    each = _EACH.match(document.norm, candidate.end, min(candidate.sentence.end, candidate.end + 30))
    if each:
        yield "each"
        yield f"each:{each[1].lower()[:6]}"
    if _EACH_LEFT.search(document.norm, max(candidate.sentence.start, candidate.start - 40), candidate.start):
        yield "each before"


def _topic(document: Annotated, candidate: Candidate) -> Iterator[str]:
    """What the clause and the sentence begin with, and the label before a colon or a cell's bar."""
    text = document.norm
    clause = tokens_of(text[candidate.clause[0] : candidate.start].lower())
    if clause:
        yield f"c1:{clause[0]}"
        yield f"c2:{' '.join(clause[:2])}"
    yield from (f"s1:{token}" for token in tokens_of(text[candidate.sentence.start : candidate.start].lower()[:60])[:3])
    labels = re.split(r"[:：|]", text[max(candidate.sentence.start, candidate.start - 60) : candidate.start])
    if len(labels) > 1:
        for token in tokens_of(labels[-2].lower()):
            yield f"lab:{token[:5]}~" if len(token) > 5 else f"lab:{token}"
    for one, two, three in zip(clause, clause[1:], clause[2:], strict=False):
        if one > "\u3400" and three > "\u3400":
            yield f"h3:{one}{two}{three}"


def _subject(document: Annotated, candidate: Candidate) -> Iterator[str]:
    """Metrics named around the clause: last before it, most often nearby, in the title; most to say where it names none."""  # noqa: E501
    first, last = candidate.clause
    near = [mark for mark in document.marks(max(0, first - REACH), last + REACH // 3) if mark.label[:7] == "metric:"]
    bare = "" if any(first <= mark.start < last for mark in near) else "0"
    earlier = [mark for mark in near if mark.start < first and first - mark.start <= REACH // 2]
    if earlier:
        yield f"mE{bare}={earlier[-1].label[7:]}"
        yield f"mE{bare},unit={earlier[-1].label[7:]},{candidate.unit}"
    else:
        yield f"mE{bare}=none"
    counts: dict[str, int] = {}
    for mark in near:
        counts[mark.label] = counts.get(mark.label, 0) + 1
    for label in sorted(counts, key=lambda name: (-counts[name], name))[:2]:
        yield f"mD{bare}={label[7:]}"
    title = document.structure.sentences[0]
    for mark in _labels(document.marks(title.start, min(title.end, title.start + REACH)), "metric:")[:3]:
        yield f"mT{bare}={mark.label[7:]}"


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
        for mark in _labels(document.marks(heading.start, heading.end), "cue:"):
            if mark.label[4:] in _STATUS:
                yield f"H:{mark.label[4:]}"
        for mark in _labels(document.marks(heading.start, heading.end), "metric:"):
            yield f"Hm={mark.label[7:]}"
        for token in tokens_of(document.norm[heading.start : heading.end].lower()[:80]):
            yield f"h:{token}"
    yield from _refuted(document, candidate)
    yield from _periods(document, candidate)
    if document.norm[max(0, sentence.start - 0) : sentence.start + 3].lstrip().startswith(("|",)):
        yield "table"


def _refuted(document: Annotated, candidate: Candidate) -> Iterator[str]:
    """Whether the sentence before, the rest of this one or the next takes a figure back: so a bare "saved" need not."""
    sentences, index = document.structure.sentences, candidate.sentence.index
    places = [("rest", candidate.end, candidate.sentence.end)]
    for name, at in (("before", index - 1), ("next", index + 1)):
        if 0 <= at < len(sentences):
            places.append((name, sentences[at].start, min(sentences[at].end, sentences[at].start + 200)))
    found = [name for name, start, end in places if _REFUTED.search(document.norm, start, end)]
    yield from (f"refuted {name}" for name in found)
    if not found:
        yield "not refuted"


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
