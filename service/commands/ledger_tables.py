"""Tables of `waterline ledger …`: trace, findings, variance, contracts, intercompany, carbon.

Role: the terminal's side of what follows from an imported ledger.
Must not know: how it was imported or allocated.
"""

import datetime as dt
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from btim.allocation import LAYERS, allocate
from btim.carbon import carbon_view
from btim.contracts import commitment_view, expiring
from btim.covered_months import chosen_months
from btim.credited import credited_value
from btim.errors import UnknownReferenceError, ValueFormatError
from btim.findings import findings, findings_frame, unsettled
from btim.intercompany import group_view, intercompany
from btim.ledger import Ledger, open_ledger
from btim.money import from_minor
from btim.stamp import stamp
from btim.trace import basis_shares, trace
from btim.variance import variance_view
from nlp import read_readings
from service.commands.publishing import Csv, Since, compare, show, write
from service.terminal_tables import print_table

Files = Annotated[list[Path], typer.Argument(help="ledger.toml, or FOCUS files (CSV, CSV.gz, Parquet).")]
Data = Annotated[Path | None, typer.Option(help="Folder of the files that ledger.toml names, when not its own.")]
Currency = Annotated[str | None, typer.Option(help="Reporting currency (ISO 4217) when files hold several.")]
Months = Annotated[int, typer.Option(min=1, help="The latest months to cover.")]
DRIVEN = ("drivers", "prices", "rates")


def trace_(
    files: Files,
    *,
    layer: Annotated[str, typer.Option(help="tower, solution or consumer.")],
    element: Annotated[str, typer.Option(help="Name of the element.")],
    month: Annotated[str, typer.Option(help="YYYY-MM.")],
    csv: Csv = None,
    since: Since = None,
    currency: Currency = None,
    data: Data = None,
) -> None:
    """Show where every cent of a consumer, solution or tower came from, and which shares were assumed."""
    opened = open_ledger(*files, currency=currency, data=data)
    allocation = allocate(opened)
    frame = trace(opened, allocation, layer, element, month)
    beside = stamp(opened, f"trace of {layer} {element}", (month,), allocation=allocation, inputs=DRIVEN)
    title = f"{layer} {element}, {month}: {frame['amount'].sum():,f} {opened.currency}"
    keys = [name for name in frame.columns if name not in {"amount", "share"}]
    show(frame, beside, title=title, csv=csv, since=since, keys=keys, exact=True)
    for basis, amount in basis_shares(frame).items():
        typer.echo(f"{basis}: {amount:,f} {opened.currency}")


def findings_(
    files: Files,
    *,
    value: Annotated[
        Path | None, typer.Option(help="What `waterline read` wrote: also find cost that outruns credited value.")
    ] = None,
    months: Months = 12,
    csv: Csv = None,
    since: Since = None,
    currency: Currency = None,
    data: Data = None,
) -> None:
    """List dear unit costs, idle capacity, double purchases, dear modules, with the money at stake."""
    opened = open_ledger(*files, currency=currency, data=data)
    allocation = allocate(opened)
    credited = credited_value(read_readings(value), opened.currency) if value else None
    found = findings(opened, allocation=allocation, credited=credited, months=months)
    frame = findings_frame(found)
    used = (*DRIVEN, "volumes", "benchmarks")
    claims = " and claimed value" if value else ""
    beside = stamp(
        opened, "findings", chosen_months(opened, months), allocation=allocation, inputs=used, status=f"actual{claims}"
    )
    label = " — SYNTHETIC" if opened.synthetic else ""
    typer.echo(f"{len(frame)} findings · {opened.title}{label} · {opened.currency}")
    for line in frame.itertuples(index=False):
        typer.echo(f"\n{line.stake:>16,.0f}  {line.kind}: {line.layer} {line.element} ({line.period})")
        typer.echo(f"                  {line.reason}\n                  do: {line.action}")
    open_claims = unsettled(opened, allocation, credited or {})
    if len(open_claims):
        title = "\nNot judged: nobody has confirmed what reports claim of these (claimed; settle it first)"
        print_table(open_claims, title, more="see the file that --value names")
    typer.echo("\n" + "\n".join(beside.lines()))
    if since is not None:
        compare(frame, beside, since, value="stake", keys=("kind", "layer", "element"))
    write(frame, beside, csv)


def variance(
    files: Files,
    *,
    layer: Annotated[str, typer.Option(help="tower or solution.")] = "tower",
    months: Annotated[int, typer.Option(min=1, help="The latest months, against as many before them.")] = 12,
    csv: Csv = None,
    since: Since = None,
    currency: Currency = None,
    data: Data = None,
) -> None:
    """Say why cost differs from the time before: rate, volume, mix and exchange. Against plan: `view finance`."""
    opened = open_ledger(*files, currency=currency, data=data)
    allocation = allocate(opened)
    frame = variance_view(opened, allocation, _layer(layer, ("tower", "solution")), months)
    beside = stamp(
        opened,
        f"variance by {layer}",
        chosen_months(opened, months),
        allocation=allocation,
        inputs=(*DRIVEN, "volumes"),
    )
    title = f"Cost by {layer}, latest {months} months against the {months} before"
    show(frame, beside, title=title, csv=csv, since=since, keys=("element",), value="difference")


def contracts(
    files: Files,
    *,
    as_of: Annotated[str, typer.Option(help="Date from which to look ahead, YYYY-MM-DD.")],
    within: Annotated[int, typer.Option(min=1, help="Days to look ahead.")] = 180,
    months: Months = 12,
    csv: Csv = None,
    since: Since = None,
    currency: Currency = None,
    data: Data = None,
) -> None:
    """Show committed against discretionary cost, and contracts that end or need notice soon."""
    opened = open_ledger(*files, currency=currency, data=data)
    try:
        day = dt.date.fromisoformat(as_of)
    except ValueError:
        raise ValueFormatError("is not a date", field="--as-of", value=as_of, remedy="write YYYY-MM-DD") from None
    beside = stamp(opened, "commitments", chosen_months(opened, months), inputs=("contracts", "rates"))
    frame = commitment_view(opened, months)
    title = "Committed and discretionary"
    show(frame, beside, title=title, csv=csv, since=since, keys=("month",), value="committed", exact=True)
    print_table(expiring(opened, day, within), f"\nDue within {within} days of {as_of}", exact=True)


def intercompany_(
    files: Files,
    *,
    months: Months = 12,
    csv: Csv = None,
    since: Since = None,
    currency: Currency = None,
    data: Data = None,
) -> None:
    """Pair what legal entities charge each other, name what does not pair, and show the group without it."""
    opened = open_ledger(*files, currency=currency, data=data)
    covered = chosen_months(opened, months)
    pairs = intercompany(opened)
    pairs = pairs[pairs["month"].isin(covered)].reset_index(drop=True)
    frame = _in_units(pairs, ("amount", "mirrored", "difference"), opened.currency)
    keys = ("month", "legal_entity", "counterparty")
    beside = stamp(opened, "intercompany", covered, inputs=("rates",))
    show(frame, beside, csv=csv, since=since, keys=keys, value="difference", exact=True)
    _group(opened, covered, pairs)


def _group(opened: Ledger, covered: tuple[str, ...], pairs: pd.DataFrame) -> None:
    costs = [each.costs[each.costs["month"].isin(covered)] for each in (opened, group_view(opened))]
    whole, left = (int(each["amount"].sum()) for each in costs)
    gross = from_minor(int(costs[0]["amount"].abs().sum() - costs[1]["amount"].abs().sum()) // 2, opened.currency)
    typer.echo(
        f"charges of {gross:,f} {opened.currency} between entities eliminate to "
        f"{from_minor(left - whole, opened.currency):,f}; the group's cost is {from_minor(left, opened.currency):,f}"
    )
    open_pairs = pairs[pairs["difference"] != 0]
    for line in open_pairs.to_dict("records"):
        typer.echo(
            f"does not pair: {line['month']} {line['legal_entity']} and {line['counterparty']}: {line['state']}, "
            f"{from_minor(line['difference'], opened.currency):,f} {opened.currency} left in the group"
        )


def carbon(
    files: Files,
    *,
    layer: Annotated[str, typer.Option(help="tower, solution or consumer.")] = "solution",
    months: Months = 12,
    csv: Csv = None,
    since: Since = None,
    currency: Currency = None,
    data: Data = None,
) -> None:
    """Show energy and CO2e, allocated as cost is."""
    opened = open_ledger(*files, currency=currency, data=data)
    frame = carbon_view(opened, _layer(layer, LAYERS), months)
    used = ("carbon", "grid", "power", "embodied", "volumes", "drivers")
    beside = stamp(
        opened,
        f"carbon by {layer}",
        chosen_months(opened, months),
        allocation=allocate(opened),
        inputs=used,
        status="reckoned from use and coefficients",
    )
    title = f"Energy and CO2e by {layer}"
    show(frame, beside, title=title, csv=csv, since=since, keys=("element", "scope", "source"), value="kg_co2e")


def _in_units(frame: pd.DataFrame, columns: tuple[str, ...], currency: str) -> pd.DataFrame:
    money = {
        name: pd.Series([from_minor(cents, currency) for cents in frame[name]], index=frame.index, dtype=object)
        for name in columns
    }
    return frame.assign(**money)


def _layer(name: str, known: tuple[str, ...]) -> str:
    if name not in known:
        raise UnknownReferenceError("unknown layer", field="--layer", value=name, remedy=f"use {', '.join(known)}")
    return name
