"""Converters: HTML, Word, PowerPoint, Excel and PDF files to plain text with page or paragraph numbers.

Role: the one module that knows document formats; it runs in a limited process of its own (see `nlp.sandbox`).
Each library is imported by the one reader that needs it: a web page does not wait for a spreadsheet library.
Must not know: what is looked for in the text, or any other module of Waterline.

A table row becomes one line, its cells parted by ` | `.
"""

import json
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

MOST_EXPANDED = 300 * 1024 * 1024
MOST_RATIO = 200
MOST_TEXT = 5_000_000
PARAGRAPH, PAGE = "paragraph", "page"

Piece = tuple[int, str]


class Refusal(Exception):  # noqa: N818 - becomes an error of the tree in the parent process
    """The document cannot be read; the message says why and what to do, parted by a tab."""


def converted(path: Path) -> tuple[str, str, list[Piece]]:
    """Part kind, a note (or blank), and numbered pieces of text of a document.

    Raises:
        Refusal: the archive expands too far, or the document holds no text.
    """
    kind, read = READERS[path.suffix.lower()]
    if path.suffix.lower() in ARCHIVES:
        _refuse_bombs(path)
    pieces: list[Piece] = []
    size = 0
    for number, text in read(path):
        size += len(text)
        if size > MOST_TEXT:
            raise Refusal(f"holds more than {MOST_TEXT:,} characters\tsplit it")
        if text.strip():
            pieces.append((number, text))
    if not pieces:
        raise Refusal("has no text\trun text recognition on it first, or save it as text")
    return kind, "", pieces


def _refuse_bombs(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile:
        raise Refusal(f"is not a {path.suffix[1:].upper()} file\tsave it again") from None
    expanded = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if expanded > MOST_EXPANDED or (expanded > 10_000_000 and expanded > MOST_RATIO * max(1, packed)):
        raise Refusal(f"expands to {expanded:,} bytes from {packed:,}: refused as a zip bomb\tsave it as plain text")


def _unseen(tag: Any) -> bool:
    """Whether a browser would not show an element: hidden, or styled away."""
    style = "".join(str(tag.get("style", "")).lower().split())
    return tag.has_attr("hidden") or "display:none" in style or "visibility:hidden" in style


def _html(path: Path) -> Iterator[Piece]:
    import bs4

    soup = bs4.BeautifulSoup(path.read_bytes(), "html.parser")
    for tag in soup(["script", "style", "noscript", "template", "head"]):
        tag.decompose()
    for tag in soup.find_all(_unseen):
        if not tag.decomposed:
            tag.decompose()
    for row in reversed(soup.find_all("tr")):
        cells = [cell.get_text(" ", strip=True) for cell in row.find_all(["td", "th"])]
        row.replace_with(soup.new_string("\n" + " | ".join(cells) + "\n"))
    for tag in soup.find_all(["p", "div", "li", "br", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "tr"]):
        tag.insert_before("\n")
        tag.insert_after("\n")
    lines = (" ".join(line.split()) for line in soup.get_text().split("\n"))
    yield from enumerate((line for line in lines if line), start=1)


def _word(path: Path) -> Iterator[Piece]:
    import docx

    number = 0
    for block in docx.Document(str(path)).iter_inner_content():
        if hasattr(block, "rows"):
            for row in block.rows:
                number += 1
                yield number, " | ".join(dict.fromkeys(cell.text.strip() for cell in row.cells))
        else:
            number += 1
            heading = block.style is not None and str(block.style.name).startswith(("Heading", "Title"))
            yield number, f"# {block.text}" if heading and block.text.strip() else block.text


def _slides(path: Path) -> Iterator[Piece]:
    import pptx

    for number, slide in enumerate(pptx.Presentation(str(path)).slides, start=1):
        lines = []
        for shape in slide.shapes:
            if shape.has_text_frame:
                lines += [paragraph.text for paragraph in shape.text_frame.paragraphs if paragraph.text.strip()]
            if getattr(shape, "has_table", False):
                lines += [" | ".join(cell.text for cell in row.cells) for row in shape.table.rows]
        if slide.has_notes_slide:
            lines.append(slide.notes_slide.notes_text_frame.text)
        yield number, "\n".join(lines)


def _sheets(path: Path) -> Iterator[Piece]:
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    number = 0
    for sheet in book.worksheets:
        number += 1
        yield number, f"# {sheet.title}"
        for row in sheet.iter_rows(values_only=True):
            number += 1
            yield number, " | ".join(str(cell) for cell in row if cell is not None)


def _pdf(path: Path) -> Iterator[Piece]:
    import pypdf

    for number, page in enumerate(pypdf.PdfReader(path).pages, start=1):
        yield number, page.extract_text() or ""


READERS: dict[str, tuple[str, Callable[[Path], Iterator[Piece]]]] = {
    ".html": (PARAGRAPH, _html),
    ".htm": (PARAGRAPH, _html),
    ".docx": (PARAGRAPH, _word),
    ".pptx": (PAGE, _slides),
    ".xlsx": (PARAGRAPH, _sheets),
    ".pdf": (PAGE, _pdf),
}
ARCHIVES = frozenset({".docx", ".pptx", ".xlsx"})


def main() -> None:
    """Convert the file named on the command line; one line of JSON on standard output (called by the sandbox)."""
    try:
        kind, note, pieces = converted(Path(sys.argv[1]))
        answer: dict[str, object] = {"kind": kind, "note": note, "pieces": pieces}
    except Refusal as refusal:
        what, _, remedy = str(refusal).partition("\t")
        answer = {"refused": what, "remedy": remedy}
    sys.stdout.write(json.dumps(answer, ensure_ascii=True))


if __name__ == "__main__":
    main()
