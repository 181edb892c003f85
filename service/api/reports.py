"""Reports and value over HTTP: documents in, value events out, reviewed by people, added up by solution.

Role: takes reports, shows what they say, keeps what people decide.
Must not know: how a report is read.
"""

import re
from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from btim.errors import NotFoundError, ValueFormatError, listed
from service.api.answers import Stamp, frame_answer
from service.api.bodies import json_body, refuse_unknown_parameters
from service.api.describing import COLUMNS, MATCH, Body, Param, described, gives, identity, table_answer, text
from service.api.etags import etag_of, require_match, require_seen
from service.api.jobs import shown_job
from service.api.lists import add_list, example_of
from service.api.members import known_keys, optional_text, text_member
from service.api.receiving import received
from service.api.refusals import BadParameter
from service.api.repeating import Reply, known_answer, once, repeat_of
from service.api.resources import listing_of
from service.api.serving import Caller, caller_of
from service.api.uploads import BINARY, keep_all
from service.jobs.asking import ask_reading
from service.store import Unit
from service.store.reports import DECISIONS
from service.value_records import solution_values, value_part

reports = APIRouter(tags=["value"])
EVENT_ID = identity("id", "The event.", "evt_5f1c2a")
NOTE = 10_000
CURRENCY = re.compile(r"[A-Z]{3}")
REVIEW = {
    "type": "object",
    "required": ["decision"],
    "additionalProperties": False,
    "properties": {
        "decision": {"enum": list(DECISIONS)},
        "note": {"type": "string", "maxLength": NOTE},
        "solution": {**text(), "description": "The solution it is really credited to."},
        "assurance": {"enum": ["stated", "finance_confirmed", "metered"]},
    },
}
VALUE_ROW = {
    "solution": "sol-crm", "name": "Customer Intelligence Platform", "realised_saving": "1200000",
    "realised_gain": "0", "revenue": "0", "saving_a_year": "0", "events": 1, "waiting": "0", "waiting_events": 0,
    "confidence": 0.91,
}  # fmt: skip
CODE = {"type": "string", "pattern": "^[A-Z]{3}$"}
CURRENCY_PARAM = Param("currency", "Currency of the sums; the most frequent one without it.", CODE, "USD")


@reports.post(
    "/reports",
    status_code=202,
    summary="Hand in reports to be read",
    response_class=Response,
    openapi_extra=described(
        gives({"reports": [example_of(listing_of("reports"))], "jobs": [example_of(listing_of("jobs"))]}),
        status=202,
        about="The reports and the jobs that read them, one each.",
        params=[
            Param("name", "Name of a single report sent as the body; parts carry their own.", text(), "review-q2.txt"),
            Param("published", "Date of reports that carry none.", {"type": "string", "format": "date"}, "2026-07-10"),
        ],
        bodies=[
            Body("text/plain", {"type": "string", "minLength": 1}, "The platform saved $1.2m in manual checks."),
            Body("application/octet-stream", BINARY, "(bytes)"),
            Body(
                "multipart/form-data",
                {"type": "object", "required": ["file"], "properties": {"file": {"type": "array", "items": BINARY}}},
                {"file": ["(bytes)"]},
            ),
        ],
    ),
)
async def hand_in(request: Request) -> Response:
    """Keep reports (text, Markdown, HTML, DOCX, PPTX, XLSX, PDF, JSON Lines) and read each in a job.

    The same content is the same report. A posted value is visible within a minute of the report's arrival.
    """
    refuse_unknown_parameters(request, frozenset({"name", "published"}))
    caller = await caller_of(request)
    published = _day(request)
    async with received(request, request.query_params.get("name") or "report.txt", caller.serving.max_upload) as files:
        await keep_all(caller, files)

        def effect(unit: Unit) -> Reply:
            kept, jobs = [], []
            for each in files:
                unit.contents.announce(each.sha256, each.size)
                record, is_new = unit.reports.add(
                    each.name,
                    sha256=each.sha256,
                    size=each.size,
                    source="upload",
                    media_type=each.media_type,
                    published=published,
                )
                jobs.append(shown_job(ask_reading(unit, record["id"], request_id=caller.request_id)[0]))
                kept.append({name: record[name] for name in listing_of("reports").fields})
                if is_new:
                    unit.audit.append(caller.actor, "report.received", record["id"], request_id=caller.request_id)
            return Reply({"reports": kept, "jobs": jobs}, 202, {"Location": f"/api/v1/jobs/{jobs[0]['id']}"})

        return await once(caller, repeat_of(request, " ".join(each.sha256 for each in files)), effect)


@reports.get(
    "/reports/{id}/text",
    summary="The text that evidence refers to",
    response_class=Response,
    openapi_extra=described(
        {"text/plain": {"schema": {"type": "string"}, "example": "The platform saved $1.2m in manual checks."}},
        params=[identity("id", "The report.", "rep_5f1c2a")],
        about="Evidence offsets count its characters.",
    ),
)
async def report_text(request: Request) -> Response:
    """Give the text of a report that has been read."""
    refuse_unknown_parameters(request, frozenset())
    caller = await caller_of(request)
    record = await caller.read(lambda unit: unit.reports.get(request.path_params["id"]))
    if not record["text"]:
        raise NotFoundError(
            "the report has no text of its own yet", value=record["id"], remedy="see its state and body"
        )
    return Response(record["text"], media_type="text/plain; charset=utf-8")


@reports.post(
    "/value-events/{id}/review",
    summary="Decide about a value event",
    response_class=Response,
    openapi_extra=described(
        gives(example_of(listing_of("value_events"))),
        params=[EVENT_ID, MATCH],
        about="The event as decided.",
        bodies=[Body("application/json", REVIEW, {"decision": "confirm", "note": "checked against the invoice"})],
        headers=["ETag"],
    ),
)
async def review(request: Request) -> Response:
    """Confirm, reject or reopen an event, correcting its solution or assurance. Needs `If-Match` with its ETag."""
    refuse_unknown_parameters(request, frozenset())
    caller = await caller_of(request)
    body = await json_body(request, caller.serving.max_body)
    known_keys(body, REVIEW)
    decision, note = _one_of(body, "decision", tuple(DECISIONS)), optional_text(body, "note", NOTE)
    corrections = {name: text_member(body, name) for name in ("solution",) if name in body}
    if "assurance" in body:
        corrections["assurance"] = _one_of(body, "assurance", ("stated", "finance_confirmed", "metered"))
    record = await caller.read(lambda unit: unit.value_events.get(request.path_params["id"]))
    repeat = repeat_of(request, repr(body) + require_seen(request))
    known = await known_answer(caller, repeat)
    if known is not None:
        return known
    require_match(request, etag_of(record["version"]))

    def effect(unit: Unit) -> Reply:
        if "solution" in corrections:
            unit.lists.get("solutions", corrections["solution"])
        new = unit.value_events.review(
            record["id"], record["version"], decision, actor=caller.actor, note=note, corrections=corrections
        )
        unit.audit.append(
            caller.actor, "event.reviewed", record["id"], request_id=caller.request_id, decision=decision, **corrections
        )
        shown = {name: new[name] for name in listing_of("value_events").fields}
        return Reply(shown, 200, {"ETag": etag_of(new["version"])})

    return await once(caller, repeat, effect)


add_list(
    reports, "/value-events/{id}/reviews", "event_reviews", summary="What was decided about an event",
    within={"id": "event"},
)  # fmt: skip


@reports.get(
    "/value",
    summary="Value credited to every solution",
    response_class=Response,
    openapi_extra=described(table_answer(VALUE_ROW), params=[CURRENCY_PARAM, COLUMNS]),
)
async def value(request: Request) -> Response:
    """Realised value by solution: what counts, and apart from it what waits for a person. Nothing counts twice."""
    caller = await caller_of(request)
    return await _value(request, caller, None)


@reports.get(
    "/solutions/{id}/value",
    summary="Value credited to a solution",
    response_class=Response,
    openapi_extra=described(
        table_answer(VALUE_ROW),
        params=[identity("id", "The solution, by its id in the catalogue.", "sol-crm"), CURRENCY_PARAM, COLUMNS],
    ),
)
async def solution_value(request: Request) -> Response:
    """One row with what counts and what waits; no row where nothing was credited to it."""
    caller = await caller_of(request)
    return await _value(request, caller, request.path_params["id"])


async def _value(request: Request, caller: Caller, solution: str | None) -> Response:
    refuse_unknown_parameters(request, frozenset({"currency", "fields"}))
    currency = request.query_params.get("currency")
    if currency is not None and not CURRENCY.fullmatch(currency):
        raise BadParameter("is not a currency", field="currency", value=currency, remedy="write an ISO 4217 code")

    def found(unit: Unit) -> tuple[list[dict[str, Any]], list[dict[str, Any]], str]:
        if solution is not None:
            unit.lists.get("solutions", solution)
        return unit.value_events.standing(), unit.solutions.all(), unit.now.isoformat()

    rows, solutions, now = await caller.read(found)
    part = await run_in_threadpool(value_part, rows, solutions, currency)
    shown = currency or _most_frequent(rows)
    notes = ("amounts in other currencies are left out",) if _others(rows, shown) else ()
    stamp = Stamp(as_of=now, kind="claimed", currency=shown, unit=shown, notes=notes)
    return frame_answer(request, solution_values(part, solution), stamp)


def _most_frequent(rows: list[dict[str, Any]]) -> str | None:
    found = [row["currency"] for row in rows if row["currency"]]
    return max(sorted(set(found)), key=found.count, default=None)


def _others(rows: list[dict[str, Any]], currency: str | None) -> bool:
    return any(row["currency"] not in ("", currency) for row in rows)


def _one_of(body: dict[str, Any], name: str, allowed: tuple[str, ...]) -> str:
    if body[name] not in allowed:
        raise ValueFormatError("is not a known word", field=name, value=body[name], remedy=f"use {listed(allowed)}")
    return str(body[name])


def _day(request: Request) -> str | None:
    given = request.query_params.get("published")
    if given is None:
        return None
    try:
        return date.fromisoformat(given).isoformat()
    except ValueError:
        raise BadParameter("is not a date", field="published", value=given, remedy="write 2026-07-10") from None
