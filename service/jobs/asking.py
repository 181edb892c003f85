"""Asking for work: the parameters of every kind, composed from records in the transaction that keeps them.

Role: the one place that says what a piece of work depends on, so that the same work is the same job.
Must not know: how anything is done.
"""

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from btim.errors import ConflictError, FileError, UnknownReferenceError
from service.release import RELEASE
from service.store import Unit
from service.store.scope import Row

Asked = tuple[Row, bool]
"""The job, and whether it was queued now."""


def ask_import(unit: Unit, input_id: str, *, currency: str | None = None, request_id: str = "") -> Asked:
    """Ask that a `mapping` with the files it names, or a `ledger` that needs none, be imported.

    Raises:
        NotFoundError: no such input.
        UnknownReferenceError: the input is of another kind, or the mapping names a file that was not uploaded.
    """
    main = unit.inputs.get(input_id)
    if main["kind"] not in ("mapping", "ledger"):
        raise UnknownReferenceError(
            "only a mapping or a ledger is imported", field="input", value=main["kind"], remedy="name one of these"
        )
    files = dict(_named_files(unit, main)) if main["kind"] == "mapping" else {}
    parameters = {
        "name": main["name"],
        "main": {"kind": main["kind"], "file": main["file"], "sha256": main["sha256"]},
        "files": files,
        "currency": currency,
    }
    return unit.jobs.ask("ledger_import", parameters, request_id=request_id)


def ask_panel_import(unit: Unit, panel: str, *, sha256: str, file: str, request_id: str = "") -> Asked:
    """Ask that the rows of a kept file be added to a panel."""
    settings = unit.panels.get(panel)["settings"]
    parameters = {"panel": panel, "sha256": sha256, "file": file, "settings": settings}
    return unit.jobs.ask("panel_import", parameters, request_id=request_id)


def ask_peaks(unit: Unit, panel: str, *, request_id: str = "", again: bool = True) -> Asked:
    """Ask for forecast and peaks of a panel as it is now.

    Raises:
        NotFoundError: no such panel.
        ConflictError: it has no rows.
        UnknownReferenceError: its calendar is not there.
    """
    record = unit.panels.get(panel)
    if record["version"] == 0:
        raise ConflictError("the panel has no rows yet", value=panel, remedy="send rows first")
    parameters = {
        "panel": panel,
        "version": record["version"],
        "settings": record["settings"],
        "calendar": calendar_file(unit, record["settings"].get("calendar")),
        "release": RELEASE,
    }
    return unit.jobs.ask("peaks", parameters, request_id=request_id, again=again)


def calendar_file(unit: Unit, name: str | None) -> dict[str, str] | None:
    """The newest calendar of a name: its file and content; None where no calendar is named.

    Raises:
        UnknownReferenceError: no calendar of that name was uploaded.
    """
    if name is None:
        return None
    known = unit.inputs.latest("calendar", name)
    if known is None:
        raise UnknownReferenceError(
            "no such calendar", field="calendar", value=name, remedy="upload it first, as kind=calendar"
        )
    return {"file": known["file"], "sha256": known["sha256"]}


def ask_outlook(unit: Unit, import_id: str, *, months: int = 12, request_id: str = "", again: bool = True) -> Asked:
    """Ask for the cost of the coming months by tower.

    Raises:
        NotFoundError: no such import.
    """
    unit.ledgers.get(import_id)
    parameters = {"import_id": import_id, "months": months, "release": RELEASE}
    return unit.jobs.ask("cost_outlook", parameters, request_id=request_id, again=again)


def ask_recommendation(
    unit: Unit, portfolio: str, *, explain: str = "fast", forecast: str | None = None, request_id: str = ""
) -> Asked:
    """Ask what of a portfolio to fund, within the headroom of a forecast where one is named.

    Raises:
        NotFoundError: no such portfolio or forecast.
    """
    unit.portfolios.get(portfolio)
    if forecast is not None:
        unit.forecasts.get(forecast)
    parameters = {"portfolio": portfolio, "explain": explain, "forecast": forecast, "release": RELEASE}
    return unit.jobs.ask("recommendation", parameters, request_id=request_id)


def ask_frontier(
    unit: Unit, portfolio: str, *, changes: Sequence[str] = (), points: int = 16, request_id: str = ""
) -> Asked:
    """Ask for the best value at each of several budgets, of a portfolio with a scenario's changes.

    Raises:
        NotFoundError: no such portfolio.
    """
    unit.portfolios.get(portfolio)
    parameters = {"portfolio": portfolio, "changes": list(changes), "points": points, "release": RELEASE}
    return unit.jobs.ask("frontier", parameters, request_id=request_id)


def ask_scenario(unit: Unit, scenario: str, *, explain: str = "fast", request_id: str = "") -> Asked:
    """Ask that a scenario be solved as it is now.

    Raises:
        NotFoundError: no such scenario.
    """
    record = unit.scenarios.get(scenario)
    parameters = {"scenario": scenario, "version": record["version"], "explain": explain, "release": RELEASE}
    return unit.jobs.ask("scenario", parameters, request_id=request_id)


def ask_reading(unit: Unit, report: str, *, request_id: str = "") -> Asked:
    """Ask that a report be read against the catalogue in force.

    Raises:
        NotFoundError: no such report.
    """
    unit.reports.get(report)
    parameters = {"report": report, "catalogue": catalogue_version(unit), "release": RELEASE}
    return unit.jobs.ask("reading", parameters, request_id=request_id, priority=3)


def catalogue_version(unit: Unit) -> str:
    """A hash of the catalogue in force; "" when there is none."""
    bodies = [row["body"] for row in unit.solutions.all()]
    told = json.dumps(bodies, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()[:16] if bodies else ""


def _named_files(unit: Unit, main: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Uploaded files that a mapping names, by the path under which it names them."""
    try:
        mapping = tomllib.loads(unit.contents.read(main["sha256"]).decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FileError(f"is not TOML: {error}", file=main["file"], remedy="correct the mapping") from None
    for path in sorted(set(_texts(mapping))):
        name = PurePosixPath(path).name
        known = unit.inputs.latest_file(path) or (unit.inputs.latest_file(name) if name else None)
        if known is not None and known["id"] != main["id"]:
            yield path, known["sha256"]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
