"""Structure of a document: sections, sentences and clauses, as spans over the kept text.

Role: say where sentences, clauses and headings are, and which heading a sentence stands under.
Must not know: quantities, metrics or solutions.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

_ABBREVIATION = re.compile(
    r"(?:\b(?:approx|vs|e\.g|i\.e|etc|no|nos|inc|ltd|co|corp|dr|mr|mrs|ms|st|fig|dept|est|ca|c|u\.s|u\.k|p\.a|a\.m|p\.m|jan|feb|mar|"
    r"apr|jun|jul|aug|sep|sept|oct|nov|dec)|\b[A-Z])\Z",
    re.IGNORECASE,
)
_STOP = re.compile(
    r"[。！？!?…]+[\"'”’」』)）]*|\.(?=[\"')\]]*\s+[\"'(\[]?[A-Z0-9£$€\u3400-\u9fff])|\.(?=[\"')\]]*\s*$)|\.(?=[\u3400-\u9fff])|\n+"
)
_CLAUSE = re.compile(
    r"[;；:：]|[,，](?!\d{3}(?!\d))|—+|\s-\s|\s–\s|\((?=\D)|\)|（|）|(?<=[a-z])(?<! of)(?<! in) (?=(?:but|while|whereas|although|though|yet|which) )|"  # noqa: E501
    r"(?<=[a-z0-9%]) (?=and (?!(?:[a-z]+ )?(?:\d|£|\$|€)))",
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"#{1,6}\s|[一二三四五六七八九十]{1,3}、|[(（][一二三四五六七八九十]{1,3}[)）]|\d{1,2}(?:\.\d{1,2})*[.、]?\s|\*\*[^*]+\*\*$|【[^】]+】$"
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[A-Za-z]{2,}")
HEADING_WIDTH = 70
LONGEST = 1200
_BREAK = re.compile(r"[;；,，、|\s]")
HEADING_WIDTH_HAN = 32


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence [start, end): its language by script, its paragraph and the index of the heading above it (-1: none)."""  # noqa: E501

    index: int
    start: int
    end: int
    language: str
    paragraph: int
    heading: int
    is_heading: bool = False


@dataclass(frozen=True, slots=True)
class Structure:
    """The sentences of a document in order, findable by position."""

    sentences: tuple[Sentence, ...]
    starts: tuple[int, ...]

    def at(self, position: int) -> Sentence:
        """The sentence that holds a position (the last one that starts at or before it)."""
        return self.sentences[max(0, bisect_right(self.starts, position) - 1)]


def structure_of(text: str) -> Structure:
    """Cut normalised text into lines, headings and sentences."""
    sentences: list[Sentence] = []
    heading = -1
    paragraph = 0
    for start, end in _lines(text):
        stripped = text[start:end].strip()
        if not stripped:
            continue
        if _is_heading(stripped):
            heading = len(sentences)
            sentences.append(Sentence(heading, start, end, language_of(stripped), paragraph, heading, is_heading=True))
        else:
            for first, last in _bounded(text, _sentences(text, start, end)):
                language = language_of(text[first:last])
                sentences.append(Sentence(len(sentences), first, last, language, paragraph, heading))
        paragraph += 1
    return Structure(tuple(sentences), tuple(sentence.start for sentence in sentences))


def language_of(text: str) -> str:
    """Language of a sentence by script: any fair share of Han characters makes it Chinese."""
    han = len(_HAN.findall(text))
    return "zh" if han and han * 3 >= len(_WORD.findall(text)) else "en"


def clauses_of(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Clauses of a sentence as spans without the separators, blank ones left out."""
    spans: list[tuple[int, int]] = []
    position = start
    for match in _CLAUSE.finditer(text, start, end):
        _keep(text, position, match.start(), spans)
        position = match.end()
    _keep(text, position, end, spans)
    return spans


def _keep(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> None:
    while start < end and text[start] in " \t\n\"'、*|-":
        start += 1
    while end > start and text[end - 1] in " \t\n.。!！?？*|":
        end -= 1
    if start < end:
        spans.append((start, end))


def _lines(text: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    position = 0
    for line in text.splitlines(keepends=True):
        spans.append((position, position + len(line)))
        position += len(line)
    return spans


def _is_heading(line: str) -> bool:
    if line.startswith("#"):
        return True
    width = HEADING_WIDTH_HAN if _HAN.search(line) else HEADING_WIDTH
    if len(line) > width or line[-1] in "。.!！?？；;，,、" or line.startswith(("|", "- ", "* ", "• ")):
        return False
    marked = _HEADING.match(line) is not None
    quiet = not re.search(r"[,，。；;]", line)
    return (
        (marked and quiet)
        or (quiet and line[-1] in ":：")
        or (quiet and not re.search(r"\d[\d.,]*\s*(?:%|[万亿]|m\b|bn\b|million)", line) and len(line.split()) <= 10)
    )


def _bounded(text: str, spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Sentences no longer than LONGEST, cut where a clause or word ends: work per sentence stays bounded."""
    for start, end in spans:
        while end - start > LONGEST:
            breaks = [match.end() for match in _BREAK.finditer(text, start + LONGEST // 2, start + LONGEST)]
            stop = breaks[-1] if breaks else start + LONGEST
            yield start, stop
            start = stop
        if text[start:end].strip():
            yield start, end


def _sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    position = start
    for match in _STOP.finditer(text, start, end):
        if match[0] == "." and _ABBREVIATION.search(text[max(position, match.start() - 8) : match.start()]):
            continue
        if text[position : match.end()].strip():
            spans.append((position, match.end()))
        position = match.end()
    if text[position:end].strip():
        spans.append((position, end))
    return spans
