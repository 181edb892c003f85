"""Tables of what binds a portfolio: money, people and other limits, and the towers' headroom.

Role: each limit with what is used and unused of it and what one more unit would be worth.
Must not know: how marginal values are computed.
"""

from collections.abc import Mapping
from typing import Any

from service.chain import PortfolioPart
from service.output.formats import MISSING, is_missing, money, number, quantity, share
from service.output.page import Block, Cell, Column, Row, Table

HEADROOM = "headroom:"
_MONEY = ("capex", "opex")
_NOTE = "The marginal value is an LP estimate of what one more unit adds, valid in the range beside it."


def limit_tables(part: PortfolioPart, currency: str | None) -> list[Block | None]:
    """Two tables at most: ordinary limits, then headroom; binding ones first, then those with least left."""
    limits = sorted(part.recommendation.get("limits") or [], key=lambda one: (not _binds(one), _slack(one)))
    stated = part.problem.get("limits") or {}
    ordinary = [limit for limit in limits if not str(limit["id"]).startswith(HEADROOM)]
    towers = [limit for limit in limits if str(limit["id"]).startswith(HEADROOM)]
    tables: list[Block | None] = []
    if ordinary:
        rows = tuple(_limit(limit, stated.get(str(limit["id"])) or {}, currency) for limit in ordinary)
        caption = "What binds: money, people and other limits"
        tables.append(Table(caption, _LIMITS, rows, "LP estimate", _NOTE, "limits.csv"))
    if towers:
        tables.append(_headroom_table(part, towers, stated, currency))
    return tables


_LIMITS = (
    Column("Limit"),
    Column("Used", num=True),
    Column("At most", num=True),
    Column("Unused", num=True),
    Column("Share used"),
    Column("Marginal value", "LP estimate", num=True),
    Column("Valid for a limit", num=True),
)
_HEADROOM = (
    Column("Resource"),
    Column("Installed", num=True),
    Column("95 % peak", num=True),
    Column("Headroom", num=True, note="what candidates may take; below zero, they must free it"),
    Column("Taken or freed", "by what is funded", num=True),
    Column("Left", num=True),
    Column("One more unit", "LP estimate", num=True),
)


def _binds(limit: Mapping[str, Any]) -> bool:
    return float(limit.get("marginal_value") or 0.0) > 0


def _slack(limit: Mapping[str, Any]) -> float:
    most = abs(float(limit.get("max") or 0.0))
    return float(limit.get("unused") or 0.0) / most if most else 0.0


def _limit(limit: Mapping[str, Any], about: Mapping[str, Any], currency: str | None) -> Row:
    name = str(limit["id"])
    in_money = all(str(key).partition(":")[0] in _MONEY for key in about.get("of") or [name])
    unit = str(about.get("unit") or "")

    def shown(value: Any) -> str:
        return money(value, currency) if in_money else quantity(value, unit)

    most = limit.get("max")
    part = float(limit.get("used") or 0.0) / float(most) if most else None
    return Row(
        (
            _name(name, limit),
            Cell(shown(limit.get("used"))),
            Cell(shown(most)),
            Cell(shown(limit.get("unused"))),
            Cell(share(part, 0), bar=None if part is None else max(0.0, min(part, 1.0))),
            Cell(_marginal(limit.get("marginal_value"), currency, in_money=in_money, unit=unit)),
            Cell(_range(shown, limit.get("valid"))),
        )
    )


def _name(name: str, limit: Mapping[str, Any], under: str = "") -> Cell:
    sub = " · ".join(word for word in (under, "binds" if _binds(limit) else "") if word)
    return Cell(name, sub, "strong" if _binds(limit) else "")


def _range(shown: Any, valid: Any) -> str:
    low, high = valid or (None, None)
    if low is None and high is None:
        return MISSING
    if high is None:
        return f"{shown(low)} and above"
    return f"up to {shown(high)}" if low is None else f"{shown(low)} to {shown(high)}"


def _marginal(marginal: Any, currency: str | None, *, in_money: bool, unit: str) -> str:
    if marginal is None:
        return MISSING
    if not float(marginal):
        return "nothing"
    if in_money:
        return number(marginal, 2)
    return f"{money(marginal, currency)} per {unit or 'unit'}"


def _headroom_table(
    part: PortfolioPart, limits: list[Mapping[str, Any]], stated: Mapping[str, Any], currency: str | None
) -> Table:
    known = {str(row["unique_id"]): row for row in part.headroom.to_dict("records")}
    rows = []
    for limit in limits:
        name = str(limit["id"]).removeprefix(HEADROOM)
        about: Mapping[Any, Any] = known.get(name, {})
        unit = str((stated.get(str(limit["id"])) or {}).get("unit") or about.get("unit") or "")
        tower = "" if is_missing(about.get("tower")) else str(about.get("tower"))
        rows.append(
            Row(
                (
                    _name(name, limit, tower),
                    Cell(quantity(about.get("capacity")), unit),
                    Cell(quantity(about.get("q95"))),
                    Cell(quantity(limit.get("max"))),
                    Cell(_taken(float(limit.get("used") or 0.0))),
                    Cell(quantity(limit.get("unused"))),
                    Cell(_marginal(limit.get("marginal_value"), currency, in_money=False, unit=unit)),
                )
            )
        )
    note = "Headroom is installed capacity less the 95 % quantile of the peak: what forecasts leave for new projects."
    return Table("Headroom of the towers", _HEADROOM, tuple(rows), "forecast", note, "limits.csv")


def _taken(used: float) -> str:
    if not used:
        return "nothing"
    return f"takes {quantity(used)}" if used > 0 else f"frees {quantity(-used)}"
