"""Learning from review: accepted, edited and rejected events become aliases and labelled documents.

Role: read reviewed readings and turn them into what the fit takes; whatever is learnt is listed.
Must not know: how a model is fitted, or where reviews are stored.

A review is a line of JSON: `{"id", "text", "published", "events": [{…contract…, "verdict": "accepted"}], "aliases":
[{"solution": "sol-crm", "alias": "the client desk"}]}`. `verdict` is `accepted`, `edited` (the event holds the person's
values) or `rejected` (no claim). A document counts only when every event of it was judged: an unjudged event would
teach that a claim is none. Risks teach in the same way where each of them has a verdict (`accepted` or `rejected`) and
`risks_judged` is true; otherwise the document teaches nothing about risks.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from btim.catalogue import Catalogue
from btim.errors import InputError, UnknownReferenceError, ValueFormatError
from btim.files import read_text
from btim.value import Reading, RiskSignal, ValueEvent
from nlp.documents import Document, document_of, json_object
from nlp.gold import GoldDocument

VERDICTS = ("accepted", "edited", "rejected")


@dataclass(frozen=True, slots=True)
class Review:
    """One reviewed document: the events people let stand, and how many they judged which way."""

    document: Document
    kept: tuple[ValueEvent, ...]
    verdicts: tuple[str, ...]
    aliases: tuple[tuple[str, str], ...]
    risks: tuple[RiskSignal, ...] = ()
    risks_judged: bool = False


@dataclass(frozen=True, slots=True)
class Learnt:
    """Labelled documents and the catalogue with its new aliases; nothing else is learnt."""

    documents: list[GoldDocument]
    catalogue: Catalogue
    aliases: tuple[tuple[str, str], ...]
    accepted: int
    edited: int
    rejected: int


def read_reviews(path: Path) -> list[Review]:
    """Read reviewed readings.

    Raises:
        InputError: the file or a line is not as described, or an event has no verdict.
    """
    lines = read_text(path).split("\n")
    return [
        _review(json_object(line, str(path), row), str(path), row)
        for row, line in enumerate(lines, start=1)
        if line.strip()
    ]


def _review(record: dict[str, Any], file: str, row: int) -> Review:
    document = document_of(record, file, row)
    verdicts = _verdicts(record.get("events", ()), "event", file, row)
    judged = record.get("risks_judged") is True
    risk_verdicts = _verdicts(record.get("risks", ()), "risk", file, row) if judged else ()
    try:
        risks = tuple(
            RiskSignal.from_dict(risk)
            for risk, verdict in zip(record.get("risks", ()) if judged else (), risk_verdicts, strict=True)
            if verdict != "rejected"
        )
        kept = tuple(
            ValueEvent.from_dict(event)
            for event, verdict in zip(record.get("events", ()), verdicts, strict=True)
            if verdict != "rejected"
        )
    except InputError as error:
        raise error.at(file=file, row=row) from None
    aliases = tuple((str(item["solution"]), str(item["alias"])) for item in record.get("aliases", ()))
    return Review(document, kept, verdicts, aliases, risks, judged)


def _verdicts(judged: Sequence[dict[str, Any]], what: str, file: str, row: int) -> tuple[str, ...]:
    verdicts = tuple(str(item.get("verdict")) for item in judged)
    for verdict in verdicts:
        if verdict not in VERDICTS:
            raise ValueFormatError(
                "is not a verdict", file=file, row=row, field="verdict", value=verdict,
                remedy=f"judge every {what} of the document: {', '.join(VERDICTS)}",
            )  # fmt: skip
    return verdicts


def learn(reviews: Sequence[Review], catalogue: Catalogue) -> Learnt:
    """Labelled documents and new aliases from reviews.

    Raises:
        UnknownReferenceError: an alias or an event names a solution that the catalogue does not have.
    """
    ids = catalogue.ids()
    aliases = tuple(dict.fromkeys(alias for review in reviews for alias in review.aliases))
    named = {name for name, _ in aliases} | {event.solution for r in reviews for event in r.kept if event.solution}
    for name in sorted(named - ids):
        raise UnknownReferenceError("no such solution in the catalogue", field="solution", value=name)
    known = {(solution.id, form.casefold()) for solution in catalogue for form in solution.surface_forms()}
    new = tuple((name, alias) for name, alias in aliases if (name, alias.casefold()) not in known)
    solutions = tuple(
        replace(solution, aliases=(*solution.aliases, *(alias for name, alias in new if name == solution.id)))
        for solution in catalogue
    )
    documents = [
        GoldDocument(r.document, "", Reading(r.document.id, r.kept, r.risks), risks_judged=r.risks_judged)
        for r in reviews
    ]
    judged = [verdict for review in reviews for verdict in review.verdicts]
    return Learnt(documents, Catalogue(solutions), new, *(judged.count(verdict) for verdict in VERDICTS))
