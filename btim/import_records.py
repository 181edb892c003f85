"""What an import hands on: exact aggregates, and a record of every file.

Role: the frozen records between reading files and building a ledger.
Must not know: how files are read.
"""

from dataclasses import dataclass
from decimal import Decimal

import pandas as pd


@dataclass(frozen=True)
class Held:
    """What a file holds of one month and currency; `amount` is exact, in currency units.

    `outside` of its `rows` charge for a time outside their billing period, `outside_amount` in all; the tags of
    `untagged` rows (`untagged_amount`) are no JSON object and were not read.
    """

    month: str
    currency: str
    rows: int
    amount: Decimal
    outside: int = 0
    outside_amount: Decimal = Decimal(0)
    untagged: int = 0
    untagged_amount: Decimal = Decimal(0)


@dataclass(frozen=True)
class SourceRecord:
    """What was read of one file: the hash of its (unpacked) content, its rows, and what it holds by month.

    `version` is the latest FOCUS version whose columns it has; `untagged_example` the first cell of tags that could
    not be read, with its row.
    """

    name: str
    sha256: str
    format: str
    rows: int
    tax: str
    version: str | None = None
    repeated_of: str | None = None
    held: tuple[Held, ...] = ()
    untagged_example: str | None = None

    @property
    def months(self) -> tuple[str, ...]:
        """The months it holds."""
        return tuple(sorted({each.month for each in self.held}))


@dataclass(frozen=True)
class Imported:
    """Exact aggregates of all files.

    `groups`: one row a month, currency, place and dimensions, with `rows` and exact integer sums (object dtype, counted
    in 10**-scale, None where the file has no such cost); `incoming`: the same sums straight from the files by month and
    currency only; `unmapped`: what no rule placed, by account, vendor and description;
    `purchases`: what several owners buy of one vendor, by month;
    `totals`: lines that read as totals of others;
    `mapped`: texts and places of the largest lines that rules placed.
    """

    groups: pd.DataFrame
    incoming: pd.DataFrame
    unmapped: pd.DataFrame
    purchases: pd.DataFrame
    totals: pd.DataFrame
    mapped: pd.DataFrame
    scale: int
    own_scale: int
    sources: tuple[SourceRecord, ...]
