"""Metered path: how much of what flows was split by measured quantities alone, from its ledger line on.

Role: carry the metered part of all nodes' cost along a month's flows at once, settled services included.
Must not know: ledger lines, views or rounding.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from btim.allocation import METERED_BASES, SETTLED, Allocation
from btim.allocation_graph import LAYERS
from btim.reciprocal import Floats, Integers

CLOSE_ENOUGH = 1e-12
"""Shares that moved less than this have settled; without price lists that charge in a circle they do so exactly."""
MOST_ROUNDS = 10_000


def metered_shares(allocation: Allocation, month: str) -> pd.Series:
    """Of each flow of a month to a consumer, the part (0–1) that only measured quantities split on its whole path.

    A step that the ledger line names is no split; what no driver split at all, a direct flow, has 0. The same rule as
    `btim.trace`, to within its rounding to whole minor units; where credits turn a part of a node's cost below zero or
    above the whole, it is held at 0 or 1.
    """
    flows = allocation.flows[allocation.flows["month"] == month]
    nodes = allocation.nodes[allocation.nodes["month"] == month]
    names = allocation.flows["from"].cat.categories
    source = _numbers(flows["from_layer"], flows["from"], names)
    target = _numbers(flows["to_layer"], flows["to"], names)
    entered = np.zeros(len(LAYERS) * len(names))
    np.add.at(entered, _numbers(nodes["layer"], nodes["element"], names), nodes["entered"].to_numpy(np.float64))
    basis = flows["basis"]
    measured = basis.isin(METERED_BASES).to_numpy()
    direct, settled = (basis == "direct").to_numpy(), basis.isin(SETTLED).to_numpy()
    amount = flows["amount"].to_numpy(np.float64)
    share = _passed_on(source, target, amount, measured, direct, settled, entered)
    shares = pd.Series(np.where(measured, share[source], 0.0), index=flows.index)
    return shares[flows["to_layer"] == "consumer"]


def _numbers(layers: pd.Series, elements: pd.Series, names: pd.Index) -> Integers:
    layer, element = pd.Categorical(layers, categories=list(LAYERS)), pd.Categorical(elements, categories=names)
    return np.asarray(layer.codes.astype(np.int64) * len(names) + element.codes)


def _passed_on(
    source: Integers,
    target: Integers,
    amount: Floats,
    measured: npt.NDArray[np.bool_],
    direct: npt.NDArray[np.bool_],
    settled: npt.NDArray[np.bool_],
    entered: Floats,
) -> Floats:
    """Metered part of what each node passes on, found by passing shares along until they rest.

    Cost flows without cycles once services are settled, so that there are as many rounds as steps of the longest path.
    """
    size = entered.size

    def total(ends: Integers, values: Floats) -> Floats:
        return np.bincount(ends, weights=values, minlength=size).astype(np.float64)

    own = entered + total(target[direct], amount[direct]) - total(source[direct], amount[direct])
    driven = ~direct & ~settled
    before = own + total(target[driven], amount[driven])
    kept = before - total(source[settled], amount[settled])
    after = kept + total(target[settled], amount[settled])
    passes = np.bincount(source[driven], minlength=size) + np.bincount(source[settled], minlength=size) > 0
    onward = measured & passes[target]
    by_driver, by_settling = np.flatnonzero(onward & driven), np.flatnonzero(onward & settled)
    pool, share = np.ones(size), np.ones(size)
    for _ in range(min(size + 1, MOST_ROUNDS)):
        came = total(target[by_settling], amount[by_settling] * pool[source[by_settling]])
        share = _part(kept * pool + came, after, pool)
        came = total(target[by_driver], amount[by_driver] * share[source[by_driver]])
        found = _part(own + came, before, np.ones(size))
        if np.abs(found - pool).max(initial=0.0) < CLOSE_ENOUGH:
            break
        pool = found
    return share


def _part(metered: Floats, whole: Floats, otherwise: Floats) -> Floats:
    """A part of the whole, between 0 and 1; `otherwise` where the whole is nothing."""
    return np.clip(np.divide(metered, whole, out=otherwise.copy(), where=whole != 0), 0.0, 1.0)
