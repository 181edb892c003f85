"""Costs over HTTP: imports, the three views by any option, what changed since, and outlooks.

Role: asks for imports and outlooks; answers views as the command does.
Must not know: how costs are read or allocated.
"""

from typing import Any

import pandas as pd
from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from btim.changes import changes
from btim.errors import NotFoundError
from btim.intercompany import group_view
from btim.ledger import Ledger
from btim.rates import rate_basis, with_rates
from btim.stamp import Stamp as LedgerStamp
from btim.view_frames import LINE_COLUMNS
from service.api.answers import Stamp, frame_answer
from service.api.bodies import json_body, refuse_unknown_parameters
from service.api.describing import COLUMNS, Body, Param, described, gives, identity, names_of, table_answer, text
from service.api.jobs import accepted_job, shown_job
from service.api.listings import whole_parameter
from service.api.lists import example_of
from service.api.members import known_keys, text_member
from service.api.refusals import BadParameter
from service.api.repeating import Reply, once, repeat_of
from service.api.resources import listing_of
from service.api.serving import Caller, caller_of
from service.comma_lists import items_of
from service.jobs.asking import ask_import, ask_outlook
from service.ledger_views import VIEWS, ledger_view, span_of, tags_of
from service.store import Unit

ledgers = APIRouter(tags=["cost"])
JOB = gives({"job": example_of(listing_of("jobs"))})
IMPORT_ID = identity("id", "The import.", "imp_5f1c2a")
NEW = {
    "type": "object",
    "required": ["input"],
    "additionalProperties": False,
    "properties": {
        "input": {**text(), "description": "Id of an uploaded `mapping` (ledger.toml), or of a FOCUS file (`ledger`)."},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "description": "Reporting currency."},
    },
}
MONTH = "^[0-9]{4}-(0[1-9]|1[0-3])(:[0-9]{4}-(0[1-9]|1[0-3]))?$"
TAGS = {"type": "string", "pattern": "^[^=,]+=[^=,]+(,[^=,]+=[^=,]+)*$", "maxLength": 200}
RATES = {"type": "string", "pattern": "^(actual|budget|constant:[0-9]{4}-(0[1-9]|1[0-2]))$"}
WHICH = Param("which", "Whose question is answered.", {"type": "string", "enum": list(VIEWS)}, "finance", where="path")
OPTIONS = [
    Param("import", "Id of an import; the latest without it.", text(), None),
    Param("month", "One month, or a span YYYY-MM:YYYY-MM.", {"type": "string", "pattern": MONTH}, None),
    Param("months", "The latest months to cover.", {"type": "integer", "minimum": 1, "maximum": 1200}, 12),
    Param("by", "Columns of ledger lines to go by.", names_of(LINE_COLUMNS), "pool,expenditure"),
    Param("tag", "Only what carries these tags, `tag=value`, separated by commas.", TAGS, None),
    Param("plan", "Version of the plan, where a month has several.", text(), None),
    Param("rates", "Exchange rates: actual, budget, or constant at those of a month.", RATES, "actual"),
    Param("group", "Without what legal entities charge each other.", {"type": "boolean"}, False),
]
KNOWN = frozenset(param.name for param in OPTIONS)
VIEW_ROW = {"pool": "Hardware", "expenditure": "opex", "amount": "1250000.00", "share": "0.125", "plan": None}
CHANGE_ROW = {
    "pool": "Hardware",
    "expenditure": "opex",
    "published": "1200000.00",
    "now": "1250000.00",
    "change": "50000.00",
}
FACT_TABLES = {
    "reconciliation": "Proof that nothing was lost: sums by file, currency and month",
    "unmapped": "Lines that no rule placed, largest first",
}


@ledgers.post(
    "/imports",
    status_code=202,
    summary="Import uploaded cost files",
    response_class=Response,
    openapi_extra=described(
        JOB,
        status=202,
        about="The job; its result names the import.",
        bodies=[Body("application/json", NEW, {"input": "inp_5f1c2a"})],
    ),
)
async def make_import(request: Request) -> Response:
    """Import a mapping with the files it names, or a FOCUS file, in a job; the same import asked twice is one job."""
    refuse_unknown_parameters(request, frozenset())
    caller = await caller_of(request)
    body = await json_body(request, caller.serving.max_body)
    known_keys(body, NEW)
    input_, currency = text_member(body, "input"), body.get("currency")
    if currency is not None:
        currency = text_member(body, "currency")

    def effect(unit: Unit) -> Reply:
        job, _ = ask_import(unit, input_, currency=currency, request_id=caller.request_id)
        unit.audit.append(caller.actor, "import.asked", job["id"], request_id=caller.request_id)
        return accepted_job(job)

    return await once(caller, repeat_of(request, repr(body)), effect)


@ledgers.get(
    "/views/{which}",
    summary="Where money goes, what towers cost, who pays",
    response_class=Response,
    openapi_extra=described(
        table_answer(VIEW_ROW),
        params=[WHICH, *OPTIONS, COLUMNS],
    ),
)
async def view(request: Request) -> Response:
    """Answer `waterline view` with the same options; amounts are exact decimals in the ledger's currency."""
    refuse_unknown_parameters(request, KNOWN | {"fields"})
    caller = await caller_of(request)
    frame, stamp = await _view(request, caller, request.query_params.get("import"))
    return frame_answer(request, frame, _meta(stamp))


@ledgers.get(
    "/views/{which}/changes",
    summary="What changed in a view since an earlier import",
    response_class=Response,
    openapi_extra=described(
        table_answer(CHANGE_ROW),
        params=[WHICH, *OPTIONS, Param("since", "Id of the earlier import.", text(), "imp_5f1c2a", required=True)],
    ),
)
async def view_changes(request: Request) -> Response:
    """Rows whose amount differs, are new or are gone, the largest change first; other options apply to both."""
    refuse_unknown_parameters(request, KNOWN | {"since", "fields"})
    caller = await caller_of(request)
    since = request.query_params.get("since")
    if not since:
        raise BadParameter("is missing", field="since", remedy="name the earlier import")
    frame, stamp = await _view(request, caller, request.query_params.get("import"))
    before, earlier = await _view(request, caller, since)
    keys = [name for name in LINE_COLUMNS if name in frame.columns]
    return frame_answer(request, changes(frame, before, keys), _meta(stamp, f"since {since}, as of {earlier.as_of}"))


for _name, _summary in FACT_TABLES.items():

    def _facts(name: str = _name) -> Any:
        async def facts(request: Request) -> Response:
            refuse_unknown_parameters(request, frozenset({"fields"}))
            caller = await caller_of(request)
            record = await caller.read(lambda unit: unit.ledgers.get(request.path_params["id"]))
            stamp = Stamp(
                as_of=record["last_month"],
                kind="actual",
                currency=record["currency"],
                synthetic=record["synthetic"],
                sources=tuple((each["name"], each["sha256"]) for each in record["sources"]),
                notes=tuple(record["facts"].get("notes", ())),
            )
            return frame_answer(request, pd.DataFrame(record["facts"].get(name, [])), stamp)

        return facts

    ledgers.add_api_route(
        f"/imports/{{id}}/{_name}",
        _facts(),
        methods=["GET"],
        name=f"import {_name}",
        summary=_summary,
        response_class=Response,
        openapi_extra=described(
            table_answer({"file": "gl.csv", "amount": "1250000.00"}),
            params=[IMPORT_ID, COLUMNS],
        ),
    )


@ledgers.post(
    "/imports/{id}/outlook",
    status_code=202,
    summary="Ask for the cost of the coming months",
    response_class=Response,
    openapi_extra=described(
        JOB,
        status=202,
        about="The job; its result names the forecast.",
        params=[IMPORT_ID, Param("months", "How many.", {"type": "integer", "minimum": 1, "maximum": 60}, 12)],
    ),
)
async def ask_for_outlook(request: Request) -> Response:
    """Forecast the monthly cost of every tower from the import's own history, in a job."""
    refuse_unknown_parameters(request, frozenset({"months"}))
    caller = await caller_of(request)
    months = whole_parameter(dict(request.query_params), "months", 12, 60)
    identity_ = request.path_params["id"]

    def effect(unit: Unit) -> Reply:
        job, _ = ask_outlook(unit, identity_, months=months, request_id=caller.request_id)
        return Reply({"job": shown_job(job)}, 202, {"Location": f"/api/v1/jobs/{job['id']}"})

    return await once(caller, repeat_of(request, b""), effect)


async def _view(request: Request, caller: Caller, import_id: str | None) -> tuple[pd.DataFrame, LedgerStamp]:
    if import_id is None:
        latest = await caller.read(lambda unit: unit.ledgers.latest())
        if latest is None:
            raise NotFoundError("nothing has been imported", remedy="POST /api/v1/imports first")
        import_id = latest["id"]
    which = request.path_params["which"]
    if which not in VIEWS:
        raise NotFoundError("no such view", value=which, remedy=f"use {', '.join(VIEWS)}")
    given = dict(request.query_params)
    months = span_of(given.get("month")) or whole_parameter(given, "months", 12, 1200)
    group = given.get("group", "false")
    if group not in {"true", "false"}:
        raise BadParameter("is not true or false", field="group", value=group, remedy="write true or false")
    kind, _, month = given.get("rates", "actual").partition(":")
    basis = rate_basis(kind, month or None)

    def answered() -> tuple[pd.DataFrame, LedgerStamp]:
        ledger: Ledger = with_rates(caller.serving.ledgers.opened(caller.organisation, import_id), basis)
        if group == "true":
            ledger = group_view(ledger)
        tags = tags_of(items_of(given.get("tag", "")))
        return ledger_view(which, ledger, tuple(items_of(given.get("by", ""))), months, tags, given.get("plan"))

    return await run_in_threadpool(answered)


def _meta(stamp: LedgerStamp, *notes: str) -> Stamp:
    names = ("ledger", "period", "month_state", "rates", "tax", "prices", "share_mapped", "share_metered")
    return Stamp(
        as_of=stamp.as_of,
        kind=stamp.status,
        currency=stamp.currency,
        unit=stamp.currency,
        synthetic=stamp.synthetic,
        sources=stamp.sources,
        notes=notes,
        more={name: getattr(stamp, name) for name in names},
    )
