"""Blocks of the page: what a section hands to the templates.

Role: small frozen records for tables, charts, headline figures and sections; the templates draw them and nothing else.
Must not know: where a number comes from, HTML, CSS.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from markupsafe import Markup

Marker = Literal["actual", "accrued", "plan", "forecast", "claimed", "recommended", "LP estimate"]
"""What kind of number stands there; printed beside every figure, table and chart."""
Tone = Literal["", "good", "warn", "bad", "muted", "strong", "hash"]


@dataclass(frozen=True, slots=True)
class Column:
    """A table's column: heading, unit under it, `num` for right-aligned figures, and a note for the hover."""

    label: str
    unit: str = ""
    num: bool = False
    note: str = ""
    nowrap: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A table's cell: text, smaller text under it, tone, and an optional bar of `bar` (0–1) of the cell's width."""

    text: str
    sub: str = ""
    tone: Tone = ""
    bar: float | None = None
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A table's row; `line` turns it into a full-width dividing line with `cells[0]` as its words."""

    cells: tuple[Cell, ...]
    line: bool = False
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption, kind of number and note; `csv` names the file that holds all of it."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    marker: Marker | str = ""
    note: str = ""
    csv: str = ""
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn chart: SVG, a caption that says what it shows; a `wide` one also has a `narrow` drawing for phones."""

    title: str
    svg: Markup
    marker: Marker | str = ""
    note: str = ""
    wide: bool = False
    narrow: Markup | None = None


@dataclass(frozen=True, slots=True)
class Gallery:
    """Several charts of one kind in a grid; `folded` ones open on demand, `small` ones stand three in a row.

    With `beside`, the first chart is tall and the others stand one under another at its side.
    """

    title: str
    charts: tuple[Chart, ...]
    folded: bool = False
    note: str = ""
    small: bool = False
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A headline number with its words, kind and an explanation under it."""

    label: str
    value: str
    marker: Marker | str = ""
    note: str = ""
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """A strip of headline numbers."""

    items: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """Paragraphs; `tone` marks a warning or a plain note."""

    paragraphs: tuple[str, ...]
    tone: Tone = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage of a report with its evidence marked, and what was read from it."""

    before: str
    evidence: str
    after: str
    lang: str
    document: str
    reading: str
    status: str
    counted: bool
    why: str = ""
    confidence: str = ""
    solution: str = ""


@dataclass(frozen=True, slots=True)
class Quotes:
    """Quoted evidence under one heading; `folded` opens on demand."""

    title: str
    items: tuple[Quote, ...]
    folded: bool = False


Block = Table | Chart | Gallery | Figures | Words | Quotes


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter of the report: the question it answers, the answer in a sentence, then its blocks."""

    id: str
    title: str
    question: str
    answer: str
    blocks: tuple[Block, ...] = ()
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """What one reader (finance, technology, business) needs on one look."""

    reader: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The whole report, ready for the template."""

    title: str
    synthetic: bool
    synthetic_words: str
    facts: tuple[tuple[str, str], ...]
    cards: tuple[Card, ...]
    sections: tuple[Section, ...]
    missing: tuple[str, ...] = ()
    lang: str = "en"


def cells(*texts: str | Cell) -> tuple[Cell, ...]:
    """Plain texts and cells as one row's cells."""
    return tuple(text if isinstance(text, Cell) else Cell(text) for text in texts)


def dense(table: Table) -> Table:
    """The table without columns in which every row is blank or a dash; the first column always stays."""
    rows = [row for row in table.rows if not row.line]
    full = [
        place
        for place in range(len(table.columns))
        if place == 0 or any(row.cells[place].text not in ("", "–") or row.cells[place].sub for row in rows)
    ]
    columns = tuple(table.columns[place] for place in full)
    kept_rows = (
        row if row.line else replace(row, cells=tuple(row.cells[place] for place in full)) for row in table.rows
    )
    return replace(table, columns=columns, rows=tuple(kept_rows))


def kept(blocks: Sequence[Block | None]) -> tuple[Block, ...]:
    """The blocks that exist: an empty part contributes nothing."""
    return tuple(block for block in blocks if block is not None)
