"""`waterline train nlp` on a handful of labelled documents: a model folder that reads, and words on what was learnt."""

import json
import subprocess
import sys
from pathlib import Path

WATERLINE = Path(sys.executable).with_name("waterline")
GOLD = Path(__file__).resolve().parents[2] / "nlp" / "data" / "gold" / "train"


def test_a_model_trained_on_few_documents_reads(tmp_path: Path) -> None:
    gold = tmp_path / "gold"
    gold.mkdir()
    lines = (GOLD / "own.jsonl").read_text(encoding="utf-8").splitlines()[:30]
    (gold / "own.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (gold / "catalogue-own.jsonl").write_bytes((GOLD / "catalogue-own.jsonl").read_bytes())
    model = tmp_path / "model"
    done = subprocess.run(
        [WATERLINE, "train", "nlp", "--gold", gold, "--out", model], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("fitted on 30 documents of 1 catalogues")
    report = tmp_path / "r.txt"
    report.write_text(json.loads(lines[6])["text"], encoding="utf-8")
    out = tmp_path / "events.jsonl"
    read = [WATERLINE, "read", report, "--catalogue", gold / "catalogue-own.jsonl", "--model", model, "--out", out]
    assert subprocess.run(read, capture_output=True, check=False).returncode == 0
    assert len(out.read_text(encoding="utf-8").splitlines()) == 1
