"""Portfolio problems over HTTP: kept with every version, with their candidates.

Role: takes a problem as JSON, as an edited workbook, or as a table with its mapping.
Must not know: how problems are solved.
"""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

import optimizer
from btim.errors import SchemaError
from btim.portfolio import Problem
from service.api.bodies import json_body, refuse_unknown_parameters
from service.api.describing import Body, Param, described, gives, text
from service.api.examples import PROBLEM
from service.api.lists import add_list, example_of
from service.api.problem_schema import PROBLEM_SCHEMA
from service.api.receiving import ReceivedFile, received
from service.api.repeating import Reply, once, repeat_of
from service.api.resources import listing_of
from service.api.serving import caller_of
from service.api.uploads import BINARY, add_input, keep_all
from service.input_checks import named_files
from service.portfolio_files import read_portfolio
from service.store import Unit

portfolios = APIRouter(tags=["portfolio"])
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@portfolios.post(
    "/portfolios",
    status_code=201,
    summary="Hand in a portfolio problem: candidates, limits, rules",
    response_class=Response,
    openapi_extra=described(
        gives({"portfolio": example_of(listing_of("portfolios")), "notes": []}),
        status=201,
        about="The portfolio's latest version, and what the reading of a table left out.",
        params=[Param("name", "Name to keep it under; the problem's own without it.", text(), "FY27")],
        bodies=[
            Body("application/json", PROBLEM_SCHEMA, PROBLEM),
            Body("application/octet-stream", {**BINARY, "description": "An edited workbook."}, "(bytes)"),
            Body(
                "multipart/form-data",
                {
                    "type": "object",
                    "required": ["table", "mapping"],
                    "properties": {"table": BINARY, "mapping": BINARY},
                },
                {"table": "(projects.csv)", "mapping": "(mapping.toml)"},
            ),
        ],
    ),
)
async def add_portfolio(request: Request) -> Response:
    """Keep a checked problem (docs/portfolio.md) as the next version of its name; the same one again stays as it is.

    Send JSON, a workbook that Waterline wrote and a person edited, or a table of projects with its mapping (TOML).
    """
    refuse_unknown_parameters(request, frozenset({"name"}))
    caller = await caller_of(request)
    media = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if media in {"application/json", ""}:
        problem = optimizer.parse_problem(await json_body(request, caller.serving.max_body))
        return await once(
            caller, repeat_of(request, problem.sha256()), _keeping(request, caller.actor, problem, (), [])
        )
    async with received(request, "portfolio.xlsx", caller.serving.max_upload) as files:
        given = await run_in_threadpool(_read, files)
        await keep_all(caller, files)
        effect = _keeping(request, caller.actor, given.problem, given.notes, files)
        return await once(caller, repeat_of(request, " ".join(each.sha256 for each in files)), effect)


add_list(
    portfolios, "/portfolios/{id}/candidates", "candidates", summary="Candidates of a portfolio",
    within={"id": "portfolio"},
)  # fmt: skip


def _keeping(request: Request, actor: str, problem: Problem, notes: tuple[str, ...], files: list[ReceivedFile]) -> Any:
    name = request.query_params.get("name") or problem.name

    def effect(unit: Unit) -> Reply:
        for each in files:
            add_input(unit, "mapping" if each.path.suffix == ".toml" else "portfolio", each)
        record, is_new = unit.portfolios.add(name, problem.to_dict(), problem.sha256())
        if is_new:
            unit.audit.append(actor, "portfolio.added", record["id"], sha256=record["sha256"])
        shown = {field: record[field] for field in listing_of("portfolios").fields}
        location = {"Location": f"/api/v1/portfolios/{record['id']}"}
        return Reply({"portfolio": shown, "notes": list(notes)}, 201, location)

    return effect


def _read(files: list[ReceivedFile]) -> Any:
    mappings = [each.path for each in files if each.path.suffix == ".toml"]
    tables = [each.path for each in files if each.path.suffix != ".toml"]
    if len(tables) != 1 or len(mappings) > 1:
        raise SchemaError("needs one table and at most one mapping", value=len(files), remedy="send both as parts")
    with named_files():
        return read_portfolio(tables[0], mappings[0] if mappings else None)
