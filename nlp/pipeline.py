"""The spaCy pipelines: blank English and blank Chinese (by characters) with Waterline's own components.

Role: turn a block of normalised text into a Doc whose span groups hold layered annotations: quantities, periods,
aliases, metrics, cues. Every layer keeps its own group; none overwrites another.
Must not know: which quantities make a claim, or which solution a claim is credited to.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import spacy
from spacy.attrs import IDX, LENGTH  # type: ignore[import-not-found]
from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc, Span, SpanGroup

from nlp.lexicon import phrases
from nlp.periods import Period, find_periods
from nlp.quantities import Quantity, find_quantities

PUBLISHED = "published"
QUANTITIES = "quantities"
PERIODS = "periods"
ALIASES = "aliases"
LEXICON = "lexicon"
HOT = "hot"
TEXT = "text"


@dataclass(frozen=True, slots=True)
class Mark:
    """A labelled stretch [start, end) of the block's text."""

    start: int
    end: int
    label: str


def _text(doc: Doc) -> str:
    """The Doc's text, kept beside it because spaCy rebuilds it from tokens at every call."""
    kept = doc.user_data.get(TEXT)
    return kept if isinstance(kept, str) else doc.text


def _group(doc: Doc, name: str, spans: Iterable[tuple[int, int, str]]) -> None:
    made = (doc.char_span(start, end, label=label, alignment_mode="expand") for start, end, label in spans)
    doc.spans[name] = SpanGroup(doc, name=name, spans=[span for span in made if span is not None])


def _offsets(doc: Doc) -> tuple[list[int], list[int]]:
    array = doc.to_array([IDX, LENGTH])
    starts = array[:, 0].tolist()
    return starts, (array[:, 0] + array[:, 1]).tolist()


@Language.component("waterline_periods")
def mark_periods(doc: Doc) -> Doc:
    """Find periods; the year that a text leaves out comes from the publication date of the Doc."""
    published: date | None = doc.user_data.get(PUBLISHED)
    found = find_periods(_text(doc), published)
    doc.user_data[PERIODS] = found
    _group(doc, PERIODS, ((item.start, item.end, item.grain) for item in found))
    return doc


@Language.component("waterline_quantities")
def mark_quantities(doc: Doc) -> Doc:
    """Find quantities outside the periods."""
    masked = [(item.start, item.end) for item in doc.user_data.get(PERIODS, ())]
    found = find_quantities(_text(doc), masked)
    doc.user_data[QUANTITIES] = found
    _group(doc, QUANTITIES, ((item.start, item.end, item.unit) for item in found))
    return doc


class _Phrases:
    """A PhraseMatcher over lower-cased tokens whose keys map back to labels."""

    def __init__(self, language: Language, entries: Iterable[tuple[str, str]]) -> None:
        self._matcher = PhraseMatcher(language.vocab, attr="LOWER")
        self._labels: dict[int, str] = {}
        grouped: dict[str, list[str]] = {}
        for label, phrase in entries:
            grouped.setdefault(label, []).append(phrase)
        for label, forms in grouped.items():
            self._labels[language.vocab.strings.add(label)] = label
            self._matcher.add(label, [language.make_doc(form) for form in dict.fromkeys(forms)])

    def __call__(self, target: Doc | Span, starts: Sequence[int], ends: Sequence[int]) -> list[Mark]:
        marks = [Mark(starts[first], ends[last - 1], self._labels[key]) for key, first, last in self._matcher(target)]
        text = _text(target.doc if isinstance(target, Span) else target)
        return [mark for mark in marks if _whole_word(text, mark.start, mark.end)]


def _whole_word(text: str, start: int, end: int) -> bool:
    """Latin phrases must not start or end inside a Latin word (Chinese Docs have one token a character)."""
    before = start > 0 and _latin(text[start]) and _latin(text[start - 1])
    after = end < len(text) and _latin(text[end - 1]) and _latin(text[end])
    return not before and not after


def _latin(sign: str) -> bool:
    return sign.isascii() and sign.isalnum()


@Language.factory("waterline_lexicon")
def make_lexicon(nlp: Language, name: str) -> Callable[[Doc], Doc]:  # noqa: ARG001 - spaCy names it
    """Mark metric names and cue words in the sentences that the Doc calls hot (those with quantities)."""
    matcher = _Phrases(nlp, phrases(nlp.lang or "en"))

    def mark(doc: Doc) -> Doc:
        starts, ends = _offsets(doc)
        marks: list[Mark] = []
        for begin, stop in _hot_spans(doc):
            span = doc.char_span(begin, stop, alignment_mode="expand")
            if span is not None:
                marks += matcher(span, starts, ends)
        marks.sort(key=lambda mark: (mark.start, -mark.end))
        doc.user_data[LEXICON] = marks
        _group(doc, "metrics", ((m.start, m.end, m.label[7:]) for m in marks if m.label.startswith("metric:")))
        return doc

    return mark


def _hot_spans(doc: Doc) -> list[tuple[int, int]]:
    hot = doc.user_data.get(HOT)
    if hot is None:
        return [(0, len(_text(doc)))] if len(doc) else []
    return list(hot(doc))


class AliasMarker:
    """The gazetteer: every surface form of the catalogue, matched exactly up to case in every language."""

    def __init__(self, nlp: Language) -> None:
        self._nlp = nlp
        self._phrases: _Phrases | None = None

    def load(self, entries: Iterable[tuple[str, str]]) -> None:
        """Take (label, phrase) pairs; a phrase may carry several labels."""
        self._phrases = _Phrases(self._nlp, entries)

    def __call__(self, doc: Doc) -> Doc:
        """Mark every alias in the Doc."""
        marks = []
        if self._phrases is not None and len(doc):
            starts, ends = _offsets(doc)
            marks = sorted(self._phrases(doc, starts, ends), key=lambda mark: (mark.start, -mark.end))
        doc.user_data[ALIASES] = marks
        _group(doc, ALIASES, ((mark.start, mark.end, mark.label) for mark in marks))
        return doc


@Language.factory("waterline_aliases")
def make_aliases(nlp: Language, name: str) -> AliasMarker:  # noqa: ARG001 - spaCy names it
    """An empty gazetteer; `AliasMarker.load` fills it from a catalogue."""
    return AliasMarker(nlp)


def blank_pipeline(language: str, aliases: Iterable[tuple[str, str]] = ()) -> Language:
    """A blank spaCy pipeline (`en`, or `zh` by characters) with the components in order and the gazetteer filled."""
    nlp = spacy.blank(language)
    nlp.max_length = 10**9
    for name in ("waterline_periods", "waterline_quantities", "waterline_lexicon", "waterline_aliases"):
        nlp.add_pipe(name)
    marker = nlp.get_pipe("waterline_aliases")
    if isinstance(marker, AliasMarker):
        marker.load(aliases)
    return nlp


@dataclass(frozen=True, slots=True)
class Annotations:
    """What the pipeline found in one block, in the block's own offsets."""

    quantities: list[Quantity]
    periods: list[Period]
    aliases: list[Mark]
    lexicon: list[Mark]


def annotate(
    nlp: Language, blocks: Iterable[tuple[str, date | None, Callable[[Doc], list[tuple[int, int]]]]]
) -> Iterator[Annotations]:
    """Run blocks of text through a pipeline; each comes with its publication date and its choice of hot sentences."""

    def docs() -> Iterator[Doc]:
        for text, published, hot in blocks:
            doc = nlp.make_doc(text)
            doc.user_data[TEXT] = text
            doc.user_data[PUBLISHED] = published
            doc.user_data[HOT] = hot
            yield doc

    for doc in nlp.pipe(docs()):
        data = doc.user_data
        yield Annotations(data[QUANTITIES], data[PERIODS], data[ALIASES], data[LEXICON])
