"""Towers over HTTP: how high demand will peak, what capacity that asks for, and what towers will cost.

Role: asks for forecasts and answers from the newest one.
Must not know: models, SQL.
"""

from typing import Any

import pandas as pd
from fastapi import APIRouter, Request, Response

from btim.errors import NotFoundError
from service.api.answers import Stamp, frame_answer
from service.api.bodies import refuse_unknown_parameters
from service.api.describing import COLUMNS, Param, described, gives, identity, table_answer, text
from service.api.jobs import accepted_job
from service.api.lists import add_list, example_of
from service.api.refusals import BadParameter
from service.api.repeating import Reply, once, repeat_of
from service.api.resources import listing_of
from service.api.serving import Caller, caller_of
from service.jobs.asking import ask_peaks
from service.peak_tables import capacity_table, peak_table, spread_quantiles
from service.store import Unit

towers = APIRouter(tags=["demand"])
PANEL_ID = identity("id", "The panel.", "pan_5f1c2a")
TOWER = identity("tower", "The tower.", "Compute")
PANEL = Param("panel", "Id of a panel; the one with the newest peaks of the tower without it.", text(), None)
WINDOW = Param("window", "Window: 24h, 7d, 28d …; every forecast one without it.", text(20), "7d")
LEVEL = Param("level", "Quantile of the peak.", {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}, 0.95)
PEAK_ROW = {
    "unique_id": "cpu", "tower": "Compute", "unit": "cores", "window": "7d", "level": 0.95, "peak": 96.4,
    "capacity": 120.0, "exceedance": 0.01, "peak_at": "2026-07-03T10:00:00",
}  # fmt: skip
ADVICE_ROW = {
    "unique_id": "cpu", "tower": "Compute", "unit": "cores", "window": "7d", "level": 0.95, "capacity": 120.0,
    "capacity_to_hold": 96.4, "headroom": 23.6, "shortfall": 0.0, "exceedance": 0.01,
}  # fmt: skip
OUTLOOK_ROW = {
    "tower": "Compute",
    "month": "2026-07",
    "point": 1250000.0,
    "q10": 1190000.0,
    "q50": 1248000.0,
    "q90": 1310000.0,
}


@towers.get(
    "/towers",
    summary="Towers that panels know",
    response_class=Response,
    openapi_extra=described(
        table_answer({"tower": "Compute", "panel": "pan_5f1c2a", "series": 12, "last_ds": "2026-06-30T23:00:00"}),
        params=[COLUMNS],
    ),
)
async def list_towers(request: Request) -> Response:
    """One row a tower and panel, with its number of series and its last step."""
    refuse_unknown_parameters(request, frozenset({"fields"}))
    caller = await caller_of(request)
    rows = await caller.read(lambda unit: unit.panels.towers())
    frame = pd.DataFrame(rows, columns=["tower", "panel", "series", "last_ds"])
    return frame_answer(request, frame, Stamp(kind="actual"))


@towers.post(
    "/panels/{id}/forecasts",
    status_code=202,
    summary="Ask for forecast and peaks of a panel as it is now",
    response_class=Response,
    openapi_extra=described(
        gives({"job": example_of(listing_of("jobs"))}),
        status=202,
        about="The job; its result names the forecast.",
        params=[PANEL_ID],
    ),
)
async def ask_forecast(request: Request) -> Response:
    """Forecast every series and the distribution of its peaks, in a job; asked twice for one version, it is one job."""
    refuse_unknown_parameters(request, frozenset())
    caller = await caller_of(request)
    identity_ = request.path_params["id"]

    def effect(unit: Unit) -> Reply:
        job, _ = ask_peaks(unit, identity_, request_id=caller.request_id)
        return accepted_job(job)

    return await once(caller, repeat_of(request, b""), effect)


@towers.get(
    "/towers/{tower}/peaks",
    summary="How high a tower's demand will peak, when, and how sure",
    response_class=Response,
    openapi_extra=described(table_answer(PEAK_ROW), params=[TOWER, WINDOW, LEVEL, PANEL, COLUMNS]),
)
async def tower_peaks(request: Request) -> Response:
    """Peaks of every resource of a tower from the newest forecast: the quantile asked for, or all of them."""
    caller = await caller_of(request)
    header, rows, level = await _peaks(request, caller)
    return frame_answer(request, peak_table(rows, level), _stamp(header))


@towers.get(
    "/towers/{tower}/capacity",
    summary="What capacity a tower should hold",
    response_class=Response,
    openapi_extra=described(table_answer(ADVICE_ROW), params=[TOWER, WINDOW, LEVEL, PANEL, COLUMNS]),
)
async def tower_capacity(request: Request) -> Response:
    """The capacity that a peak passes with probability 1 − level only, beside what is installed; shortfalls first."""
    caller = await caller_of(request)
    header, rows, level = await _peaks(request, caller)
    return frame_answer(request, capacity_table(rows, 0.95 if level is None else level), _stamp(header))


@towers.get(
    "/cost-outlook",
    summary="What towers will cost in the coming months",
    response_class=Response,
    openapi_extra=described(
        table_answer(OUTLOOK_ROW),
        params=[Param("import", "Id of an import; the latest without it.", text(), None), COLUMNS],
    ),
)
async def cost_outlook(request: Request) -> Response:
    """The newest outlook of an import: nominal cost a month and tower, with quantiles; `total` is all of them."""
    refuse_unknown_parameters(request, frozenset({"import", "fields"}))
    caller = await caller_of(request)
    asked = request.query_params.get("import")

    def found(unit: Unit) -> tuple[dict[str, Any], list[dict[str, Any]], bool]:
        record = unit.ledgers.latest() if asked is None else unit.ledgers.get(asked)
        if record is None:
            raise NotFoundError("nothing has been imported", remedy="POST /api/v1/imports first")
        header = unit.forecasts.latest(record["id"], "cost_outlook")
        if header is None:
            raise NotFoundError(
                "no outlook was made", value=record["id"], remedy=f"POST /api/v1/imports/{record['id']}/outlook"
            )
        return header, unit.forecasts.steps(header["id"]), record["synthetic"]

    header, rows, synthetic = await caller.read(found)
    table = [
        {"tower": row["unique_id"], "month": row["ds"][:7], "point": row["point"], **spread_quantiles(row["quantiles"])}
        for row in rows
    ]
    return frame_answer(request, pd.DataFrame(table), _stamp(header, synthetic=synthetic))


add_list(towers, "/forecasts/{id}/steps", "forecast_rows", summary="Steps of a forecast", within={"id": "forecast"})
add_list(towers, "/forecasts/{id}/peaks", "peak_rows", summary="Peaks of a forecast", within={"id": "forecast"})


async def _peaks(request: Request, caller: Caller) -> tuple[dict[str, Any], list[dict[str, Any]], float | None]:
    refuse_unknown_parameters(request, frozenset({"window", "level", "panel", "fields"}))
    tower, panel = request.path_params["tower"], request.query_params.get("panel")
    window, level = request.query_params.get("window"), _level(request)

    def found(unit: Unit) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        header = unit.forecasts.latest_of_tower(tower) if panel is None else unit.forecasts.latest(panel, "peaks")
        if header is None:
            raise NotFoundError(
                "no peaks of this tower were forecast", value=tower, remedy="POST /api/v1/panels/{id}/forecasts"
            )
        return header, unit.forecasts.peaks(header["id"], tower=tower)

    header, rows = await caller.read(found)
    windows = sorted({row["window"] for row in rows})
    chosen = [row for row in rows if window in (None, row["window"])]
    if not chosen:
        raise NotFoundError("not forecast", field="window", value=window, remedy=f"forecast are {', '.join(windows)}")
    levels = sorted({float(name) for row in chosen for name in row["quantiles"]})
    if level is not None and level not in levels:
        raise NotFoundError("not forecast", field="level", value=level, remedy=f"forecast are {levels}")
    return header, chosen, level


def _level(request: Request) -> float | None:
    given = request.query_params.get("level")
    if given is None:
        return None
    try:
        level = float(given)
    except ValueError:
        level = 0.0
    if not 0 < level < 1:
        raise BadParameter("is not between 0 and 1", field="level", value=given, remedy="write 0.95")
    return level


def _stamp(header: dict[str, Any], *, synthetic: bool = False) -> Stamp:
    settings = header["settings"]
    sha256 = settings.get("source_sha256", "")
    sources = sha256 if isinstance(sha256, list) else [sha256]
    return Stamp(
        as_of=header["as_of"],
        kind="forecast",
        currency=settings.get("currency"),
        synthetic=synthetic,
        sources=tuple((f"{header['panel']} version {header['panel_version']}", each) for each in sources),
        notes=tuple(str(each.get("what", "")) for each in header["refused"]),
        more={"forecast": header["id"], "model": header["model"], "model_version": header["model_version"]},
    )
