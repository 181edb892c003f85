"""`waterline ledger …`: import cost files and show that nothing was lost.

Role: the terminal's side of the cost ledger.
Must not know: how files are read or amounts rounded.
"""

import json
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from btim.errors import RuleError
from btim.files import published, published_folder
from btim.import_records import SourceRecord
from btim.ledger import BOOKS, Ledger, open_ledger
from btim.money import from_minor
from btim.suggestion import suggestions
from service.commands import ledger_tables
from service.commands.ledger_tables import Currency, Data, Files
from service.terminal_tables import print_table

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="The cost ledger: import and reconcile cost files.",
)

app.command("trace")(ledger_tables.trace_)
app.command("findings")(ledger_tables.findings_)
app.command("variance")(ledger_tables.variance)
app.command("contracts")(ledger_tables.contracts)
app.command("intercompany")(ledger_tables.intercompany_)
app.command("carbon")(ledger_tables.carbon)


@app.callback()
def ledger() -> None:
    """The cost ledger: import and reconcile cost files."""


@app.command("import")
def import_(
    files: Files,
    out: Annotated[Path | None, typer.Option(help="Folder for costs, reconciliation and unmapped lines.")] = None,
    currency: Currency = None,
    data: Data = None,
) -> None:
    """Read cost files, map them to the four layers, and prove that sums and rows agree."""
    opened = open_ledger(*files, currency=currency, data=data)
    if out is not None:
        with published_folder(out) as folder:
            _write(opened, folder)
    _report(opened)
    if not opened.reconciliation.holds:
        raise RuleError("the ledger does not meet a control total", file=str(files[0]), remedy="see the table above")
    typer.echo(
        f"reconciled: {opened.reconciliation.rows_in:,} rows in, {opened.reconciliation.rows_out:,} accounted for"
    )
    if out is not None:
        typer.echo(f"written to {out}")


@app.command("suggest")
def suggest(
    files: Files,
    *,
    out: Annotated[Path | None, typer.Option(help="Write the rules as TOML here, to edit and take over.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write all suggestions as CSV here.")] = None,
    currency: Currency = None,
    data: Data = None,
) -> None:
    """Propose rules for unmapped lines from the mapped ones that read most alike, and say how sure they are."""
    opened = open_ledger(*files, currency=currency, data=data)
    frame = suggestions(opened.mapped, opened.unmapped, opened.taxonomy)
    columns = ["amount", "rows", "field", "text", "pool", "sub_pool", "tower", "confidence", "nearest"]
    title = f"{len(frame)} suggestions for {len(opened.unmapped)} unmapped groups of lines; a person decides"
    print_table(frame[columns], title, rows=20, shares=("confidence",))
    if out is not None:
        notes = [
            f"# like: {line.nearest} (similarity {line.similarity}, confidence {line.confidence})\n{line.rule}\n"
            for line in frame.itertuples(index=False)
        ]
        with published(out) as target:
            target.write_text("\n".join(notes), encoding="utf-8")
    if csv is not None:
        with published(csv) as target:
            frame.to_csv(target, index=False)


def _write(opened: Ledger, folder: Path) -> None:
    opened.costs.to_parquet(folder / BOOKS, index=False)
    opened.reconciliation.frame.to_csv(folder / "reconciliation.csv", index=False)
    opened.restatements.to_csv(folder / "restatements.csv", index=False)
    opened.unmapped.to_csv(folder / "unmapped.csv", index=False)
    record = {
        "title": opened.title,
        "synthetic": opened.synthetic,
        "currency": opened.currency,
        "months": list(opened.months),
        "sources": [_source(source) for source in opened.sources],
        "closed_through": opened.closed_through,
        "notes": list(opened.reconciliation.notes),
        "unmapped_share": str(opened.unmapped_share),
    }
    (folder / "ledger.json").write_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _source(source: SourceRecord) -> dict[str, object]:
    """What was read of one file, amounts as text."""
    return {
        **asdict(source),
        "held": [{k: str(v) if isinstance(v, Decimal) else v for k, v in asdict(each).items()} for each in source.held],
    }


def _report(opened: Ledger) -> None:
    label = " — SYNTHETIC" if opened.synthetic else ""
    typer.echo(f"{opened.title}{label} · {opened.months[0]} to {opened.months[-1]} · {opened.currency}")
    print_table(_totals(opened), f"\nReconciliation, all {len(opened.months)} months (currency units)", exact=True)
    frame = opened.reconciliation.frame
    controlled = frame[frame["control"].notna()]
    if len(controlled):
        print_table(controlled, "\nControl totals", rows=24, exact=True, more="see reconciliation.csv (--out)")
    if len(opened.restatements):
        columns = ["moved_to", "months", "vendor", "account", "pool", "tower", "amount"]
        amounts = [from_minor(cents, opened.currency) for cents in opened.restatements["amount"]]
        moved = opened.restatements.assign(amount=pd.Series(amounts, index=opened.restatements.index, dtype=object))
        title = f"\nPosted late into closed months (through {opened.closed_through})"
        print_table(moved[columns], title, rows=12, exact=True, more="see restatements.csv (--out)")
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
