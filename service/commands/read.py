"""`waterline read` and `waterline read-eval`: reports in, value events and scores out.

Role: options and files of the reading room on the command line.
Must not know: how a report is read or scored.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from btim.catalogue import read_catalogue
from btim.errors import ValueFormatError
from btim.files import published as published_file
from btim.value import Reading
from nlp import Document, documents_in, evaluate, load_model, read_documents, read_gold, read_readings
from nlp.documents import day
from nlp.scoring import Evaluation
from service.output.reading_page import reading_page

console = Console(stderr=True)


def read(
    files: Annotated[
        list[Path],
        typer.Argument(help="Reports: text, Markdown, HTML, DOCX, PPTX, XLSX, PDF or JSON Lines.", show_default=False),
    ],
    catalogue: Annotated[Path, typer.Option(help="Solutions that value may be credited to (JSON Lines).")],
    out: Annotated[Path, typer.Option(help="Where the events go (JSON Lines, one line a document).")],
    published: Annotated[str | None, typer.Option(help="Publication date of reports that carry none.")] = None,
    html: Annotated[Path | None, typer.Option(help="Also write a page with the evidence highlighted.")] = None,
    model: Annotated[Path | None, typer.Option(help="A model that `waterline train nlp` wrote.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Encoding of text files, for example gb18030.")] = None,
) -> None:
    """Read reports into value events: who moved which metric by how much, and how sure that is."""
    solutions = read_catalogue(catalogue)
    date = None if published is None else day(published, "--published")
    chosen = None if model is None else load_model(model)
    documents = [document for path in files for document in documents_in(path, encoding=encoding)]
    for form, owners in solutions.shared_names().items():
        console.print(
            f"note: '{form}' names {len(owners)} solutions ({', '.join(owners)}): such mentions stay undecided"
        )
    readings = list(_shown(read_documents(documents, solutions, published=date, model=chosen), len(documents)))
    with published_file(out) as target:
        lines = (json.dumps(reading.to_dict(), ensure_ascii=False) for reading in readings)
        target.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    if html is not None:
        names = solutions.display_names()
        page = reading_page({document.id: document.text for document in documents}, readings, names)
        with published_file(html) as target:
            target.write_text(page, encoding="utf-8")
    _report(documents, readings, out)


def _shown(readings: Iterator[Reading], total: int) -> Iterator[Reading]:
    if console.is_terminal:
        yield from track(readings, "reading", total=total, console=console)
    else:
        yield from readings


def _report(documents: list[Document], readings: list[Reading], out: Path) -> None:
    events = [event for reading in readings for event in reading.events]
    linked = sum(event.solution is not None for event in events)
    bands = ", ".join(f"{sum(event.band == band for event in events)} {band}" for band in ("post", "review", "drop"))
    risks = sum(len(reading.risks) for reading in readings)
    for reading in readings:
        for note in reading.notes:
            console.print(f"note: {reading.id}: {note}", markup=False)
    console.print(
        f"{len(documents)} documents: {len(events)} value events ({bands}), {linked} credited to a solution, "
        f"{risks} risk signals -> {out}",
        markup=False,
    )


def read_eval(
    gold: Annotated[Path, typer.Argument(help="Gold file: documents with labelled events (JSON Lines).")],
    predicted: Annotated[Path, typer.Argument(help="What `waterline read` wrote for the same documents.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the scores as JSON.")] = False,  # noqa: FBT002
) -> None:
    """Score readings against a gold file by the rules of the value-events contract."""
    expected = read_gold(gold)
    if not expected:
        raise ValueFormatError("holds no document", file=str(gold), remedy="give a gold file with at least one line")
    scores = evaluate(expected, read_readings(predicted))
    typer.echo(json.dumps(scores.to_dict(), indent=2) if as_json else _table(scores))


def _table(scores: Evaluation) -> str:
    lines = [
        f"documents {scores.documents}, gold events {scores.gold_events}, predicted {scores.predicted_events}, "
        f"matched {scores.matched}",
        "",
        *(
            f"{name:<34}{'-' if value is None else format(value, '.3f'):>8}"
            for name, value in (
                ("event F1 (span and value)", scores.event_f1),
                ("value + unit F1", scores.value_unit_f1),
                ("exact-event F1", scores.exact_event_f1),
                ("direction accuracy", scores.direction_accuracy),
                ("status macro-F1", scores.status_macro_f1),
                ("linking accuracy@1", scores.linking_accuracy),
                ("  of matched events", scores.linking_accuracy_matched),
                ("NIL F1", scores.nil_f1),
                ("six-risk macro-F1", scores.risk_macro_f1),
                ("ledger error", scores.ledger_error),
                ("calibration error", scores.calibration_error),
                ("posted: coverage", scores.posted_coverage),
                ("posted: precision", scores.posted_precision),
            )
        ),
        "",
        f"{'field':<16}{'precision':>10}{'recall':>10}{'F1':>10}{'of matched':>12}",
        *(
            f"{name:<16}{field['precision']:>10.3f}{field['recall']:>10.3f}{field['f1']:>10.3f}{field['accuracy']:>12.3f}"
            for name, field in scores.fields.items()
        ),
    ]
    return "\n".join(lines)
