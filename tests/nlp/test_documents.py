"""Documents in: every format keeps offsets and says where it stands; what cannot be read is refused clearly."""

import zipfile
from datetime import date
from pathlib import Path

import docx
import openpyxl
import pptx
import pypdf
import pytest

from btim.errors import FileError, SchemaError, ValueFormatError
from nlp import Document, documents_in


def only(path: Path) -> Document:
    (document,) = documents_in(path)
    return document


def test_a_text_states_its_own_date(tmp_path: Path) -> None:
    path = tmp_path / "minutes.md"
    path.write_text("# Minutes (published 2023-04-19)\n\nCosts fell.\n", encoding="utf-8")
    assert only(path).published == date(2023, 4, 19)


def test_json_lines_keep_id_text_and_date(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    path.write_text(
        '{"id": "a", "text": "成本下降", "published": "2025-07-10"}\n\n{"id": "b", "text": ""}\n', encoding="utf-8"
    )
    assert list(documents_in(path)) == [Document("a", "成本下降", date(2025, 7, 10)), Document("b", "")]


def test_a_line_without_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    path.write_text('{"id": "a"}\n', encoding="utf-8")
    with pytest.raises(SchemaError, match="row 1, 'text'"):
        list(documents_in(path))


def test_a_malformed_date_is_named(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    path.write_text('{"id": "a", "text": "x", "published": "10.7.2025"}\n', encoding="utf-8")
    with pytest.raises(ValueFormatError, match=r"'published': is not a date \(found '10.7.2025'\)"):
        list(documents_in(path))


def test_a_web_page_becomes_lines_without_its_scripts(tmp_path: Path) -> None:
    path = tmp_path / "p.html"
    path.write_text(
        "<html><head><title>t</title></head><body><h1>Q2</h1><script>var a = 12%;</script>"
        "<p>Costs <b>fell</b> 12%.</p><table><tr><td>NPS</td><td>45</td></tr></table></body></html>",
        encoding="utf-8",
    )
    document = only(path)
    assert document.text == "Q2\nCosts fell 12%.\nNPS | 45"
    assert document.parts == ((0, 1), (3, 2), (19, 3))
    assert document.part_kind == "paragraph"


def test_a_word_file_keeps_headings_paragraphs_and_tables(tmp_path: Path) -> None:
    path = tmp_path / "r.docx"
    made = docx.Document()
    made.add_heading("季度回顾", level=1)
    made.add_paragraph("成本下降三成。")
    table = made.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "留存率", "86%"
    made.save(str(path))
    assert only(path).text == "# 季度回顾\n成本下降三成。\n留存率 | 86%"


def test_slides_are_pages(tmp_path: Path) -> None:
    path = tmp_path / "s.pptx"
    made = pptx.Presentation()
    for words in ("Costs fell 12%", "NPS rose 4 points"):
        made.slides.add_slide(made.slide_layouts[5]).shapes.title.text = words
    made.save(str(path))
    document = only(path)
    assert (document.part_kind, document.parts) == ("page", ((0, 1), (15, 2)))


def test_a_workbook_row_is_a_line(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "KPIs"
    book.active.append(["Utilisation", "85%"])
    book.save(path)
    assert only(path).text == "# KPIs\nUtilisation | 85%"


def test_a_scanned_pdf_says_that_it_has_no_text(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    writer = pypdf.PdfWriter()
    writer.add_blank_page(200, 200)
    writer.write(path)
    with pytest.raises(FileError, match=r"scan.pdf: has no text; run text recognition"):
        only(path)


def test_a_zip_bomb_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "bomb.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 30_000_000)
    with pytest.raises(FileError, match="refused as a zip bomb"):
        only(path)


def test_a_broken_document_is_refused_in_one_line(tmp_path: Path) -> None:
    for suffix in (".docx", ".xlsx", ".pptx", ".pdf"):
        path = tmp_path / f"broken{suffix}"
        path.write_bytes(b"not a document at all")
        with pytest.raises(FileError) as refusal:
            only(path)
        assert "\n" not in str(refusal.value)


def test_an_unknown_format_names_the_known_ones(tmp_path: Path) -> None:
    path = tmp_path / "r.rtf"
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(FileError, match=r"not read.*\.docx"):
        only(path)


def test_a_text_beyond_the_limit_is_refused_with_its_size(tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    path.write_text("Nothing. " * 600_000, encoding="utf-8")
    with pytest.raises(FileError, match=r"holds 5,400,000 characters, more than 5,000,000; split it"):
        only(path)
