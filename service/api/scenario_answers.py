"""What a solved scenario says: comparison, frontier, explanation in words, and files to take away.

Role: lays answers out; each is what the command of the same name prints.
Must not know: how a portfolio is found.
"""

import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

import optimizer
from btim.errors import UnknownReferenceError, ValueFormatError
from optimizer.comparison import compare
from optimizer.scenarios import money_limits
from optimizer.words import Words
from service.api.answers import Stamp, frame_answer, json_answer
from service.api.bodies import refuse_unknown_parameters
from service.api.describing import Param, described, gives, identity, table_answer, text
from service.api.formats import CSV, JSON, accepted, encoded
from service.api.listings import whole_parameter
from service.api.refusals import BadParameter
from service.api.serving import caller_of
from service.chain import PortfolioPart
from service.output.candidates import candidate_rows
from service.output.workbook import write_workbook
from service.scenario_solving import StoredScenario, stored_scenario

answers = APIRouter(tags=["portfolio"])
SCENARIO_ID = identity("id", "The scenario.", "scn_5f1c2a")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_COMPARED = 20
MOST_POINTS = 200
SIDE = {
    "name": "base",
    "status": "optimal",
    "objective": 400000.0,
    "funded": 1,
    "money": {"capex": 700000.0, "opex": 0.0},
}
POINT = {"scale": 0.25, "budget": 250000.0, "objective": 0.0, "slope": 0.57, "bound": None, "status": "relaxation"}


@answers.get(
    "/comparisons",
    summary="Scenarios side by side",
    response_class=Response,
    openapi_extra=described(
        gives({"data": [SIDE], "meta": {"currency": "EUR", "kind": "plan"}}),
        params=[
            Param(
                "scenarios",
                "Ids of 2 to 20 solved scenarios, separated by commas; differences are against the first.",
                {"type": "string", "pattern": "^[^,\\s]+(,[^,\\s]+){1,19}$", "maxLength": 2000},
                "scn_5f1c2a,scn_7b0e11",
                required=True,
            )
        ],
    ),
)
async def comparison(request: Request) -> Response:
    """Say what enters, leaves and changes level, and what value, risk and money become."""
    refuse_unknown_parameters(request, frozenset({"scenarios"}))
    caller = await caller_of(request)
    names = [part.strip() for part in request.query_params.get("scenarios", "").split(",") if part.strip()]
    if not 2 <= len(names) <= MOST_COMPARED:
        raise BadParameter(
            "needs 2 to 20 scenarios", field="scenarios", value=len(names), remedy="write ids, by commas"
        )
    found = await caller.read(lambda unit: [stored_scenario(unit, name) for name in names])
    currencies = sorted({each.problem.currency for each in found})
    if len(currencies) > 1:
        raise ValueFormatError(
            "the scenarios are in several currencies", field="scenarios", value=", ".join(currencies),
            remedy="compare scenarios of one currency",
        )  # fmt: skip
    sides = compare([each.solved() for each in found])
    rows = [{"scenario": name, **side.to_dict()} for name, side in zip(names, sides, strict=True)]
    return json_answer({"data": rows, "meta": _stamp(found[0]).to_dict()})


@answers.get(
    "/scenarios/{id}/frontier",
    summary="Budget against value, at once: the relaxation's bound",
    response_class=Response,
    openapi_extra=described(
        table_answer(POINT),
        params=[
            SCENARIO_ID,
            Param("points", "How many budgets.", {"type": "integer", "minimum": 2, "maximum": MOST_POINTS}, 15),
            Param(
                "low", "Smallest budget, in percent of today's.", {"type": "integer", "minimum": 0, "maximum": 99}, 25
            ),
            Param("high", "Largest budget, in percent.", {"type": "integer", "minimum": 100, "maximum": 1000}, 150),
        ],
    ),
)
async def preview(request: Request) -> Response:
    """Draw the quick, optimistic frontier over all money limits; `POST` the same path for the proven one."""
    refuse_unknown_parameters(request, frozenset({"points", "low", "high", "fields"}))
    caller = await caller_of(request)
    given = dict(request.query_params)
    points = whole_parameter(given, "points", 15, MOST_POINTS, 2)
    low = whole_parameter(given, "low", 25, 99, 0)
    high = whole_parameter(given, "high", 150, 1000, 100)
    found = await caller.read(lambda unit: stored_scenario(unit, request.path_params["id"]))
    limits = money_limits(found.problem)
    if not limits:
        raise UnknownReferenceError("the portfolio has no limit on money", field="limits", remedy="add one")
    rows = await run_in_threadpool(
        optimizer.frontier, found.problem, limits=limits, points=points, low=low / 100, high=high / 100, exact=False
    )
    frame = pd.DataFrame([row.shown() for row in rows])
    return frame_answer(request, frame, _stamp(found, "the relaxation: optimistic; POST proves every point"))


@answers.get(
    "/scenarios/{id}/explanation",
    summary="Why, and why not: a recommendation in words",
    response_class=Response,
    openapi_extra=described(
        gives({"lang": "en", "lines": ["1 of 2 candidates are funded …"], "candidates": []}),
        params=[
            SCENARIO_ID,
            Param("candidate", "Only these candidates, separated by commas.", text(2000), "P-2"),
            Param("lang", "Language.", {"type": "string", "enum": ["en", "zh"]}, "en"),
        ],
    ),
)
async def explanation(request: Request) -> Response:
    """Say what is funded and why, what binds, and what would bring each other candidate above the line."""
    refuse_unknown_parameters(request, frozenset({"candidate", "lang"}))
    caller = await caller_of(request)
    found = await caller.read(lambda unit: stored_scenario(unit, request.path_params["id"]))
    _, problem, answer = found.solved()
    lang = request.query_params.get("lang", "en")
    words = Words(problem, answer, lang)
    names = [part.strip() for part in request.query_params.get("candidate", "").split(",") if part.strip()]
    known = {one.id for one in problem.candidates}
    for name in names:
        if name not in known:
            raise UnknownReferenceError("no such candidate", field="candidate", value=name, remedy="check the id")
    chosen = set(names) or known
    rows = [row.to_dict() for row in answer.not_funded if row.candidate in chosen]
    lines = words.everything() if not names else _lines(words, found, chosen)
    return json_answer({"lang": lang, "lines": lines, "candidates": rows, "meta": _stamp(found).to_dict()})


@answers.get(
    "/scenarios/{id}/export",
    summary="A scenario as a workbook with live formulas, a table, or the exchange format",
    response_class=Response,
    openapi_extra=described(
        gives({"scenario": "money -10 %", "problem": {}, "recommendation": {}})
        | {XLSX: {"schema": {"type": "string", "format": "binary"}}, CSV: {"schema": {"type": "string"}}},
        params=[SCENARIO_ID],
        about="By `Accept`: the workbook, one row a candidate, or scenario with problem and recommendation.",
    ),
)
async def export(request: Request) -> Response:
    """Give a scenario away: XLSX for finance, CSV for a spreadsheet, JSON for another program."""
    refuse_unknown_parameters(request, frozenset())
    media = accepted(request.headers.get("accept"), (JSON, CSV, XLSX))
    caller = await caller_of(request)
    found = await caller.read(lambda unit: stored_scenario(unit, request.path_params["id"]))
    name, problem, answer = found.solved()
    if media == JSON:
        record = {"scenario": name, "parent": found.record["parent"], "set": found.record["changes"]}
        return json_answer(record | {"problem": problem.to_dict(), "recommendation": answer.to_dict()})
    raw = await run_in_threadpool(_workbook if media == XLSX else _candidate_csv, found)
    suffix = "xlsx" if media == XLSX else "csv"
    headers = {"Content-Disposition": f'attachment; filename="{found.record["id"]}.{suffix}"', "Vary": "Accept"}
    return Response(raw, headers=headers, media_type=media)


def _lines(words: Words, found: StoredScenario, chosen: set[str]) -> list[str]:
    _, _, answer = found.solved()
    below = [words.paragraph(row) for row in answer.not_funded if row.candidate in chosen]
    return below + [words.funded_line(row) for row in answer.funded if row.candidate in chosen]


def _workbook(found: StoredScenario) -> bytes:
    name, problem, answer = found.solved()
    sources = [("Scenario", f"{name}, version {found.record['version']}"), ("Problem", f"SHA-256 {problem.sha256()}")]
    with tempfile.TemporaryDirectory(prefix="waterline-export-") as folder:
        target = Path(folder) / "portfolio.xlsx"
        as_of = found.record["updated_at"].date().isoformat()
        write_workbook(target, problem, answer, sources=sources, synthetic=_is_synthetic(found), as_of=as_of)
        return target.read_bytes()


def _candidate_csv(found: StoredScenario) -> bytes:
    _, problem, answer = found.solved()
    part = PortfolioPart(problem.to_dict(), answer.to_dict(), pd.DataFrame(), pd.DataFrame())
    rows = [_flat(row) for row in candidate_rows(part)]
    return encoded(pd.DataFrame(rows).assign(**_stamp(found).columns()), CSV, {})


def _flat(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__dataclass_fields__}


def _stamp(found: StoredScenario, *notes: str) -> Stamp:
    return Stamp(
        as_of=found.record["updated_at"].isoformat(),
        kind="plan",
        currency=found.problem.currency,
        synthetic=_is_synthetic(found),
        sources=((f"portfolio {found.record['portfolio']}", found.problem.sha256()),),
        notes=notes,
    )


def _is_synthetic(found: StoredScenario) -> bool:
    return "synthetic" in found.problem.name.lower()
