"""Allocation: conserved to the cent whatever the graph, and refused where it cannot be solved."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from btim.allocation import RECOVERY, Allocation, allocate
from btim.element_costs import element_costs
from btim.errors import DuplicateError, RuleError, UnknownReferenceError, ValueFormatError
from btim.ledger import Ledger, open_ledger
from btim.trace import carried, consumed, trace
from btim.views import consumer_view
from tests.btim.graphs import amount, edge
from tests.btim.ledger_files import RULES, gl_row, ledger_of, write_ledger

HEADER = "month,from_layer,from,to_layer,to,driver,quantity,basis\n"


def allocated(folder: Path, rows: list[list[str]], edges: str) -> Allocation:
    return allocate(open_ledger(write_ledger(folder, rows, inputs={"drivers": HEADER + edges})))


def allocated_or_refused(ledger: Ledger) -> Allocation | str:
    try:
        return allocate(ledger)
    except RuleError as refusal:
        return str(refusal)


def kept(allocation: Allocation) -> dict[tuple[str, str], int]:
    frame = allocation.nodes
    return {(layer, name): amount for layer, name, amount in frame[["layer", "element", "kept"]].to_numpy() if amount}


def test_a_tower_follows_its_driver_and_thirds_sum_to_the_cent(tmp_path: Path) -> None:
    edges = "".join(f"2025-01,tower,Compute,solution,{name},cpu,1,metered\n" for name in "abc")
    result = allocated(tmp_path, [gl_row("10.00")], edges)
    assert kept(result) == {("solution", "a"): 334, ("solution", "b"): 333, ("solution", "c"): 333}


def test_a_line_that_names_its_solution_and_consumer_goes_there_directly(tmp_path: Path) -> None:
    edges = "2025-01,tower,Compute,solution,other,cpu,1,metered\n2025-01,solution,other,consumer,Ops,heads,1,assumed\n"
    rows = [gl_row("10.00", solution="shop", consumer="Retail"), gl_row("4.00")]
    result = allocated(tmp_path, rows, edges)
    assert kept(result) == {("consumer", "Retail"): 1000, ("consumer", "Ops"): 400}
    assert result.metered_share == 0.5


def test_what_has_no_driver_stays_where_it_is(tmp_path: Path) -> None:
    result = allocate(open_ledger(write_ledger(tmp_path, [gl_row("4.00")])))
    assert kept(result) == {("tower", "Compute"): 400}


def test_towers_that_serve_each_other_settle_exactly(tmp_path: Path) -> None:
    edges = (
        "2025-01,tower,Compute,tower,Storage,share,20,metered\n"
        "2025-01,tower,Compute,solution,shop,share,80,metered\n"
        "2025-01,tower,Storage,tower,Compute,tb,50,metered\n"
        "2025-01,tower,Storage,solution,archive,tb,50,metered\n"
    )
    rows = [gl_row("900.00"), gl_row("300.00", account="7", description="disk")]
    result = allocated(tmp_path, rows, edges)
    # x = 900 + y/2, y = 300 + x/5 give x = 3500/3, y = 1600/3; .8x and .5y leave
    assert kept(result) == {("solution", "shop"): 93333, ("solution", "archive"): 26667}


def test_a_cycle_that_leads_nowhere_is_named(tmp_path: Path) -> None:
    edges = "2025-01,tower,Compute,tower,Storage,x,1,metered\n2025-01,tower,Storage,tower,Compute,x,1,metered\n"
    with pytest.raises(RuleError, match="tower Compute, tower Storage serve only each other"):
        allocated(tmp_path, [gl_row("1.00")], edges)


def test_a_solution_may_serve_a_tower(tmp_path: Path) -> None:
    edges = (
        "2025-01,tower,Compute,solution,desk,cpu,1,metered\n"
        "2025-01,solution,desk,tower,Compute,tickets,1,metered\n"
        "2025-01,solution,desk,consumer,Ops,tickets,3,metered\n"
    )
    assert kept(allocated(tmp_path, [gl_row("7.77")], edges)) == {("consumer", "Ops"): 777}


@pytest.mark.parametrize(
    ("edge", "error", "words"),
    [
        ("2025-01,tower,Compute,solution,a,cpu,-1,metered", ValueFormatError, "row 2, 'quantity'"),
        ("2025-01,tower,Compute,solution,a,cpu,many,metered", ValueFormatError, "row 2, 'quantity'"),
        ("2025-01,tower,Compute,solution,a,cpu,,metered", ValueFormatError, "row 2, 'quantity'"),
        ("2025-01,tower,Compute,solution,a,cpu,0,metered", RuleError, "all driver quantities of tower Compute"),
        ("2025-01,tower,Computers,solution,a,cpu,1,metered", UnknownReferenceError, "row 2, 'from'"),
        ("2025-01,tower,Compute,team,a,cpu,1,metered", UnknownReferenceError, "row 2, 'to_layer'"),
        ("2025-13,tower,Compute,solution,a,cpu,1,metered", ValueFormatError, "row 2, 'month'"),
        ("2025-02,tower,Compute,solution,a,cpu,1,metered", RuleError, "no driver quantities in 2025-01"),
    ],
)
def test_a_bad_driver_is_an_error(tmp_path: Path, edge: str, error: type[Exception], words: str) -> None:
    rows = [gl_row("1.00"), gl_row("1.00", date="2025-02-01", solution="a")]
    with pytest.raises(error, match=words):
        allocated(tmp_path, rows, edge + "\n")


def test_two_drivers_for_one_tower_are_refused(tmp_path: Path) -> None:
    edges = "2025-01,tower,Compute,solution,a,cpu,1,metered\n2025-01,tower,Compute,solution,b,ram,1,metered\n"
    with pytest.raises(RuleError, match="tower Compute has two drivers in 2025-01"):
        allocated(tmp_path, [gl_row("1.00")], edges)


def test_the_same_edge_twice_is_refused(tmp_path: Path) -> None:
    edge = "2025-01,tower,Compute,solution,a,cpu,1,metered\n"
    with pytest.raises(DuplicateError, match="row 3"):
        allocated(tmp_path, [gl_row("1.00")], edge * 2)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    return open_ledger(write_ledger(tmp_path_factory.mktemp("base"), [gl_row("1.00")]))


@settings(max_examples=60, deadline=None)
@given(edges=st.lists(edge, max_size=20, unique_by=lambda e: e[:2]), lines=st.lists(amount, min_size=1, max_size=6))
def test_any_graph_conserves_every_cent_or_names_its_cycle(
    base: Ledger, edges: list[tuple[tuple[str, str], tuple[str, str], int]], lines: list[dict[str, object]]
) -> None:
    drivers = [("2025-01", *source, *target, "d", float(weight), "metered") for source, target, weight in edges]
    ledger = ledger_of(base, lines, drivers)
    result = allocated_or_refused(ledger)
    if isinstance(result, str):
        assert "cycle" in result
        return
    assert result.nodes["kept"].sum() == ledger.total == result.nodes["entered"].sum()
    balance = {
        (layer, name): entered for layer, name, entered in result.nodes[["layer", "element", "entered"]].to_numpy()
    }
    for source_layer, source, layer, target, _, cents in result.flows.drop(columns="month").to_numpy():
        balance[source_layer, source] = balance.get((source_layer, source), 0) - cents
        balance[layer, target] = balance.get((layer, target), 0) + cents
    assert {node: cents for node, cents in balance.items() if cents} == kept(result)
    for layer in ("tower", "solution", "consumer"):
        for name, cents in element_costs(result, layer, ledger.months).items():
            if cents:
                assert trace(ledger, result, layer, name, "2025-01")["amount"].sum() == Decimal(cents) / 100
    assert consumed(ledger, result, ["pool", "tower"], ledger.months)["amount"].sum() == ledger.total
    towers = carried(ledger, result, ["pool", "solution"], ledger.months).groupby("tower")["amount"].sum()
    assert {name: cents for name, cents in towers.items() if cents} == {
        name: cents for name, cents in element_costs(result, "tower", ledger.months).items() if cents
    }


def test_a_trace_leads_back_to_lines_and_says_what_was_assumed(tmp_path: Path) -> None:
    edges = (
        "2025-01,tower,Compute,solution,shop,cpu,3,metered\n2025-01,tower,Compute,solution,desk,cpu,1,metered\n"
        "2025-01,solution,shop,consumer,Retail,heads,1,assumed\n"
    )
    rows = [gl_row("1.00"), gl_row("0.50", vendor="Other"), gl_row("9.00", solution="shop", consumer="Retail")]
    ledger = open_ledger(write_ledger(tmp_path, rows, inputs={"drivers": HEADER + edges}))
    frame = trace(ledger, allocate(ledger), "consumer", "Retail", "2025-01")
    found = frame[["path", "vendor", "basis", "amount"]].to_numpy().tolist()
    assert found == [
        ["Compute > shop > Retail", "Acme", "direct", Decimal("9.00")],
        ["Compute > shop > Retail", "Acme", "assumed", Decimal("0.75")],
        ["Compute > shop > Retail", "Other", "assumed", Decimal("0.37")],
    ]


def test_a_trace_of_what_is_not_there_names_what_is(tmp_path: Path) -> None:
    ledger = open_ledger(write_ledger(tmp_path, [gl_row("1.00")]))
    with pytest.raises(UnknownReferenceError, match="tower has Compute"):
        trace(ledger, allocate(ledger), "tower", "Network", "2025-01")


def with_methods(folder: Path, methods: str, edges: str, prices: str = "") -> Allocation:
    inputs = {"drivers": HEADER + edges}
    if prices:
        inputs["prices"] = "month,layer,element,driver,price,currency\n" + prices
    return allocate(open_ledger(write_ledger(folder, [gl_row("10.00")], rules=RULES + methods, inputs=inputs)))


def test_fixed_shares_and_even_parts_are_assumed(tmp_path: Path) -> None:
    fixed = '[[allocation]]\nlayer = "tower"\nelement = "Compute"\nmethod = "fixed"\nshares = { a = 0.7, b = 0.3 }\n'
    edge = "2025-01,tower,Compute,solution,c,cpu,1,metered\n"
    result = with_methods(tmp_path, fixed, edge)
    assert kept(result) == {("solution", "a"): 700, ("solution", "b"): 300}
    assert result.metered_share == 0
    even = '[[allocation]]\nlayer = "tower"\nelement = "Compute"\nmethod = "even"\nto = ["a", "b", "c"]\n'
    assert sorted(kept(with_methods(tmp_path, even, edge)).values()) == [333, 333, 334]


def test_a_mix_weighs_the_shares_of_its_drivers(tmp_path: Path) -> None:
    mix = '[[allocation]]\nlayer = "tower"\nelement = "Compute"\nmethod = "mix"\nweights = { cpu = 0.8, ram = 0.2 }\n'
    edges = (
        "2025-01,tower,Compute,solution,a,cpu,1,metered\n2025-01,tower,Compute,solution,b,cpu,3,metered\n"
        "2025-01,tower,Compute,solution,a,ram,500,assumed\n"
    )
    result = with_methods(tmp_path, mix, edges)
    assert kept(result) == {("solution", "a"): 400, ("solution", "b"): 600}
    assert result.metered_share == 0.8
    with pytest.raises(RuleError, match="lacks the driver ram"):
        with_methods(tmp_path, mix, edges.splitlines()[0] + "\n")
    with pytest.raises(RuleError, match="driver ram in the mix of tower Compute are zero in 2025-01"):
        with_methods(tmp_path, mix, edges.replace("500", "0"))


def test_a_price_list_charges_and_shows_what_it_did_not_recover(tmp_path: Path) -> None:
    edges = "2025-01,tower,Compute,solution,a,cpu,3,metered\n2025-01,solution,a,consumer,X,heads,1,metered\n"
    result = with_methods(tmp_path, "", edges, "2025-01,tower,Compute,cpu,2.505,USD\n")
    assert kept(result) == {("tower", "Compute"): 248, ("consumer", "X"): 752}
    assert result.nodes.set_index("element")["recovery"].to_dict() == {"Compute": True, "X": False}
    over = with_methods(tmp_path, "", edges, "2025-01,tower,Compute,cpu,5,USD\n")
    assert kept(over) == {("tower", "Compute"): -500, ("consumer", "X"): 1500}
    with pytest.raises(RuleError, match="no quantities in 2025-01"):
        with_methods(tmp_path, "", edges, "2025-01,tower,Compute,gpu,5,USD\n")


@pytest.mark.parametrize(("price", "cents"), [("2.505", 248), ("5", -500)])
def test_what_a_price_does_not_recover_is_a_line_of_its_own_in_every_consumer_view(
    tmp_path: Path, price: str, cents: int
) -> None:
    edges = "2025-01,tower,Compute,solution,a,cpu,3,assumed\n2025-01,solution,a,consumer,X,heads,1,metered\n"
    prices = f"month,layer,element,driver,price,currency\n2025-01,tower,Compute,cpu,{price},USD\n"
    inputs = {"drivers": HEADER + edges, "prices": prices}
    ledger = open_ledger(write_ledger(tmp_path, [gl_row("10.00")], inputs=inputs))
    for by in (["consumer"], ["consumer", "solution"], ["consumer", "vendor", "pool"]):
        sums = consumer_view(ledger, by).groupby("consumer")["amount"].sum()
        assert sums.to_dict() == {"X": Decimal(1000 - cents) / 100, RECOVERY: Decimal(cents) / 100}
    assert set(trace(ledger, allocate(ledger), "consumer", "X", "2025-01")["basis"]) <= {"priced assumed", "metered"}


def test_settling_between_towers_says_when_a_quantity_behind_it_is_assumed(tmp_path: Path) -> None:
    edges = (
        "2025-01,tower,Compute,tower,Storage,share,20,{basis}\n2025-01,tower,Compute,solution,shop,share,80,metered\n"
        "2025-01,tower,Storage,tower,Compute,tb,50,metered\n2025-01,tower,Storage,solution,archive,tb,50,metered\n"
    )
    rows = [gl_row("900.00"), gl_row("300.00", account="7", description="disk")]
    measured = allocated(tmp_path, rows, edges.format(basis="metered"))
    assert measured.metered_share == 1
    guessed = allocated(tmp_path, rows, edges.format(basis="assumed"))
    assert "reciprocal assumed" in set(guessed.flows["basis"])
    assert guessed.metered_share is not None
    assert guessed.metered_share < 1
