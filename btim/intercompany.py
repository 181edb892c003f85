"""Intercompany: what legal entities of one group charge each other, and the group without it.

Role: pair such lines, show what does not pair, and take all of them out of the group's view.
Must not know: allocation.

A line is intercompany when its counterparty is itself a legal entity of the ledger. Both sides post it, the one that
pays as cost, the one that charges as negative cost; over the group they sum to zero.
"""

from dataclasses import replace

import pandas as pd

from btim.ledger import Ledger

COLUMNS = ("month", "legal_entity", "counterparty", "amount", "mirrored", "difference", "state")
AGREED, ROUNDED, DIFFERS = "agreed", "agreed but for rounding of exchange", "differs"


def intercompany(ledger: Ledger) -> pd.DataFrame:
    """Pairs of entities a month, in minor units: `amount` posted by one, `mirrored` by the other, their sum.

    Each pair stands once. `difference` is 0 where both sides agree. `state` says so, or that both sides agree in the
    currency they were posted in, or that they differ, or which entity alone has booked.
    """
    lines = ledger.costs[_between_entities(ledger)]
    sums = _sums(lines, ["month", "legal_entity", "counterparty"], "amount")
    posted = _sums(lines, ["month", "legal_entity", "counterparty", "currency"], "original")
    rows = []
    for month, entity, other in sorted({(month, min(one, two), max(one, two)) for month, one, two in sums}):
        amount, mirrored = sums.get((month, entity, other), 0), sums.get((month, other, entity), 0)
        sides = ((month, entity, other), (month, other, entity))
        alone = [side[1] for side in sides if side in sums]
        currencies = {key[3] for key in posted if key[:3] in sides}
        open_sums = [sum(posted.get((*side, currency), 0) for side in sides) for currency in currencies]
        state = DIFFERS if any(open_sums) else ROUNDED
        if amount + mirrored == 0:
            state = AGREED
        elif len(alone) == 1:
            state = f"only {alone[0]} has booked"
        rows.append((month, entity, other, amount, mirrored, amount + mirrored, state))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _sums(lines: pd.DataFrame, keys: list[str], column: str) -> dict[tuple[str, ...], int]:
    grouped = lines.groupby(keys, sort=True)[column].sum().reset_index().to_numpy().tolist()
    return {tuple(map(str, line[:-1])): int(line[-1]) for line in grouped}


def group_view(ledger: Ledger) -> Ledger:
    """The ledger without intercompany lines.

    Where every pair agrees, its total is unchanged: what entities charge each other eliminates to zero. What does not
    pair is left in, so that nothing vanishes: see `difference` of `intercompany`.
    """
    pairs = intercompany(ledger)
    agreed = {
        (line["month"], frozenset((line["legal_entity"], line["counterparty"])))
        for line in pairs[pairs["state"] == AGREED].to_dict("records")
    }
    costs = ledger.costs
    cells = zip(costs["month"], costs["legal_entity"], costs["counterparty"], _between_entities(ledger), strict=True)
    kept = [not (inside and (month, frozenset((one, other))) in agreed) for month, one, other, inside in cells]
    return replace(ledger, costs=costs[kept].reset_index(drop=True))


def _between_entities(ledger: Ledger) -> pd.Series:
    entities = set(ledger.costs["legal_entity"]) - {""}
    costs = ledger.costs
    return costs["counterparty"].isin(entities) & (costs["counterparty"] != costs["legal_entity"])
