"""Nothing in the product looks up what was planted in a sample."""

import ast
from pathlib import Path

from service.sample import make_sample

ROOT = Path(__file__).parents[2]
PRODUCT = ("btim", "forecasting", "optimizer", "nlp", "service")
GENERATOR = ROOT / "service" / "sample"
MAY_MAKE_SAMPLES = {ROOT / "service" / "commands" / name for name in ("sample.py", "demo.py")}


def sources() -> list[Path]:
    files = [path for package in PRODUCT for path in sorted((ROOT / package).rglob("*.py"))]
    return [path for path in files if GENERATOR not in path.parents]


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names


def test_no_source_outside_the_generator_names_the_truth_file() -> None:
    assert [path for path in sources() if "-truth" in path.read_text("utf-8")] == []


def test_only_two_commands_make_samples_and_they_use_nothing_else_of_the_generator() -> None:
    users = {path: {name for name in imported(path) if name.startswith("service.sample")} for path in sources()}
    used = {path: names for path, names in users.items() if names}
    assert set(used) == MAY_MAKE_SAMPLES
    assert set().union(*used.values()) == {"service.sample.make_sample"}


def test_no_input_of_a_sample_names_the_truth(tmp_path: Path) -> None:
    files = make_sample(tmp_path / "bank", 1, days=60)
    texts = [path for path in files.folder.rglob("*") if path.is_file() and path.suffix in {".md", ".toml", ".json"}]
    assert len(texts) > 16
    assert [path for path in texts if "truth" in path.read_text("utf-8").lower()] == []
