"""The close: months whose books are shut stay as they were; what is posted late lands in the first open month.

Role: set today's costs beside the books of closed months, and record what moved and how much.
Must not know: how books are stored.
"""

import json
from dataclasses import dataclass

import numpy as np
import pandas as pd

from btim.errors import RuleError, SchemaError
from btim.ledger_settings import CHARGES, DIMENSIONS, PLACES
from btim.mapping_tables import AMOUNTS

KEYS = ("currency", *PLACES, *DIMENSIONS, *CHARGES, "tags")
MONEY = (*AMOUNTS, "original")
RECORD_COLUMNS = ("moved_to", "months", *KEYS, "amount", "reason")
ADJUSTMENT = "adjustment"
REASON = "posted or changed after the close"


@dataclass(frozen=True)
class Restated:
    """`costs` with closed months as in the books and one adjustment a key in the first open month; `record` of them."""

    costs: pd.DataFrame
    record: pd.DataFrame


def restated(current: pd.DataFrame, books: pd.DataFrame, through: str) -> Restated:
    """Keep months up to `through` as in `books`; move the difference to the first later month.

    The whole is conserved: the sum of the result is the sum of `current`, for every key and cost column. Adjustments
    are lines tagged `adjustment`. Doing it twice gives the same.

    Raises:
        SchemaError: the books are not costs of a ledger.
        RuleError: late postings exist and no month after `through` is open to take them.
    """
    missing = [name for name in ("month", *KEYS, *MONEY, "rows") if name not in books.columns]
    if missing:
        raise SchemaError(
            f"the books lack column {missing[0]!r}", field="close.books", remedy="import with --out again"
        )
    shut = books[books["month"] <= through]
    shut = shut if "rules" in shut else shut.assign(rules="")
    late = current[current["month"] <= through]
    left = current[current["month"] > through]
    moved = _difference(late, shut)
    if moved.empty:
        costs = pd.concat([shut, left], ignore_index=True)[list(current.columns)]
        return Restated(costs, pd.DataFrame(columns=list(RECORD_COLUMNS)))
    open_months = sorted(left["month"].unique())
    if not open_months:
        raise RuleError(
            f"lines were posted late into closed months and no month after {through} is open",
            field="close.through",
            value=through,
            remedy="import the next month too, or close one month less",
        )
    lines = moved.assign(
        month=open_months[0], rows=0, rules="", tags=[_marked(text, through) for text in moved["tags"]]
    )
    costs = pd.concat([shut, left, lines], ignore_index=True)[list(current.columns)]
    order = costs.sort_values(["month", *KEYS], kind="stable")
    return Restated(order.reset_index(drop=True), _record(moved, open_months[0], late, shut))


def _difference(late: pd.DataFrame, shut: pd.DataFrame) -> pd.DataFrame:
    """Late less booked, by key over all closed months; adjustments in the books count for what they adjusted."""
    both = pd.concat([_signed(late, 1), _signed(shut, -1)], ignore_index=True)
    both["tags"] = [_unmarked(text) for text in both["tags"]]
    sums: pd.DataFrame = both.groupby(list(KEYS), sort=True)[list(MONEY)].sum().reset_index()
    return sums[(sums[list(MONEY)] != 0).any(axis=1)].reset_index(drop=True)


def _signed(frame: pd.DataFrame, sign: int) -> pd.DataFrame:
    money = {name: frame[name].fillna(0).astype(np.int64) * sign for name in MONEY}
    return frame[["month", *KEYS]].assign(**money)


def _record(moved: pd.DataFrame, target: str, late: pd.DataFrame, shut: pd.DataFrame) -> pd.DataFrame:
    keys = list(KEYS)
    by_month = pd.concat([_signed(late, 1), _signed(shut, -1)], ignore_index=True)
    sums = by_month.groupby(["month", *keys], sort=True)["amount"].sum()
    differing = sums[sums != 0].reset_index().groupby(keys, sort=True)["month"].agg(", ".join).rename("months")
    record = moved[[*keys, "amount"]].merge(differing.reset_index(), on=keys, how="left")
    return record.assign(moved_to=target, reason=REASON)[list(RECORD_COLUMNS)]


def _marked(text: str, through: str) -> str:
    tags = json.loads(text) if text else {}
    return json.dumps({**tags, ADJUSTMENT: f"closed through {through}"}, ensure_ascii=False, sort_keys=True)


def _unmarked(text: str) -> str:
    if ADJUSTMENT not in text:
        return text
    tags = {name: value for name, value in json.loads(text).items() if name != ADJUSTMENT}
    return json.dumps(tags, ensure_ascii=False, sort_keys=True) if tags else ""
