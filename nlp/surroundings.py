"""What stands around a number: its size, what its clause is about, metrics named near, what is taken back.

Role: the features of a candidate that look beyond its own words; the tokens and labels that all features share.
Must not know: labels of training, weights, or solutions.
"""

import re
from collections.abc import Iterator, Sequence

from nlp.annotation import Annotated
from nlp.candidates import Candidate
from nlp.pipeline import Mark

_TOKEN = re.compile(r"[a-z][a-z'-]*|[\u3400-\u9fff]|[%$£€¥→]|\d+")
_EACH = re.compile(r"\s*(?:a|an|per|each|every|/) ?(?!year|month|quarter|week|day|annum|yr)([a-z]+)", re.IGNORECASE)
_EACH_LEFT = re.compile(
    r"(?:cost|price|charge|fee)s? (?:per|of an?|for each)\b|\bper (?!year|month|quarter|annum)|每(?![年月季])|单",
    re.IGNORECASE,
)
_REFUTED = re.compile(
    r"\b(?:withdr[ae]wn?|wrong|incorrect|not (?:our|true|confirmed|correct|recognised|borne|supported)|struck|mistake|"
    r"in error|could not be|cannot be|no longer|double.count|not (?:been )?(?:verified|reproduced|achieved|delivered)|"
    r"overstated|disput|retract|misread|corrected|does not hold|nothing of)|不实|不属实|有误|错误引用|作废|撤回|更正|"
    r"不符|不予|未核实|误植|误引|不准确|不正确|删除|不成立|尚无|否认|从未|不采|剔除|不再计入|澄清|落空|没有实现|并未实现|没有做到|未能",
    re.IGNORECASE,
)
REACH = 1200
TOPIC = ("c1:", "c2:", "s1:", "lab:", "h3:", "mE", "mD", "mT")
"""Prefixes of features that say what a clause is about: for the metric alone, noise elsewhere."""


def tokens_of(text: str) -> list[str]:
    """Words, single Han characters, signs and numbers of lower-cased text."""
    return _TOKEN.findall(text)


def labels_of(marks: Sequence[Mark], layer: str) -> list[Mark]:
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


def size_of(document: Annotated, candidate: Candidate) -> Iterator[str]:
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


def topic_of(document: Annotated, candidate: Candidate) -> Iterator[str]:
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


def subject_of(document: Annotated, candidate: Candidate) -> Iterator[str]:
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
    for mark in labels_of(document.marks(title.start, min(title.end, title.start + REACH)), "metric:")[:3]:
        yield f"mT{bare}={mark.label[7:]}"


def refuted_near(document: Annotated, candidate: Candidate) -> Iterator[str]:
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
