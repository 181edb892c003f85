"""`waterline read` and `waterline read-eval` on files, good and bad."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

WATERLINE = Path(sys.executable).with_name("waterline")
CATALOGUE = {
    "id": "sol-cip",
    "names": {"en": "Customer Intelligence Platform", "zh": "客户智能平台"},
    "aliases": ["CIP"],
}


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    path = tmp_path / "catalogue.jsonl"
    path.write_text(json.dumps(CATALOGUE, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(WATERLINE), *map(str, arguments)], capture_output=True, text=True)


def test_every_document_gets_a_line_in_input_order_also_when_nothing_is_found(tmp_path: Path, catalogue: Path) -> None:
    report = tmp_path / "q2.md"
    report.write_text("# 客户智能平台\n\n该平台本季度节省1200万元，留存率从81%提升至86%。\n", encoding="utf-8")
    empty = tmp_path / "empty.txt"
    empty.write_text("Nothing happened.\n", encoding="utf-8")
    out = tmp_path / "events.jsonl"
    done = run("read", report, empty, "--catalogue", catalogue, "--out", out, "--published", "2025-07-10")
    assert done.returncode == 0, done.stderr
    first, second = (json.loads(line) for line in out.read_text(encoding="utf-8").splitlines())
    assert (first["id"], second["id"], second["events"]) == ("q2.md", "empty.txt", [])
    moved = [event for event in first["events"] if event["kind"] == "from_to"]
    assert [(event["value"], event["unit"], event["before"], event["after"]) for event in moved] == [
        ("5", "percentage_point", "81", "86")
    ]
    text = report.read_text(encoding="utf-8")
    assert "留存率从81%提升至86%" in text[slice(*moved[0]["evidence"])]


def test_gold_read_as_prediction_scores_one(tmp_path: Path) -> None:
    event = {
        "evidence": [0, 9], "solution": "sol-cip", "metric": "cost_saving", "kind": "saving", "direction": "down",
        "value": "12000000", "unit": "money", "currency": "CNY", "status": "realised",
    }  # fmt: skip
    gold = tmp_path / "gold.jsonl"
    gold.write_text(json.dumps({"id": "d", "text": "节省1200万元。" * 3, "events": [event], "risks": []}) + "\n")
    done = run("read-eval", gold, gold, "--json")
    scores = json.loads(done.stdout)
    assert (scores["exact_event_f1"], scores["linking_accuracy"], scores["ledger_error"]) == (1.0, 1.0, 0.0)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("not json\n", ["catalogue.jsonl", "row 1", "not JSON"]),
        ('{"id": "a"}\n', ["row 1", "'names'", "needs a name"]),
        ('{"id": "a", "names": {"en": "A"}}\n{"id": "a", "names": {"en": "B"}}\n', ["row 2", "stands twice"]),
    ],
)
def test_a_bad_catalogue_is_refused_in_one_line(tmp_path: Path, content: str, words: list[str]) -> None:
    bad = tmp_path / "catalogue.jsonl"
    bad.write_text(content, encoding="utf-8")
    report = tmp_path / "r.txt"
    report.write_text("Costs fell by 3%.", encoding="utf-8")
    done = run("read", report, "--catalogue", bad, "--out", tmp_path / "e.jsonl")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert all(word in done.stderr for word in words)
    assert not (tmp_path / "e.jsonl").exists()


def test_a_report_in_gb18030_is_refused_with_the_encoding_offered(tmp_path: Path, catalogue: Path) -> None:
    report = tmp_path / "r.txt"
    report.write_bytes("成本下降三成。".encode("gb18030"))
    done = run("read", report, "--catalogue", catalogue, "--out", tmp_path / "e.jsonl")
    assert done.returncode == 2
    assert "--encoding gb18030" in done.stderr
