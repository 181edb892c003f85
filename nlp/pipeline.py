"""The spaCy pipelines: blank English and blank Chinese (by characters) with Waterline's own components.

Role: turn a block of normalised text into a Doc whose span groups hold layered annotations: quantities, periods,
aliases, metrics, cues. Every layer keeps its own group; none overwrites another.
Must not know: which quantities make a claim, or which solution a claim is credited to.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import spacy
from spacy.attrs import LOWER  # type: ignore[import-not-found]
from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc, Span, SpanGroup
from spacy.vocab import Vocab

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
BARE = "bare"
"""Set in a Doc's user data by bulk reading: components leave the span groups out, only the plain layers are used."""
_TOKEN = re.compile(r"([A-Za-z]+|\d+|[^A-Za-z\d])( ?)", re.ASCII)


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


class Words:
    """The tokenizer of both languages: Latin words, figures, and every other character for itself."""

    def __init__(self, vocab: Vocab) -> None:
        self._vocab = vocab

    def __call__(self, text: str) -> Doc:
        """Cut a text into tokens that join to the same text again."""
        pieces = _TOKEN.findall(text)
        doc = Doc(self._vocab, [word for word, _ in pieces], [space == " " for _, space in pieces])
        doc.user_data[TEXT] = text
        return doc

    def to_bytes(self, **_: object) -> bytes:
        """Nothing to keep: the tokenizer has no state."""
        return b""

    def from_bytes(self, _data: bytes, **_: object) -> "Words":
        """The tokenizer has no state."""
        return self


def _group(doc: Doc, name: str, spans: Iterable[tuple[int, int, str]]) -> None:
    if doc.user_data.get(BARE):
        return
    made = (doc.char_span(start, end, label=label, alignment_mode="expand") for start, end, label in spans)
    doc.spans[name] = SpanGroup(doc, name=name, spans=[span for span in made if span is not None])


def _offsets(doc: Doc) -> tuple[list[int], list[int]]:
    starts: list[int] = []
    ends: list[int] = []
    for match in _TOKEN.finditer(_text(doc)):
        starts.append(match.start())
        ends.append(match.end(1))
    return starts, ends


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
        hot = _hot_spans(doc)
        marks: list[Mark] = []
        if hot:
            starts, ends = _offsets(doc)
            for begin, stop in hot:
                first, last = bisect_left(starts, begin), bisect_left(starts, stop)
                if first < last:
                    marks += matcher(doc[first:last], starts, ends)
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
    nlp.vocab.lex_attr_getters = {LOWER: str.lower}  # type: ignore[attr-defined]
    nlp.tokenizer = Words(nlp.vocab)
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
            doc.user_data[BARE] = True
            doc.user_data[PUBLISHED] = published
            doc.user_data[HOT] = hot
            yield doc

    steps = [component for _, component in nlp.pipeline]
    for doc in docs():
        for step in steps:
            step(doc)
        data = doc.user_data
        yield Annotations(data[QUANTITIES], data[PERIODS], data[ALIASES], data[LEXICON])
