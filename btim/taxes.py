"""Value-added tax: net and tax kept apart, so that what is recovered is no cost and what is borne is seen as tax.

Role: split taxed lines of a ledger, and record gross, net and tax of every month and rate.
Must not know: files or rates of countries.

Amounts that include tax are divided by 1 + rate, amounts that exclude it multiplied by the rate: the total of a month,
currency and rate is rounded once, half to even, and shared out by largest remainder. Net and tax of every line sum to
its gross amount.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from btim.ledger_settings import SourceFile
from btim.mapping_tables import AMOUNTS
from btim.money import from_minor
from btim.rounding import rounded_together

TAX_COLUMNS = ("month", "currency", "treatment", "rate", "recovered", "gross", "net", "tax")
TAX = "Tax"
RECOVERED = "recoverable tax"
ADDED = "tax"


@dataclass(frozen=True)
class Taxed:
    """`groups` with tax in lines of its own; `record` in minor units of each currency, net + tax = gross."""

    groups: pd.DataFrame
    record: pd.DataFrame


def with_tax(groups: pd.DataFrame) -> Taxed:
    """Split lines whose `tax` says treatment, whether it is recovered, and rate; adds the column `origin`.

    A taxed line keeps its net amount; its tax is a line of charge category Tax at the same place. Recovered tax is
    excluded from cost. Tax on top of amounts that exclude it is of origin `tax`: no file holds it; where it is
    recovered it stands in the record alone. Lines that are taxes themselves or left out by a rule are not touched.
    """
    groups = groups.assign(origin="")
    chosen = (groups["tax"] != "") & (groups["charge_category"] != TAX) & (groups["excluded"] == "")
    if not chosen.any():
        return Taxed(groups.drop(columns="tax"), pd.DataFrame(columns=list(TAX_COLUMNS)))
    lines = groups[chosen].reset_index(drop=True)
    net, tax = (_split(lines, part) for part in (0, 1))
    record = _record(lines, net, tax)
    taxes = lines.assign(**tax, charge_category=TAX, rows=0)
    is_included = lines["tax"].str.startswith("included|").to_numpy()
    is_recovered = lines["tax"].str.contains("|recovered|", regex=False).to_numpy()
    taxes["excluded"] = np.where(is_recovered, RECOVERED, "")
    taxes["origin"] = np.where(is_included, "", ADDED)
    states_it = is_included | ~is_recovered
    taxes = taxes[states_it & (taxes[list(AMOUNTS)].fillna(0) != 0).any(axis=1).to_numpy()]
    whole = pd.concat([groups[~chosen], lines.assign(**net), taxes], ignore_index=True)
    return Taxed(whole.drop(columns="tax"), record)


def _split(lines: pd.DataFrame, part: int) -> dict[str, pd.Series]:
    """Net (0) or tax (1) of every cost column."""
    parts: dict[str, pd.Series] = {}
    for column in AMOUNTS:
        values: list[Any] = [None if pd.isna(value) else int(value) for value in lines[column]]
        for index in lines.groupby(["currency", "month", "tax"], sort=True).indices.values():
            known = [position for position in index if values[position] is not None]
            text = str(lines["tax"].iloc[index[0]])
            for position, cents in zip(known, _parts([values[p] for p in known], text, part), strict=True):
                values[position] = cents
        made = pd.Series(values, index=lines.index, dtype="Int64")
        parts[column] = made if made.isna().any() else made.astype(np.int64)
    return parts


def _parts(amounts: Sequence[int], text: str, part: int) -> list[int]:
    treatment, _, stated = text.split("|")
    above, below = Decimal(stated).as_integer_ratio()
    if treatment == "excluded":
        return list(amounts) if part == 0 else rounded_together([amount * above for amount in amounts], below)
    nets = rounded_together([amount * below for amount in amounts], above + below)
    return nets if part == 0 else [amount - net for amount, net in zip(amounts, nets, strict=True)]


def _record(lines: pd.DataFrame, net: dict[str, pd.Series], tax: dict[str, pd.Series]) -> pd.DataFrame:
    keys = ["month", "currency", "tax"]
    both = lines[keys].assign(net=net["amount"], part=tax["amount"])
    rows = []
    sums = both.groupby(keys, sort=True)[["net", "part"]].sum().reset_index()
    for month, currency, text, whole, levied in sums.to_numpy(dtype=object).tolist():
        treatment, recovered, rate = str(text).split("|")
        stated = f"{Decimal(rate).normalize():f}"
        rows.append((month, currency, treatment, stated, recovered == "recovered", whole + levied, whole, levied))
    return pd.DataFrame(rows, columns=list(TAX_COLUMNS))


def tax_notes(files: Sequence[SourceFile], record: pd.DataFrame) -> Iterator[str]:
    """Sentences about files whose tax cannot be told apart, and the tax of every rate."""
    for source in files:
        if source.tax.treatment == "included" and not source.tax.is_stated:
            yield f"{source.path.name}: amounts include tax at no stated rate; it stays in the cost"
    keys, parts = ["currency", "rate", "recovered"], ["gross", "net", "tax"]
    sums = record.groupby(keys, sort=True)[parts].sum().reset_index()
    for currency, rate, recovered, *cents in sums.to_numpy(dtype=object).tolist():
        gross, net, tax = (f"{from_minor(int(each), currency):,f}" for each in cents)
        kept = "recovered, no cost" if recovered else "borne, part of the cost"
        yield f"tax at {rate}: gross {gross}, net {net}, tax {tax} {currency} ({kept})"
