"""Trace: where every cent of a consumer, solution or tower came from, and by what kind of share.

Role: walk one month's flows backwards to ledger lines; the parts sum to the traced amount exactly.
Must not know: how flows were found.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pandas as pd

from btim.allocation import METERED_BASES, RECOVERY, SETTLED, UNALLOCATED, Allocation
from btim.allocation_graph import LAYERS
from btim.errors import UnknownReferenceError, listed
from btim.ledger import Ledger
from btim.money import from_minor
from btim.rounding import rounded_together

LINE_KEYS = ("pool", "sub_pool", "expenditure", "account", "vendor")
COLUMNS = ("path", "tower", *LINE_KEYS, "basis", "amount", "share")
WEAKEST_FIRST = (
    "assumed", "reciprocal assumed", "priced assumed", "reciprocal", "metered", "priced", "direct",
)  # fmt: skip

BEYOND_COST = "charged beyond cost"
"""In the place of a pool: what a price list charged although the service had no cost."""


class Node(NamedTuple):
    """An element of a layer."""

    layer: str
    element: str


class _Line(NamedTuple):
    tower: str
    solution: str
    consumer: str
    keys: tuple[str, ...]
    amount: int


class _Flow(NamedTuple):
    source: Node
    basis: str
    amount: int


class _Part(NamedTuple):
    line: _Line
    hops: tuple[str, ...]
    bases: tuple[str, ...]
    amount: int


def trace(ledger: Ledger, allocation: Allocation, layer: str, element: str, month: str) -> pd.DataFrame:
    """Path and amount of every cent of an element in a month.

    Returns:
        One row a path and kind of ledger line, largest first: `path` (from the tower where the cost entered, hop by
        hop), `tower`, pool, sub_pool, expenditure, account and vendor of the lines, `basis` (the weakest hop:
        assumed, reciprocal assumed, priced assumed, reciprocal, metered, priced, direct), `amount` (Decimal) and
        `share` of the whole. Amounts sum to what the allocation gives the element.

    Raises:
        UnknownReferenceError: the element has no cost that month.
    """
    month_of_work = _MonthOfFlows(ledger, allocation, month, LINE_KEYS)
    node = Node(layer, element)
    if layer not in LAYERS or not month_of_work.knows(node):
        raise UnknownReferenceError(
            f"no cost of {layer} {element} in {month}",
            field="element",
            value=element,
            remedy=f"{layer} has {listed(month_of_work.names(layer), 12)}" if layer in LAYERS else "name a layer",
        )
    sums: dict[tuple[Any, ...], int] = defaultdict(int)
    for part in month_of_work.parts_of(node):
        basis = _weakest(part.bases)
        sums[(" > ".join((*part.hops, element)), part.line.tower, *part.line.keys, basis)] += part.amount
    whole = sum(sums.values())
    rows = [
        (
            *key,
            from_minor(amount, ledger.currency),
            from_minor(amount, ledger.currency) / from_minor(whole, ledger.currency),
        )
        if whole
        else (*key, from_minor(amount, ledger.currency), None)
        for key, amount in sorted(sums.items(), key=lambda item: (-item[1], item[0]))
        if amount
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def basis_shares(traced: pd.DataFrame) -> dict[str, Any]:
    """Amount by basis: what was metered, what assumed."""
    return {str(basis): amount for basis, amount in traced.groupby("basis", sort=True)["amount"].sum().items()}


def consumed(ledger: Ledger, allocation: Allocation, keys: Sequence[str], months: Sequence[str]) -> pd.DataFrame:
    """What consumers carry by any columns of the ledger's lines, in minor units.

    Returns:
        `month`, `consumer`, `solution` (the one that charged it), `keys`, `amount`, `metered`, `direct` and `size`
        (absolute amounts: every split on the path metered, named by the line, and all). What reached no consumer
        stands as `Unallocated` or `Under- or over-recovery`, broken down too. The amounts sum to the ledger's.
    """
    rows = []
    own = [name for name in keys if name not in LAYERS]
    for month in months:
        work = _MonthOfFlows(ledger, allocation, month, own)
        for consumer, solution, basis, part in work.consumed(allocation.nodes):
            line = dict(zip(own, part.line.keys, strict=False)) | {"tower": part.line.tower}
            size = abs(part.amount)
            cells = [line.get(name, "") for name in keys]
            metered = size if basis and _weakest((*part.bases, basis)) in METERED_BASES else 0
            direct = size if basis == "direct" else 0
            rows.append((month, consumer, solution, *cells, part.amount, metered, direct, size))
    measures = ["amount", "metered", "direct", "size"]
    frame = pd.DataFrame(rows, columns=["month", "consumer", "solution", *keys, *measures])
    return frame.astype(dict.fromkeys(measures, "int64"))


def _weakest(bases: Sequence[str]) -> str:
    return next(name for name in WEAKEST_FIRST if name in bases or name == "direct")


def carried(ledger: Ledger, allocation: Allocation, keys: Sequence[str], months: Sequence[str]) -> pd.DataFrame:
    """What towers carry, after they have settled, by any columns of the ledger's lines, in minor units.

    Returns:
        `month`, `tower`, `keys`, `amount`: by the lines where the cost entered, also in a tower that serves this one.
    """
    rows = []
    own = [name for name in keys if name not in LAYERS]
    for month in months:
        work = _MonthOfFlows(ledger, allocation, month, own)
        for tower in work.names("tower"):
            for part in work.parts_of(Node("tower", tower)):
                line = part.line._asdict() | dict(zip(own, part.line.keys, strict=True))
                rows.append((month, tower, *(line[name] for name in keys), part.amount))
    return pd.DataFrame(rows, columns=["month", "tower", *keys, "amount"]).astype({"amount": "int64"})


class _MonthOfFlows:
    """One month's lines and flows, looked up by the node they lead to."""

    def __init__(self, ledger: Ledger, allocation: Allocation, month: str, line_keys: Sequence[str]) -> None:
        self.month = month
        self.beyond = _Line("", "", "", (BEYOND_COST, *("" for _ in line_keys))[: len(line_keys)], 0)
        costs = ledger.costs[ledger.costs["month"] == month]
        keys = ["tower", "solution", "consumer", *(name for name in line_keys if name not in LAYERS)]
        grouped = costs.groupby(keys, sort=True)["amount"].sum().reset_index()
        self.named: dict[Node, list[_Line]] = defaultdict(list)
        self.shared: dict[Node, list[_Line]] = defaultdict(list)
        for record in grouped.itertuples(index=False):
            line = _Line(record[0], record[1], record[2], tuple(record[3:-1]), int(record[-1]))
            self._file(line)
        flows = allocation.flows[(allocation.flows["month"] == month) & (allocation.flows["basis"] != "direct")]
        self.inflows: dict[Node, list[_Flow]] = defaultdict(list)
        self.settled: dict[Node, list[_Flow]] = defaultdict(list)
        self.given: dict[Node, int] = defaultdict(int)
        self.settled_within: dict[Node, int] = defaultdict(int)
        self.passed_within: dict[Node, int] = defaultdict(int)
        for _, from_layer, source, to_layer, target, basis, amount in flows.itertuples(index=False):
            flow = _Flow(Node(from_layer, source), basis, int(amount))
            if basis in SETTLED:
                self.settled[Node(to_layer, target)].append(flow)
                self.given[flow.source] += flow.amount
                self.settled_within[flow.source] += flow.amount if from_layer == to_layer else 0
            else:
                self.passed_within[flow.source] += flow.amount if from_layer == to_layer else 0
                self.inflows[Node(to_layer, target)].append(flow)

    def _file(self, line: _Line) -> None:
        """Named lines belong to every element they name; the others are what an element shares out."""
        tower, solution, consumer = (
            Node("tower", line.tower),
            Node("solution", line.solution),
            Node("consumer", line.consumer),
        )
        if line.consumer:
            self.named[consumer].append(line)
        if line.solution:
            (self.named if line.consumer else self.shared)[solution].append(line)
            self.named[tower].append(line)
        else:
            (self.named if line.consumer else self.shared)[tower].append(line)

    def knows(self, node: Node) -> bool:
        return any(node in table for table in (self.named, self.shared, self.inflows, self.settled))

    def names(self, layer: str) -> list[str]:
        tables = (self.named, self.shared, self.inflows)
        return sorted({node.element for table in tables for node in table if node.layer == layer})

    def consumed(self, nodes: pd.DataFrame) -> Iterator[tuple[str, str, str, _Part]]:
        """Consumer, solution, basis of the last hop and part of everything that ends somewhere this month."""
        for name in self.names("consumer"):
            node = Node("consumer", name)
            for line in self.named[node]:
                yield name, line.solution, "direct", _Part(line, (), ("direct",), line.amount)
            for flow in self.inflows[node]:
                solution = flow.source.element if flow.source.layer == "solution" else ""
                for part in self._net(flow.source, flow.amount):
                    yield name, solution, flow.basis, part
        stuck = nodes[(nodes["month"] == self.month) & (nodes["layer"] != "consumer") & (nodes["kept"] != 0)]
        for layer, element, kept, recovery in stuck[["layer", "element", "kept", "recovery"]].to_numpy():
            solution = element if layer == "solution" else ""
            for part in self._net(Node(layer, element), int(kept)):
                yield RECOVERY if recovery else UNALLOCATED, solution, "", part

    def parts_of(self, node: Node) -> Iterator[_Part]:
        """Parts of all that an element carries, less what it passed on to others of its own layer."""
        for line in self.named[node]:
            yield _Part(line, _named_hops(line, node), ("direct",), line.amount)
        settled = sum(flow.amount for flow in self.settled[node])
        kept = self._pre_total(node) - self.settled_within[node]
        yield from self._net(node, kept + settled - self.passed_within[node], kept)

    def _pre_total(self, node: Node) -> int:
        return sum(line.amount for line in self.shared[node]) + sum(flow.amount for flow in self.inflows[node])

    def _net(self, node: Node, amount: int, kept: int | None = None) -> Iterator[_Part]:
        """Split `amount` over what the node kept of its own pool and what others settled onto it."""
        settled = self.settled[node]
        own = self._pre_total(node) - self.given[node] if kept is None else kept
        parts = _shared_out(amount, [own, *(flow.amount for flow in settled)])
        yield from self._pre(node, amount - sum(parts[1:]))
        for flow, part in zip(settled, parts[1:], strict=True):
            for found in self._pre(flow.source, part):
                yield found._replace(hops=(*found.hops, flow.source.element), bases=(*found.bases, flow.basis))

    def _pre(self, node: Node, amount: int) -> Iterator[_Part]:
        """Split `amount` over the lines a node shares out and what reached it by driver or price."""
        lines, inflows = self.shared[node], self.inflows[node]
        parts = _shared_out(amount, [*(line.amount for line in lines), *(flow.amount for flow in inflows)])
        if amount != sum(parts):
            yield _Part(self.beyond, (), ("direct",), amount - sum(parts))
        for line, part in zip(lines, parts[: len(lines)], strict=True):
            if part:
                hops = (line.tower,) if node.layer == "solution" else ()
                yield _Part(line, hops, ("direct",), part)
        for flow, part in zip(inflows, parts[len(lines) :], strict=True):
            if part:
                for found in self._net(flow.source, part):
                    yield found._replace(hops=(*found.hops, flow.source.element), bases=(*found.bases, flow.basis))


def _named_hops(line: _Line, node: Node) -> tuple[str, ...]:
    hops = {"tower": (), "solution": (line.tower,), "consumer": tuple(filter(None, (line.tower, line.solution)))}
    return hops[node.layer]


def _shared_out(amount: int, parts: Sequence[int]) -> list[int]:
    """Split `amount` in proportion to signed integer parts, exactly, by largest remainder; zeros for no whole."""
    whole = sum(parts)
    if amount == whole:
        return list(parts)
    if whole == 0:
        return [0] * len(parts)
    sign = 1 if whole > 0 else -1
    return rounded_together([sign * amount * part for part in parts], abs(whole))
