"""Reading jobs: a report into value events.

Role: from a kept report to its events, or to the reason why it cannot be read.
Must not know: SQL, or how a report is read.
"""

import hashlib
from collections.abc import Mapping
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from btim.catalogue import Catalogue, catalogue_of
from btim.errors import InputError
from btim.value import Reading
from nlp import Document, documents_in, read_documents
from service.jobs.run import Finish, Refused, Run
from service.report_dates import dated
from service.store import Unit


def read_report(run: Run) -> Finish:
    """Read a report against the catalogue in force.

    Raises:
        Refused: it is of a format that is not read, or holds no text; the report says so.
    """
    asked = run.parameters
    run.tell(5, "fetching the report")
    with run.reading() as unit:
        record = unit.reports.get(asked["report"])
        bodies = [row["body"] for row in unit.solutions.all()]
    catalogue = catalogue_of(enumerate(bodies, 1), "catalogue") if bodies else Catalogue(())
    path = run.file(record["sha256"], PurePosixPath(record["name"].replace("\\", "/")).name or "report.txt")
    published = None if record["published"] is None else date.fromisoformat(record["published"])
    try:
        run.tell(15, "converting")
        documents = [dated(each, published) for each in documents_in(path)]
        run.tell(30, "reading")
        readings = list(read_documents(documents, catalogue, published=published))
    except InputError as error:
        problem = {"what": error.what, "value": None if error.value is None else str(error.value)[:200]}
        raise Refused(error, lambda unit: unit.reports.refuse(record["id"], problem)) from None
    events = [_event(record["id"], reading.id, event.to_dict()) for reading in readings for event in reading.events]
    facts = {
        "text": documents[0].text if len(documents) == 1 else "",
        "body": _body(documents, readings),
        "model": asked["release"],
        "catalogue_version": asked["catalogue"],
        "job": run.job,
    }
    run.tell(95, "keeping what it says")

    def finish(unit: Unit) -> Mapping[str, Any]:
        posted = unit.reports.read(record["id"], facts, events)
        return {"report": record["id"], "events": len(events), "posted": posted}

    return finish


def _event(report: str, document: str, event: dict[str, Any]) -> dict[str, Any]:
    """An event under an id that no other report's event has."""
    told = f"{report}\n{document}\n{event['id']}"
    return {**event, "id": "evt_" + hashlib.sha256(told.encode()).hexdigest()[:32], "document": document}


def _body(documents: list[Document], readings: list[Reading]) -> dict[str, Any]:
    return {
        "documents": [
            {
                "id": document.id,
                "published": None if document.published is None else document.published.isoformat(),
                "text": None if len(documents) == 1 else document.text,
                "risks": [risk.to_dict() for risk in reading.risks],
                "notes": [*document.notes, *reading.notes],
            }
            for document, reading in zip(documents, readings, strict=True)
        ]
    }
