"""A job is asked for once, done once, and belongs to one worker at a time."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from btim.errors import ConflictError
from service.store import Query, Store
from service.store.jobs import ATTEMPTS, MOST_ATTEMPTS, Claim
from service.store.upgrading import upgrade

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def taken(store: Store, id_: str, after: int = 0, worker: str = "w1") -> Claim:
    with store.writing("here") as unit:
        found = unit.jobs.take(id_, worker, after=after)
    assert found is not None
    return found[1]


def state(store: Store, id_: str) -> str:
    with store.reading("here") as unit:
        return str(unit.jobs.get(id_)["state"])


def asked(store: Store, **parameters: object) -> str:
    with store.writing("here") as unit:
        return str(unit.jobs.ask("peaks", parameters)[0]["id"])


def test_the_same_work_is_the_same_job(store: Store) -> None:
    with store.writing("here") as unit:
        first, queued = unit.jobs.ask("peaks", {"panel": "p", "version": 1})
        second, again = unit.jobs.ask("peaks", {"version": 1, "panel": "p"})
        other, _ = unit.jobs.ask("peaks", {"panel": "p", "version": 2})
    assert (queued, again, second["asked"]) == (True, False, 2)
    assert first["id"] == second["id"] != other["id"]


def test_the_same_work_of_two_organisations_is_two_jobs(store: Store) -> None:
    ids = []
    for name in ("here", "there"):
        with store.writing(name) as unit:
            ids.append(unit.jobs.ask("peaks", {"n": 1})[0]["id"])
    assert ids[0] != ids[1]


def test_two_workers_never_take_one_job(store: Store) -> None:
    job = asked(store)
    found = []

    def race(worker: str) -> None:
        with store.writing("here") as unit:
            found.append(unit.jobs.take(job, worker, after=0))

    threads = [threading.Thread(target=race, args=(f"w{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(each is not None for each in found) == 1


def test_a_worker_that_lost_its_job_changes_nothing_more(store: Store) -> None:
    job = asked(store)
    lost = taken(store, job)
    taken(store, job, after=1, worker="w2")
    with store.writing("here") as unit:
        assert not unit.jobs.beat(lost, percent=50, stage="late", eta_s=None)
    with pytest.raises(ConflictError), store.writing("here") as unit:
        unit.jobs.succeed(lost, {"ok": True})
    assert state(store, job) == "running"


def test_a_result_is_written_with_the_end_of_its_job_or_not_at_all(store: Store) -> None:
    job = asked(store)
    lost = taken(store, job)
    taken(store, job, after=1)
    with pytest.raises(ConflictError), store.writing("here") as unit:
        unit.panels.ensure("made by a dead worker", {})
        unit.jobs.succeed(lost, {})
    with store.reading("here") as unit:
        assert unit.lists.page("panels", Query()).rows == []


def test_an_error_that_may_pass_is_tried_again_later_and_not_for_ever(database_url: str) -> None:
    now = [NOON]
    store = Store.open(database_url, clock=lambda: now[0])
    upgrade(store.engine)
    with store.operating() as everyone:
        everyone.ensure("here")
    job = asked(store)
    waits = []
    for attempt in range(ATTEMPTS):
        claim = taken(store, job, after=attempt)
        with store.writing("here") as unit:
            last = unit.jobs.fail(claim, {"what": "the disk is full"}, retry=True)
            waits.append((unit.jobs.get(job)["run_after"] - now[0]).total_seconds())
        with store.overseeing() as everyone:
            assert everyone.waiting_jobs() == []
        now[0] += timedelta(minutes=10)
    assert waits[:4] == [2, 4, 8, 16]
    assert last == "failed"
    assert asked(store) == job
    assert state(store, job) == "queued"
    store.close()


def test_a_clock_that_was_set_back_does_not_keep_a_job_waiting(database_url: str) -> None:
    now = [NOON]
    store = Store.open(database_url, clock=lambda: now[0])
    upgrade(store.engine)
    with store.operating() as everyone:
        everyone.ensure("here")
    asked(store)
    now[0] -= timedelta(days=30)
    with store.overseeing() as everyone:
        assert len(everyone.waiting_jobs()) == 1
    store.close()


def test_a_job_that_kills_its_workers_is_given_up(store: Store) -> None:
    job = asked(store)
    for attempt in range(MOST_ATTEMPTS):
        taken(store, job, after=attempt)
    with store.writing("here") as unit:
        assert unit.jobs.take(job, "w", after=MOST_ATTEMPTS) is None
        assert unit.jobs.get(job)["error"]["what"] == "every worker that tried this job died"


def test_a_waiting_job_is_cancelled_at_once_and_a_running_one_by_its_worker(store: Store) -> None:
    waiting, running = asked(store, n=1), asked(store, n=2)
    claim = taken(store, running)
    with store.writing("here") as unit:
        assert unit.jobs.request_cancel(waiting)["state"] == "cancelled"
        assert unit.jobs.request_cancel(running)["state"] == "running"
    with store.writing("here") as unit:
        assert not unit.jobs.beat(claim, percent=10, stage="reading", eta_s=9.0)
        unit.jobs.cancelled(claim)
    assert (state(store, waiting), state(store, running)) == ("cancelled", "cancelled")
    with pytest.raises(ConflictError, match="has ended"), store.writing("here") as unit:
        unit.jobs.request_cancel(waiting)


def test_a_job_given_back_loses_no_attempt(store: Store) -> None:
    job = asked(store)
    claim = taken(store, job)
    with store.writing("here") as unit:
        unit.jobs.put_back(claim)
        assert (unit.jobs.get(job)["state"], unit.jobs.get(job)["attempts_left"]) == ("queued", ATTEMPTS)
