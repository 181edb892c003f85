"""Ledger lines and drivers as numbers: the graph that allocation works on.

Role: number every tower, solution and consumer once, in a fixed order, and hand out each month's lines and edges.
Must not know: how amounts are split.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from btim.errors import RuleError
from btim.reciprocal import Edges, Floats, Integers

LAYERS = ("tower", "solution", "consumer")
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Lines:
    """One month's ledger lines by node number; -1 where a line names no solution or consumer."""

    tower: Integers
    solution: Integers
    consumer: Integers
    amount: Integers


@dataclass(frozen=True)
class Charges:
    """Fixed amounts that priced nodes charge, and whether the quantity charged is metered."""

    source: Integers
    target: Integers
    amount: Integers
    metered: Flags


@dataclass(frozen=True)
class _Drivers:
    """Driver rows of all months by number; `month` is -1 where the ledger has no cost that month."""

    month: npt.NDArray[np.int16]
    source: npt.NDArray[np.int32]
    target: npt.NDArray[np.int32]
    driver: npt.NDArray[np.int32]
    weight: Floats
    metered: Flags
    driver_names: pd.Index


@dataclass(frozen=True)
class AllocationGraph:
    """Nodes are numbered by layer, then name, so that the order of rows never matters."""

    months: tuple[str, ...]
    layers: npt.NDArray[np.int8]
    elements: pd.Index
    names: pd.Index
    name_codes: npt.NDArray[np.int32]
    line_months: Integers
    all_lines: Lines
    drivers: _Drivers
    driven: Flags
    charge_months: Integers
    all_charges: Charges

    @property
    def size(self) -> int:
        """Number of nodes."""
        return len(self.elements)

    def named(self, node: int) -> str:
        """Layer and name of a node."""
        return f"{LAYERS[int(self.layers[node])]} {self.elements[node]}"

    def lines(self, month: int) -> Lines:
        """Lines of the month with that number."""
        first, last = np.searchsorted(self.line_months, [month, month + 1])
        chosen, whole = slice(first, last), self.all_lines
        return Lines(whole.tower[chosen], whole.solution[chosen], whole.consumer[chosen], whole.amount[chosen])

    def edges(self, month: int) -> Edges:
        """Edges of the month with that number, by source, then target; checked.

        Raises:
            RuleError: two drivers for one node, quantities that are all zero, a node that serves only itself, or cost
                of a node that has quantities in other months only.
        """
        rows = np.flatnonzero(self.drivers.month == month)
        key = self.drivers.source[rows].astype(np.int64) * self.size + self.drivers.target[rows]
        if (key[1:] < key[:-1]).any():
            order = np.argsort(key, kind="stable")
            rows, key = rows[order], key[order]
        edges = Edges(key // self.size, key % self.size, self.drivers.weight[rows], self.drivers.metered[rows])
        self._refuse_two_drivers(edges, rows, month)
        used = (edges.weight > 0) & (edges.source != edges.target)
        self._refuse_unusable(edges, used, month)
        return edges if used.all() else edges.chosen(used)

    def charges(self, month: int) -> Charges:
        """Charges of the month with that number."""
        chosen = self.charge_months == month
        whole = self.all_charges
        return Charges(whole.source[chosen], whole.target[chosen], whole.amount[chosen], whole.metered[chosen])

    def month_column(self, month: int, count: int) -> pd.Categorical:
        """The month's name, `count` times."""
        return coded(np.full(count, month, dtype=np.int16), self.months)

    def layer_column(self, nodes: Integers) -> pd.Categorical:
        """Layers of nodes."""
        return coded(self.layers[nodes], LAYERS)

    def element_column(self, nodes: Integers) -> pd.Categorical:
        """Names of nodes."""
        return coded(self.name_codes[nodes], self.names)

    def _refuse_two_drivers(self, edges: Edges, rows: npt.NDArray[np.intp], month: int) -> None:
        driver = self.drivers.driver[rows]
        wrong = np.flatnonzero((edges.source[1:] == edges.source[:-1]) & (driver[1:] != driver[:-1]))
        if wrong.size:
            first = int(wrong[0])
            raise RuleError(
                f"{self.named(int(edges.source[first]))} has two drivers in {self.months[month]}",
                field="driver",
                value=str(self.drivers.driver_names[driver[first + 1]]),
                remedy='keep one driver a node and month, or weigh them with an [[allocation]] of method "mix"',
            )

    def _refuse_unusable(self, edges: Edges, used: Flags, month: int) -> None:
        present = np.bincount(edges.source, minlength=self.size) > 0
        usable = np.bincount(edges.source[used], minlength=self.size) > 0
        wrong = np.flatnonzero(present & ~usable)
        if wrong.size:
            node = int(wrong[0])
            own = edges.weight[edges.source == node]
            if own.any():
                raise RuleError(
                    f"cost of {self.months[month]} cannot leave a cycle: {self.named(node)} serves only itself",
                    field="drivers",
                    remedy="give it a driver that leads out",
                )
            raise RuleError(
                f"all driver quantities of {self.named(node)} are zero in {self.months[month]}",
                field="quantity",
                remedy="measure them or drop the rows",
            )
        lines = self.lines(month)
        shared = lines.tower[(lines.solution < 0) & (lines.consumer < 0) & (lines.amount != 0)]
        lost = shared[self.driven[shared] & ~present[shared]]
        if lost.size:
            raise RuleError(
                f"{self.named(int(lost[0]))} has cost but no driver quantities in {self.months[month]}",
                field="drivers",
                remedy="add that month's quantities (other months have them)",
            )


def coded(codes: Any, categories: Sequence[str] | pd.Index) -> pd.Categorical:
    """A categorical column from the numbers of its categories."""
    return pd.Categorical.from_codes(codes, categories=pd.Index(categories))


def allocation_graph(costs: pd.DataFrame, drivers: pd.DataFrame, charged: pd.DataFrame) -> AllocationGraph:
    """Number the nodes of a ledger's costs, drivers and charges."""
    months = tuple(sorted(costs["month"].unique()))
    keys = ["month", "tower", "solution", "consumer"]
    grouped: pd.DataFrame = costs.groupby(keys, sort=True)["amount"].sum().reset_index()
    charged = charged[charged["month"].isin(months)]
    sides = [_Side(frame, side) for frame in (drivers, charged) for side in ("from", "to")]
    nodes = _nodes(grouped, sides)
    numbers = {node: number for number, node in enumerate(nodes)}
    elements = pd.Index([name for _, name in nodes])
    names = elements.unique()
    month_codes = pd.Index(months)
    source, target, charge_source, charge_target = (side.numbers(numbers) for side in sides)
    in_ledger = _codes(drivers["month"], month_codes).astype(np.int16)
    kept = in_ledger >= 0
    driver, driver_names = pd.factorize(drivers["driver"])
    return AllocationGraph(
        months=months,
        layers=np.array([layer for layer, _ in nodes], dtype=np.int8),
        elements=elements,
        names=names,
        name_codes=names.get_indexer(elements).astype(np.int32),
        line_months=_codes(grouped["month"], month_codes),
        all_lines=_lines(grouped, numbers),
        drivers=_Drivers(
            month=in_ledger,
            source=source,
            target=target,
            driver=driver.astype(np.int32),
            weight=drivers["quantity"].to_numpy(np.float64),
            metered=(drivers["basis"] == "metered").to_numpy(),
            driver_names=pd.Index(driver_names),
        ),
        driven=np.bincount(source[kept], minlength=len(nodes)) > 0,
        charge_months=_codes(charged["month"], month_codes),
        all_charges=Charges(
            charge_source.astype(np.int64),
            charge_target.astype(np.int64),
            charged["amount"].to_numpy(np.int64),
            (charged["basis"] == "metered").to_numpy(),
        ),
    )


class _Side:
    """One end of driver rows: layer and name as codes, so that millions of rows are looked up by array."""

    def __init__(self, frame: pd.DataFrame, side: str) -> None:
        layer = pd.Categorical(frame[f"{side}_layer"], categories=list(LAYERS))
        name = pd.Categorical(frame[side])
        self.categories = [str(each) for each in name.categories]
        self.pairs = layer.codes.astype(np.int32) * np.int32(len(self.categories)) + name.codes

    def found(self) -> list[tuple[int, str]]:
        """Layer numbers and names that occur."""
        width = len(self.categories)
        seen = np.flatnonzero(np.bincount(self.pairs)) if self.pairs.size else np.zeros(0, np.int64)
        return [(int(pair) // width, self.categories[int(pair) % width]) for pair in seen]

    def numbers(self, nodes: dict[tuple[int, str], int]) -> npt.NDArray[np.int32]:
        """Node number of every row."""
        table = np.full(len(LAYERS) * max(len(self.categories), 1), -1, dtype=np.int32)
        places = {name: place for place, name in enumerate(self.categories)}
        for layer, name in self.found():
            table[layer * len(self.categories) + places[name]] = nodes[layer, name]
        return table[self.pairs]


def _nodes(costs: pd.DataFrame, sides: Sequence[_Side]) -> list[tuple[int, str]]:
    found = {(layer, str(name)) for layer, column in enumerate(LAYERS) for name in costs[column].unique() if name != ""}
    for side in sides:
        found |= set(side.found())
    return sorted(found)


def _codes(values: pd.Series, categories: pd.Index) -> Integers:
    """Position of each value among the categories; -1 where it is none of them."""
    own = pd.Categorical(values)
    positions = np.asarray(categories.get_indexer(own.categories), dtype=np.int64)
    return np.asarray(positions[own.codes], dtype=np.int64) if positions.size else np.zeros(0, dtype=np.int64)


def _lines(grouped: pd.DataFrame, numbers: dict[tuple[int, str], int]) -> Lines:
    tower, solution, consumer = (
        np.array([numbers[layer, name] if name else -1 for name in grouped[column]], dtype=np.int64)
        for layer, column in enumerate(LAYERS)
    )
    return Lines(tower, solution, consumer, grouped["amount"].to_numpy(np.int64))
