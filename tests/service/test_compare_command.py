"""`waterline scenario` and `waterline compare`: a what-if beside its parent."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from btim.errors import SchemaError
from service.cli import app

RUN = CliRunner()


def candidate(name: str, cost: float, worth: float) -> dict[str, Any]:
    return {"id": name, "options": [{"id": "go", "uses": {"capex:2026": cost}, "value": worth}]}


@pytest.fixture
def solved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    problem = {
        "name": "three",
        "currency": "USD",
        "objective": {"kind": "expected_value"},
        "candidates": [candidate("a", 60.0, 90.0), candidate("b", 40.0, 50.0), candidate("c", 30.0, 32.0)],
        "limits": {"capex:2026": {"max": 100.0}},
    }
    Path("problem.json").write_text(json.dumps(problem), encoding="utf-8")
    made = RUN.invoke(app, "scenario problem.json --set capex:*=-10% --name tight --out made", catch_exceptions=False)
    assert "tight: from base: capex:*=-10%" in made.output
    return tmp_path / "made"


def test_a_comparison_names_the_parent_and_the_difference(solved: Path) -> None:
    files = [str(solved / name) for name in ("base.json", "tight.json")]
    printed = RUN.invoke(app, ["compare", *files, "--out", "sides.json"], catch_exceptions=False).output
    assert "tight: from base: capex:*=-10%" in printed
    assert "tight: enter: c" in printed
    assert "tight: leave: b" in printed
    base, tight = json.loads(Path("sides.json").read_text(encoding="utf-8"))
    assert (base["parent"], base["set"], base["objective"]) == (None, [], 140.0)
    assert (tight["parent"], tight["set"], tight["objective"]) == ("base", ["capex:*=-10%"], 122.0)


def test_a_file_without_a_recommendation_is_refused_by_name(solved: Path) -> None:
    with pytest.raises(SchemaError, match=r"problem\.json: holds no recommendation"):
        RUN.invoke(app, ["compare", "problem.json", str(solved / "tight.json")], catch_exceptions=False)
