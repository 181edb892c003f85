"""Recommendations over HTTP: the exchange format in, the exchange format out, at once or as a job.

Role: solves what is sent, within the headroom of a kept forecast where one is named.
Must not know: how a portfolio is found.
"""

from typing import Any

import pandas as pd
from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

import optimizer
from btim.errors import ValueFormatError
from btim.portfolio import Problem
from service.api.answers import json_answer
from service.api.bodies import json_body, refuse_unknown_parameters
from service.api.describing import Body, Param, described, gives, identity, text
from service.api.examples import PROBLEM
from service.api.jobs import accepted_job
from service.api.listings import whole_parameter
from service.api.lists import example_of
from service.api.problem_schema import PROBLEM_SCHEMA
from service.api.repeating import Reply, once, repeat_of
from service.api.resources import listing_of
from service.api.serving import Caller, caller_of
from service.headroom import with_headroom
from service.jobs.asking import ask_frontier, ask_recommendation
from service.peak_tables import spread_quantiles
from service.store import Unit

recommending = APIRouter(tags=["portfolio"])
stateless = APIRouter(tags=["portfolio"])
AT_ONCE = 500
"""Candidates up to which a request is answered at once; more become a job."""
LONGEST_S = 60.0
EXPLAIN = ("fast", "exact", "none")
JOB = {"job": example_of(listing_of("jobs"))}
EXPLAIN_PARAM = Param(
    "explain", "fast (LP estimates), exact (proved by solving again) or none.",
    {"type": "string", "enum": list(EXPLAIN), "default": "fast"}, "fast",
)  # fmt: skip
EXAMPLE = {
    "status": "optimal", "objective": 400000.0, "bound": 400000.0, "gap": 0.0, "seconds": 0.1, "solver": "HiGHS",
    "funded": [{"candidate": "P-1", "option": "full", "value": 400000.0}], "not_funded": [], "limits": [],
}  # fmt: skip
BODY = [Body("application/json", PROBLEM_SCHEMA, PROBLEM)]
SUMMARY = "What to fund, what it returns, and why not the rest"
POINTS = Param("points", "How many budgets.", {"type": "integer", "minimum": 2, "maximum": 200}, 16)


@stateless.post(
    "/recommendations",
    summary=SUMMARY,
    response_class=Response,
    openapi_extra=described(gives(EXAMPLE), params=[EXPLAIN_PARAM], bodies=BODY),
)
async def recommend_alone(request: Request) -> Response:
    """Solve a portfolio problem; `optimal`, `feasible` and `infeasible` are all answers."""
    refuse_unknown_parameters(request, frozenset({"explain"}))
    explain = _explain(request)
    problem = optimizer.parse_problem(await json_body(request))
    answer = await run_in_threadpool(optimizer.solve, problem, explain=explain)
    return json_answer(answer.to_dict())


@recommending.post(
    "/recommendations",
    summary=SUMMARY,
    response_class=Response,
    openapi_extra=described(
        gives(EXAMPLE),
        params=[
            EXPLAIN_PARAM,
            Param("forecast", "Id of a peaks forecast: the headroom it leaves becomes limits.", text(), None),
            Param("Prefer", "`respond-async`: answer with a job.", text(), "respond-async", where="header"),
        ],
        bodies=BODY,
        about="The recommendation (docs/portfolio.md).",
        more={202: ("A job, for large problems or on request; its result names the recommendation.", gives(JOB))},
    ),
)
async def recommend(request: Request) -> Response:
    """Solve a portfolio problem; `optimal`, `feasible` and `infeasible` are all answers.

    Up to 500 candidates are answered at once. Larger problems, and those sent with `Prefer: respond-async`, are kept
    as a portfolio and solved in a job (202).
    """
    refuse_unknown_parameters(request, frozenset({"explain", "forecast"}))
    caller = await caller_of(request)
    explain, forecast = _explain(request), request.query_params.get("forecast")
    body = await json_body(request, caller.serving.max_body)
    problem = optimizer.parse_problem(body)
    repeat = repeat_of(request, problem.sha256())
    if _is_long(request, problem):
        return await once(caller, repeat, _as_job(caller, problem, explain, forecast))
    if forecast is not None:
        peaks = await caller.read(lambda unit: _peaks(unit, forecast))
        problem = with_headroom(problem, peaks)
    answer = await run_in_threadpool(caller.serving.crews.solve, problem, explain)
    return json_answer(answer.to_dict())


@recommending.post(
    "/portfolios/{id}/recommendations",
    status_code=202,
    summary="Ask what of a kept portfolio to fund",
    response_class=Response,
    openapi_extra=described(
        gives(JOB),
        status=202,
        params=[identity("id", "The portfolio.", "pfl_5f1c2a"), EXPLAIN_PARAM,
                Param("forecast", "Id of a peaks forecast: the headroom it leaves becomes limits.", text(), None)],
        about="The job; its result names the recommendation.",
    ),
)  # fmt: skip
async def recommend_kept(request: Request) -> Response:
    """Solve a kept portfolio in a job; the same question asked twice is one job."""
    refuse_unknown_parameters(request, frozenset({"explain", "forecast"}))
    caller = await caller_of(request)
    explain, forecast = _explain(request), request.query_params.get("forecast")
    identity_ = request.path_params["id"]

    def effect(unit: Unit) -> Reply:
        asked = ask_recommendation(unit, identity_, explain=explain, forecast=forecast, request_id=caller.request_id)
        return accepted_job(asked[0])

    return await once(caller, repeat_of(request, b""), effect)


@recommending.post(
    "/scenarios/{id}/frontier",
    status_code=202,
    summary="Budget against value, every point proven",
    response_class=Response,
    openapi_extra=described(
        gives(JOB), status=202, params=[identity("id", "The scenario.", "scn_5f1c2a"), POINTS],
        about="The job; its result names a recommendation of kind `frontier`, whose body holds the points.",
    ),
)  # fmt: skip
async def frontier(request: Request) -> Response:
    """Solve a scenario's problem at several budgets in a job; `GET` the same path for the quick relaxation."""
    refuse_unknown_parameters(request, frozenset({"points"}))
    caller = await caller_of(request)
    points = whole_parameter(dict(request.query_params), "points", 16, 200, 2)
    identity_ = request.path_params["id"]

    def effect(unit: Unit) -> Reply:
        record = unit.scenarios.get(identity_)
        job, _ = ask_frontier(
            unit, record["portfolio"], changes=record["changes"], points=points, request_id=caller.request_id
        )
        return accepted_job(job)

    return await once(caller, repeat_of(request, b""), effect)


def _as_job(caller: Caller, problem: Problem, explain: str, forecast: str | None) -> Any:
    def effect(unit: Unit) -> Reply:
        portfolio, _ = unit.portfolios.add(problem.name, problem.to_dict(), problem.sha256())
        job, _ = ask_recommendation(
            unit, portfolio["id"], explain=explain, forecast=forecast, request_id=caller.request_id
        )
        return accepted_job(job)

    return effect


def _is_long(request: Request, problem: Problem) -> bool:
    asks = "respond-async" in request.headers.get("prefer", "").lower()
    return asks or len(problem.candidates) > AT_ONCE or problem.solver.time_limit_s > LONGEST_S


def _explain(request: Request) -> str:
    given = request.query_params.get("explain", "fast")
    if given not in EXPLAIN:
        raise ValueFormatError("is not a known word", field="explain", value=given, remedy=f"use {', '.join(EXPLAIN)}")
    return given


def _peaks(unit: Unit, forecast: str) -> pd.DataFrame:
    unit.forecasts.get(forecast)
    return pd.DataFrame([row | spread_quantiles(row["quantiles"]) for row in unit.forecasts.peaks(forecast)])
