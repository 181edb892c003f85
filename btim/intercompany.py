"""Intercompany: what legal entities of one group charge each other, and the group without it.

Role: pair such lines, show what does not pair, and take all of them out of the group's view.
Must not know: allocation.

A line is intercompany when its counterparty is itself a legal entity of the ledger. Both sides post it, the one that
pays as cost, the one that charges as negative cost; over the group they sum to zero.
"""

from dataclasses import replace

import pandas as pd

from btim.ledger import Ledger

COLUMNS = ("month", "legal_entity", "counterparty", "amount", "mirrored", "difference")


def intercompany(ledger: Ledger) -> pd.DataFrame:
    """Pairs of entities a month, in minor units: `amount` posted by one, `mirrored` by the other, their sum.

    Each pair stands once. `difference` is 0 where both sides agree; else one of them is missing or wrong.
    """
    lines = ledger.costs[_between_entities(ledger)]
    grouped = lines.groupby(["month", "legal_entity", "counterparty"], sort=True)["amount"].sum().reset_index()
    sums = {(str(month), str(one), str(two)): int(cents) for month, one, two, cents in grouped.to_numpy().tolist()}
    rows = []
    for month, entity, other in sorted({(month, min(one, two), max(one, two)) for month, one, two in sums}):
        amount, mirrored = sums.get((month, entity, other), 0), sums.get((month, other, entity), 0)
        rows.append((month, entity, other, amount, mirrored, amount + mirrored))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def group_view(ledger: Ledger) -> Ledger:
    """The ledger without intercompany lines.

    Where every pair agrees, its total is unchanged: what entities charge each other eliminates to zero. What does not
    pair is left in, so that nothing vanishes: see `difference` of `intercompany`.
    """
    pairs = intercompany(ledger)
    agreed = {
        (line["month"], frozenset((line["legal_entity"], line["counterparty"])))
        for line in pairs[pairs["difference"] == 0].to_dict("records")
    }
    costs = ledger.costs
    cells = zip(costs["month"], costs["legal_entity"], costs["counterparty"], _between_entities(ledger), strict=True)
    kept = [not (inside and (month, frozenset((one, other))) in agreed) for month, one, other, inside in cells]
    return replace(ledger, costs=costs[kept].reset_index(drop=True))


def _between_entities(ledger: Ledger) -> pd.Series:
    entities = set(ledger.costs["legal_entity"]) - {""}
    costs = ledger.costs
    return costs["counterparty"].isin(entities) & (costs["counterparty"] != costs["legal_entity"])
