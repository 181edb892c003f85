"""Tables of what binds a portfolio: money, people and other limits, and the towers' headroom.

Role: each limit with what is used and unused of it and what one more unit would be worth.
Must not know: how marginal values are computed.
"""

from collections.abc import Mapping
from typing import Any

from service.chain import PortfolioPart
from service.output.formats import MISSING, money, number, quantity, share
from service.output.page import Block, Cell, Column, Row, Table

HEADROOM = "headroom:"


def limit_tables(part: PortfolioPart, currency: str | None) -> list[Block | None]:
    """Two tables at most: ordinary limits, then headroom; binding ones first, then those with least left."""
    limits = list(part.recommendation.get("limits") or [])
    if not limits:
        return []
    units = {row["unique_id"]: str(row["unit"] or "") for row in part.headroom.to_dict("records")}
    ordered = sorted(limits, key=lambda limit: (-(float(limit.get("marginal_value") or 0.0) > 0), _slack(limit)))
    shown = [limit for limit in ordered if not str(limit["id"]).startswith(HEADROOM)]
    towers = [limit for limit in ordered if str(limit["id"]).startswith(HEADROOM)]
    stated = part.problem.get("limits") or {}
    note = "The marginal value is an LP estimate of what one more unit adds, valid in the range beside it."
    tables: list[Block | None] = []
    for caption, some in (("What binds: money, people and other limits", shown), ("Headroom of the towers", towers)):
        rows = tuple(_limit(limit, stated, units, currency) for limit in some)
        about = note if some is shown else "Headroom is installed capacity less the 95 % quantile of the peak. " + note
        if rows:
            tables.append(Table(caption, _LIMIT_COLUMNS, rows, "LP estimate", about, "limits.csv"))
    return tables


_LIMIT_COLUMNS = (
    Column("Limit"),
    Column("Used", num=True),
    Column("At most", num=True),
    Column("Unused", num=True),
    Column("Share used"),
    Column("Marginal value", "LP estimate", num=True),
    Column("Valid from … to", num=True),
)


def _slack(limit: Mapping[str, Any]) -> float:
    most = abs(float(limit.get("max") or 0.0))
    return float(limit.get("unused") or 0.0) / most if most else 0.0


def _limit(limit: Mapping[str, Any], stated: Mapping[str, Any], units: Mapping[str, str], currency: str | None) -> Row:
    name = str(limit["id"])
    about = stated.get(name) or {}
    keys = list(about.get("of") or [name])
    in_money = all(str(key).partition(":")[0] in ("capex", "opex") for key in keys)
    unit = about.get("unit") or units.get(name.removeprefix(HEADROOM)) or ""

    def shown(value: Any) -> str:
        return money(value, currency) if in_money else quantity(value, unit)

    used, most = float(limit.get("used") or 0.0), limit.get("max")
    part = used / float(most) if most else None
    marginal, valid = limit.get("marginal_value"), limit.get("valid") or [None, None]
    binds = bool(marginal)
    return Row(
        (
            Cell(name.removeprefix(HEADROOM), "binds" if binds else "", "strong" if binds else ""),
            Cell(shown(used)),
            Cell(shown(most)),
            Cell(shown(limit.get("unused"))),
            Cell(share(part, 0), bar=None if part is None else max(0.0, min(part, 1.0))),
            Cell(_marginal(marginal, in_money, unit, currency)),
            Cell(MISSING if valid[0] is None and valid[1] is None else f"{shown(valid[0])} … {shown(valid[1])}"),
        )
    )


def _marginal(marginal: Any, in_money: bool, unit: str, currency: str | None) -> str:  # noqa: FBT001
    if marginal is None:
        return MISSING
    if in_money:
        return number(marginal, 2)
    return f"{money(marginal, currency)} per {unit or 'unit'}" if marginal else "0"
