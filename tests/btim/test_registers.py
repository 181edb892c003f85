"""Tags, contracts and variance: what stands beside the ledger and what follows from it."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from btim.allocation import allocate
from btim.changes import changes
from btim.contracts import commitment_view, expiring
from btim.errors import RateMissingError, UnknownReferenceError, ValueFormatError
from btim.ledger import Ledger, open_ledger
from btim.tagging import known_tags, tagged_elements, with_tags
from btim.variance import Side, decomposed, variance_view
from btim.views import finance_view
from tests.btim.ledger_files import gl_row, write_ledger

DRIVERS = "month,from_layer,from,to_layer,to,driver,quantity,basis\n" + "".join(
    f"2025-0{month},tower,Compute,solution,{name},cpu,{share},metered\n"
    for month in (1, 2)
    for name, share in (("shop", 3), ("desk", 1))
)
VOLUMES = (
    "month,layer,element,measure,quantity,unit\n"
    "2025-01,tower,Compute,used,100,vCPU-month\n2025-02,tower,Compute,used,110,vCPU-month\n"
)
CONTRACTS = (
    "contract,vendor,start,end,notice_by,amount_a_month,currency,indexation\n"
    "C-1,Acme,2024-01-10,2025-06-30,2025-03-31,40.00,USD,0.10\n"
    "C-2,Beta,2023-01-01,2025-01-31,,5.00,USD,\n"
)
TAGS = "layer,element,tag,value\nsolution,shop,AI Enabled,Yes\nvendor,Acme,GDPR,assessed\n"


def ledger(folder: Path, **more: str) -> Ledger:
    rows = [
        gl_row("100.00"),
        gl_row("132.00", date="2025-02-10"),
        gl_row("7.00", vendor="Beta", solution="shop"),
    ]
    inputs = {"drivers": DRIVERS, "volumes": VOLUMES, "contracts": CONTRACTS, "tags": TAGS, **more}
    return open_ledger(write_ledger(folder, rows, inputs=inputs))


def test_tags_find_lines_and_elements(tmp_path: Path) -> None:
    opened = ledger(tmp_path)
    assert with_tags(opened, {"AI Enabled": "Yes"}).total == 700
    assert with_tags(opened, {"GDPR": "assessed"}).total == 23200
    assert tagged_elements(opened, "solution", {"AI Enabled": "Yes"}) == {"shop"}
    assert known_tags(opened) == ["AI Enabled=Yes", "GDPR=assessed"]
    with pytest.raises(UnknownReferenceError, match="known tags: AI Enabled=Yes"):
        with_tags(opened, {"AI Enabled": "No"})


def test_contracts_split_cost_into_committed_and_discretionary(tmp_path: Path) -> None:
    frame = commitment_view(ledger(tmp_path))
    assert frame["committed"].tolist() == [Decimal("49.00"), Decimal("44.00")]
    assert frame["discretionary"].tolist() == [Decimal("58.00"), Decimal("88.00")]


def test_a_contract_in_another_currency_is_converted_at_each_months_rate(tmp_path: Path) -> None:
    euros = CONTRACTS.replace("40.00,USD", "40.00,EUR")
    with pytest.raises(RateMissingError, match="no actual rate from EUR to USD in 2025-01"):
        commitment_view(ledger(tmp_path, contracts=euros))
    rates = "month,from,to,kind,rate\n2025-01,EUR,USD,actual,1.5\n2025-02,EUR,USD,actual,2\n"
    frame = commitment_view(ledger(tmp_path, contracts=euros, rates=rates))
    assert frame["committed"].tolist() == [Decimal("71.00"), Decimal("88.00")]


def test_contracts_that_need_a_decision_come_next_date_first(tmp_path: Path) -> None:
    frame = expiring(ledger(tmp_path), dt.date(2025, 1, 1), within_days=120)
    assert frame[["contract", "what"]].to_numpy().tolist() == [["C-2", "end"], ["C-1", "notice"]]


def test_a_contract_that_ends_before_it_starts_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueFormatError, match="row 2, 'end'"):
        ledger(tmp_path, contracts=CONTRACTS.replace("2025-06-30", "2023-06-30"))


def test_variance_splits_into_rate_and_volume(tmp_path: Path) -> None:
    opened = ledger(tmp_path)
    line = variance_view(opened, allocate(opened), "tower", 1).set_index("element").loc["Compute"]
    # 107 to 132: 10 more units at 1.07 are volume, the rest is rate
    assert line[["difference", "volume", "mix", "rate"]].tolist() == [
        Decimal("25.00"),
        Decimal("10.70"),
        Decimal("0.00"),
        Decimal("14.30"),
    ]


cents = st.integers(-(10**9), 10**9).map(lambda value: Decimal(value) / 100)
side = st.builds(Side, cents, st.one_of(st.none(), st.decimals(0, 10**6, places=2)))
sides = st.dictionaries(st.sampled_from("abcd"), side, max_size=4)


@given(base=sides, actual=sides, exchange=st.dictionaries(st.sampled_from("abcd"), cents, max_size=2))
def test_the_parts_of_a_variance_always_sum_to_it(
    base: dict[str, Side], actual: dict[str, Side], exchange: dict[str, Decimal]
) -> None:
    frame = decomposed(base, actual, {"a": "h", "b": "h", "c": "GB"}, exchange)
    for line in frame.to_dict("records"):
        parts = [line[name] for name in ("rate", "volume", "mix", "exchange", "unexplained")]
        assert sum(part for part in parts if part is not None) == line["difference"] == line["actual"] - line["base"]


def test_what_changed_since_a_view_was_published_is_shown(tmp_path: Path) -> None:
    frame = finance_view(ledger(tmp_path), by=["pool", "tower"], months="2025-01")
    published = pd.DataFrame({"pool": ["Cloud Services", "Gone"], "tower": ["Compute", "x"], "amount": ["100.00", "1"]})
    found = changes(frame, published, ["pool", "tower"])
    assert found[["pool", "change"]].to_numpy().tolist() == [["Cloud Services", Decimal(7)], ["Gone", Decimal(-1)]]


def test_a_tag_on_a_group_of_elements_marks_what_stands_below_it(tmp_path: Path) -> None:
    taxonomy = '[[add]]\nlayer = "solution"\nname = "shop"\nparent = "Shared & Corporate"\n'
    (tmp_path / "own.toml").write_text(taxonomy)
    tags = "layer,element,tag,value\nsolution,Shared & Corporate,owner,Finance\nlegal_entity,Group,GDPR,yes\n"
    path = write_ledger(tmp_path, [gl_row("7.00", solution="shop"), gl_row("1.00")], inputs={"tags": tags})
    path.write_text(path.read_text() + 'taxonomy = "own.toml"\n')
    assert with_tags(open_ledger(path), {"owner": "Finance"}).total == 700
