"""Gold documents: texts with the events and risks that people labelled, in the contract's format.

Role: read a gold file and a file of readings so that one scorer takes both.
Must not know: how documents are read or models fitted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from btim.catalogue import Catalogue, read_catalogue
from btim.errors import DuplicateError, FileError, InputError, UnknownReferenceError, ValueFormatError
from btim.files import read_text
from btim.value import Reading, RiskSignal, ValueEvent
from nlp.documents import Document, document_of, json_object


@dataclass(frozen=True, slots=True)
class GoldDocument:
    """A document with its language and the reading that people agreed on.

    `risks_judged` is False where people judged the events alone: no sentence of it says anything about risks.
    """

    document: Document
    language: str
    reading: Reading
    catalogue: str = ""
    risks_judged: bool = True


def read_gold(path: Path, *, encoding: str | None = None) -> list[GoldDocument]:
    """Read a gold file (JSON Lines).

    Raises:
        InputError: the file, a line or a field is not as the contract says; ids must be unique and spans inside the text.
    """  # noqa: E501
    gold: dict[str, GoldDocument] = {}
    for row, record in _records(path, encoding):
        document = document_of(record, str(path), row)
        reading = _reading(record, str(path), row)
        for start, end in [event.evidence for event in reading.events] + [risk.evidence for risk in reading.risks]:
            if not 0 <= start < end <= len(document.text):
                raise ValueFormatError(
                    "lies outside the text", file=str(path), row=row, field="evidence", value=(start, end),
                    remedy=f"the text has {len(document.text)} characters",
                )  # fmt: skip
        if document.id in gold:
            raise DuplicateError("stands twice", file=str(path), row=row, field="id", value=document.id)
        gold[document.id] = GoldDocument(
            document, str(record.get("lang", "")), reading, str(record.get("catalogue", ""))
        )
    return list(gold.values())


def read_gold_folder(folder: Path) -> list[tuple[list[GoldDocument], Catalogue]]:
    """Read every gold file of a folder, each document with the catalogue file (`NAME.jsonl`) that it names.

    Raises:
        FileError: the folder holds no gold file, or a catalogue that a document names is missing.
    """
    files = sorted(path for path in folder.glob("*.jsonl") if not path.name.startswith("catalogue"))
    if not files:
        raise FileError(
            "no gold file (*.jsonl) in this folder", file=str(folder), remedy="name the folder of gold files"
        )
    grouped: dict[str, list[GoldDocument]] = {}
    for path in files:
        for item in read_gold(path):
            grouped.setdefault(item.catalogue, []).append(item)
    return [(items, read_catalogue(folder / f"{name}.jsonl")) for name, items in sorted(grouped.items())]


def read_readings(path: Path, *, encoding: str | None = None) -> list[Reading]:
    """Read the file that `waterline read` wrote (or a gold file as if it had been predicted).

    Raises:
        InputError: the file, a line or a field is not as the contract says.
    """
    return [_reading(record, str(path), row) for row, record in _records(path, encoding)]


def paired(gold: Iterable[GoldDocument], readings: Iterable[Reading]) -> list[tuple[GoldDocument, Reading]]:
    """Pair each gold document with its reading by id; a document nobody read counts as read empty.

    Raises:
        UnknownReferenceError: no reading has an id of the gold file.
    """
    found = {reading.id: reading for reading in readings}
    pairs = [(item, found.get(item.document.id, Reading(item.document.id, (), ()))) for item in gold]
    if pairs and not any(item.document.id in found for item, _ in pairs):
        raise UnknownReferenceError(
            "no reading belongs to a document of the gold file", field="id", value=next(iter(found), None),
            remedy="read the gold file itself, so that the ids agree",
        )  # fmt: skip
    return pairs


def _records(path: Path, encoding: str | None) -> list[tuple[int, dict[str, Any]]]:
    lines = read_text(path, encoding).split("\n")
    return [(row, json_object(line, str(path), row)) for row, line in enumerate(lines, start=1) if line.strip()]


def _reading(record: dict[str, Any], file: str, row: int) -> Reading:
    try:
        events = tuple(ValueEvent.from_dict(event) for event in record.get("events", ()))
        risks = tuple(RiskSignal.from_dict(risk) for risk in record.get("risks", ()))
    except InputError as error:
        raise error.at(file=file, row=row) from None
    return Reading(str(record.get("id", "")), events, risks)
