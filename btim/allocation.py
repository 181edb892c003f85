"""Allocation: every cent of a month from towers over solutions to consumers, by drivers, exactly.

Role: the flows of cost between layers, reciprocal services included, in whole minor units that always sum.
Must not know: files, views or findings.

Method. Each ledger line enters at its tower. What names a solution or consumer flows there directly; the rest of a
node's cost follows its driver quantities. Nodes that serve each other (a strongly connected part of the month's graph)
are settled by one linear solve of (I - P) x = d (reciprocal allocation; Kaplan & Atkinson, Advanced Management
Accounting), never iterated. Every split is rounded by largest remainder, so each layer's total is the ledger's.
What has no driver stays where it is and is shown as unallocated.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from btim.allocation_graph import LAYERS, AllocationGraph, allocation_graph, coded
from btim.allocation_methods import resolved_drivers, split_priced
from btim.errors import RuleError, listed
from btim.ledger import Ledger
from btim.reciprocal import Edges, Floats, Integers, flow_order, settlement
from btim.rounding import split_rows

BASES = ("direct", "metered", "assumed", "reciprocal", "priced", "reciprocal assumed", "priced assumed")
DIRECT, METERED, ASSUMED, RECIPROCAL, PRICED, RECIPROCAL_ASSUMED, PRICED_ASSUMED = range(7)
SETTLED = ("reciprocal", "reciprocal assumed")
METERED_BASES = ("metered", "reciprocal", "priced")
"""Bases whose quantities are all measured."""
ASSUMED_BASES = ("assumed", "reciprocal assumed", "priced assumed")
UNALLOCATED, RECOVERY = "Unallocated", "Under- or over-recovery"


@dataclass(frozen=True)
class Allocation:
    """Where each month's cost went, in int64 minor units of `currency`.

    `flows` (month, from_layer, from, to_layer, to, basis, amount): one row a month, edge and basis; basis is direct
    (the ledger line names the target), metered or assumed (by driver), reciprocal (settled between nodes that serve
    each other), priced (charged by the price list), the last two also "… assumed" where a quantity behind them is
    assumed. `nodes` (month, layer, element, entered, kept, recovery): what
    entered a node straight from the ledger and what stayed there; consumers keep all they receive, what another node
    keeps is unallocated. Per month the sum of `kept` is the ledger's total. A node that charges by price keeps its
    under-recovery (negative: over-recovery); `recovery` marks it. Names are categoricals.
    """

    flows: pd.DataFrame
    nodes: pd.DataFrame
    currency: str

    @property
    def metered_share(self) -> float | None:
        """Of the absolute amounts that followed a driver, the share whose driver is metered; None without drivers."""
        sizes = self.flows["amount"].abs().groupby(self.flows["basis"], observed=True).sum()
        metered, assumed = (int(sizes.reindex(bases).sum()) for bases in (METERED_BASES, ASSUMED_BASES))
        return metered / (metered + assumed) if metered + assumed else None


@dataclass
class _Month:
    """Work of one month: the balance of every node and the flows found so far (source, target, basis, amount)."""

    balance: Integers
    flows: list[tuple[Integers, Integers, Integers, Integers]]

    def move(self, source: Integers, target: Integers, basis: Integers, amount: Integers) -> None:
        np.subtract.at(self.balance, source, amount)
        np.add.at(self.balance, target, amount)
        some = amount != 0
        self.flows.append((source[some], target[some], basis[some], amount[some]))


def allocate(ledger: Ledger) -> Allocation:
    """Allocate every month of the ledger.

    Raises:
        RuleError: a node has two drivers at once, all its quantities are zero, it lacks quantities in one month that it
            has in others, or nodes serve only each other (the cycle is named).
    """
    drivers = resolved_drivers(ledger.drivers, ledger.methods, ledger.months)
    driven, charged = split_priced(drivers, ledger.prices, ledger.currency)
    graph = allocation_graph(ledger.costs, driven, charged)
    flows, nodes = [], []
    for number, month in enumerate(graph.months):
        lines = graph.lines(number)
        entered = np.zeros(graph.size, dtype=np.int64)
        np.add.at(entered, lines.tower, lines.amount)
        work = _Month(entered.copy(), [])
        _direct(work, lines.tower, lines.solution, lines.consumer, lines.amount)
        charges = graph.charges(number)
        work.move(charges.source, charges.target, np.where(charges.metered, PRICED, PRICED_ASSUMED), charges.amount)
        _driven(work, graph, graph.edges(number), month)
        flows.append(_flow_frame(graph, number, work))
        nodes.append(_node_frame(graph, number, entered, work.balance))
    return Allocation(pd.concat(flows, ignore_index=True), pd.concat(nodes, ignore_index=True), ledger.currency)


def _direct(work: _Month, tower: Integers, solution: Integers, consumer: Integers, amount: Integers) -> None:
    """Move what ledger lines name themselves: tower to solution, then to consumer (-1: not named)."""
    named, eats = solution >= 0, consumer >= 0
    origin = np.where(named, solution, tower)
    for mask, source, target in ((named, tower, solution), (eats, origin, consumer)):
        basis = np.full(int(mask.sum()), DIRECT, dtype=np.int64)
        work.move(source[mask], target[mask], basis, amount[mask])


def _driven(work: _Month, graph: AllocationGraph, edges: Edges, month: str) -> None:
    order = flow_order(graph.size, edges)
    mutual: dict[int, list[Integers]] = {}
    for members in order.mutual():
        mutual.setdefault(int(order.level[members[0]]), []).append(members)
    same = order.part[edges.source] == order.part[edges.target]
    outward = edges.chosen(~same)
    inward = edges.chosen(same)
    levels = order.level[outward.source]
    if (levels[1:] < levels[:-1]).any():
        by_level = np.argsort(levels.astype(np.int16) if levels.max() < 2**15 else levels, kind="stable")
        outward, levels = outward.chosen(by_level), levels[by_level]
    for level in np.unique(np.r_[levels, list(mutual)]).astype(np.int64):
        for members in mutual.get(int(level), []):
            _settle(work, graph, members, inward, outward, month)
        first, last = np.searchsorted(levels, [level, level + 1])
        chosen = outward.chosen(np.arange(first, last))
        amount = split_rows(work.balance, chosen.source, chosen.weight)
        work.move(chosen.source, chosen.target, np.where(chosen.metered, METERED, ASSUMED), amount)


def _settle(work: _Month, graph: AllocationGraph, members: Integers, inward: Edges, outward: Edges, month: str) -> None:
    inside = inward.chosen(np.isin(inward.source, members))
    weights = np.bincount(outward.source, weights=outward.weight, minlength=graph.size)
    leaving: Floats = weights[members].astype(np.float64)
    shares = settlement(members, inside, leaving)
    if shares is None:
        names = listed(graph.named(int(node)) for node in members)
        raise RuleError(
            f"cost of {month} cannot leave a cycle: {names} serve only each other",
            field="drivers",
            remedy="give one of them a driver that leads out",
        )
    ends = np.flatnonzero(leaving > 0)
    source = np.repeat(members, ends.size)
    target = np.tile(members[ends], members.size)
    weight: Floats = shares[:, ends].ravel()
    amount = split_rows(work.balance, source, weight)
    away = source != target
    measured = inside.metered.all() and outward.metered[np.isin(outward.source, members)].all()
    basis = np.full(int(away.sum()), RECIPROCAL if measured else RECIPROCAL_ASSUMED, dtype=np.int64)
    work.move(source[away], target[away], basis, amount[away])


def _flow_frame(graph: AllocationGraph, number: int, work: _Month) -> pd.DataFrame:
    source, target, basis, amount = (np.concatenate(parts) for parts in zip(*work.flows, strict=True))
    return pd.DataFrame(
        {
            "month": graph.month_column(number, source.size),
            "from_layer": graph.layer_column(source),
            "from": graph.element_column(source),
            "to_layer": graph.layer_column(target),
            "to": graph.element_column(target),
            "basis": coded(basis, BASES),
            "amount": amount,
        }
    )


def _node_frame(graph: AllocationGraph, number: int, entered: Integers, kept: Integers) -> pd.DataFrame:
    nodes = np.flatnonzero((entered != 0) | (kept != 0))
    return pd.DataFrame(
        {
            "month": graph.month_column(number, nodes.size),
            "layer": graph.layer_column(nodes),
            "element": graph.element_column(nodes),
            "entered": entered[nodes],
            "kept": kept[nodes],
            "recovery": np.isin(nodes, graph.charges(number).source),
        }
    )


__all__ = ["BASES", "LAYERS", "RECOVERY", "UNALLOCATED", "Allocation", "allocate"]
