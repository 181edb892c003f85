"""Linking accuracy apart for claims whose sentence names the solution and for those that the discourse must resolve.

Role: say of every gold event with a solution whether its own sentence names it, and count the right links of both kinds.
Must not know: how a reading was made, or how other fields are scored.
"""  # noqa: E501

from collections.abc import Sequence
from dataclasses import dataclass

from btim.catalogue import Catalogue
from btim.value import Reading, ValueEvent
from nlp.gold import GoldDocument, paired
from nlp.normalise import normalise
from nlp.scoring import match_events, overlap
from nlp.structure import structure_of


@dataclass(frozen=True, slots=True)
class LinkingScores:
    """Gold events with a solution and how many of them were found and linked right, by how the solution is told."""

    named: int = 0
    named_right: int = 0
    discourse: int = 0
    discourse_right: int = 0

    def __add__(self, other: "LinkingScores") -> "LinkingScores":
        """Counts of two sets of documents together."""
        return LinkingScores(
            self.named + other.named, self.named_right + other.named_right,
            self.discourse + other.discourse, self.discourse_right + other.discourse_right,
        )  # fmt: skip

    @property
    def named_accuracy(self) -> float | None:
        """Accuracy@1 where the sentence of the claim names the solution; None without such events."""
        return self.named_right / self.named if self.named else None

    @property
    def discourse_accuracy(self) -> float | None:
        """Accuracy@1 where it does not; None without such events."""
        return self.discourse_right / self.discourse if self.discourse else None


def linking_scores(gold: Sequence[GoldDocument], predicted: Sequence[Reading], catalogue: Catalogue) -> LinkingScores:
    """Count gold events with a solution by whether a name or alias of it stands in a sentence of the evidence."""
    forms = {solution.id: [normalise(form).lower() for form in solution.surface_forms()] for solution in catalogue}
    total = LinkingScores()
    for item, reading in paired(gold, predicted):
        right = {id(one) for one, other in match_events(item.reading.events, reading.events)
                 if one.solution == other.solution}  # fmt: skip
        norm = normalise(item.document.text)
        sentences = [(sentence.start, sentence.end) for sentence in structure_of(norm).sentences]
        for event in item.reading.events:
            if event.solution is not None:
                named = _named(event, norm.lower(), sentences, forms.get(event.solution, ()))
                ok = id(event) in right
                total += LinkingScores(named, named and ok, not named, not named and ok)
    return total


def _named(event: ValueEvent, text: str, sentences: Sequence[tuple[int, int]], forms: Sequence[str]) -> bool:
    stretches = [text[start:end] for start, end in sentences if overlap((start, end), event.evidence)]
    return any(form in stretch for stretch in stretches for form in forms)
