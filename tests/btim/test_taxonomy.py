"""The taxonomy: bilingual, extended and renamed by data alone."""

from pathlib import Path

import pytest

from btim.errors import DuplicateError, UnknownReferenceError
from btim.focus import category_towers
from btim.ledger import open_ledger
from btim.taxonomy import LAYERS, default_taxonomy, extended_taxonomy
from tests.btim.ledger_files import FOCUS_HEADER, focus_row, write_csv


def test_every_name_has_a_chinese_name() -> None:
    assert [element.name for element in default_taxonomy().elements if not element.zh] == []


def test_the_four_layers_have_their_names() -> None:
    taxonomy = default_taxonomy()
    assert [taxonomy.layer_names[layer]["zh"] for layer in LAYERS] == [
        "技术成本池",
        "技术资源塔",
        "技术解决方案",
        "技术消费者",
    ]
    assert taxonomy.label("tower", "AI Compute", "zh") == "AI计算"
    assert {element.expenditure for element in taxonomy.at_level("pool", 1)} == {"opex", "capex"}


def test_an_organisation_adds_and_renames_without_code(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        '[[add]]\nlayer = "solution"\nname = "Carbon Management"\nparent = "Shared & Corporate"\nzh = "碳中和管理"\n'
        '[[rename]]\nlayer = "tower"\nname = "End User"\nto = "Workplace"\n',
        encoding="utf-8",
    )
    taxonomy = extended_taxonomy(own)
    assert taxonomy.label("solution", "Carbon Management", "zh") == "碳中和管理"
    assert "Workplace" in taxonomy.names("tower")
    assert "End User" not in taxonomy.names("tower")
    assert ("Field & Office", "Workplace") in {element.path for element in taxonomy.elements}


def test_adding_what_exists_or_below_nothing_is_refused(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[[add]]\nlayer = "tower"\nname = "Compute"\nparent = "Infrastructure"\n', encoding="utf-8")
    with pytest.raises(DuplicateError, match="Compute"):
        extended_taxonomy(own)
    own.write_text('[[add]]\nlayer = "tower"\nname = "Edge"\nparent = "Nowhere"\n', encoding="utf-8")
    with pytest.raises(UnknownReferenceError, match="Nowhere"):
        extended_taxonomy(own)


def test_all_service_categories_lead_to_known_towers() -> None:
    towers = category_towers()
    assert len(towers) == 19
    names = {*default_taxonomy().names("tower"), "Unmapped"}
    assert {tower for tower, _ in towers.values()} <= names
    assert {sub for _, sub in towers.values() if sub} <= names


def test_renamed_names_hold_for_the_shipped_tables_too(tmp_path: Path) -> None:
    own = (
        '[[rename]]\nlayer = "tower"\nname = "Compute"\nto = "Machines"\n'
        '[[rename]]\nlayer = "tower"\nname = "Machines"\nto = "计算"\n'
        '[[rename]]\nlayer = "pool"\nname = "Cloud Services"\nto = "Cloud"\n'
    )
    (tmp_path / "own.toml").write_text(own, encoding="utf-8")
    write_csv(tmp_path / "bill.csv", FOCUS_HEADER, [focus_row("7.00"), focus_row("1.00", ServiceCategory="Storage")])
    (tmp_path / "ledger.toml").write_text(
        '[[files]]\npath = "bill.csv"\nformat = "focus"\n[inputs]\ntaxonomy = "own.toml"\n'
    )
    ledger = open_ledger(tmp_path / "ledger.toml")
    assert ledger.costs.groupby(["pool", "tower"])["amount"].sum().to_dict() == {
        ("Cloud", "Storage"): 100,
        ("Cloud", "计算"): 700,
    }
