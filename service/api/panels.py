"""Demand panels over HTTP: made once, continued every day, kept with every version.

Role: panels, their rows, and the forecasts that are asked for.
Must not know: models, SQL.
"""

import hashlib
from pathlib import Path
from typing import Any

import pandas as pd
from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic_core import to_json

from btim.errors import SchemaError, listed
from btim.tables import read_table
from forecasting.frequency import frequency
from service.api.bodies import json_body, refuse_unknown_parameters
from service.api.describing import Body, Param, described, gives, identity, text
from service.api.examples import PANEL
from service.api.lists import add_list, example_of
from service.api.receiving import ReceivedFile, received
from service.api.refusals import BadParameter
from service.api.repeating import Reply, once, repeat_of
from service.api.resources import listing_of
from service.api.routes import levels_of
from service.api.serving import caller_of
from service.api.uploads import BINARY, add_input, keep_all
from service.comma_lists import items_of
from service.input_checks import named_files
from service.jobs.asking import calendar_file
from service.panel_tables import rows_of
from service.store import Filter, Unit
from service.store.input_tables import OPEN

panels = APIRouter(tags=["demand"])
EFFORTS = ("quick", "standard", "full")
SETTINGS = ("freq", "season", "windows", "levels", "tz", "effort", "holidays", "calendar")
BATCH = "unique_id,ds,y\ncpu,2026-01-31,63\n"
PANEL_ID = identity("id", "The panel.", "pan_5f1c2a")
STEP = {"type": "string", "pattern": "^(1|([1-9][0-9]?)?(min|h|d|w|m|q|y))$"}
SPANS = {"type": "string", "pattern": "^[1-9][0-9]{0,3}[hdwmqy]?(,[1-9][0-9]{0,3}[hdwmqy]?)*$", "maxLength": 200}
LEVELS = {"type": "string", "pattern": "^0\\.[0-9]{0,4}[1-9](,0\\.[0-9]{0,4}[1-9])*$", "maxLength": 200}
COUNTRIES = {"type": "string", "pattern": "^[A-Z]{2}(,[A-Z]{2})*$", "maxLength": 200}
SETTING_PARAMS = [
    Param("freq", "One step: h, 5min, d, w, m …, or 1 for integer steps.", STEP, "d", required=True),
    Param("season", "Season lengths, as spans or steps, separated by commas.", SPANS, "7d"),
    Param("windows", "Windows whose peak is forecast.", SPANS, "7d,28d"),
    Param("levels", "Quantile levels between 0 and 1.", LEVELS, "0.5,0.8,0.9,0.95,0.99"),
    Param("tz", "Zone of naive stamps; UTC without it.", text(60), "Asia/Hong_Kong"),
    Param(
        "effort", "How many models take part.", {"type": "string", "enum": ["quick", "standard", "full"]}, "standard"
    ),
    Param("holidays", "Countries whose public holidays count.", COUNTRIES, "CN,HK"),
    Param("calendar", "Name of an uploaded calendar of launches, sales and closes.", text(), "launches"),
]
TABLES = [
    Body("text/csv", {"type": "string"}, PANEL),
    Body("application/octet-stream", {**BINARY, "description": "Parquet, told by its first bytes."}, "(bytes)"),
]


@panels.post(
    "/panels",
    status_code=201,
    summary="Make a demand panel, or replace its settings and add to it",
    response_class=Response,
    openapi_extra=described(
        gives({"panel": example_of(listing_of("panels")), "rows": {"new": 30, "changed": 0, "same": 0}}),
        status=201,
        about="The panel and what was written.",
        params=[Param("name", "Name of the panel.", text(), "towers", required=True), *SETTING_PARAMS],
        bodies=TABLES,
    ),
)
async def make_panel(request: Request) -> Response:
    """Keep a panel (docs/demand.md) under a name with the settings of its forecasts.

    The same name again adds to the panel: new rows are appended, changed cells become a new version, nothing is lost.
    """
    refuse_unknown_parameters(request, frozenset({"name", *SETTINGS}))
    caller = await caller_of(request)
    name = _required(request, "name")
    settings = _settings(request)
    async with received(request, f"panel{_suffix(request)}", caller.serving.max_upload) as files:
        only = _only(files)
        rows = await run_in_threadpool(_rows, only.path, settings)
        await keep_all(caller, files)

        def effect(unit: Unit) -> Reply:
            calendar_file(unit, settings.get("calendar"))
            add_input(unit, "panel", only, settings)
            panel = unit.panels.ensure(name, settings)
            written = unit.panels.upsert(panel["id"], rows, sha256=only.sha256)
            unit.audit.append(caller.actor, "panel.written", panel["id"], request_id=caller.request_id)
            counts = {"new": written.new, "changed": written.changed, "same": written.same}
            shown = _shown(unit.panels.get(panel["id"]))
            return Reply({"panel": shown, "rows": counts}, 201, {"Location": f"/api/v1/panels/{panel['id']}"})

        return await once(caller, repeat_of(request, only.sha256), effect)


@panels.post(
    "/panels/{id}/rows",
    summary="Add yesterday's actuals, or correct earlier ones",
    response_class=Response,
    openapi_extra=described(
        gives({"version": 2, "new": 1, "changed": 0, "same": 0}),
        about="The panel's version afterwards, and how many rows were new, changed, or known already.",
        params=[
            PANEL_ID,
            Param("version", "Refuse unless the panel is at this version.", {"type": "integer", "minimum": 0}, 1),
        ],
        bodies=[
            Body("text/csv", {"type": "string"}, BATCH),
            Body("application/octet-stream", {**BINARY, "description": "Parquet, told by its first bytes."}, "(bytes)"),
            Body(
                "application/json",
                {
                    "type": "object",
                    "required": ["rows"],
                    "additionalProperties": False,
                    "properties": {
                        "rows": {
                            "type": "array",
                            "minItems": 1,
                            "items": {"type": "object", "required": ["unique_id", "ds", "y"]},
                        }
                    },
                },
                {"rows": [{"unique_id": "cpu", "ds": "2026-01-31", "y": 63}]},
            ),
        ],
    ),
)
async def add_rows(request: Request) -> Response:
    """Append rows and correct cells; sending the same rows twice changes nothing."""
    refuse_unknown_parameters(request, frozenset({"version"}))
    caller = await caller_of(request)
    identity_ = request.path_params["id"]
    version = _version(request)
    settings = (await caller.read(lambda unit: unit.panels.get(identity_)))["settings"]
    if request.headers.get("content-type", "").partition(";")[0].strip() == "application/json":
        rows, sha256 = await _sent(request, settings, caller.serving.max_body)
    else:
        async with received(request, f"rows{_suffix(request)}", caller.serving.max_upload) as files:
            sha256 = _only(files).sha256
            rows = await run_in_threadpool(_rows, files[0].path, settings)

    def effect(unit: Unit) -> Reply:
        written = unit.panels.upsert(identity_, rows, sha256=sha256, version=version)
        unit.audit.append(caller.actor, "panel.written", identity_, request_id=caller.request_id)
        counts = {"new": written.new, "changed": written.changed, "same": written.same}
        return Reply({"version": written.version, **counts})

    return await once(caller, repeat_of(request, sha256), effect)


add_list(
    panels,
    "/panels/{id}/rows",
    "panel_rows",
    summary="Rows of a panel as they are now",
    within={"id": "panel"},
    only=[Filter("until", "eq", OPEN)],
)
add_list(
    panels, "/panels/{id}/history", "panel_rows", summary="Rows of a panel in every version", within={"id": "panel"}
)
add_list(panels, "/panels/{id}/versions", "panel_versions", summary="Versions of a panel", within={"id": "panel"})


async def _sent(request: Request, settings: dict[str, Any], most: int) -> tuple[list[dict[str, Any]], str]:
    body = await json_body(request, most)
    unknown = sorted(set(body) - {"rows"})
    if unknown:
        raise SchemaError("unknown key", field=unknown[0], remedy="send rows alone")
    given = body.get("rows")
    if not isinstance(given, list) or not given or not all(isinstance(row, dict) for row in given):
        raise SchemaError("must be a list of objects", field="rows", remedy='write {"rows": [{…}]}')
    frame = pd.DataFrame(given, dtype=object)
    rows = await run_in_threadpool(_checked, frame, settings, "rows")
    return rows, hashlib.sha256(to_json(given)).hexdigest()


def _rows(path: Path, settings: dict[str, Any]) -> list[dict[str, Any]]:
    with named_files():
        return _checked(read_table(path), settings, path.name)


def _checked(frame: pd.DataFrame, settings: dict[str, Any], file: str) -> list[dict[str, Any]]:
    return rows_of(frame, freq=str(settings["freq"]), tz=settings.get("tz"), file=file)


def _settings(request: Request) -> dict[str, Any]:
    given = request.query_params
    freq = _required(request, "freq")
    step = frequency(freq)
    for name in ("season", "windows"):
        for span in items_of(given.get(name, "")):
            step.steps(span, name)
    settings: dict[str, Any] = {name: given[name] for name in SETTINGS if name in given}
    if settings.get("effort", EFFORTS[0]) not in EFFORTS:
        raise BadParameter("is not known", field="effort", value=settings["effort"], remedy=f"use {listed(EFFORTS)}")
    if "levels" in given:
        levels_of(given["levels"])
    return settings


def _required(request: Request, name: str) -> str:
    value = request.query_params.get(name, "").strip()
    if not value:
        raise BadParameter("is missing", field=name, remedy="send it in the query")
    return value


def _version(request: Request) -> int | None:
    text_ = request.query_params.get("version")
    if text_ is None:
        return None
    if not (text_.isascii() and text_.isdecimal() and len(text_) < 10):
        raise BadParameter("is not a version", field="version", value=text_, remedy="write a whole number")
    return int(text_)


def _suffix(request: Request) -> str:
    media = request.headers.get("content-type", "")
    return ".parquet" if "parquet" in media else ".csv"


def _only(files: list[ReceivedFile]) -> ReceivedFile:
    if len(files) != 1:
        raise SchemaError("needs one file", value=len(files), remedy="send the panel as the body")
    return files[0]


def _shown(panel: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in panel.items() if name in listing_of("panels").fields}
