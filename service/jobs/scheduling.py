"""Schedules: when a job is due next, and asking for what is due, once.

Role: wall-clock times in a zone to moments; the tick that every worker makes.
Must not know: what a job does.
"""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from btim.errors import ValueFormatError
from service.store import Store, Unit

TIME = r"([01]\d|2[0-3]):([0-5]\d)"
SHAPES = {"hour": re.compile(r"([0-5]\d)"), "day": re.compile(TIME), "month": re.compile(rf"(\d|1\d|2[0-8]) {TIME}")}
HINTS = {"hour": "minutes, as 15", "day": "a time, as 02:00", "month": "a day up to 28 and a time, as 3 06:00"}
LONGEST = {"hour": timedelta(hours=2), "day": timedelta(days=2), "month": timedelta(days=32)}
DEFAULTS = (("nightly", "reforecast", "day", "02:00"), ("monthly", "outlook", "month", "3 06:00"))


def next_due(every: str, at: str, zone: str, after: datetime) -> datetime:
    """The first due time after a moment, in UTC.

    Args:
        every: `hour`, `day` or `month`.
        at: minutes, a time, or a day of the month and a time, on the clocks of `zone`.
        zone: an IANA zone such as `Asia/Hong_Kong`.
        after: an aware moment.

    Raises:
        ValueFormatError: one of them cannot be read.
    """
    numbers = _numbers(every, at)
    here = after.astimezone(_zone(zone))
    due = _candidate(every, numbers, here)
    while due.astimezone(UTC) <= after:
        due = _candidate(every, numbers, _following(every, due))
    return due.astimezone(UTC)


def ask_for_due(store: Store) -> int:
    """Ask for the job of every schedule that is due; returns how many were asked for here.

    Each due time is used up in the transaction that asks for its job, whose name holds the due time: however many
    workers look, one job is asked for. Times that passed while nobody looked are used up together, by one job.
    A clock that was set back by more than a period makes the next time be computed anew. Answers kept for requests that
    may be repeated are forgotten along the way, when they are old.
    """
    with store.overseeing() as everyone:
        now, known = everyone.now, everyone.schedules()
    asked = 0
    for row in known:
        if row["next_at"] > now + LONGEST[row["every"]]:
            with store.writing(row["organisation"]) as unit:
                unit.schedules.advance(row["id"], row["next_at"], next_due(row["every"], row["at"], row["zone"], now))
        if row["next_at"] > now:
            continue
        with store.writing(row["organisation"]) as unit:
            following = next_due(row["every"], row["at"], row["zone"], unit.now)
            if unit.schedules.advance(row["id"], row["next_at"], following):
                parameters = {**row["parameters"], "due": row["next_at"].isoformat()}
                job, _ = unit.jobs.ask(row["kind"], parameters, request_id=f"schedule:{row['id']}", again=False)
                unit.schedules.asked(row["id"], job["id"])
                unit.idempotency.forget_old()
                unit.audit.append(f"schedule:{row['id']}", "job.asked", job["id"])
                asked += 1
    return asked


def ensure_defaults(unit: Unit) -> None:
    """Make the schedules that an organisation begins with: nightly peaks, a monthly cost outlook."""
    known = {row["id"] for row in unit.schedules.all()}
    for name, kind, every, at in DEFAULTS:
        if name not in known:
            next_at = next_due(every, at, "UTC", unit.now)
            unit.schedules.put(name, kind, {}, every=every, at=at, zone="UTC", next_at=next_at)


def _numbers(every: str, at: str) -> tuple[int, ...]:
    if every not in SHAPES:
        raise ValueFormatError("is not a period", field="every", value=every, remedy=f"use {', '.join(SHAPES)}")
    found = SHAPES[every].fullmatch(at)
    if found is None:
        raise ValueFormatError(f"is not a time of every {every}", field="at", value=at, remedy=f"write {HINTS[every]}")
    return tuple(int(part) for part in found.groups())


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueFormatError(
            "is not a time zone", field="zone", value=name, remedy="write it like Asia/Hong_Kong"
        ) from None


def _candidate(every: str, numbers: tuple[int, ...], here: datetime) -> datetime:
    start = here.replace(second=0, microsecond=0, fold=0)
    if every == "hour":
        return start.replace(minute=numbers[0])
    if every == "day":
        return start.replace(hour=numbers[0], minute=numbers[1])
    return start.replace(day=numbers[0], hour=numbers[1], minute=numbers[2])


def _following(every: str, due: datetime) -> datetime:
    if every == "hour":
        return (due.astimezone(UTC) + timedelta(hours=1)).astimezone(due.tzinfo)
    if every == "day":
        return due + timedelta(days=1)
    return (due.replace(day=1) + timedelta(days=32)).replace(day=due.day)
