"""`waterline ledger import`: read cost files, prove that nothing was lost, keep the result.

Role: the terminal's side of an import.
Must not know: how files are read or amounts rounded.
"""

import datetime as dt
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from btim.close import with_reasons
from btim.errors import RuleError
from btim.files import published_folder
from btim.fingerprint import import_fingerprint
from btim.ledger import Ledger, open_ledger, settings_of
from btim.money import from_minor
from service.commands.ledger_tables import Currency, Data, Files
from service.ledger_folder import is_current, write_ledger_folder
from service.terminal_tables import print_table

Reasons = Annotated[list[str] | None, typer.Option("--reason", help="Why closed months are restated; repeat.")]
By = Annotated[str, typer.Option("--by", help="Who restates them.")]
At = Annotated[str | None, typer.Option("--at", help="When, as it is to stand in the record; today if left out.")]


def import_(
    files: Files,
    out: Annotated[Path | None, typer.Option(help="Folder for costs, reconciliation and unmapped lines.")] = None,
    currency: Currency = None,
    data: Data = None,
    reason: Reasons = None,
    by: By = "",
    at: At = None,
) -> None:
    """Read cost files, map them to the four layers, and prove that sums and rows agree."""
    said = (version("waterline"), currency, *(reason or ()), "by", by, "at", at)
    fingerprint = import_fingerprint(settings_of(files, data), said) if out is not None else ""
    if out is not None and is_current(out, fingerprint):
        typer.echo(f"already imported, nothing changed: {out}")
        return
    opened = _with_reasons(open_ledger(*files, currency=currency, data=data), reason or [], by, at)
    _report(opened)
    if not opened.reconciliation.holds:
        raise RuleError("the ledger does not meet a control total", file=str(files[0]), remedy="see the table above")
    typer.echo(
        f"reconciled: {opened.reconciliation.rows_in:,} rows in, {opened.reconciliation.rows_out:,} accounted for"
    )
    if out is not None:
        with published_folder(out) as folder:
            write_ledger_folder(opened, folder, fingerprint)
        typer.echo(f"written to {out}")


def _with_reasons(opened: Ledger, reasons: list[str], by: str, at: str | None) -> Ledger:
    if opened.restatements.empty:
        return opened
    moment = at or dt.datetime.now(tz=dt.UTC).date().isoformat()
    return replace(opened, restatements=with_reasons(opened.restatements, reasons, by, moment))


def _report(opened: Ledger) -> None:
    label = " — SYNTHETIC" if opened.synthetic else ""
    typer.echo(f"{opened.title}{label} · {opened.months[0]} to {opened.months[-1]} · {opened.currency}")
    print_table(_totals(opened), f"\nReconciliation, all {len(opened.months)} months (currency units)", exact=True)
    frame = opened.reconciliation.frame
    controlled = frame[frame["control"].notna()]
    if len(controlled):
        print_table(controlled, "\nControl totals", rows=24, exact=True, more="see reconciliation.csv (--out)")
    if len(opened.restatements):
        columns = ["from_month", "to_month", "vendor", "account", "tower", "amount", "cause", "rules", "reason"]
        amounts = [from_minor(cents, opened.currency) for cents in opened.restatements["amount"]]
        moved = opened.restatements.assign(amount=pd.Series(amounts, index=opened.restatements.index, dtype=object))
        title = f"\nRestated: {opened.restatements['adjustment'].iloc[0]} (months through {opened.closed_through})"
        print_table(moved[columns], title, rows=12, exact=True, more="see restatements.csv (--out)")
        if (opened.restatements["reason"] == "").any():
            typer.echo("note: some restatements have no reason: add --reason, or [[close.reasons]] in ledger.toml")
    for note in opened.reconciliation.notes:
        typer.echo(f"note: {note}")
    if len(opened.unmapped):
        columns = ["amount", "billed", "currency", "rows", "vendor", "account", "account_name", "description"]
        title = f"\nUnmapped: {float(opened.unmapped_share):.2%} of the amount; largest lines"
        print_table(opened.unmapped[columns], title, rows=8, exact=True, more="see unmapped.csv (--out)")


def _totals(opened: Ledger) -> pd.DataFrame:
    sums = ["rows", "incoming", "ledger", "excluded", "added", "difference"]
    totals: pd.DataFrame = (
        opened.reconciliation.frame.groupby(["currency", "column"], sort=False)[sums].sum().reset_index()
    )
    return totals
