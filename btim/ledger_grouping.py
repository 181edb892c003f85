"""From exact sums to minor units: each currency, month and cost column is rounded once and shared out.

Role: the frames of a ledger that come from the import's exact aggregates.
Must not know: how files are read.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from btim.errors import ValueFormatError
from btim.exchange import rate_of
from btim.import_records import Imported
from btim.mapping_tables import AMOUNTS
from btim.money import minor_digits, to_minor
from btim.reconciliation import exact_decimal
from btim.rounding import WIDE, rounded_together

LARGEST = 9 * 10**15
"""Minor units that a month may hold: sums of years still fit 64 bits, and splits stay exact."""


def rounded_groups(imported: Imported) -> pd.DataFrame:
    """Exact groups to minor units: each currency, month and cost column is rounded once and shared out exactly."""
    groups = imported.groups.copy()
    text = [column for column in groups.columns if column not in {*AMOUNTS, "rows"}]
    groups[text] = groups[text].astype(object).where(groups[text].notna(), "")
    groups = groups.sort_values(text, kind="stable").reset_index(drop=True)
    places = {column: np.zeros(len(groups), dtype=np.int64) for column in AMOUNTS}
    known = {column: np.array([value is not None for value in groups[column]], dtype=bool) for column in AMOUNTS}
    for index in groups.groupby(["currency", "month"], sort=False).indices.values():
        unit = 10 ** (imported.scale - minor_digits(str(groups["currency"].iloc[index[0]])))
        for column in AMOUNTS:
            chosen = index[known[column][index]]
            whole = rounded_together(groups[column].to_numpy()[chosen].tolist(), unit)
            if any(abs(value) > LARGEST for value in whole) or abs(sum(whole)) > LARGEST:
                raise ValueFormatError(
                    f"amounts of {groups['month'].iloc[index[0]]} are too large",
                    field=column,
                    value=max(whole, key=abs),
                    remedy="check the file's amounts and scale; a month holds up to 9 * 10**15 cents",
                )
            places[column][chosen] = whole
    for column in AMOUNTS:
        cents = pd.Series(places[column])
        groups[column] = cents if known[column].all() else cents.astype("Int64").where(known[column])
    return groups


def unmapped_lines(imported: Imported) -> pd.DataFrame:
    """What no rule placed, the largest first, with exact amounts as Decimal."""
    frame = imported.unmapped.drop(columns=["listed", "contracted"])
    sizes = [max(abs(a or 0), abs(b or 0)) for a, b in zip(frame["amount"], frame["billed"], strict=True)]
    for column in ("amount", "billed"):
        exact = [
            None if value is None else exact_decimal(value, imported.scale).normalize(WIDE) for value in frame[column]
        ]
        frame[column] = pd.Series(exact, index=frame.index, dtype=object)
    frame = frame.astype(object).where(frame.notna(), "")
    return frame.iloc[sorted(range(len(sizes)), key=lambda position: -sizes[position])].reset_index(drop=True)


def shared_purchases(imported: Imported, target: str, rates: pd.DataFrame, file: Path) -> pd.DataFrame:
    """Services that several owners buy, in minor units of the reporting currency."""
    frame = imported.purchases.copy()
    amounts = []
    for month, currency, amount in zip(frame["month"], frame["currency"], frame["amount"], strict=True):
        rate = rate_of(rates, str(month), str(currency), target, file=str(file))
        amounts.append(to_minor(exact_decimal(int(amount or 0), imported.scale) * rate, target))
    frame["amount"] = np.array(amounts, dtype=np.int64)
    return frame
