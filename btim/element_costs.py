"""What an element of a layer costs over some months, read off an allocation.

Role: net cost, after settling within the layer, which sums to the layer; and full cost, before passing cost on to
others of the layer, which unit costs and value are measured against.
Must not know: files, views or findings.
"""

from collections.abc import Sequence

from btim.allocation import SETTLED, Allocation


def element_costs(allocation: Allocation, layer: str, months: Sequence[str]) -> dict[str, int]:
    """Minor units that a layer's elements carry over the months, after settling within the layer."""
    flows = allocation.flows[allocation.flows["month"].isin(months)]
    nodes = allocation.nodes[allocation.nodes["month"].isin(months) & (allocation.nodes["layer"] == layer)]
    entered = nodes.groupby("element", observed=True)["entered"].sum()
    came = flows[flows["to_layer"] == layer].groupby("to", observed=True)["amount"].sum()
    within = flows[(flows["from_layer"] == layer) & (flows["to_layer"] == layer)]
    left = within.groupby("from", observed=True)["amount"].sum()
    names = sorted({*map(str, entered.index), *map(str, came.index)})
    return {name: int(entered.get(name, 0)) + int(came.get(name, 0)) - int(left.get(name, 0)) for name in names}


def full_costs(allocation: Allocation, layer: str, months: Sequence[str]) -> dict[str, int]:
    """Minor units that elements cost in full: also what they pass on by driver or price to others of their layer.

    A solution whose cost goes to its modules still costs all of it. Sums over elements count such cost twice. What
    elements that serve each other settle between them is taken off, as in `element_costs`.
    """
    flows = allocation.flows[allocation.flows["month"].isin(months)]
    within = flows[(flows["from_layer"] == layer) & (flows["to_layer"] == layer) & ~flows["basis"].isin(SETTLED)]
    passed = within.groupby("from", observed=True)["amount"].sum()
    net = element_costs(allocation, layer, months)
    return {name: cost + int(passed.get(name, 0)) for name, cost in net.items()}
