"""Every kind of job: who does it, imported only in the worker that meets it.

Role: the one table of kinds.
Must not know: how anything is done; the server reads this table without importing a model.
"""

import importlib
from collections.abc import Callable
from typing import NamedTuple

from btim.errors import UnknownReferenceError, listed
from service.jobs.run import Finish, Run

Handler = Callable[[Run], Finish]


class Kind(NamedTuple):
    """Where a handler lives, what it does, and the names of its parameters."""

    target: str
    summary: str
    parameters: tuple[str, ...]


KINDS: dict[str, Kind] = {
    "ledger_import": Kind(
        "service.jobs.ledger_work:import_ledger",
        "Import cost files, keep their lines and views, look for findings.",
        ("name", "main", "files", "currency"),
    ),
    "panel_import": Kind(
        "service.jobs.panel_work:import_panel", "Add the rows of a file to a demand panel.", ("panel", "sha256", "file")
    ),
    "peaks": Kind(
        "service.jobs.demand_work:forecast_peaks",
        "Forecast a panel and the distribution of its peaks.",
        ("panel", "version", "settings", "calendar"),
    ),
    "cost_outlook": Kind(
        "service.jobs.outlook_work:forecast_costs",
        "Forecast the monthly cost of every tower from an import.",
        ("import_id", "months"),
    ),
    "recommendation": Kind(
        "service.jobs.portfolio_work:recommend", "Recommend what to fund.", ("portfolio", "explain", "forecast")
    ),
    "frontier": Kind(
        "service.jobs.portfolio_work:frontier", "Budget against value.", ("portfolio", "changes", "points")
    ),
    "scenario": Kind(
        "service.jobs.portfolio_work:solve_scenario", "Solve a what-if.", ("scenario", "version", "explain")
    ),
    "reading": Kind(
        "service.jobs.reading_work:read_report", "Read a report into value events.", ("report", "catalogue", "model")
    ),
    "reforecast": Kind(
        "service.jobs.nightly_work:reforecast", "Ask for new peaks of every panel that changed.", ("due",)
    ),
    "outlook": Kind("service.jobs.nightly_work:outlook", "Ask for a new cost outlook of the latest import.", ("due",)),
}


def handler_of(kind: str) -> Handler:
    """Import the handler of a kind.

    Raises:
        UnknownReferenceError: there is no such kind.
    """
    if kind not in KINDS:
        raise UnknownReferenceError("no such kind of job", field="kind", value=kind, remedy=f"use {listed(KINDS, 20)}")
    module, _, name = KINDS[kind].target.partition(":")
    handler: Handler = getattr(importlib.import_module(module), name)
    return handler
