"""Proof that nothing was lost: what came in, what the ledger holds, per currency, month and cost column.

Role: the record that stands beside every ledger, and the checks behind it.
Must not know: files or layers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from btim.errors import RuleError
from btim.mapping_tables import AMOUNTS, Control
from btim.money import from_minor, minor_digits
from btim.rounding import WIDE

COLUMNS = (
    "currency",
    "month",
    "column",
    "rows",
    "incoming",
    "ledger",
    "excluded",
    "added",
    "difference",
    "control",
    "control_difference",
)


Sums = dict[tuple[str, str, str], int]


@dataclass(frozen=True)
class Reconciliation:
    """`frame` has one row a currency, month and cost column, Decimals in currency units.

    `incoming`: the files' exact sum; `ledger` and `excluded`: what the ledger holds and what rules left out, rounded to
    minor units once; `added`: what the ledger computed beside the files (tax on top of amounts that exclude it,
    depreciation); `difference`: `ledger + excluded - added` less `incoming` rounded once (0, or the import fails);
    `control`: the user's own total, None where none was given. `notes` name gaps, overlaps and repeated files.
    """

    frame: pd.DataFrame
    rows_in: int
    rows_out: int
    notes: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Everything that came in is in the ledger or visibly excluded, and every control total is met."""
        controls = self.frame["control_difference"].dropna()
        return self.rows_in == self.rows_out and not any(controls) and not any(self.frame["difference"])


def exact_decimal(value: int, scale: int) -> Decimal:
    """Integer counted in 10**-scale as a Decimal, without rounding."""
    return Decimal(value).scaleb(-scale, context=WIDE)


def reconciled(
    incoming: pd.DataFrame,
    costs: pd.DataFrame,
    excluded: pd.DataFrame,
    scale: int,
    controls: Sequence[Control],
    *,
    added: pd.DataFrame,
) -> pd.DataFrame:
    """Build the frame; `costs`, `excluded` and `added` (a part of both) hold minor units per currency and month.

    Raises:
        RuleError: the ledger does not hold what came in (a defect), or a control names a month that is not there.
    """
    kept = _sums(costs)
    left, made = _sums(excluded), _sums(added)
    wanted = {(control.currency, control.month, control.column): control.total for control in controls}
    records = []
    for line in incoming.to_dict("records"):
        currency, month = str(line["currency"]), str(line["month"])
        for column in AMOUNTS:
            if line[column] is None:
                continue
            key = (currency, month, column)
            control = wanted.pop(key, None)
            sums = (kept.pop(key, 0), left.pop(key, 0), made.pop(key, 0))
            records.append(_record(key, line, scale, sums, control))
    if wanted:
        currency, month, column = next(iter(wanted))
        raise RuleError(
            f"control total for {currency} {month} {column} has no lines", remedy="check month and currency"
        )
    records += _without_files(kept, left, made)
    frame = pd.DataFrame(records, columns=list(COLUMNS))
    wrong = frame[[bool(value) for value in frame["difference"]]]
    if len(wrong):
        line = wrong.iloc[0].to_dict()
        raise RuleError(f"ledger differs from its files in {line['month']} {line['column']}", value=line["difference"])
    return frame


def _sums(frame: pd.DataFrame) -> Sums:
    if frame.empty:
        return {}
    sums = frame.groupby(["currency", "month"], sort=False)[list(AMOUNTS)].sum()
    return {
        (str(currency), str(month), column): int(values[column])
        for (currency, month), values in zip(sums.index, sums.to_dict("records"), strict=True)
        for column in AMOUNTS
    }


def _record(
    key: tuple[str, str, str],
    line: Mapping[Any, Any],
    scale: int,
    sums: tuple[int, int, int],
    control: Decimal | None,
) -> dict[str, object]:
    currency, month, column = key
    exact = exact_decimal(line[column], scale)
    rounded = exact.quantize(Decimal(1).scaleb(-minor_digits(currency)), context=WIDE)
    ledger, excluded, added = (from_minor(cents, currency) for cents in sums)
    return {
        "currency": currency,
        "month": month,
        "column": column,
        "rows": line["rows"],
        "incoming": exact.normalize(WIDE),
        "ledger": ledger,
        "excluded": excluded,
        "added": added,
        "difference": ledger + excluded - added - rounded,
        "control": control,
        "control_difference": None if control is None else rounded - control,
    }


def _without_files(kept: Sums, left: Sums, made: Sums) -> list[dict[str, object]]:
    """Months and columns that no file holds but the ledger does (depreciation between months with lines)."""
    records = []
    for key in sorted({*kept, *left, *made}):
        sums = (kept.get(key, 0), left.get(key, 0), made.get(key, 0))
        if any(sums):
            records.append(_record(key, {key[2]: 0, "rows": 0}, 0, sums, None))
    return records
