"""`waterline train nlp`: refit the reading room from labelled documents and from people's reviews.

Role: read labels and reviews, fit and calibrate, say what was learnt, and write a model folder; never silently.
Must not know: how a model reads.
"""

import json
from pathlib import Path
from typing import Annotated

import typer

from btim.catalogue import Catalogue, read_catalogue
from btim.errors import SchemaError
from btim.files import published_folder
from nlp import read_gold_folder
from nlp.calibration import Fitted, examples_of, fit_model
from nlp.gold import GoldDocument
from nlp.review import Learnt, learn, read_reviews

SHIPPED_GOLD = Path(__file__).resolve().parent.parent / "nlp" / "data" / "gold" / "train"
app = typer.Typer(
    add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False, no_args_is_help=True,
    help="Fit models from labelled data and reviews.",
)  # fmt: skip


@app.callback()
def train() -> None:
    """Fit models from labelled data and reviews."""


@app.command("nlp")
def train_nlp(
    out: Annotated[Path, typer.Option(help="Folder for the model; `waterline read --model` takes it.")],
    gold: Annotated[Path, typer.Option(help="Folder of labelled documents with their catalogues.")] = SHIPPED_GOLD,
    reviews: Annotated[Path | None, typer.Option(help="Readings that people accepted, edited or rejected.")] = None,
    catalogue: Annotated[Path | None, typer.Option(help="The catalogue those readings were credited to.")] = None,
) -> None:
    """Refit the reader (claims, links, risks, confidence, bands) and print what changed and the held-out scores."""
    sets = read_gold_folder(gold)
    learnt = None
    if reviews is not None:
        if catalogue is None:
            raise SchemaError(
                "reviews need their catalogue", field="--catalogue", remedy="name the catalogue they used"
            )
        learnt = learn(read_reviews(reviews), read_catalogue(catalogue))
        sets = [*sets, (learnt.documents, learnt.catalogue)]
    fitted = fit_model(examples_of(sets))
    with published_folder(out) as folder:
        fitted.model.save(folder)
        (folder / "held_out.json").write_text(_scores(fitted), encoding="utf-8")
        if learnt is not None:
            (folder / "catalogue.jsonl").write_text(_catalogue_lines(learnt.catalogue), encoding="utf-8")
    typer.echo(_summary(fitted, sets, learnt, out))


def _scores(fitted: Fitted) -> str:
    return json.dumps(fitted.held_out.to_dict(), indent=1) + "\n"


def _summary(fitted: Fitted, sets: list[tuple[list[GoldDocument], Catalogue]], learnt: Learnt | None, out: Path) -> str:
    held = fitted.held_out
    lines = [
        f"fitted on {fitted.documents} documents of {len(sets)} catalogues, {fitted.events} events "
        f"({fitted.unaligned} labels stand on no quantity the grammar finds)",
        f"held out: exact-event F1 {held.exact_event_f1:.3f}, event F1 {held.event_f1:.3f}, "
        f"value+unit F1 {held.value_unit_f1:.3f}, calibration error {held.calibration_error or 0:.3f}",
    ]
    if learnt is not None:
        lines.append(
            f"from reviews: {learnt.accepted} accepted, {learnt.edited} edited, {learnt.rejected} rejected events"
        )
        lines += [f"  new alias of {name}: {alias}" for name, alias in learnt.aliases]
    return "\n".join([*lines, f"model -> {out}"])


def _catalogue_lines(catalogue: Catalogue) -> str:
    records = (
        {
            "id": item.id, "names": dict(item.names), "aliases": list(item.aliases),
            "description": dict(item.description),
            "business_units": list(item.business_units), "towers": list(item.towers),
        }
        for item in catalogue
    )  # fmt: skip
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
