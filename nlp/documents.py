"""Documents in: what a reader takes, and the formats of text it comes from.

Role: turn files (text, Markdown, JSON Lines of the contract, what the converters know) into documents with an id, a
text and a date.
Must not know: what is looked for in the text.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from btim.errors import FileError, SchemaError, ValueFormatError
from btim.files import existing_file, read_text
from nlp.sandbox import convert

TEXT_SUFFIXES = frozenset({".txt", ".md", ".markdown", ".text", ""})
JSON_SUFFIXES = frozenset({".jsonl", ".ndjson"})
CONVERTED_SUFFIXES = frozenset({".html", ".htm", ".docx", ".pptx", ".xlsx", ".pdf"})
OPENING = 600
MOST_TEXT = 5_000_000
"""Characters of one document (some 2,500 pages): more is refused, so that time and memory stay bounded."""
_STATED = re.compile(
    r"(?:publi(?:shed|cation date)|date(?:d| of issue)?|issued|发布|發布|发表|發表|日期|刊登|印发|報告日)[^\d\n]{0,12}"
    r"(?P<y>20\d{2})\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})|"
    r"^(?P<y2>20\d{2})-(?P<m2>\d{2})-(?P<d2>\d{2})(?: \d{2}:\d{2})?\s*$",
    re.IGNORECASE | re.MULTILINE,
)
KNOWN_SUFFIXES = TEXT_SUFFIXES | JSON_SUFFIXES | CONVERTED_SUFFIXES


@dataclass(frozen=True, slots=True)
class Document:
    """One text to read: every offset of its reading counts code points of `text`.

    `parts` holds (offset, label number) pairs where the source has pages or paragraphs; `part_kind` says which.
    """

    id: str
    text: str
    published: date | None = None
    parts: tuple[tuple[int, int], ...] = ()
    part_kind: str = ""
    notes: tuple[str, ...] = ()


def documents_in(path: Path, *, encoding: str | None = None) -> Iterator[Document]:
    """Documents of one file: one for text, one a line for JSON Lines.

    Raises:
        FileError: missing, a directory, empty, wrong encoding, or a format that is not read.
        SchemaError, ValueFormatError: a line of JSON Lines without `id` or `text`, or with a malformed date.
    """
    suffix = path.suffix.lower()
    if suffix in JSON_SUFFIXES:
        yield from _json_lines(path, encoding)
    elif suffix in TEXT_SUFFIXES or path.is_dir() or not path.exists():
        text = read_text(path, encoding)
        if len(text) > MOST_TEXT:
            raise FileError(
                f"holds {len(text):,} characters, more than {MOST_TEXT:,}",
                file=str(path),
                remedy="split it into reports",
            )
        yield Document(path.name, text, date_in(text))
    elif suffix in CONVERTED_SUFFIXES:
        yield _converted(path)
    else:
        raise FileError(
            "this format is not read",
            file=str(path),
            value=suffix,
            remedy=f"save it as one of {', '.join(sorted(KNOWN_SUFFIXES - {''}))}",
        )


def _converted(path: Path) -> Document:
    answer = convert(existing_file(path))
    lines: list[str] = []
    parts: list[tuple[int, int]] = []
    position = 0
    for number, text in answer["pieces"]:
        parts.append((position, number))
        lines.append(text)
        position += len(text) + 1
    text = "\n".join(lines)
    return Document(path.name, text, date_in(text), tuple(parts), answer["kind"])


def _json_lines(path: Path, encoding: str | None) -> Iterator[Document]:
    for row, line in enumerate(read_text(path, encoding).split("\n"), start=1):
        if line.strip():
            yield document_of(json_object(line, str(path), row), str(path), row)


def date_in(text: str) -> date | None:
    """The publication date that a text states of itself near its top, as an ISO date or 2025年7月10日."""
    match = _STATED.search(text[:OPENING])
    if match is None:
        return None
    try:
        year, month, day_of_month = (int(match[name] or match[f"{name}2"]) for name in ("y", "m", "d"))
        return date(year, month, day_of_month)
    except ValueError:
        return None


def json_object(line: str, file: str, row: int) -> dict[str, Any]:
    """One JSON object of a JSON Lines file.

    Raises:
        ValueFormatError: the line is not a JSON object.
    """
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueFormatError(
            f"is not JSON: {error.msg}", file=file, row=row, value=line, remedy="write one JSON object a line"
        ) from None
    if not isinstance(record, dict):
        raise ValueFormatError("is not a JSON object", file=file, row=row, value=line, remedy="write {…} a line")
    return record


def document_of(record: dict[str, Any], file: str, row: int) -> Document:
    """A document from a record of the contract (`id`, `text`, optional `published`)."""
    for name in ("id", "text"):
        if not isinstance(record.get(name), str):
            raise SchemaError("a document needs this text field", file=file, row=row, field=name, remedy="add it")
    if len(record["text"]) > MOST_TEXT:
        raise ValueFormatError(
            f"holds more than {MOST_TEXT:,} characters", file=file, row=row, field="text", remedy="split the document"
        )
    published = record.get("published")
    return Document(record["id"], record["text"], None if published is None else day(published, file, row))


def day(text: Any, file: str | None = None, row: int | None = None) -> date:
    """An ISO date.

    Raises:
        ValueFormatError: it is not one.
    """
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise ValueFormatError(
            "is not a date", file=file, row=row, field="published", value=text, remedy="write it like 2025-07-10"
        ) from None
