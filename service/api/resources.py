"""What the API lists: each kind of record of the store, with the meaning of its fields.

Role: the public face of the store's lists; a field that is not described here is not given.
Must not know: how a page is fetched.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Boolean, Column, Float, Integer, Text

from service.api.listings import Field, Listing
from service.store import LISTINGS
from service.store.schema import Moment


class About(NamedTuple):
    """Meaning and example of a field."""

    words: str
    example: Any


SHARED: Mapping[str, About] = {
    "id": About("Identity, never given twice.", "inp_5f1c2a"),
    "name": About("Name that people know it by.", "FY27"),
    "version": About("Rises with every change, from 1.", 2),
    "latest": About("Whether no later version exists.", True),
    "sequence": About("Order of changes within the organisation.", 412),
    "created_at": About("When it was made.", "2026-07-01T06:00:00Z"),
    "updated_at": About("When it last changed; never falls along `sequence`.", "2026-07-01T06:00:00Z"),
    "kind": About("What it is.", "panel"),
    "state": About("Where it stands.", "succeeded"),
    "sha256": About("SHA-256 of the content.", "9f86d081884c7d65"),
    "size": About("Length in bytes.", 20480),
    "media_type": About("Media type it was sent with.", "text/csv"),
    "settings": About("Settings it is read and used with.", {"freq": "h", "season": "24,168"}),
    "job": About("The job that made it.", "job_1f0b"),
    "unit": About("Unit of the numbers.", "cores"),
    "currency": About("ISO 4217 code of the money.", "USD"),
    "tower": About("Technology tower.", "Compute"),
    "solution": About("Technology solution, by its id in the catalogue.", "sol-crm"),
    "month": About("Month, YYYY-MM.", "2026-06"),
    "unique_id": About("The series.", "compute-cpu"),
    "panel": About("The panel, by its id.", "pan_5f1c2a"),
    "model": About("What made the numbers.", "ensemble"),
    "as_of": About("Last moment the data know of.", "2026-06-30T23:00:00"),
    "body": About("The whole record in its exchange format.", {}),
    "facts": About("What a check found.", {}),
    "note": About("What a person wrote beside it.", "agreed in June"),
    "actor": About("Who did it.", "j.doe"),
}
"""Meanings that hold wherever the field stands."""

OWN: Mapping[str, Mapping[str, About]] = {
    "inputs": {
        "kind": About("What kind of input it is.", "rates"),
        "file": About("Name of the file it came as.", "rates.csv"),
    },
    "panels": {
        "id": About("Identity of the panel.", "pan_5f1c2a"),
        "series": About("Number of series.", 12),
        "rows": About("Number of values in force.", 8640),
        "first_ds": About("First step.", "2026-01-01T00:00:00"),
        "last_ds": About("Last step.", "2026-06-30T23:00:00"),
    },
    "panel_rows": {
        "ds": About("The step.", "2026-06-30T23:00:00"),
        "version": About("Panel version that wrote this value.", 2),
        "until": About("Panel version that replaced it; 2147483647 while it is in force.", 2147483647),
        "y": About("Demand; null where missing.", 81.5),
        "capacity": About("What is installed, in the same unit.", 120.0),
        "censored": About("Whether demand hit its ceiling.", False),
        "statistic": About("What the value is within its step.", "mean"),
    },
    "imports": {
        "title": About("The ledger's own title.", "Technology cost"),
        "first_month": About("First month.", "2025-07"),
        "last_month": About("Last month.", "2026-06"),
        "closed_through": About("Last closed month; blank when none is.", "2026-05"),
        "digits": About("Decimals of the currency.", 2),
        "synthetic": About("Whether the figures are made up.", False),
        "rows_in": About("Rows read.", 120000),
        "rows_out": About("Rows accounted for.", 120000),
        "reconciled": About("Whether every control total holds.", True),
        "unmapped_share": About("Share of the amount that no rule placed.", "0.012"),
        "sources": About("Files with their hashes.", []),
    },
    "portfolios": {
        "candidates": About("Number of candidates.", 100),
        "problem": About("The portfolio problem in its exchange format.", {}),
    },
    "candidates": {
        "id": About("Identity within the problem.", "P-001"),
        "portfolio": About("The portfolio version it stands in.", "prt_5f1c2a"),
        "position": About("Place in the problem.", 0),
        "category": About("Category.", "grow"),
        "business_owner": About("Owner in the business.", "Payments"),
        "technology_owner": About("Owner in technology.", "Data platform"),
        "mandatory": About("Whether it must be funded.", False),
    },
    "solutions": {
        "id": About("Identity in the catalogue.", "sol-crm"),
        "input": About("The catalogue it was read from.", "inp_5f1c2a"),
    },
    "forecasts": {
        "panel_version": About("Version of the panel it rests on.", 3),
        "model_version": About("Release that made it.", "0.1.0"),
        "rows": About("Number of rows.", 48),
        "refused": About("Series that could not be forecast, and why.", []),
    },
    "forecast_rows": {
        "forecast": About("The forecast.", "fct_5f1c2a"),
        "ds": About("The step.", "2026-07-01T00:00:00"),
        "point": About("The forecast to be scored.", 81.5),
        "mean": About("Mean of the paths.", 81.9),
        "quantiles": About("Quantiles by level.", {"0.5": 81.0, "0.975": 97.2}),
        "fallback": About("Why another model was used; null where none was.", None),
    },
    "peak_rows": {
        "forecast": About("The forecast.", "fct_5f1c2a"),
        "window": About("The window.", "7d"),
        "statistic": About("What a value is within its step.", "mean"),
        "window_start": About("First step of the window.", "2026-07-01T00:00:00"),
        "window_end": About("Last step of the window.", "2026-07-07T23:00:00"),
        "quantiles": About("Quantiles of the maximum over the window, by level.", {"0.5": 88.1, "0.95": 96.4}),
        "mean": About("Mean of the maximum.", 88.9),
        "peak_at": About("Most likely step of the maximum.", "2026-07-03T10:00:00"),
        "peak_at_probability": About("That it falls within one step of it.", 0.31),
        "capacity": About("Capacity in force at the window's end.", 120.0),
        "exceedance": About("Probability that the maximum passes it.", 0.01),
        "calibrated": About("Past windows the calibration rests on; 0 is not calibrated.", 40),
    },
    "recommendations": {
        "portfolio": About("The portfolio that was solved.", "prt_5f1c2a"),
        "problem_sha256": About("SHA-256 of the problem that was solved.", "9f86d081884c7d65"),
        "status": About("optimal, feasible or infeasible.", "optimal"),
        "objective": About("Worth of the portfolio.", 12345678.0),
        "solver": About("What solved it.", "core+HiGHS 1.13"),
    },
    "scenarios": {
        "parent": About("The scenario it came from.", "scn_5f1c2a"),
        "portfolio": About("The portfolio it changes.", "prt_5f1c2a"),
        "changes": About("What it changes.", ["money limits=-10%"]),
        "recommendation": About("The recommendation it got.", "rec_5f1c2a"),
        "state": About("draft or adopted.", "draft"),
        "signed_business": About("Who signed for the business.", "A. Chan"),
        "signed_technology": About("Who signed for technology.", "B. Li"),
        "adopted_at": About("When it was adopted.", "2026-07-01T06:00:00Z"),
    },
    "reports": {
        "published": About("Date of publication.", "2026-06-30"),
        "source": About("How it arrived: upload or folder.", "upload"),
        "state": About("received, read or refused.", "read"),
        "text": About("The text that evidence refers to.", "The platform saved $1.2m."),
        "catalogue_version": About("Catalogue it was read against.", "inp_5f1c2a"),
        "read_at": About("When it was read.", "2026-07-01T06:00:00Z"),
    },
    "value_events": {
        "report": About("The report that states it.", "rep_5f1c2a"),
        "metric": About("Metric, by its id.", "cost_saving"),
        "kind": About("change, from_to, level, share, gap, ratio, spend, saving or gain.", "saving"),
        "direction": About("up, down, flat or none.", "down"),
        "status": About("realised, planned, negated or hypothetical.", "realised"),
        "value": About("Magnitude, an exact decimal.", "1200000"),
        "unit": About("Unit of the value.", "money"),
        "per": About("year, quarter or month where it is a rate.", "year"),
        "period_from": About("First day the claim covers.", "2026-04-01"),
        "period_to": About("Last day the claim covers.", "2026-06-30"),
        "business_unit": About("Business unit as written.", "Payments"),
        "confidence": About("How sure the reader is, 0 to 1.", 0.91),
        "band": About("post, review or drop.", "review"),
        "assurance": About("stated, finance_confirmed or metered.", "stated"),
        "state": About("posted, review or dropped by the reader; confirmed or rejected by a person.", "review"),
    },
    "event_reviews": {
        "event": About("The event.", "a1b2c3"),
        "decision": About("What was decided.", "confirm"),
        "before": About("The event as it was.", {}),
    },
    "findings": {
        "import_id": About("The import it was found in.", "imp_5f1c2a"),
        "layer": About("Layer of the element.", "tower"),
        "element": About("What it is about.", "Storage"),
        "stake": About("Money at stake, in minor units of the currency.", 1250000),
        "period": About("Months it covers.", "2025-07 to 2026-06"),
        "reason": About("Why.", "unit cost is 40 % above the benchmark"),
        "action": About("What to do.", "renegotiate"),
        "evidence": About("The numbers behind it.", {}),
        "kind": About("What was found.", "dear_unit_cost"),
    },
    "jobs": {
        "kind": About("What is done.", "peaks"),
        "parameters": About("What it is done with.", {"panel": "pan_5f1c2a"}),
        "state": About("queued, running, succeeded, failed or cancelled.", "running"),
        "priority": About("Smaller is sooner.", 5),
        "asked": About("How often it was asked for; it is done once.", 1),
        "attempt": About("Attempts so far.", 1),
        "attempts_left": About("Attempts left.", 4),
        "run_after": About("Not tried before.", "2026-07-01T06:00:00Z"),
        "percent": About("Progress, 0 to 100.", 42.0),
        "stage": About("What is being done.", "forecasting"),
        "eta_s": About("Seconds that are likely left.", 12.5),
        "cancel_requested": About("Whether it was asked to end.", False),
        "error": About("Why it failed.", None),
        "result": About("What it made.", {"forecast": "for_5f1c2a"}),
        "request_id": About("The request that asked for it.", "4bf92f35"),
        "started_at": About("Start of the latest attempt.", "2026-07-01T06:00:00Z"),
        "finished_at": About("End.", "2026-07-01T06:00:00Z"),
    },
    "schedules": {
        "kind": About("What is done.", "nightly_forecast"),
        "parameters": About("What it is done with.", {}),
        "every": About("How often.", "day"),
        "at": About("At what time.", "02:00"),
        "zone": About("In which zone.", "UTC"),
        "enabled": About("Whether it runs.", True),
        "next_at": About("When it is due next.", "2026-07-01T02:00:00Z"),
        "last_due": About("When it was due last.", "2026-06-30T02:00:00Z"),
        "last_job": About("The job it asked for then.", "job_1f0b"),
    },
    "audit": {
        "at": About("When.", "2026-07-01T06:00:00Z"),
        "action": About("What was done.", "scenario.adopted"),
        "subject": About("To what.", "scn_5f1c2a"),
        "request_id": About("The request that asked for it.", "4bf92f35"),
        "detail": About("What else matters.", {}),
    },
}
"""Meanings of a kind's own fields, before the shared ones."""

FILTERS: Mapping[str, tuple[str, ...]] = {
    "inputs": ("kind", "name", "latest", "sha256"),
    "panels": ("name",),
    "panel_rows": ("unique_id", "tower", "version"),
    "imports": ("name", "latest", "reconciled"),
    "portfolios": ("name", "latest"),
    "candidates": ("solution", "tower", "category", "business_owner", "technology_owner", "mandatory"),
    "solutions": (),
    "forecasts": ("panel", "kind"),
    "forecast_rows": ("unique_id",),
    "peak_rows": ("unique_id", "tower", "window"),
    "recommendations": ("portfolio", "status", "kind"),
    "scenarios": ("state", "parent", "portfolio", "name"),
    "reports": ("state", "source", "name", "sha256"),
    "value_events": ("report", "solution", "metric", "kind", "status", "state", "band", "currency"),
    "event_reviews": (),
    "findings": ("kind", "layer", "element", "import_id"),
    "jobs": ("kind", "state"),
    "schedules": ("enabled",),
    "audit": ("action", "subject", "actor"),
}


def listing_of(kind: str, *, whole: bool = False) -> Listing:
    """The public list of a kind of record: the described fields of the store's, the large ones only if `whole`."""
    stored = LISTINGS[kind]
    abouts = {**SHARED, **OWN.get(kind, {})}
    given = [stored.table.c[name] for name in stored.fields if name in abouts and (whole or name not in stored.hidden)]
    fields = {column.name: _field(column, abouts[column.name]) for column in given}
    sorts = tuple(name for name in stored.sorts if name in fields)
    default = "-sequence" if "sequence" in sorts else sorts[0]
    return Listing(kind, fields, sorts, FILTERS.get(kind, ()), default, stored.key)


TYPES: tuple[tuple[type, str], ...] = (
    (Moment, "moment"),
    (Boolean, "flag"),
    (Float, "number"),
    (BigInteger, "whole"),
    (Integer, "whole"),
    (Text, "text"),
)


def _field(column: Column[Any], about: About) -> Field:
    kind = next((name for type_, name in TYPES if isinstance(column.type, type_)), "any")
    return Field(kind, about.words, about.example, bool(column.nullable))
