"""A run on the terminal: the three views, peaks, portfolio and value, a screenful each.

Role: prints what a `ChainResult` holds; parts that did not run are passed over.
Must not know: how a number was computed, or what the report looks like.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pandas as pd
import typer

from btim.panel import TOTAL_PREFIX
from service.chain import ChainResult, DemandPart, LedgerPart, PortfolioPart, ReadingPart
from service.terminal_tables import print_table

SHARES = ("share", "utilisation", "metered_share", "gap_share", "exceedance", "peak_at_probability")
PEAK_COLUMNS = ["unique_id", "window", "q50", "q95", "unit", "peak_at", "capacity", "exceedance", "calibrated"]
VIEW_ROWS = 12


def show(chain: ChainResult) -> None:
    """Print every part that ran."""
    label = " · SYNTHETIC" if chain.synthetic else ""
    typer.echo(f"{chain.title}{label} · as of {chain.as_of}")
    currency = chain.currency or ""
    if chain.ledger is not None:
        _views(chain.ledger, f"{label} · {currency} · actual")
    if chain.demand is not None:
        _peaks(chain.demand, label)
    if chain.portfolio is not None:
        _portfolio(chain.portfolio, currency, label)
    if chain.reading is not None:
        _value(chain.reading, currency, label)
    for note in chain.notes:
        typer.echo(f"note: {note}")


def _views(part: LedgerPart, label: str) -> None:
    pools = part.finance.groupby(["pool", "expenditure"], sort=False)[["amount", "share"]].sum().reset_index()
    finance = pools.sort_values("amount", ascending=False, key=lambda amounts: amounts.astype(float))
    views = (
        ("finance view", finance),
        ("technology view", part.technology[_present(part.technology, "tower amount share utilisation")]),
        ("consumer view", part.consumer[_present(part.consumer, "consumer solution amount share metered_share")]),
    )
    for name, frame in views:
        print_table(frame, f"\n{name} · {part.period}{label}", rows=VIEW_ROWS, shares=SHARES)
    typer.echo(f"no rule placed {part.unmapped_share:.1%} of the amount")
    if part.metered_share is not None:
        typer.echo(f"{part.metered_share:.1%} of what reached consumers was split by metered drivers alone")


def _present(frame: pd.DataFrame, names: str) -> list[str]:
    return [name for name in names.split() if name in frame.columns]


def _peaks(part: DemandPart, label: str) -> None:
    is_total = part.peaks["unique_id"].astype(str).str.startswith(TOTAL_PREFIX)
    print_table(
        part.peaks.loc[~is_total, _present(part.peaks, " ".join(PEAK_COLUMNS))],
        f"\nhow high demand will peak{label} · forecast · q95: exceeded with 5 % probability",
        rows=80,
        shares=SHARES,
    )


def _portfolio(part: PortfolioPart, currency: str, label: str) -> None:
    answer = part.recommendation
    if answer["status"] == "infeasible":
        typer.echo(f"\nno portfolio fits{label}: these cannot hold together: {', '.join(answer['conflict'])}")
        for change in answer["relaxations"]:
            typer.echo(f"  the cheapest mend: {_mend(change)}")
        return
    names = {candidate["id"]: candidate.get("name", candidate["id"]) for candidate in part.problem["candidates"]}
    funded = pd.DataFrame([_funded_row(row, names) for row in answer["funded"]])
    gap = f"{answer['gap']:.3%}" if answer["gap"] is not None else "unknown"
    worth = f"worth {answer['objective']:,.0f}, proven within {gap} ({answer['status']})"
    title = f"\nfunded{label} · {currency} · plan · {worth}"
    print_table(funded.sort_values("worth", ascending=False) if len(funded) else funded, title, rows=60)
    typer.echo(f"below the line: {len(answer['not_funded'])} candidates; the report says why, one by one")
    for limit in answer["limits"]:
        if limit["marginal_value"]:
            typer.echo(
                f"  {limit['id']}: one more would add {limit['marginal_value']:,.2f} (LP estimate), "
                f"unused {limit['unused']:,.0f}"
            )


def _funded_row(row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "candidate": row["candidate"],
        "name": names[row["candidate"]],
        "option": row["option"],
        "worth": row["value"],
        "cost": row["cost_pv"],
        "roi": row["roi"],
    }


def _mend(change: Mapping[str, Any]) -> str:
    kind, name = next((key, value) for key, value in change.items() if key not in {"max", "drop"})
    return f"raise {kind} {name} to {change['max']:,.0f}" if "max" in change else f"drop {kind} {name}"


def _value(part: ReadingPart, currency: str, label: str) -> None:
    print_table(part.by_solution, f"\nvalue by solution{label} · {currency} · claimed by reports", rows=30)
    counted = int(part.events["counted"].sum()) if len(part.events) else 0
    waiting = sum(part.by_solution["waiting"], Decimal(0))
    typer.echo(
        f"{counted} of {len(part.events)} statements count without a look; {len(part.unsettled)} wait for a person, "
        f"among them {waiting:,.0f} {currency} credited to solutions"
    )
