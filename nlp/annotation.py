"""A document with all its layers in the document's own offsets.

Role: cut a text into blocks of one language, run the spaCy pipelines and join their layers again.
Must not know: claims, links or risks.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from spacy.language import Language
from spacy.tokens import Doc

from nlp.headers import with_headers
from nlp.normalise import normalise
from nlp.periods import Period
from nlp.pipeline import QUANTITIES, Annotations, Mark, annotate
from nlp.quantities import Quantity
from nlp.structure import Sentence, Structure, structure_of

BLOCK = 20_000
Item = TypeVar("Item", Quantity, Period, Mark)


@dataclass(frozen=True, slots=True)
class Annotated:
    """A document's original text, its normalised twin of the same length, its structure and its layers."""

    text: str
    norm: str
    published: date | None
    structure: Structure
    quantities: tuple[Quantity, ...]
    periods: tuple[Period, ...]
    aliases: tuple[Mark, ...]
    lexicon: tuple[Mark, ...]
    alias_starts: tuple[int, ...]
    lexicon_starts: tuple[int, ...]
    period_starts: tuple[int, ...]

    def marks(self, start: int, end: int) -> Sequence[Mark]:
        """Lexicon marks that start in [start, end)."""
        return self.lexicon[bisect_left(self.lexicon_starts, start) : bisect_left(self.lexicon_starts, end)]

    def aliases_in(self, start: int, end: int) -> Sequence[Mark]:
        """Alias marks that start in [start, end)."""
        return self.aliases[bisect_left(self.alias_starts, start) : bisect_left(self.alias_starts, end)]

    def periods_in(self, start: int, end: int) -> Sequence[Period]:
        """Periods that start in [start, end)."""
        return self.periods[bisect_left(self.period_starts, start) : bisect_left(self.period_starts, end)]


def annotated(text: str, published: date | None, pipelines: Mapping[str, Language]) -> Annotated:
    """Annotate one document."""
    norm = normalise(text)
    structure = structure_of(norm)
    blocks = list(_blocks(structure.sentences))
    layers: dict[int, tuple[int, Annotations]] = {}
    for language in sorted({block[0].language for block in blocks}):
        chosen = [index for index, block in enumerate(blocks) if block[0].language == language]
        inputs = ((norm[blocks[i][0].start : blocks[i][-1].end], published, _hot(blocks[i])) for i in chosen)
        for index, found in zip(chosen, annotate(pipelines[language], inputs), strict=True):
            layers[index] = (blocks[index][0].start, found)
    ordered = [layers[index] for index in sorted(layers)]
    return _joined(text, norm, published, structure, ordered)


def _joined(
    text: str, norm: str, published: date | None, structure: Structure, layers: list[tuple[int, Annotations]]
) -> Annotated:
    quantities = tuple(
        with_headers(norm, [_moved(item, shift) for shift, found in layers for item in found.quantities])
    )
    periods = tuple(_moved(item, shift) for shift, found in layers for item in found.periods)
    aliases = tuple(_moved(item, shift) for shift, found in layers for item in found.aliases)
    lexicon = tuple(_moved(item, shift) for shift, found in layers for item in found.lexicon)
    return Annotated(
        text, norm, published, structure, quantities, periods, aliases, lexicon,
        tuple(mark.start for mark in aliases), tuple(mark.start for mark in lexicon), tuple(p.start for p in periods),
    )  # fmt: skip


def _moved(item: Item, shift: int) -> Item:
    return replace(item, start=item.start + shift, end=item.end + shift) if shift else item


def _blocks(sentences: Sequence[Sentence]) -> Iterator[list[Sentence]]:
    """Runs of sentences of one language, none much longer than BLOCK characters."""
    run: list[Sentence] = []
    for sentence in sentences:
        if run and (sentence.language != run[0].language or sentence.end - run[0].start > BLOCK):
            yield run
            run = []
        run.append(sentence)
    if run:
        yield run


def _hot(block: Sequence[Sentence]) -> Callable[[Doc], list[tuple[int, int]]]:
    """Choose the sentences of a block that hold a quantity, and the headings: only they need the lexicon."""
    shift = block[0].start
    starts = [sentence.start - shift for sentence in block]

    def choose(doc: Doc) -> list[tuple[int, int]]:
        chosen = {index for index, sentence in enumerate(block) if sentence.is_heading}
        for quantity in doc.user_data[QUANTITIES]:
            place = max(0, bisect_right(starts, quantity.start) - 1)
            chosen |= {place, max(0, place - 1)}
        return [(block[i].start - shift, block[i].end - shift) for i in sorted(chosen)]

    return choose
