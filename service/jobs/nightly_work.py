"""Scheduled jobs that ask for others: new peaks of every panel, a new cost outlook.

Role: what the nightly and the monthly schedule do.
Must not know: how a forecast is made.
"""

from collections.abc import Mapping
from typing import Any

from service.jobs.asking import ask_outlook, ask_peaks
from service.jobs.run import Finish, Run
from service.store import Query, Unit
from service.store.listing import MOST


def reforecast(run: Run) -> Finish:
    """Ask for peaks of every panel with rows; a panel that did not change since its last forecast is not done twice."""
    run.tell(50, "asking")

    def finish(unit: Unit) -> Mapping[str, Any]:
        found = unit.lists.page("panels", Query(limit=MOST)).rows
        jobs = [ask_peaks(unit, row["id"], request_id=run.job, again=False)[0]["id"] for row in found if row["version"]]
        return {"jobs": jobs}

    return finish


def outlook(run: Run) -> Finish:
    """Ask for a cost outlook of the latest import."""
    run.tell(50, "asking")

    def finish(unit: Unit) -> Mapping[str, Any]:
        latest = unit.ledgers.latest()
        jobs = [] if latest is None else [ask_outlook(unit, latest["id"], request_id=run.job, again=False)[0]["id"]]
        return {"jobs": jobs}

    return finish
