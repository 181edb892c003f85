from pathlib import Path

import pytest

from btim.errors import UnknownReferenceError
from experiments.gold.agreement import FIRST, SECOND, agreement, kappa, labelled_twice, section
from experiments.gold.compile import main

ROOT = Path(__file__).parents[3]
CATALOGUE = '{"id": "sol-a", "names": {"en": "Alpha"}, "aliases": [], "description": {"en": "a"}}\n'


def labelled(folder: Path, labels: str, text: str = "⟦1|Cost fell 3 %⟧ and ⟦2|revenue rose by £2m⟧.") -> Path:
    folder.mkdir()
    (folder / "cat.jsonl").write_text(CATALOGUE, encoding="utf-8")
    (folder / "a.txt").write_text(f"=== d-1 | en | cat | 2025-07-10\n{text}\n---\n{labels}", encoding="utf-8")
    assert main([str(folder / "a.txt"), "--out", str(folder / "gold" / "en.jsonl")]) == 0
    (folder / "gold" / "cat.jsonl").rename(folder / "gold" / "catalogue.jsonl")
    return folder / "gold"


def test_kappa_is_one_for_the_same_labels_and_zero_for_chance() -> None:
    assert kappa([("a", "a"), ("b", "b")]) == 1.0
    assert kappa([("a", "a")]) == 1.0
    assert kappa([("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")]) == 0.0


def test_kappa_of_a_worked_example() -> None:
    pairs = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
    assert kappa(pairs) == pytest.approx(0.4)


def test_a_missed_event_lowers_detection_and_a_wrong_field_the_exact_score(tmp_path: Path) -> None:
    cost = "1 sol-a operating_cost change down 3 pct realised\n"
    first = labelled(tmp_path / "first", cost + "2 sol-a revenue change up 2m GBP realised\n")
    second = labelled(
        tmp_path / "second",
        cost.replace("operating_cost", "unit_cost"),
        text="⟦1|Cost fell 3 %⟧ and revenue rose by £2m.",
    )
    (pairs,) = labelled_twice([first], second).values()
    result = agreement(pairs)
    assert (result.first, result.second) == (2, 1)
    assert result.detection == pytest.approx(2 / 3)
    assert result.exact == 0.0
    assert result.kappa["solution"] == 1.0


def test_a_second_labelling_of_an_unknown_document_is_refused(tmp_path: Path) -> None:
    second = labelled(tmp_path / "second", "", text="Nothing.")
    with pytest.raises(UnknownReferenceError, match="d-1"):
        labelled_twice([tmp_path], second)


def test_a_fifth_of_every_group_was_labelled_twice() -> None:
    results = {
        name: agreement(pairs)
        for name, pairs in labelled_twice([ROOT / folder for folder in FIRST], ROOT / SECOND).items()
    }
    assert {name: result.documents for name, result in results.items()} == {"en": 93, "zh-Hans": 82, "zh-Hant": 79}
    assert all(result.detection > 0.9 for result in results.values())
    assert "κ metric" in section(results)
