"""Routes: each operation calls the function behind the command of the same name.

Role: turns requests into calls and results into JSON.
Must not know: models, solvers, grammars.
"""

import hashlib
import json
from typing import Annotated, Any

import pandas as pd
from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool

import forecasting
import nlp
from btim import panel as columns
from btim.catalogue import catalogue_of
from btim.errors import SchemaError, ValueFormatError, listed
from btim.tables import table_from_text
from nlp.documents import day, document_of
from service.api import examples
from service.api.bodies import json_body, text_body
from service.api.serving import refuse_strangers
from service.comma_lists import items_of

health = APIRouter(tags=["operation"])
api = APIRouter()
BODY = "body"

Spans = Annotated[str, Query(description="Spans or steps, separated by commas.")]


@health.get("/healthz", summary="Is the server alive?")
def healthz() -> dict[str, str]:
    """Answer as soon as the server takes requests."""
    return {"status": "ok"}


@api.post("/peaks", tags=["demand"], summary="How high will demand peak?", openapi_extra=examples.PEAKS)
async def peaks(
    request: Request,
    freq: Annotated[
        str, Query(description="One step of the panel: h, 5min, d, w, m …", pattern="^(1|[0-9]{0,2}[a-z]{1,5})$")
    ],
    windows: Spans = "7d,28d",
    season: Spans = "",
    levels: Annotated[str, Query(description="Quantile levels between 0 and 1.")] = "0.5,0.8,0.9,0.95,0.99",
    totals: Annotated[bool, Query(description="Add tower totals and any-resource rows.")] = False,  # noqa: FBT002
    tz: Annotated[str | None, Query(description="Zone of naive stamps; UTC without it.")] = None,
    effort: Annotated[str, Query(description="quick, standard or full: how many models take part.")] = "quick",
) -> dict[str, Any]:
    """Give the calibrated distribution of every series' maximum over the windows, and its likely time.

    The body is a demand panel as CSV; the rows of the answer have the columns of `waterline peaks`.
    """
    await refuse_strangers(request)
    text = await text_body(request)
    frame = table_from_text(text, columns.REQUIRED, name=BODY)
    answer = await run_in_threadpool(
        forecasting.peaks,
        frame,
        freq=freq,
        seasons=items_of(season),
        windows=items_of(windows),
        levels=levels_of(levels),
        totals=totals,
        tz=tz,
        effort=effort,
        file=BODY,
    )
    return {"source_sha256": _sha256(text), "input_rows": len(frame), "rows": _records(answer)}


@api.post(
    "/readings",
    tags=["value"],
    summary="Which value events and risks do these reports state?",
    openapi_extra=examples.READINGS,
)
async def readings(request: Request) -> dict[str, Any]:
    """Read documents against a catalogue; one reading a document, in input order."""
    await refuse_strangers(request)
    body = await json_body(request)
    unknown = sorted(set(body) - {"documents", "catalogue", "published"})
    if unknown:
        raise SchemaError(f"unknown key {listed(unknown)}", file=BODY, remedy="send documents, catalogue, published")
    for key in ("documents", "catalogue"):
        if not isinstance(body.get(key), list) or not body[key]:
            raise SchemaError("must be a list with at least one entry", file=BODY, field=key, remedy=f"send {key}")
    catalogue = catalogue_of(enumerate(body["catalogue"], start=1), BODY)
    documents = [document_of(record, BODY, row) for row, record in enumerate(body["documents"], start=1)]
    published = None if body.get("published") is None else day(body["published"], BODY)
    found = await run_in_threadpool(lambda: list(nlp.read_documents(documents, catalogue, published=published)))
    return {"readings": [reading.to_dict() for reading in found]}


def levels_of(text: str) -> list[float]:
    """Quantile levels, separated by commas.

    Raises:
        ValueFormatError: one is not a number between 0 and 1.
    """
    try:
        levels = [float(item) for item in items_of(text)]
        if not all(0 < level < 1 for level in levels):
            raise ValueError(text)
        return levels
    except ValueError:
        raise ValueFormatError(
            "is not a list of numbers", field="levels", value=text, remedy="write levels like 0.5,0.95"
        ) from None


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON objects: stamps as text, what is missing as null."""
    rows: list[dict[str, Any]] = json.loads(frame.to_json(orient="records", date_format="iso"))
    return rows
