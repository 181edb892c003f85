import json
from pathlib import Path

import pytest

from experiments.gold.compile import compiled, main, unmark
from experiments.gold.values import number, period, plain

CATALOGUE = '{"id": "sol-a", "names": {"en": "Alpha"}, "aliases": [], "description": {"en": "a"}}\n'
HEAD = "=== d-1 | en | cat | 2025-07-10\n"
SOURCES = Path(__file__).parents[3] / "experiments" / "gold" / "sources"
ROOT = Path(__file__).parents[3]


def written(folder: Path, body: str) -> Path:
    (folder / "cat.jsonl").write_text(CATALOGUE, encoding="utf-8")
    path = folder / "batch.txt"
    path.write_text(HEAD + body, encoding="utf-8")
    return path


def test_nested_shared_and_crossing_marks_leave_their_spans_and_no_trace() -> None:
    text, spans = unmark("a ⟦1|bc ⟦2,3|de⟧ f⟧ g ⟦4|hi ⟦5|jk⟦/4⟧ lm⟧ 8")
    assert text == "a bc de f g hi jk lm 8"
    assert {mark: text[start:end] for mark, (start, end) in spans.items()} == {
        "1": "bc de f",
        "2": "de",
        "3": "de",
        "4": "hi jk",
        "5": "jk lm",
    }


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("4.8m", "GBP", "4800000"),
        ("4.8亿", "CNY", "480000000"),
        ("6h", "day", "0.25"),
        ("2y", "month", "24"),
        ("7", "pct", "7"),
    ],
)
def test_a_value_is_written_out_in_the_units_of_the_event(text: str, unit: str, value: str) -> None:
    assert plain(number(text, unit)) == value


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2025Q2", ["2025-04-01", "2025-06-30"]),
        ("2024H1", ["2024-01-01", "2024-06-30"]),
        ("2024-02", ["2024-02-01", "2024-02-29"]),
        ("FY2022", ["2022-04-01", "2023-03-31"]),
        ("2023", ["2023-01-01", "2023-12-31"]),
    ],
)
def test_a_period_becomes_its_first_and_last_day(text: str, days: list[str]) -> None:
    assert period(text) == days


def test_a_document_is_compiled_with_offsets_of_its_evidence(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "⟦1|Cost fell from £3m to £2.4m⟧ in Retail.\n---\n"
        '1 sol-a operating_cost from_to down * GBP realised from=3m to=2.4m p=2025Q2 bu="Retail"\n',
    )
    (record,), _, faults = compiled([path])
    (event,) = record["events"]
    assert faults == []
    assert record["text"][slice(*event["evidence"])] == "Cost fell from £3m to £2.4m"
    assert (event["value"], event["unit"], event["currency"], event["before"]) == ("600000", "money", "GBP", "3000000")


@pytest.mark.parametrize(
    ("label", "complaint"),
    [
        ("1 sol-b operating_cost change down 3 pct realised", "solution"),
        ("1 sol-a operating_costs change down 3 pct realised", "metric"),
        ("1 sol-a operating_cost spend down 3 GBP planned", "direction"),
        ("1 sol-a operating_cost from_to down 5 pp realised from=9 to=3", "from_to whose value is not 6"),
        ("1 sol-a operating_cost change down 3 pct realised p=2025Q5", "not a period"),
        ("1 sol-a operating_cost change down 3 pct realised bu=Wholesale", "business unit"),
        ("2 sol-a operating_cost change down 3 pct realised", "marks and labels differ"),
    ],
)
def test_a_wrong_label_is_refused_with_its_document(tmp_path: Path, label: str, complaint: str) -> None:
    path = written(tmp_path, f"⟦1|Cost fell 3 %⟧.\n---\n{label}\n")
    documents, _, faults = compiled([path])
    assert documents == []
    assert len(faults) == 1
    assert complaint in str(faults[0])
    assert "d-1, row 1" in str(faults[0])


def test_a_document_without_its_closing_line_is_a_fault_and_no_crash(tmp_path: Path) -> None:
    documents, _, faults = compiled([written(tmp_path, "Text and no labels.\n"), tmp_path / "absent.txt"])
    assert documents == []
    assert "batch.txt, row 1: the document has no line ---" in str(faults[0])
    assert "no such file" in str(faults[1])


def test_the_command_writes_the_gold_file_and_its_catalogue(tmp_path: Path) -> None:
    path = written(tmp_path, "Nothing to report.\n---\n")
    assert main([str(path), "--out", str(tmp_path / "out" / "en.jsonl")]) == 0
    assert json.loads((tmp_path / "out" / "en.jsonl").read_text(encoding="utf-8"))["events"] == []
    assert (tmp_path / "out" / "cat.jsonl").read_text(encoding="utf-8") == CATALOGUE


@pytest.mark.parametrize(
    ("pattern", "gold"),
    [
        ("en-*.txt", "nlp/data/gold/train/en.jsonl"),
        ("test-en-*.txt", "tests/nlp/gold/test/en.jsonl"),
        ("zh-hans*.txt", "nlp/data/gold/train/zh-hans.jsonl"),
        ("zh-hant*.txt", "nlp/data/gold/train/zh-hant.jsonl"),
        ("test-zh-hans*.txt", "tests/nlp/gold/test/zh-hans.jsonl"),
        ("test-zh-hant*.txt", "tests/nlp/gold/test/zh-hant.jsonl"),
        ("second-en.txt", "tests/nlp/gold/second/en.jsonl"),
        ("second-zh-hans.txt", "tests/nlp/gold/second/zh-hans.jsonl"),
        ("second-zh-hant.txt", "tests/nlp/gold/second/zh-hant.jsonl"),
    ],
)
def test_the_committed_gold_file_is_what_its_sources_compile_to(pattern: str, gold: str) -> None:
    sources = sorted(SOURCES.glob(pattern))
    if not sources:
        pytest.skip("no sources of this part")
    documents, catalogues, faults = compiled(sources)
    assert faults == []
    lines = (ROOT / gold).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == documents
    for catalogue in catalogues:
        assert ((ROOT / gold).parent / catalogue.name).read_bytes() == catalogue.read_bytes()
