"""Who serves whom: the order in which a month's cost can flow, and the settlement of nodes that serve each other.

Role: strongly connected parts of a driver graph, their order, and one exact linear solve for each.
Must not know: money, months, or what the nodes are called.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Edges:
    """Driver edges between numbered nodes; weights are positive, no edge leads to its own source."""

    source: Integers
    target: Integers
    weight: Floats
    metered: npt.NDArray[np.bool_]

    def chosen(self, index: npt.NDArray[np.generic]) -> "Edges":
        """The edges at these positions (or under this mask)."""
        return Edges(self.source[index], self.target[index], self.weight[index], self.metered[index])


@dataclass(frozen=True)
class Order:
    """`part` of each node (nodes of one part serve each other) and `level`: cost flows from lower to higher levels."""

    part: Integers
    level: Integers

    def mutual(self) -> Iterator[Integers]:
        """Members of each part of two or more nodes, by level, then by their first member."""
        sizes = np.bincount(self.part)
        large = np.flatnonzero(sizes[self.part] > 1)
        by_part = large[np.argsort(self.part[large], kind="stable")]
        groups = np.split(by_part, np.flatnonzero(np.diff(self.part[by_part])) + 1) if by_part.size else []
        yield from sorted(groups, key=lambda members: (self.level[members[0]], members[0]))


def flow_order(nodes: int, edges: Edges) -> Order:
    """Order the nodes so that every edge leads within a part or to a higher level (Tarjan's condensation).

    Edges are sorted by source, then target.
    """
    once = np.ones(edges.source.size, dtype=bool)  # scipy's search does not end on an edge that stands twice
    once[1:] = (np.diff(edges.source) != 0) | (np.diff(edges.target) != 0)
    source, target = edges.source[once], edges.target[once]
    starts = np.r_[0, np.cumsum(np.bincount(source, minlength=nodes))].astype(np.int32)
    matrix = sparse.csr_matrix((np.ones(source.size), target.astype(np.int32), starts), shape=(nodes, nodes))
    count, part = connected_components(matrix, directed=True, connection="strong")
    above, below = part[source], part[target]
    across = above != below
    above, below = above[across], below[across]
    level = np.zeros(count, dtype=np.int64)
    while True:
        raised = level.copy()
        np.maximum.at(raised, below, level[above] + 1)
        if (raised == level).all():
            return Order(part.astype(np.int64), level[part])
        level = raised


def settlement(members: Integers, inside: Edges, leaving: Floats) -> Floats | None:
    """Shares with which each member's own cost ends up on each member once they have settled with each other.

    `inside`: edges among `members`; `leaving[i]`: weight with which member `i` passes cost out of the part. Row `i` of
    the result sums to 1: (I - P)^-1 diag(e), P the shares inside, e the share that leaves. None when nothing leaves:
    the members serve only each other and no solution exists.
    """
    if leaving.sum() <= 0:
        return None
    size = members.size
    source, target = np.searchsorted(members, inside.source), np.searchsorted(members, inside.target)
    whole = np.bincount(source, weights=inside.weight, minlength=size) + leaving
    shares = sparse.csc_matrix((inside.weight / whole[source], (source, target)), shape=(size, size))
    inverse = splu((sparse.identity(size, format="csc") - shares).tocsc()).solve(np.eye(size))
    settled: Floats = np.clip(inverse, 0.0, None) * (leaving / whole)
    return np.asarray(settled / settled.sum(axis=1, keepdims=True), dtype=np.float64)
