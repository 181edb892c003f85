"""Depreciation in the ledger: an asset's monthly charge in place of its price, never beside it.

Role: take purchases of assets out of cost, put depreciation in, and record what became of each asset's cost.
Must not know: files, exchange rates.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from btim.assets import BELONGS, PLACED, schedule
from btim.errors import ValueFormatError
from btim.fiscal import WEEKS, FiscalCalendar
from btim.mapping_tables import AMOUNTS, Capital
from btim.money import from_minor

CAPITALISED = "capitalised: its depreciation counts in its place"
ADDED = "depreciation"
RECORDED_COLUMNS = (
    "asset",
    "in_service",
    "life_months",
    "method",
    "currency",
    "cost",
    "salvage",
    "before",
    "charged",
    "after",
    "written_off",
    "book_value",
    "booked",
)


@dataclass(frozen=True)
class Depreciated:
    """`groups` with depreciation in and purchases out; `record` one row an asset, in minor units of its currency.

    `before`, `charged`, `after` (the ledger's months) and `written_off` (at disposal) sum to cost less salvage;
    `book_value` stands after the ledger's last month; `booked` is what lines that name the asset cost, missing where
    none does.
    """

    groups: pd.DataFrame
    record: pd.DataFrame
    notes: tuple[str, ...] = ()


def with_depreciation(
    groups: pd.DataFrame, register: pd.DataFrame, capital: Capital, calendar: FiscalCalendar
) -> Depreciated:
    """Take purchases of assets out of cost (`excluded`) and put the depreciation of the ledger's months in.

    Raises:
        ValueFormatError: an asset came into service before the fiscal calendar begins, or its life is no whole number
            of periods.
    """
    if register.empty:
        return Depreciated(groups, pd.DataFrame(columns=list(RECORDED_COLUMNS)))
    bought = _is_purchase(groups, register, capital)
    groups = groups.assign(excluded=groups["excluded"].where(~bought, CAPITALISED))
    months = calendar.between(sorted(groups["month"].unique()))
    lines, records = [], []
    for asset in register.to_dict("records"):
        charges = dict(_charges(asset, capital, calendar))
        lines += [_line(asset, month, charges[month]) for month in months if charges.get(month)]
        records.append(_recorded(asset, charges, months, groups[bought]))
    made = pd.DataFrame(lines, columns=groups.columns)
    if len(made):
        groups = pd.concat([groups, _typed(made, groups)], ignore_index=True)
    record = pd.DataFrame(records, columns=list(RECORDED_COLUMNS))
    return Depreciated(groups, record, (*_notes(groups, record), *_beside(groups)))


def _is_purchase(groups: pd.DataFrame, register: pd.DataFrame, capital: Capital) -> pd.Series:
    kept = groups["excluded"] == ""
    named = groups["asset"].isin(set(register["asset"])) & (groups["expenditure"] != "opex")
    booked = (groups["expenditure"] == "capex") if capital.purchases == "capex" else named
    return kept & (booked | named)


def _charges(asset: Mapping[Any, Any], capital: Capital, calendar: FiscalCalendar) -> Iterator[tuple[str, int]]:
    """Period and charge, from the first period of its life to the last before it was disposed of."""
    size = len(WEEKS.get(calendar.kind, (0,) * 12))
    periods, rest = divmod(int(asset["life_months"]) * size, 12)
    if rest:
        raise ValueFormatError(
            f"asset {asset['asset']}: the life is no whole number of the calendar's periods",
            field="life_months",
            value=asset["life_months"],
            remedy="use a multiple of 12",
        )
    late = capital.first == "next"
    first = _place(asset["in_service"], asset, calendar, size) + late
    end = _place(asset["disposed"], asset, calendar, size) + late if asset["disposed"] else first + periods
    cost, salvage = int(asset["cost"]), int(asset["salvage"])
    parts = schedule(cost, salvage, periods, str(asset["method"]), asset["factor"], a_year=size)
    for place, cents in enumerate(parts, start=first):
        if place < end:
            yield f"{place // size}-{place % size + 1:02d}", cents


def _place(day: dt.date, asset: Mapping[Any, Any], calendar: FiscalCalendar, size: int) -> int:
    if calendar.kind == "months":
        return day.year * 12 + day.month - 1
    found = [name for start, name in calendar.boundaries() if start <= day]
    if not found or not found[-1]:
        raise ValueFormatError(
            f"asset {asset['asset']}: a date outside the fiscal calendar",
            field="in_service",
            value=day,
            remedy="add its year to calendar.starts",
        )
    return int(found[-1][:4]) * size + int(found[-1][5:7]) - 1


def _line(asset: Mapping[Any, Any], month: str, cents: int) -> dict[str, Any]:
    kept = {name: asset[name] for name in ("asset", "currency", "pool", "tower", *PLACED, *BELONGS)}
    return {
        **kept,
        "month": month,
        "sub_pool": asset["sub_pool"],
        "expenditure": "opex",
        "amount": cents,
        "origin": ADDED,
    }


def _typed(made: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    for column in groups.columns:
        if column in AMOUNTS[1:]:
            made[column] = pd.array([pd.NA] * len(made), dtype="Int64")
        elif column in {"rows", "amount"}:
            made[column] = made[column].fillna(0).astype(np.int64)
        else:
            made[column] = made[column].astype(object).where(made[column].notna(), "")
    return made


def _recorded(
    asset: Mapping[Any, Any], charges: Mapping[str, int], months: Sequence[str], bought: pd.DataFrame
) -> tuple[Any, ...]:
    before = sum(cents for month, cents in charges.items() if month < months[0])
    charged = sum(charges.get(month, 0) for month in months)
    after = sum(charges.values()) - before - charged
    cost, salvage = int(asset["cost"]), int(asset["salvage"])
    named = bought[(bought["asset"] == asset["asset"]) & (bought["currency"] == asset["currency"])]
    booked = int(named["amount"].sum()) if len(named) else None
    about = (asset["asset"], asset["in_service"], asset["life_months"], asset["method"], asset["currency"])
    written_off = cost - salvage - sum(charges.values())
    gone = asset["disposed"] is not None and not after and f"{asset['disposed']:%Y-%m}" <= months[-1]
    return (*about, cost, salvage, before, charged, after, written_off, 0 if gone else cost - before - charged, booked)


def _notes(groups: pd.DataFrame, record: pd.DataFrame) -> Iterator[str]:
    bought = groups[groups["excluded"] == CAPITALISED]
    charged = _sums(zip(record["currency"], record["charged"], strict=True))
    yield f"{len(record)} assets of the register: {charged} depreciated in the ledger's months"
    if len(bought):
        yield f"{_summed(bought)} booked as purchases of assets is kept apart and counts through depreciation alone"
    loose = bought[~bought["asset"].isin(set(record["asset"]))]
    if len(loose):
        yield (
            f"{_summed(loose)} of it is CapEx without an asset of the register: its depreciation is in no month unless "
            'the register has it under another name (assets.purchases = "linked" leaves it in the cost)'
        )
    for line in record.to_dict("records"):
        if line["booked"] is not None and not pd.isna(line["booked"]) and line["booked"] != line["cost"]:
            booked, cost = (from_minor(int(line[name]), line["currency"]) for name in ("booked", "cost"))
            yield f"asset {line['asset']}: {booked:,f} {line['currency']} is booked, the register says {cost:,f}"


def _beside(groups: pd.DataFrame) -> Iterator[str]:
    """What counts in full beside depreciation, and may count twice."""
    kept = groups[(groups["origin"] == "") & (groups["excluded"] == "")]
    loose = kept[kept["expenditure"] == "capex"]
    if len(loose):
        yield (
            f"CapEx without an asset: {_summed(loose)} names no asset of the register and stays in the cost; what the "
            "register depreciates as well counts twice until its lines name the asset (column or rule), or "
            'assets.purchases = "capex" says that the register holds all that was bought'
        )
    made = groups[groups["origin"] == ADDED]
    places = set(zip(made["pool"], made["sub_pool"], strict=True))
    posted = kept[[pair in places for pair in zip(kept["pool"], kept["sub_pool"], strict=True)]]
    if len(posted):
        yield (
            f"{_summed(posted)} is posted as depreciation beside the register's: if it is of the same assets, exclude "
            "it by rule"
        )


def _summed(lines: pd.DataFrame) -> str:
    return _sums(zip(lines["currency"], lines["amount"], strict=True))


def _sums(pairs: Any) -> str:
    sums: dict[str, int] = {}
    for currency, cents in pairs:
        sums[str(currency)] = sums.get(str(currency), 0) + int(cents)
    return ", ".join(f"{from_minor(cents, currency):,f} {currency}" for currency, cents in sorted(sums.items()))
