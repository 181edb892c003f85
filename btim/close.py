"""The close: months whose books are shut stay as they were; what is posted late lands in the first open month.

Role: set today's costs beside the books of closed months, and record what moved, how much, by which rule and why.
Must not know: how books are stored, clocks or people.

Each difference of a closed month becomes one line of a named adjustment, tagged with the month it adjusts, so that the
next close knows what was already moved.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from btim.errors import RuleError, SchemaError
from btim.ledger_settings import CHARGES, DIMENSIONS, PLACES
from btim.mapping_tables import AMOUNTS, Close, Reason

KEYS = ("currency", *PLACES, *DIMENSIONS, *CHARGES, "tags")
SAME_SOURCE = ("from_month", "currency", *DIMENSIONS, "tags")
MONEY = (*AMOUNTS, "original")
RECORD_COLUMNS = (
    "adjustment",
    "from_month",
    "to_month",
    *KEYS,
    "booked",
    "now",
    "amount",
    "cause",
    "rules",
    "reason",
    "recorded_by",
    "recorded_at",
)
ADJUSTMENT, ADJUSTS = "adjustment", "adjusts"
POSTED, CHANGED, PLACED = "posted after the close", "changed after the close", "placed otherwise"
"""Causes: the books have no such line; they have another amount; the same money stands at another place."""


@dataclass(frozen=True)
class Restated:
    """`costs` with closed months as in the books and the adjustment in the first open month; `record` of it.

    The record has one row a closed month and key: `amount` (minor units) moved from `from_month` to `to_month`, the
    difference of `now` and what is `booked`; its `cause`; `rules`, the mapping rules that placed the line; `reason`.
    """

    costs: pd.DataFrame
    record: pd.DataFrame


def restated(current: pd.DataFrame, books: pd.DataFrame, close: Close) -> Restated:
    """Keep months up to `close.through` as in `books`; move the difference to the first later month.

    The whole is conserved: the sum of the result is the sum of `current`, for every key and cost column. Adjustments
    are lines tagged with the adjustment's name and the month they adjust. Doing it twice gives the same.

    Raises:
        SchemaError: the books are not costs of a ledger.
        RuleError: late postings exist and no month after `close.through` is open to take them.
    """
    missing = [name for name in ("month", *KEYS, *MONEY, "rows", "rules") if name not in books.columns]
    if missing:
        raise SchemaError(
            f"the books lack column {missing[0]!r}", field="close.books", remedy="import with --out again"
        )
    shut = books[books["month"] <= close.through]
    late = current[current["month"] <= close.through]
    left = current[current["month"] > close.through]
    moved = _difference(late, shut)
    if moved.empty:
        costs = pd.concat([shut, left], ignore_index=True)[list(current.columns)]
        return Restated(costs, pd.DataFrame(columns=list(RECORD_COLUMNS)))
    open_months = sorted(left["month"].unique())
    if not open_months:
        raise RuleError(
            f"lines were posted late into closed months and no month after {close.through} is open",
            field="close.through",
            value=close.through,
            remedy="import the next month too, or close one month less",
        )
    tags = [_marked(*pair, close.adjustment) for pair in zip(moved["tags"], moved["from_month"], strict=True)]
    lines = moved.assign(month=open_months[0], rows=0, tags=tags)
    costs = pd.concat([shut, left, lines], ignore_index=True)[list(current.columns)]
    order = costs.sort_values(["month", *KEYS], kind="stable")
    return Restated(order.reset_index(drop=True), _record(moved, open_months[0], close))


def with_reasons(record: pd.DataFrame, reasons: Sequence[str], by: str, at: str) -> pd.DataFrame:
    """The record with further reasons for all of it, and who recorded it and when."""
    given = [reason.strip() for reason in reasons if reason.strip()]
    texts = ["; ".join(dict.fromkeys(filter(None, [own, *given]))) for own in record["reason"]]
    return record.assign(reason=pd.Series(texts, index=record.index, dtype=object), recorded_by=by, recorded_at=at)


def _difference(late: pd.DataFrame, shut: pd.DataFrame) -> pd.DataFrame:
    """Late less booked, by the month they belong to and key, where any cost column differs."""
    both = pd.concat([_signed(late, 1), _signed(shut, -1)], ignore_index=True)
    keys = ["from_month", *KEYS]
    sums: pd.DataFrame = both.groupby(keys, sort=True)[[*MONEY, "booked", "now"]].sum().reset_index()
    named = both[both["rules"] != ""].groupby(keys, sort=True)["rules"].agg(_joined).reset_index()
    differing = sums[(sums[list(MONEY)] != 0).any(axis=1)]
    merged = differing.merge(named, on=keys, how="left")
    return merged.assign(rules=merged["rules"].fillna("")).reset_index(drop=True)


def _signed(frame: pd.DataFrame, sign: int) -> pd.DataFrame:
    """Money with its sign, under the month it belongs to: an adjustment belongs to the month that it adjusts."""
    money = {name: frame[name].fillna(0).astype(np.int64) * sign for name in MONEY}
    pairs = [_unmarked(text, month) for text, month in zip(frame["tags"], frame["month"], strict=True)]
    own = frame[list(KEYS)].assign(
        tags=pd.Series([text for text, _ in pairs], index=frame.index, dtype=object),
        from_month=pd.Series([month for _, month in pairs], index=frame.index, dtype=object),
        rules=frame["rules"] if sign > 0 else "",
    )
    nothing = np.zeros(len(frame), dtype=np.int64)
    booked, now = (nothing, money["amount"]) if sign > 0 else (-money["amount"], nothing)
    return own.assign(**money, booked=booked, now=now)


def _joined(texts: pd.Series) -> str:
    numbers = {int(number) for text in texts for number in text.split(", ")}
    return ", ".join(map(str, sorted(numbers)))


def _record(moved: pd.DataFrame, target: str, close: Close) -> pd.DataFrame:
    balance = moved.groupby(list(SAME_SOURCE), sort=False)[list(MONEY)].transform("sum")
    balanced = (balance == 0).all(axis=1)
    causes = np.where(balanced, PLACED, np.where(moved["booked"] != 0, CHANGED, POSTED))
    lines = moved.to_dict("records")
    reasons = ["; ".join(reason.text for reason in close.reasons if _fits(reason, line)) for line in lines]
    record = moved.assign(
        adjustment=close.adjustment,
        to_month=target,
        cause=causes,
        reason=pd.Series(reasons, index=moved.index, dtype=object),
        recorded_by="",
        recorded_at="",
    )
    return record[list(RECORD_COLUMNS)]


def _fits(reason: Reason, line: Mapping[Any, Any]) -> bool:
    return all(re.search(pattern, str(line[name]), re.IGNORECASE) for name, pattern in reason.match)


def _marked(text: str, month: str, name: str) -> str:
    tags = json.loads(text) if text else {}
    return json.dumps({**tags, ADJUSTMENT: name, ADJUSTS: month}, ensure_ascii=False, sort_keys=True)


def _unmarked(text: str, month: str) -> tuple[str, str]:
    """A line's own tags and the month it belongs to."""
    if ADJUSTMENT not in text:
        return text, month
    tags = json.loads(text)
    tags.pop(ADJUSTMENT, None)
    belongs = str(tags.pop(ADJUSTS, month))
    return json.dumps(tags, ensure_ascii=False, sort_keys=True) if tags else "", belongs
