"""Where a document mentions which solution, and what it is about from sentence to sentence.

Role: turn alias marks and near misses into mentions, resolve overlaps, and remember headings, title and recency.
Must not know: claims or weights.
"""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass

from nlp.annotation import Annotated
from nlp.gazetteer import SEPARATOR, NearMisses

RANK = {"exact": 0, "acronym": 1, "short": 2, "fuzzy": 3}


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch [start, end) of the text that names a solution, and how it was recognised."""

    start: int
    end: int
    solution: str
    how: str
    sentence: int


@dataclass(frozen=True, slots=True)
class Mentions:
    """All mentions of a document in order, by sentence, and counted."""

    ordered: tuple[Mention, ...]
    starts: tuple[int, ...]
    by_sentence: dict[int, tuple[Mention, ...]]
    counts: Counter[str]
    best: dict[str, str]

    def between(self, start: int, end: int) -> tuple[Mention, ...]:
        """Mentions that start in [start, end)."""
        return self.ordered[bisect_left(self.starts, start) : bisect_left(self.starts, end)]


def mentions_of(document: Annotated, near: NearMisses) -> Mentions:
    """Find the mentions; a mark inside a longer mark is dropped, an exact form beats a derived one at the same place."""  # noqa: E501
    found = [
        Mention(mark.start, mark.end, mark.label.split(SEPARATOR, 1)[1], mark.label.split(SEPARATOR, 1)[0],
                document.structure.at(mark.start).index)
        for mark in document.aliases
    ]  # fmt: skip
    covered = {(item.sentence) for item in found}
    for sentence in document.structure.sentences:
        if sentence.index not in covered:
            for start, end, solution in near.find(document.norm[sentence.start : sentence.end]):
                found.append(Mention(sentence.start + start, sentence.start + end, solution, "fuzzy", sentence.index))
    kept = _outermost(found)
    grouped: dict[int, list[Mention]] = {}
    for item in kept:
        grouped.setdefault(item.sentence, []).append(item)
    best: dict[str, str] = {}
    for item in kept:
        if item.solution not in best or RANK[item.how] < RANK[best[item.solution]]:
            best[item.solution] = item.how
    return Mentions(
        tuple(kept),
        tuple(item.start for item in kept),
        {index: tuple(items) for index, items in grouped.items()},
        Counter(item.solution for item in kept),
        best,
    )


def _outermost(found: list[Mention]) -> list[Mention]:
    kept: list[Mention] = []
    for item in sorted(found, key=lambda m: (m.start, -(m.end - m.start), RANK[m.how])):
        inside = [other for other in kept[-4:] if item.start < other.end]
        same = [other for other in inside if (other.start, other.end) == (item.start, item.end)]
        if len(inside) > len(same):
            continue
        if any(other.solution == item.solution or RANK[other.how] < RANK[item.how] for other in same):
            continue
        kept.append(item)
    return kept
