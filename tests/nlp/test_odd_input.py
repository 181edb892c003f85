"""Odd input: endless lines, no text, control characters, emoji, right-to-left text, two languages in a sentence."""

import zipfile
from pathlib import Path

import pytest

from btim.catalogue import Catalogue, Solution
from btim.errors import FileError, ValueFormatError
from btim.value import Reading
from nlp import Document, documents_in, read_documents
from nlp.structure import LONGEST, structure_of

CATALOGUE = Catalogue((Solution("sol-a", {"en": "Orbit Desk"}, ()), Solution("sol-b", {"en": "Orbit Desk"}, ())))


def read(text: str) -> Reading:
    (reading,) = read_documents([Document("odd", text)], CATALOGUE)
    return reading


@pytest.mark.parametrize("unit", ["成本下降三成五平台使用率提升", "5% ", "a", "1,", "(", "百分之"])
def test_a_line_without_end_is_cut_into_sentences_of_bounded_length(unit: str) -> None:
    text = unit * 4000
    sentences = structure_of(text).sentences
    assert max(sentence.end - sentence.start for sentence in sentences) <= LONGEST
    assert "".join(text[s.start : s.end] for s in sentences).strip() == text.strip()


@pytest.mark.parametrize("text", ["", "   \n\n", "\0", "😀🎉", "،؛؟", "|||", "1", "%", "亿亿亿"])
def test_text_that_says_nothing_yields_no_event(text: str) -> None:
    assert read(text).events == ()


@pytest.mark.parametrize(
    "text",
    [
        "🎉 Orbit Desk cut processing cost by 12% in Q2 🚀",
        "Orbit Desk 使处理成本 fell by 12%, 平均.",
        "انخفضت التكلفة. Orbit Desk cut processing cost by 12% in Q2.",
        "Orbit\0Desk cut processing cost by 12% in Q2.",
    ],
)
def test_evidence_of_odd_text_holds_the_number_at_its_own_offsets(text: str) -> None:
    events = read(text).events
    assert [str(event.value) for event in events] == ["12"]
    assert "12%" in text[slice(*events[0].evidence)]


def test_two_solutions_of_one_name_stay_undecided() -> None:
    assert {event.solution for event in read("Orbit Desk saved $3m in 2024.").events} <= {None}


def test_a_bad_line_of_json_lines_is_named(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    path.write_text('{"id": "a", "text": "x"}\n{"id": \n', encoding="utf-8")
    with pytest.raises(ValueFormatError, match="row 2"):
        list(documents_in(path))


def test_other_encodings_are_read_when_named_and_recognised_when_not(tmp_path: Path) -> None:
    path = tmp_path / "r.txt"
    for encoding in ("gb18030", "utf-16"):
        path.write_bytes("成本下降三成。".encode(encoding))
        assert next(documents_in(path, encoding=encoding)).text == "成本下降三成。"
        with pytest.raises(FileError, match=encoding.upper()):
            list(documents_in(path))


def test_a_web_page_shows_what_is_seen_only(tmp_path: Path) -> None:
    path = tmp_path / "p.html"
    path.write_text(
        "<body><p>Costs fell 12%.</p><p style='display: none'>Costs fell 99%.</p>"
        "<table hidden><tr><td>98%</td></tr></table>"
        "<table><tr><td>Unit<table><tr><td>NPS</td><td>45</td></tr></table></td><td>Q2</td></tr></table></body>",
        encoding="utf-8",
    )
    text = next(documents_in(path)).text
    assert "99%" not in text
    assert "98%" not in text
    assert text.count("NPS") == 1


def test_bombs_of_every_archive_format_are_refused(tmp_path: Path) -> None:
    for suffix in (".docx", ".xlsx", ".pptx"):
        path = tmp_path / f"bomb{suffix}"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.xml", b"0" * 30_000_000)
        with pytest.raises(FileError, match="refused as a zip bomb"):
            list(documents_in(path))
