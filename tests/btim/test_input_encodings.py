"""Inputs in another encoding are read as stated, and refused with what to state where it is not."""

from pathlib import Path

import pytest

from btim.errors import FileError, RuleError, SchemaError
from btim.ledger import open_ledger
from tests.btim.ledger_files import gl_row, write_ledger

INPUTS = {
    "drivers": "month,from_layer,from,to_layer,to,driver,quantity,basis\n"
    "2025-01,tower,Compute,solution,支付,h,1,metered\n",
    "volumes": "month,layer,element,measure,quantity,unit\n2025-01,solution,支付,output,2,笔\n",
    "plan_volumes": "month,layer,element,measure,quantity,unit,version\n"
    "2025-01,solution,支付,output,2,笔,预算\n",
    "budget": "month,pool,tower,expenditure,amount,currency,version\n"
    "2025-01,Hardware,Compute,opex,1,CNY,预算\n",
    "benchmarks": "layer,element,measure,unit,unit_cost,currency,source,as_of\n"
    "tower,Compute,used,小时,1,CNY,某报告,2025\n",
    "contracts": "contract,vendor,start,end,notice_by,amount_a_month,currency,indexation\n"
    "一,甲公司,2025-01-01,2025-12-31,,1,CNY,\n",
    "assets": "asset,in_service,life_months,method,cost,salvage,currency,pool,tower\n"
    "机柜,2025-01-10,36,straight-line,36,0,CNY,Hardware,Compute\n",
    "tags": "layer,element,tag,value\nsolution,支付,负责人,甲\n",
    "prices": "month,layer,element,driver,price,currency\n2025-01,solution,支付,笔,1,CNY\n",
    "rates": "month,from,to,kind,rate,note\n2025-01,USD,CNY,actual,7,央行\n",
    "carbon": "element,unit,kwh_per_unit,kg_co2e_per_kwh,scope,source,as_of\n"
    "Compute,小时,1,0.5,2,电网,2025\n",
}  # fmt: skip


def opened(folder: Path, name: str, line: str, encoding: str = "gb18030") -> object:
    text = INPUTS[name]
    mapping = write_ledger(folder, [gl_row("1.00", currency="CNY")])
    mapping.write_text(mapping.read_text(encoding="utf-8") + f"\n[inputs]\n{line}\n", encoding="utf-8")
    (folder / f"{name}.csv").write_bytes(text.encode(encoding))
    return getattr(open_ledger(mapping), name)


@pytest.mark.parametrize("name", [name for name in INPUTS if name not in {"assets", "rates"}])
def test_an_input_in_gb18030_is_read_where_it_says_so(tmp_path: Path, name: str) -> None:
    frame = opened(tmp_path, name, f'{name} = {{ path = "{name}.csv", encoding = "gb18030" }}')
    cells = {str(cell) for cell in frame.to_numpy().ravel()}  # type: ignore[attr-defined]
    assert {"支付", "预算", "某报告", "甲公司", "小时", "电网"} & cells


def test_the_register_of_assets_is_read_in_its_encoding(tmp_path: Path) -> None:
    frame = opened(tmp_path, "assets", 'assets = { path = "assets.csv", encoding = "gb18030" }')
    assert frame["asset"].tolist() == ["机柜"]  # type: ignore[index]


def test_one_encoding_may_hold_for_all_inputs(tmp_path: Path) -> None:
    frame = opened(tmp_path, "rates", 'encoding = "gb18030"\nrates = "rates.csv"')
    assert len(frame) == 1  # type: ignore[arg-type]


def test_an_unstated_encoding_is_named_with_what_to_state(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"budget\.csv, row 2: not valid UTF-8.*GB18030.*encoding in the mapping"):
        opened(tmp_path, "budget", 'budget = "budget.csv"')


def test_a_toml_input_has_no_encoding_and_a_table_needs_a_path(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"inputs\.taxonomy\.encoding'.*UTF-8"):
        opened(tmp_path, "tags", 'taxonomy = { path = "r.toml", encoding = "gb18030" }')
    with pytest.raises(SchemaError, match=r"inputs\.tags\.path"):
        opened(tmp_path, "tags", 'tags = { encoding = "gb18030" }')
