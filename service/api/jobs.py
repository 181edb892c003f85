"""Jobs over HTTP: how far they are, until they end, and how to end them early.

Role: polling, a stream of events, and cancelling.
Must not know: what a job does.
"""

from collections.abc import AsyncIterator
from typing import Any

import anyio
from fastapi import APIRouter, Request, Response
from pydantic_core import to_json
from starlette.responses import StreamingResponse

from service.api.answers import json_answer
from service.api.bodies import refuse_unknown_parameters
from service.api.describing import described, gives, identity
from service.api.lists import example_of
from service.api.repeating import Reply, once, repeat_of
from service.api.resources import listing_of
from service.api.serving import Caller, caller_of
from service.store import Unit
from service.store.jobs import ENDED

jobs = APIRouter(tags=["jobs"])
JOB_ID = identity("id", "The job.", "job_1f0b")
LOOK_S = 0.5
ALIVE_S = 15.0
LONGEST_S = 3600.0
SEEN = ("state", "percent", "stage", "attempt", "cancel_requested")


@jobs.get(
    "/jobs/{id}/events",
    summary="Follow a job: server-sent events until it ends",
    response_class=Response,
    openapi_extra=described(
        {"text/event-stream": {"example": 'event: progress\ndata: {"percent": 42.0}\n\n'}},
        params=[JOB_ID],
        about="An event `progress` whenever something changed, `end` at the end; each holds the whole job.",
    ),
)
async def follow(request: Request) -> Response:
    """Send the job whenever it changed, then once more when it has ended."""
    refuse_unknown_parameters(request, frozenset())
    caller = await caller_of(request)
    first = await caller.read(lambda unit: unit.jobs.get(request.path_params["id"]))
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(caller, first), media_type="text/event-stream", headers=headers)


@jobs.post(
    "/jobs/{id}/cancel",
    summary="Ask a job to end",
    response_class=Response,
    openapi_extra=described(
        gives(example_of(listing_of("jobs"))), params=[JOB_ID], about="The job; a running one ends within seconds."
    ),
)
async def cancel(request: Request) -> Response:
    """End a queued job at once, a running one at its next step; one that has ended stays as it is (409)."""
    refuse_unknown_parameters(request, frozenset())
    caller = await caller_of(request)
    identity_ = request.path_params["id"]

    def effect(unit: Unit) -> Reply:
        job = unit.jobs.request_cancel(identity_)
        unit.audit.append(caller.actor, "job.cancelled", identity_, request_id=caller.request_id)
        return Reply(shown_job(job))

    return await once(caller, repeat_of(request, b""), effect)


def accepted_job(job: dict[str, Any]) -> Reply:
    """The answer to a request whose work is a job."""
    return Reply({"job": shown_job(job)}, 202, {"Location": f"/api/v1/jobs/{job['id']}", "Retry-After": "1"})


def job_answer(job: dict[str, Any]) -> Response:
    """The same, as a response."""
    reply = accepted_job(job)
    return json_answer(reply.value, reply.status, reply.headers)


def shown_job(job: dict[str, Any]) -> dict[str, Any]:
    """A job as the API gives it."""
    return {name: job.get(name) for name in listing_of("jobs").fields}


async def _events(caller: Caller, first: dict[str, Any]) -> AsyncIterator[bytes]:
    job, told, quiet = first, None, 0.0
    for _ in range(int(LONGEST_S / LOOK_S)):
        seen = tuple(job[name] for name in SEEN)
        has_ended = job["state"] in ENDED
        if seen != told:
            name = "end" if has_ended else "progress"
            yield f"event: {name}\nid: {job['sequence']}\ndata: ".encode() + to_json(shown_job(job)) + b"\n\n"
            told, quiet = seen, 0.0
        if has_ended:
            return
        if quiet >= ALIVE_S:
            yield b": still here\n\n"
            quiet = 0.0
        await anyio.sleep(LOOK_S)
        quiet += LOOK_S
        job = await caller.read(lambda unit: unit.jobs.get(first["id"]))
