"""Allocation: conserved to the cent whatever the graph, and refused where it cannot be solved."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from btim.allocation import Allocation, allocate
from btim.errors import DuplicateError, RuleError, UnknownReferenceError, ValueFormatError
from btim.ledger import Ledger, open_ledger
from tests.btim.ledger_files import gl_row, write_ledger

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


TOWERS = ("Compute", "Storage", "Network")
NODES = [*(("tower", name) for name in TOWERS), *(("solution", name) for name in "abcd")]
SINKS = [*NODES, ("consumer", "X"), ("consumer", "Y")]
edge = st.tuples(st.sampled_from(NODES), st.sampled_from(SINKS), st.integers(1, 10**6))
amount = st.tuples(
    st.sampled_from(["620", "7"]),
    st.integers(-(10**10), 10**10),
    st.sampled_from(["", "a", "b"]),
    st.sampled_from(["", "X"]),
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edges=st.lists(edge, max_size=20, unique_by=lambda e: e[:2]), amounts=st.lists(amount, min_size=1, max_size=6))
def test_any_graph_conserves_every_cent_or_names_its_cycle(
    tmp_path: Path, edges: list[tuple[tuple[str, str], tuple[str, str], int]], amounts: list[tuple[str, int, str, str]]
) -> None:
    rows = [
        gl_row(f"{cents / 100:.2f}", account=account, description="disk", solution=solution, consumer=consumer)
        for account, cents, solution, consumer in amounts
    ]
    text = "".join(f"2025-01,{a[0]},{a[1]},{b[0]},{b[1]},d,{weight},metered\n" for a, b, weight in edges)
    inputs = {"drivers": HEADER + text} if text else {}
    ledger = open_ledger(write_ledger(tmp_path, rows, inputs=inputs))
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
