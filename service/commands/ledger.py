"""`waterline ledger …`: import cost files and show that nothing was lost.

Role: the terminal's side of the cost ledger.
Must not know: how files are read or amounts rounded.
"""

from pathlib import Path
from typing import Annotated

import typer

from btim.files import published
from btim.ledger import open_ledger
from btim.suggestion import suggestions
from service.commands import ledger_tables
from service.commands.ledger_import import import_
from service.commands.ledger_tables import Currency, Data, Files
from service.terminal_tables import print_table

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="The cost ledger: import and reconcile cost files.",
)

app.command("import")(import_)
app.command("trace")(ledger_tables.trace_)
app.command("findings")(ledger_tables.findings_)
app.command("variance")(ledger_tables.variance)
app.command("contracts")(ledger_tables.contracts)
app.command("intercompany")(ledger_tables.intercompany_)
app.command("carbon")(ledger_tables.carbon)


@app.callback()
def ledger() -> None:
    """The cost ledger: import and reconcile cost files."""


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
    columns = ["amount", "rows", "field", "text", "pool", "sub_pool", "tower", "similarity", "confidence", "nearest"]
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
