"""Suggestions: the place of the line that reads most alike, with an honest confidence and a rule that works."""

from pathlib import Path

from btim.ledger import open_ledger
from btim.suggestion import suggestions
from tests.btim.ledger_files import RULES, gl_row, write_ledger

KNOWN = """
[[rules]]
match = { description = 'printer lease' }
assign = { pool = "Hardware", sub_pool = "Lease", tower = "End User", sub_tower = "Network Printers" }
[[rules]]
match = { description = '光纤专线' }
assign = { pool = "Telecom", sub_pool = "Lease", expenditure = "opex", tower = "Network", sub_tower = "WAN" }
"""


def test_the_most_alike_line_lends_its_place_and_the_rule_maps_it(tmp_path: Path) -> None:
    rows = [gl_row("9.00", account="7", description=text) for text in ("printer lease", "光纤专线 上海")]
    rows += [gl_row("5.00", account="7", description=text) for text in ("Printers leased 20250031", "光纤线路 北京")]
    ledger = open_ledger(write_ledger(tmp_path, rows, rules=KNOWN))
    frame = suggestions(ledger.mapped, ledger.unmapped, ledger.taxonomy)
    assert sorted(frame["sub_tower"]) == ["Network Printers", "WAN"]
    assert frame["confidence"].tolist() == [None, None]
    again = open_ledger(write_ledger(tmp_path, rows, rules=KNOWN + "\n".join(frame["rule"])))
    assert again.unmapped.empty


def test_without_mapped_lines_the_names_of_the_taxonomy_help(tmp_path: Path) -> None:
    ledger = open_ledger(write_ledger(tmp_path, [gl_row("5.00", account="7", description="Consulting")], rules=""))
    frame = suggestions(ledger.mapped, ledger.unmapped, ledger.taxonomy)
    assert frame[["pool", "sub_pool", "confidence"]].to_numpy().tolist() == [["Outside Services", "Consulting", None]]


def test_where_a_pools_own_name_is_nearest_no_sub_pool_is_guessed(tmp_path: Path) -> None:
    ledger = open_ledger(
        write_ledger(tmp_path, [gl_row("1.00", account="9", vendor="", description="云服务费")], rules="")
    )
    line = suggestions(ledger.mapped, ledger.unmapped, ledger.taxonomy).iloc[0]
    assert line[["pool", "sub_pool", "expenditure", "confidence"]].tolist() == ["Cloud Services", "", "", None]
    assert line["rule"].endswith('assign = { pool = "Cloud Services" }')


def test_confidence_is_measured_on_the_mapped_lines(tmp_path: Path) -> None:
    names = ("blade", "rack", "tower", "mail", "file", "print", "proxy", "cache", "batch", "game", "web")
    rows = [gl_row("5.00", description=f"{name} server lease") for name in names]
    rows.append(gl_row("1.00", account="7", description="web server leased"))
    ledger = open_ledger(write_ledger(tmp_path, rows, rules=RULES))
    line = suggestions(ledger.mapped, ledger.unmapped, ledger.taxonomy).iloc[0]
    assert line["tower"] == "Compute"
    assert line["confidence"] > 0.8


def test_nothing_unmapped_needs_nothing(tmp_path: Path) -> None:
    ledger = open_ledger(write_ledger(tmp_path, [gl_row("5.00")]))
    assert suggestions(ledger.mapped, ledger.unmapped, ledger.taxonomy).empty
