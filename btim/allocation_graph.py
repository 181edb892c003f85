"""Ledger lines and drivers as numbers: the graph that allocation works on.

Role: number every tower, solution and consumer once, in a fixed order, and hand out each month's lines and edges.
Must not know: how amounts are split.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from btim.errors import RuleError
from btim.reciprocal import Edges, Integers

LAYERS = ("tower", "solution", "consumer")


@dataclass(frozen=True)
class Lines:
    """One month's ledger lines by node number; -1 where a line names no solution or consumer."""

    tower: Integers
    solution: Integers
    consumer: Integers
    amount: Integers


@dataclass(frozen=True)
class Charges:
    """Fixed amounts that priced nodes charge."""

    source: Integers
    target: Integers
    amount: Integers


@dataclass(frozen=True)
class AllocationGraph:
    """Nodes are numbered by layer, then name, so that the order of rows never matters."""

    months: tuple[str, ...]
    layers: Integers
    elements: pd.Index
    line_months: Integers
    all_lines: Lines
    edge_months: Integers
    all_edges: Edges
    charge_months: Integers
    all_charges: Charges

    @property
    def size(self) -> int:
        """Number of nodes."""
        return len(self.elements)

    def layer(self, node: int) -> str:
        """Layer of a node."""
        return LAYERS[int(self.layers[node])]

    def element(self, node: int) -> str:
        """Name of a node."""
        return str(self.elements[node])

    def lines(self, month: int) -> Lines:
        """Lines of the month with that number."""
        first, last = np.searchsorted(self.line_months, [month, month + 1])
        chosen, whole = slice(first, last), self.all_lines
        return Lines(whole.tower[chosen], whole.solution[chosen], whole.consumer[chosen], whole.amount[chosen])

    def edges(self, month: int) -> Edges:
        """Edges of the month with that number."""
        first, last = np.searchsorted(self.edge_months, [month, month + 1])
        return self.all_edges.chosen(np.arange(first, last))

    def charges(self, month: int) -> Charges:
        """Charges of the month with that number."""
        chosen = self.charge_months == month
        whole = self.all_charges
        return Charges(whole.source[chosen], whole.target[chosen], whole.amount[chosen])

    def month_column(self, month: int, count: int) -> pd.Categorical:
        """The month's name, `count` times."""
        return coded(np.full(count, month, dtype=np.int64), self.months)

    def layer_column(self, nodes: Integers) -> pd.Categorical:
        """Layers of nodes."""
        return coded(self.layers[nodes], LAYERS)

    def element_column(self, nodes: Integers) -> pd.Categorical:
        """Names of nodes."""
        names = pd.Index(self.elements.unique())
        return coded(names.get_indexer(self.elements)[nodes], names.tolist())


def coded(codes: Any, categories: Sequence[str]) -> pd.Categorical:
    """A categorical column from the numbers of its categories."""
    return pd.Categorical.from_codes(codes, categories=pd.Index(categories))


def allocation_graph(costs: pd.DataFrame, drivers: pd.DataFrame, charged: pd.DataFrame) -> AllocationGraph:
    """Number the nodes of a ledger's costs, drivers and charges.

    Raises:
        RuleError: two drivers for one node in a month, quantities that are all zero, or none in one month of several.
    """
    months = tuple(sorted(costs["month"].unique()))
    keys = ["month", "tower", "solution", "consumer"]
    grouped: pd.DataFrame = costs.groupby(keys, sort=True)["amount"].sum().reset_index()
    charged = charged[charged["month"].isin(months)]
    nodes = _nodes(grouped, drivers, charged)
    index = pd.MultiIndex.from_frame(nodes)
    lines = Lines(
        tower=_numbers(index, "tower", grouped["tower"]),
        solution=np.where(grouped["solution"] == "", -1, _numbers(index, "solution", grouped["solution"])),
        consumer=np.where(grouped["consumer"] == "", -1, _numbers(index, "consumer", grouped["consumer"])),
        amount=grouped["amount"].to_numpy(np.int64),
    )
    edge_months, edges = _edges(drivers[drivers["month"].isin(months)], index, months)
    graph = AllocationGraph(
        months=months,
        layers=pd.Categorical(nodes["layer"], categories=list(LAYERS)).codes.astype(np.int64),
        elements=pd.Index(nodes["element"]),
        line_months=np.searchsorted(np.array(months), grouped["month"].to_numpy(str)),
        all_lines=lines,
        edge_months=edge_months,
        all_edges=edges,
        charge_months=np.searchsorted(np.array(months), charged["month"].to_numpy(str)).astype(np.int64),
        all_charges=Charges(
            _side(index, charged, "from"), _side(index, charged, "to"), charged["amount"].to_numpy(np.int64)
        ),
    )
    _refuse_vanished(graph)
    return graph


def _nodes(costs: pd.DataFrame, *edges: pd.DataFrame) -> pd.DataFrame:
    found = {(layer, str(name)) for layer in LAYERS for name in costs[layer].unique() if name != ""}
    for frame in edges:
        for side in ("from", "to"):
            pairs = frame[[f"{side}_layer", side]].drop_duplicates()
            found |= set(zip(pairs[f"{side}_layer"], pairs[side].astype(str), strict=True))
    ordered = sorted(found, key=lambda node: (LAYERS.index(node[0]), node[1]))
    return pd.DataFrame(ordered, columns=["layer", "element"])


def _numbers(index: pd.MultiIndex, layer: str, names: pd.Series) -> Integers:
    kind = pd.Categorical(names)
    wanted = pd.MultiIndex.from_arrays([[layer] * len(kind.categories), kind.categories])
    numbers: Integers = index.get_indexer(wanted).astype(np.int64)
    return numbers[kind.codes] if len(numbers) else np.zeros(0, dtype=np.int64)


def _side(index: pd.MultiIndex, frame: pd.DataFrame, side: str) -> Integers:
    layers = pd.Categorical(frame[f"{side}_layer"], categories=list(LAYERS)).codes
    return np.choose(layers, [_numbers(index, layer, frame[side]) for layer in LAYERS]).astype(np.int64)


def _edges(drivers: pd.DataFrame, index: pd.MultiIndex, months: tuple[str, ...]) -> tuple[Integers, Edges]:
    month = np.searchsorted(np.array(months), drivers["month"].to_numpy(str)) if len(drivers) else np.zeros(0, np.int64)
    edges = Edges(
        _side(index, drivers, "from"),
        _side(index, drivers, "to"),
        drivers["quantity"].to_numpy(np.float64),
        (drivers["basis"] == "metered").to_numpy(),
    )
    order = np.lexsort((edges.target, edges.source, month))
    month, edges = month[order].astype(np.int64), edges.chosen(order)
    _refuse_two_drivers(month, edges, pd.factorize(drivers["driver"])[0][order], drivers.iloc[order], months)
    used = (edges.weight > 0) & (edges.source != edges.target)
    _refuse_zero(month, edges, used, drivers.iloc[order], months)
    return month[used], edges.chosen(used)


def _refuse_two_drivers(
    month: Integers, edges: Edges, driver: Integers, rows: pd.DataFrame, months: tuple[str, ...]
) -> None:
    same = (month[1:] == month[:-1]) & (edges.source[1:] == edges.source[:-1])
    wrong = np.flatnonzero(same & (driver[1:] != driver[:-1]))
    if wrong.size:
        line = rows.iloc[int(wrong[0]) + 1]
        raise RuleError(
            f"{line['from_layer']} {line['from']} has two drivers in {months[month[wrong[0]]]}",
            field="driver",
            value=line["driver"],
            remedy="keep one driver a node and month",
        )


def _refuse_zero(month: Integers, edges: Edges, used: Any, rows: pd.DataFrame, months: tuple[str, ...]) -> None:
    if not edges.source.size:
        return
    starts = np.flatnonzero(np.r_[True, (np.diff(month) != 0) | (np.diff(edges.source) != 0)])
    sums = np.add.reduceat(np.where(used, edges.weight, 0.0), starts)
    if (sums <= 0).any():
        first = int(starts[int((sums <= 0).argmax())])
        line = rows.iloc[first]
        if edges.weight[first : first + 1].any():
            raise RuleError(
                f"cost of {months[month[first]]} cannot leave a cycle: "
                f"{line['from_layer']} {line['from']} serves only itself",
                field="drivers",
                remedy="give it a driver that leads out",
            )
        raise RuleError(
            f"all driver quantities of {line['from_layer']} {line['from']} are zero in {months[month[first]]}",
            field="quantity",
            remedy="measure them or drop the rows",
        )


def _refuse_vanished(graph: AllocationGraph) -> None:
    """A node with driver quantities in some months and cost but no quantities in another."""
    has = set(zip(graph.edge_months.tolist(), graph.all_edges.source.tolist(), strict=True))
    driven = {node for _, node in has}
    lines = graph.all_lines
    shared = np.flatnonzero((lines.solution < 0) & (lines.consumer < 0) & (lines.amount != 0))
    for position in shared:
        node, month = int(lines.tower[position]), int(graph.line_months[position])
        if node in driven and (month, node) not in has:
            raise RuleError(
                f"{graph.layer(node)} {graph.element(node)} has cost but no driver quantities in {graph.months[month]}",
                field="drivers",
                remedy="add that month's quantities (other months have them)",
            )
