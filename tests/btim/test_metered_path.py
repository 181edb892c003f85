"""The metered share of the consumer view follows cost all the way from its lines, as the trace does."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from btim.allocation import METERED_BASES, allocate
from btim.errors import RuleError
from btim.ledger import Ledger, open_ledger
from btim.trace import basis_shares, trace
from btim.views import consumer_view
from tests.btim.graphs import amount, edge
from tests.btim.ledger_files import gl_row, ledger_of, write_ledger

HEADER = "month,from_layer,from,to_layer,to,driver,quantity,basis\n"
HUNDREDS = [gl_row("100.00"), gl_row("300.00", account="7", description="disk")]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    return open_ledger(write_ledger(tmp_path_factory.mktemp("base"), [gl_row("1.00")]))


def opened(folder: Path, rows: list[list[str]], edges: str, prices: str = "") -> Ledger:
    inputs = {"drivers": HEADER + edges}
    if prices:
        inputs["prices"] = "month,layer,element,driver,price,currency\n" + prices
    return open_ledger(write_ledger(folder, rows, inputs=inputs))


def shares(ledger: Ledger, *by: str) -> dict[str, Decimal | None]:
    frame = consumer_view(ledger, ["consumer", *by])
    return dict(zip(frame["consumer"], frame["metered_share"], strict=True))


def test_an_assumed_share_before_a_metered_one_is_not_metered(tmp_path: Path) -> None:
    # shop: 100 of Compute by a meter and 300 of Storage by an assumed share; its own meter passes on a quarter metered
    edges = (
        "2025-01,tower,Compute,solution,shop,cpu,1,metered\n2025-01,tower,Storage,solution,shop,tb,1,assumed\n"
        "2025-01,solution,shop,consumer,Retail,heads,1,metered\n2025-01,solution,shop,consumer,Ops,heads,3,metered\n"
    )
    ledger = opened(tmp_path, HUNDREDS, edges)
    assert shares(ledger) == shares(ledger, "solution") == {"Retail": Decimal("0.25"), "Ops": Decimal("0.25")}
    by_tower = consumer_view(ledger, ["tower"]).set_index("tower")["metered_share"]
    assert by_tower.to_dict() == {"Compute": 1, "Storage": 0}


def test_what_its_line_names_is_blank_alone_and_no_part_of_the_metered_share_beside_other_cost(tmp_path: Path) -> None:
    rows = [gl_row("9.00", solution="shop", consumer="Ops"), gl_row("1.00", consumer="Retail"), gl_row("3.00")]
    edges = "2025-01,tower,Compute,consumer,Retail,heads,1,metered\n"
    ledger = opened(tmp_path, rows, edges)
    assert shares(ledger) == shares(ledger, "vendor") == {"Ops": None, "Retail": Decimal("0.75")}


def test_what_settled_by_an_assumed_quantity_stays_assumed(tmp_path: Path) -> None:
    edges = (
        "2025-01,tower,Compute,tower,Storage,share,20,assumed\n2025-01,tower,Compute,consumer,Retail,share,80,metered\n"
        "2025-01,tower,Storage,tower,Compute,tb,50,metered\n2025-01,tower,Storage,consumer,Ops,tb,50,metered\n"
    )
    # settled: Compute keeps 8/9 of its 100 and takes 4/9 of 300; Storage keeps 5/9 of 300 and takes 1/9 of 100:
    # of Retail's 222.22 the 88.89 that Compute kept are metered, of Ops' 177.78 the 166.67 that Storage kept
    ledger = opened(tmp_path, HUNDREDS, edges)
    assert shares(ledger) == {"Retail": Decimal("0.400009"), "Ops": Decimal("0.937507")}
    assert set(shares(opened(tmp_path, HUNDREDS, edges.replace("assumed", "metered"))).values()) == {1}


def test_a_charge_beyond_cost_is_as_metered_as_its_quantity(tmp_path: Path) -> None:
    edges = "2025-01,tower,Compute,solution,a,cpu,3,{}\n2025-01,solution,a,consumer,X,heads,1,metered\n"
    for basis, share in (("metered", 1), ("assumed", 0)):
        ledger = opened(tmp_path, [gl_row("10.00")], edges.format(basis), "2025-01,tower,Compute,cpu,5,USD\n")
        assert shares(ledger)["X"] == shares(ledger, "vendor")["X"] == share


@settings(max_examples=80, deadline=None)
@given(
    edges=st.lists(st.tuples(edge, st.booleans()), max_size=24, unique_by=lambda e: e[0][:2]),
    lines=st.lists(amount, min_size=1, max_size=6),
)
def test_the_share_is_that_of_the_trace_whatever_the_graph(
    base: Ledger,
    edges: list[tuple[tuple[tuple[str, str], tuple[str, str], int], bool]],
    lines: list[dict[str, int | str]],
) -> None:
    drivers = [
        ("2025-01", *source, *target, "d", float(weight), "metered" if metered else "assumed")
        for (source, target, weight), metered in edges
    ]
    ledger = ledger_of(base, [{**line, "amount": 10**9 + abs(int(line["amount"]))} for line in lines], drivers)
    try:
        result = allocate(ledger)
    except RuleError:
        return
    for by in (["consumer"], ["consumer", "pool"]):
        frame = consumer_view(ledger, by, allocation=result)
        for row in frame[frame["consumer"].isin(["X", "Y"])].to_dict("records"):
            traced = basis_shares(trace(ledger, result, "consumer", row["consumer"], "2025-01"))
            metered = sum((traced.get(basis, Decimal(0)) for basis in METERED_BASES), Decimal(0))
            if row["metered_share"] is None:
                assert set(traced) == {"direct"}
            else:
                # both round: the view its share, the trace every part to a cent
                assert abs(row["metered_share"] * row["amount"] - metered) <= row["amount"] / 10**6 + 1
