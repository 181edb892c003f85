"""Scenarios over HTTP: what-ifs with a parent, changed under `If-Match`, closed by two signatures.

Role: makes, changes and adopts scenarios; each is solved when it is asked.
Must not know: how a portfolio is found, or how an answer is laid out.
"""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from btim.errors import SchemaError, ValueFormatError, listed
from btim.portfolio import Problem
from service.api.bodies import json_body, refuse_unknown_parameters
from service.api.describing import MATCH, Body, described, gives, identity
from service.api.etags import etag_of, require_match, require_seen
from service.api.lists import example_of
from service.api.members import known_keys, optional_text, text_member
from service.api.repeating import Repeat, Reply, known_answer, once, repeat_of
from service.api.resources import listing_of
from service.api.serving import Caller, caller_of
from service.scenario_solving import keep_answer, problem_of
from service.store import Unit

scenarios = APIRouter(tags=["portfolio"])
SCENARIO_ID = identity("id", "The scenario.", "scn_5f1c2a")
TEXT = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "\\S"}
CHANGES = {
    "type": "array",
    "items": {"type": "string", "pattern": "^[^=]*[^=\\s][^=]*=[+-]?([0-9]+(\\.[0-9]+)?%?|off|on|free)$"},
    "description": "PATH=AMOUNT, as `capex:*=-10%` (docs/portfolio.md).",
}
EXPLAIN = ("fast", "exact", "none")
LONGEST = 10_000
EXAMPLE = {"scenario": example_of(listing_of("scenarios")), "recommendation": {"status": "optimal"}}


def _schema(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


NEW = _schema(
    ["name"],
    name=TEXT,
    portfolio={**TEXT, "description": "Id of a portfolio; needed without `parent`."},
    parent={**TEXT, "description": "Id of a scenario whose portfolio and changes this one begins with."},
    set=CHANGES,
    note={"type": "string", "maxLength": LONGEST},
    explain={"enum": list(EXPLAIN)},
)
CHANGE = _schema(
    [], name=TEXT, set=CHANGES, note={"type": "string", "maxLength": LONGEST}, explain={"enum": list(EXPLAIN)}
)
SIGNATURES = _schema(["business", "technology"], business=TEXT, technology=TEXT)


@scenarios.post(
    "/scenarios",
    status_code=201,
    summary="What if: other limits, rules, candidates or values",
    response_class=Response,
    openapi_extra=described(
        gives(EXAMPLE),
        status=201,
        about="The scenario and the recommendation it got.",
        bodies=[
            Body(
                "application/json",
                NEW,
                {"name": "money -10 %", "portfolio": "pfl_5f1c2a", "set": ["money limits=-10%"], "note": "CFO's ask"},
            )
        ],
        headers=["ETag", "Location"],
    ),
)
async def make(request: Request) -> Response:
    """Begin a scenario on a portfolio or under a parent, with changes on top, and solve it."""
    refuse_unknown_parameters(request, frozenset())
    caller = await caller_of(request)
    body = await json_body(request, caller.serving.max_body)
    repeat = repeat_of(request, repr(body))
    known = await known_answer(caller, repeat)
    if known is not None:
        return known
    known_keys(body, NEW)
    name, own, explain = text_member(body, "name"), _changes(body), _explain(body)
    note = optional_text(body, "note", LONGEST)
    portfolio, changes, problem = await caller.read(lambda unit: _beginning(unit, body, own))
    answer = await run_in_threadpool(caller.serving.crews.solve, problem, explain)

    def effect(unit: Unit) -> Reply:
        scenario = unit.scenarios.add(
            name, portfolio, changes, actor=caller.actor, parent=body.get("parent"), note=note
        )
        kept = keep_answer(unit, portfolio, problem, answer, explain=explain)
        unit.scenarios.attach(scenario["id"], scenario["version"], kept)
        unit.audit.append(caller.actor, "scenario.made", scenario["id"], request_id=caller.request_id)
        return _reply(unit, scenario["id"], answer.to_dict(), 201)

    return await once(caller, repeat, effect)


@scenarios.patch(
    "/scenarios/{id}",
    summary="Change a draft",
    response_class=Response,
    openapi_extra=described(
        gives(EXAMPLE),
        params=[SCENARIO_ID, MATCH],
        about="The scenario at its next version, solved again where its changes are others.",
        bodies=[Body("application/json", CHANGE, {"set": ["money limits=-15%"], "note": "after the meeting"})],
        headers=["ETag"],
    ),
)
async def change(request: Request) -> Response:
    """Change name, note or changes of a draft. Needs `If-Match` with the ETag that was read; an adopted one stays."""
    refuse_unknown_parameters(request, frozenset())
    caller = await caller_of(request)
    body = await json_body(request, caller.serving.max_body)
    known_keys(body, CHANGE)
    values, explain = _values(body), _explain(body)
    record, repeat = await _seen(request, caller, body)
    known = await known_answer(caller, repeat)
    if known is not None:
        return known
    require_match(request, etag_of(record["version"]))
    answer = None
    if "changes" in values and values["changes"] != record["changes"] and record["state"] == "draft":
        problem = await caller.read(lambda unit: problem_of(unit, record["portfolio"], values["changes"]))
        answer = (problem, await run_in_threadpool(caller.serving.crews.solve, problem, explain))

    def effect(unit: Unit) -> Reply:
        new = unit.scenarios.change(record["id"], record["version"], values, actor=caller.actor)
        if answer is not None:
            kept = keep_answer(unit, record["portfolio"], *answer, explain=explain)
            unit.scenarios.attach(record["id"], new["version"], kept)
        unit.audit.append(caller.actor, "scenario.changed", record["id"], request_id=caller.request_id)
        return _reply(unit, record["id"], _kept_answer(unit, record["id"]))

    return await once(caller, repeat, effect)


@scenarios.post(
    "/scenarios/{id}/adopt",
    summary="Adopt a scenario: business and technology sign",
    response_class=Response,
    openapi_extra=described(
        gives(EXAMPLE),
        params=[SCENARIO_ID, MATCH],
        about="The adopted scenario, which never changes again.",
        bodies=[Body("application/json", SIGNATURES, {"business": "A. Chan, CFO", "technology": "B. Li, CIO"})],
        headers=["ETag"],
    ),
)
async def adopt(request: Request) -> Response:
    """Close a solved draft for good. Needs `If-Match` with the ETag that was read."""
    refuse_unknown_parameters(request, frozenset())
    caller = await caller_of(request)
    body = await json_body(request, caller.serving.max_body)
    known_keys(body, SIGNATURES)
    business, technology = text_member(body, "business"), text_member(body, "technology")
    record, repeat = await _seen(request, caller, body)
    known = await known_answer(caller, repeat)
    if known is not None:
        return known
    require_match(request, etag_of(record["version"]))

    def effect(unit: Unit) -> Reply:
        unit.scenarios.adopt(
            record["id"], record["version"], business=business, technology=technology, actor=caller.actor
        )
        unit.audit.append(
            caller.actor,
            "scenario.adopted",
            record["id"],
            request_id=caller.request_id,
            business=business,
            technology=technology,
        )
        return _reply(unit, record["id"], _kept_answer(unit, record["id"]))

    return await once(caller, repeat, effect)


async def _seen(request: Request, caller: Caller, body: dict[str, Any]) -> tuple[dict[str, Any], Repeat]:
    """The scenario, and the request's key, which the version that the client saw belongs to."""
    record = await caller.read(lambda unit: unit.scenarios.get(request.path_params["id"]))
    seen = require_seen(request)
    return record, repeat_of(request, repr(body) + seen)


def _beginning(unit: Unit, body: dict[str, Any], own: list[str]) -> tuple[str, list[str], Problem]:
    if (body.get("parent") is None) == (body.get("portfolio") is None):
        raise SchemaError("needs a portfolio or a parent", field="portfolio", remedy="send one of the two")
    if body.get("parent") is not None:
        parent = unit.scenarios.get(text_member(body, "parent"))
        portfolio, changes = parent["portfolio"], [*parent["changes"], *own]
    else:
        portfolio, changes = text_member(body, "portfolio"), own
    return portfolio, changes, problem_of(unit, portfolio, changes)


def _reply(unit: Unit, id_: str, answer: dict[str, Any] | None, status: int = 200) -> Reply:
    record = unit.scenarios.get(id_)
    shown = {name: record[name] for name in listing_of("scenarios").fields}
    headers = {"ETag": etag_of(record["version"])} | ({"Location": f"/api/v1/scenarios/{id_}"} if status == 201 else {})
    return Reply({"scenario": shown, "recommendation": answer}, status, headers)


def _kept_answer(unit: Unit, id_: str) -> dict[str, Any] | None:
    kept = unit.scenarios.get(id_)["recommendation"]
    body: dict[str, Any] | None = None if kept is None else unit.recommendations.get(kept)["body"]
    return body


def _values(body: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if "name" in body:
        values["name"] = text_member(body, "name")
    if "note" in body:
        values["note"] = optional_text(body, "note", LONGEST)
    if "set" in body:
        values["changes"] = _changes(body)
    return values


def _changes(body: dict[str, Any]) -> list[str]:
    given = body.get("set", [])
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise ValueFormatError("must be a list of texts", field="set", value=given, remedy='write ["capex:*=-10%"]')
    return given


def _explain(body: dict[str, Any]) -> str:
    given = body.get("explain", "fast")
    if given not in EXPLAIN:
        raise ValueFormatError("is not a known word", field="explain", value=given, remedy=f"use {listed(EXPLAIN)}")
    return str(given)
