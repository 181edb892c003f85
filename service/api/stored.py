"""Lists of everything that is kept, and the single records that need no more than their row.

Role: the table of lists.
Must not know: what the records mean.
"""

from fastapi import APIRouter

from service.api.jobs import jobs
from service.api.ledgers import ledgers
from service.api.lists import add_list, add_record
from service.api.panels import panels
from service.api.portfolios import portfolios
from service.api.recommending import recommending
from service.api.reports import reports
from service.api.scenario_answers import answers
from service.api.scenarios import scenarios
from service.api.towers import towers
from service.api.uploads import uploads

lists = APIRouter()
_TABLE = (
    ("/uploads", "inputs", "inputs", "Files that were handed in, with every version"),
    ("/panels", "panels", "demand", "Demand panels"),
    ("/forecasts", "forecasts", "demand", "Forecast runs, with the data and model version they rest on"),
    ("/imports", "imports", "cost", "Ledger imports"),
    ("/portfolios", "portfolios", "portfolio", "Portfolio problems, with every version"),
    ("/recommendations", "recommendations", "portfolio", "Recommendations that were kept"),
    ("/scenarios", "scenarios", "portfolio", "Scenarios"),
    ("/reports", "reports", "value", "Reports that were handed in"),
    ("/value-events", "value_events", "value", "What reports state, with its review"),
    ("/solutions", "solutions", "value", "The catalogue in force"),
    ("/findings", "findings", "cost", "What is worth a look in the costs"),
    ("/jobs", "jobs", "jobs", "Work that runs outside of requests"),
)
for _path, _kind, _tag, _summary in _TABLE:
    _router = APIRouter(tags=[_tag])
    add_list(_router, _path, _kind, summary=_summary)
    add_record(_router, _path + "/{id}", _kind, summary=f"One of: {_summary[0].lower()}{_summary[1:]}")
    lists.include_router(_router)
_audit = APIRouter(tags=["operation"])
add_list(_audit, "/audit", "audit", summary="Who did what, in order")
lists.include_router(_audit)

ROUTERS = (lists, uploads, ledgers, panels, towers, portfolios, scenarios, answers, recommending, reports, jobs)
