"""Uploads: files of every kind of input, kept with every version.

Role: receives, checks and keeps files; gives their bytes back.
Must not know: what later reads them.
"""

import mimetypes
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from btim.catalogue import read_catalogue
from btim.errors import UnknownReferenceError
from service.api.bodies import refuse_unknown_parameters
from service.api.describing import Body, Param, described, gives, identity, text
from service.api.lists import example_of
from service.api.receiving import ReceivedFile, received
from service.api.repeating import Reply, once, repeat_of
from service.api.resources import listing_of
from service.api.serving import Caller, caller_of
from service.input_checks import check_input
from service.keeping import keep_file
from service.store import Unit
from service.store.inputs import KINDS

uploads = APIRouter(tags=["inputs"])
ELSEWHERE = {"panel": "/api/v1/panels", "portfolio": "/api/v1/portfolios", "report": "/api/v1/reports"}
TAKEN = tuple(kind for kind in KINDS if kind not in ELSEWHERE)
EXAMPLE = "month,from,to,kind,rate\n2026-06,EUR,USD,actual,1.08\n"
BINARY = {"type": "string", "format": "binary"}


@uploads.post(
    "/uploads",
    status_code=201,
    summary="Hand in files: costs, mappings, rates, prices, drivers, calendars, catalogues …",
    response_class=Response,
    openapi_extra=described(
        gives({"data": [example_of(listing_of("inputs"))]}),
        status=201,
        about="One record a file.",
        params=[
            Param("kind", "What the files are.", {"type": "string", "enum": list(TAKEN)}, "rates", required=True),
            Param("name", "Name of a single file sent as the body; parts carry their own.", text(), "rates.csv"),
        ],
        bodies=[
            Body("text/csv", {"type": "string"}, EXAMPLE),
            Body("application/octet-stream", BINARY, EXAMPLE),
            Body(
                "multipart/form-data",
                {"type": "object", "required": ["file"], "properties": {"file": {"type": "array", "items": BINARY}}},
                {"file": ["(bytes)"]},
            ),
        ],
    ),
)
async def upload(request: Request) -> Response:
    """Keep files of one kind under their names; the same content again is the same version.

    A file is checked by the reader that will read it later, and refused with file, row, column, value and remedy.
    """
    refuse_unknown_parameters(request, frozenset({"kind", "name"}))
    caller = await caller_of(request)
    kind = request.query_params.get("kind", "")
    _refuse_kind(kind)
    name = request.query_params.get("name") or f"{kind}.csv"
    async with received(request, name, caller.serving.max_upload) as files:
        facts = [await run_in_threadpool(check_input, kind, each.path) for each in files]
        catalogue = await run_in_threadpool(_catalogue_of, kind, files)
        await keep_all(caller, files)

        def effect(unit: Unit) -> Reply:
            kept = [_kept(unit, caller, kind, each, found) for each, found in zip(files, facts, strict=True)]
            if catalogue:
                unit.solutions.replace(kept[-1]["id"], catalogue)
            return Reply({"data": kept}, 201, {"Location": f"/api/v1/uploads/{kept[0]['id']}"})

        return await once(caller, repeat_of(request, " ".join(each.sha256 for each in files)), effect)


@uploads.get(
    "/uploads/{id}/content",
    summary="The bytes of an upload",
    response_class=Response,
    openapi_extra=described(
        {"application/octet-stream": {"schema": BINARY}},
        params=[identity("id", "The upload.", "inp_5f1c2a")],
        about="The file as it was sent.",
    ),
)
async def content(request: Request) -> Response:
    """Give a file back as it was sent."""
    refuse_unknown_parameters(request, frozenset())
    caller = await caller_of(request)
    record = await caller.read(lambda unit: unit.inputs.get(request.path_params["id"]))
    quoted = record["file"].encode("ascii", "replace").decode().replace('"', "'").replace("\\", "_")
    headers = {"Content-Disposition": f'attachment; filename="{quoted}"', "Content-Length": str(record["size"])}
    return StreamingResponse(_pieces(caller, record["sha256"]), media_type="application/octet-stream", headers=headers)


async def keep_all(caller: Caller, files: list[ReceivedFile]) -> None:
    """Write the bytes of files; they become visible with the records that refer to them."""
    for each in files:
        await run_in_threadpool(keep_file, caller.serving.store, caller.organisation, each.path, each.sha256)


def add_input(unit: Unit, kind: str, each: ReceivedFile, settings: dict[str, Any] | None = None) -> dict[str, Any]:
    """The record of a received file, whose content becomes visible with it."""
    unit.contents.announce(each.sha256, each.size)
    media = each.media_type or mimetypes.guess_type(each.name)[0] or "application/octet-stream"
    record, _ = unit.inputs.add(
        kind, each.name, sha256=each.sha256, size=each.size, file=each.name, media_type=media, settings=settings
    )
    return record


def _kept(unit: Unit, caller: Caller, kind: str, each: ReceivedFile, facts: dict[str, Any]) -> dict[str, Any]:
    record = add_input(unit, kind, each)
    unit.inputs.note(record["id"], facts)
    unit.audit.append(caller.actor, "input.uploaded", record["id"], request_id=caller.request_id, sha256=each.sha256)
    shown = listing_of("inputs").fields
    return {name: value for name, value in (unit.inputs.get(record["id"])).items() if name in shown}


def _refuse_kind(kind: str) -> None:
    if kind in ELSEWHERE:
        raise UnknownReferenceError(
            "is handed in elsewhere", field="kind", value=kind, remedy=f"POST {ELSEWHERE[kind]}"
        )
    if kind not in KINDS:
        raise UnknownReferenceError("unknown kind of input", field="kind", value=kind, remedy=f"use {', '.join(TAKEN)}")


def _catalogue_of(kind: str, files: list[ReceivedFile]) -> list[dict[str, Any]]:
    if kind != "catalogue":
        return []
    return [
        {
            "id": one.id,
            "names": dict(one.names),
            "aliases": list(one.aliases),
            "description": dict(one.description),
            "business_units": list(one.business_units),
            "towers": list(one.towers),
        }
        for one in read_catalogue(files[-1].path)
    ]


def _pieces(caller: Caller, sha256: str) -> Iterator[bytes]:
    with caller.reading() as unit:
        yield from unit.contents.pieces(sha256)
