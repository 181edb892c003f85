"""Schedules: when a job is due, and that each due time asks for one job."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from btim.errors import ValueFormatError
from service.jobs.scheduling import ask_for_due, ensure_defaults, next_due
from service.store import Query, Store
from service.store.idempotency import KeptAnswer
from service.store.upgrading import upgrade


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("every", "at", "zone", "after", "due"),
    [
        ("day", "02:00", "UTC", "2026-01-01T01:59", "2026-01-01T02:00"),
        ("day", "02:00", "UTC", "2026-01-01T02:00", "2026-01-02T02:00"),
        ("day", "02:00", "Asia/Hong_Kong", "2026-01-01T12:00", "2026-01-01T18:00"),
        ("hour", "15", "UTC", "2026-01-01T23:20", "2026-01-02T00:15"),
        ("month", "3 06:00", "UTC", "2026-01-03T06:00", "2026-02-03T06:00"),
        ("month", "28 06:00", "UTC", "2026-01-30T00:00", "2026-02-28T06:00"),
        ("month", "3 06:00", "UTC", "2025-12-15T00:00", "2026-01-03T06:00"),
        ("day", "02:30", "Europe/London", "2026-03-29T00:00", "2026-03-29T01:30"),
        ("day", "01:30", "Europe/London", "2026-10-25T00:10", "2026-10-25T00:30"),
    ],
)
def test_the_next_due_time_follows_the_clocks_of_the_zone(every: str, at: str, zone: str, after: str, due: str) -> None:
    assert next_due(every, at, zone, moment(after)) == moment(due)


@pytest.mark.parametrize(
    ("every", "at", "zone", "message"),
    [
        ("week", "02:00", "UTC", "not a period"),
        ("day", "24:00", "UTC", "not a time"),
        ("month", "31 02:00", "UTC", "not a time"),
        ("day", "02:00", "Mars/Olympus", "not a time zone"),
        ("day", "02:00", "../etc/passwd", "not a time zone"),
    ],
)
def test_what_cannot_be_due_is_refused(every: str, at: str, zone: str, message: str) -> None:
    with pytest.raises(ValueFormatError, match=message):
        next_due(every, at, zone, moment("2026-01-01T00:00"))


class Timed:
    """A store whose clock the test sets."""

    def __init__(self, url: str) -> None:
        self.now = moment("2026-01-01T12:00")
        self.store = Store.open(url, clock=lambda: self.now)
        upgrade(self.store.engine)
        with self.store.operating() as everyone:
            everyone.ensure("here")
        with self.store.writing("here") as unit:
            ensure_defaults(unit)

    def jobs(self) -> list[tuple[str, str]]:
        with self.store.reading("here") as unit:
            rows = unit.lists.page("jobs", Query(sort=["sequence"])).rows
        return [(row["kind"], row["parameters"]["due"]) for row in rows]


def test_a_due_time_asks_for_one_job_however_many_look(database_url: str) -> None:
    timed = Timed(database_url)
    assert ask_for_due(timed.store) == 0
    timed.now = moment("2026-01-02T02:00")
    threads = [threading.Thread(target=ask_for_due, args=(timed.store,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert timed.jobs() == [("reforecast", "2026-01-02T02:00:00+00:00")]
    timed.store.close()


def test_nights_that_nobody_saw_are_made_up_by_one_job(database_url: str) -> None:
    timed = Timed(database_url)
    timed.now = moment("2026-01-20T09:00")
    assert ask_for_due(timed.store) == 2
    assert ask_for_due(timed.store) == 0
    assert sorted(kind for kind, _ in timed.jobs()) == ["outlook", "reforecast"]
    timed.now = moment("2026-01-21T02:00")
    assert ask_for_due(timed.store) == 1
    timed.store.close()


def test_a_clock_that_was_set_back_for_a_year_does_not_stop_the_nights(database_url: str) -> None:
    timed = Timed(database_url)
    timed.now -= timedelta(days=365)
    ask_for_due(timed.store)
    timed.now += timedelta(days=1)
    assert ask_for_due(timed.store) == 1
    assert [kind for kind, _ in timed.jobs()] == ["reforecast"]
    timed.store.close()


def test_old_answers_to_repeatable_requests_are_forgotten_by_night_and_young_ones_kept(database_url: str) -> None:
    timed = Timed(database_url)
    answer = KeptAnswer(201, {}, b"{}")
    with timed.store.writing("here") as unit:
        unit.idempotency.keep("old", "f", answer)
    timed.now += timedelta(days=7)
    with timed.store.writing("here") as unit:
        unit.idempotency.keep("young", "f", answer)
    timed.now += timedelta(days=1)
    ask_for_due(timed.store)
    with timed.store.reading("here") as unit:
        assert unit.idempotency.find("old", "f") is None
        assert unit.idempotency.find("young", "f") == answer
    timed.store.close()
