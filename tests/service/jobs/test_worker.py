"""A worker does each job once, ends it with what it found, and lets go when it must."""

import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from btim.errors import StoreError, ValueFormatError
from service.jobs.kinds import Handler
from service.jobs.observing import Observer
from service.jobs.run import Finish, Refused, Run
from service.jobs.worker import Worker
from service.store import Query, Store, Unit


def worker(store: Store, handler: Handler, **more: Any) -> Worker:
    return Worker(store, "host:1:test", find_handler=lambda _: handler, **more)


def asked(store: Store, kind: str = "peaks", **parameters: object) -> str:
    with store.writing("here") as unit:
        return str(unit.jobs.ask(kind, parameters)[0]["id"])


def job_of(store: Store, id_: str) -> dict[str, Any]:
    with store.reading("here") as unit:
        return unit.jobs.get(id_)


def made(name: str) -> Finish:
    def finish(unit: Unit) -> Mapping[str, Any]:
        return {"panel": unit.panels.ensure(name, {})["id"]}

    return finish


def panels(store: Store) -> list[str]:
    with store.reading("here") as unit:
        return sorted(row["name"] for row in unit.lists.page("panels", Query()).rows)


def test_a_job_ends_with_what_it_found(store: Store) -> None:
    job = asked(store, n=1)
    assert worker(store, lambda run: made(f"panel {run.parameters['n']}")).step()
    row = job_of(store, job)
    assert (row["state"], row["percent"], row["attempt"]) == ("succeeded", 100.0, 1)
    assert panels(store) == ["panel 1"]
    assert not worker(store, lambda _: made("again")).step()


def test_input_that_is_refused_is_not_tried_again_and_says_why(store: Store) -> None:
    job = asked(store)

    def refuse(run: Run) -> Finish:
        cause = ValueFormatError("is not a number", file="d.csv", row=3, field="y", value="12k", remedy="write 12000")
        raise Refused(cause, lambda unit: unit.audit.append("job", "refused", run.job))

    worker(store, refuse).step()
    row = job_of(store, job)
    assert (row["state"], row["attempt"]) == ("failed", 1)
    assert row["error"] == {
        "class": "ValueFormatError",
        "what": "is not a number",
        "file": "d.csv",
        "row": 3,
        "field": "y",
        "value": "12k",
        "remedy": "write 12000",
    }
    with store.reading("here") as unit:
        assert unit.lists.get("audit", row["sequence"] + 1)["subject"] == job


def test_a_failure_that_may_pass_is_tried_again(store: Store) -> None:
    job, tries = asked(store), []

    def flaky(run: Run) -> Finish:
        tries.append(run.job)
        if len(tries) == 1:
            raise StoreError("the disk of the store is full")
        return made("at last")

    hands = worker(store, flaky)
    assert hands.step()
    assert job_of(store, job)["state"] == "queued"
    assert not hands.step()
    deadline = time.monotonic() + 20
    while job_of(store, job)["state"] != "succeeded" and time.monotonic() < deadline:
        hands.step()
        time.sleep(0.1)
    assert (job_of(store, job)["attempt"], tries, panels(store)) == (2, [job, job], ["at last"])


def test_nothing_of_a_defect_but_its_class_is_told(store: Store) -> None:
    job = asked(store)

    def broken(_: Run) -> Finish:
        raise RuntimeError("password=hunter2")

    worker(store, broken).step()
    assert job_of(store, job)["error"] == {
        "class": "RuntimeError",
        "what": "failed unexpectedly; the log has the details",
    }


def test_a_running_job_is_cancelled_where_it_tells_its_progress(store: Store) -> None:
    job, began = asked(store), threading.Event()

    def long(run: Run) -> Finish:
        for percent in range(1, 10_000):
            run.tell(percent / 200, "working")
            began.set()
            time.sleep(0.02)
        return made("never")

    thread = threading.Thread(target=worker(store, long).step)
    thread.start()
    assert began.wait(10)
    with store.writing("here") as unit:
        unit.jobs.request_cancel(job)
    thread.join(20)
    assert (job_of(store, job)["state"], panels(store)) == ("cancelled", [])


def test_a_job_that_runs_too_long_fails(store: Store) -> None:
    job = asked(store)

    def long(run: Run) -> Finish:
        while True:
            run.tell(1, "working")
            time.sleep(0.05)

    worker(store, long, timeout_s=0.5).step()
    assert job_of(store, job)["error"]["class"] == "Timeout"


def test_a_handler_that_does_not_stop_is_left_behind_and_its_job_settled(store: Store) -> None:
    job, left, release = asked(store), threading.Event(), threading.Event()

    def deaf(_: Run) -> Finish:
        release.wait(20)
        return made("too late")

    def leave(_: int) -> None:
        left.set()

    thread = threading.Thread(target=worker(store, deaf, timeout_s=0.5, grace_s=0.2, leave=leave).step)
    thread.start()
    assert left.wait(15)
    assert job_of(store, job)["state"] == "failed"
    release.set()
    thread.join(20)
    assert panels(store) == []


def test_a_stopping_worker_gives_its_job_back(store: Store) -> None:
    job, began = asked(store), threading.Event()

    def long(run: Run) -> Finish:
        while True:
            run.tell(1, "working")
            began.set()
            time.sleep(0.05)

    hands = worker(store, long, patience_s=0.1)
    thread = threading.Thread(target=hands.run)
    thread.start()
    assert began.wait(10)
    hands.stopping.set()
    thread.join(20)
    assert (job_of(store, job)["state"], job_of(store, job)["stage"]) == ("queued", "queued")


def test_a_job_whose_worker_is_silent_is_taken_over_and_done_once(store: Store) -> None:
    job = asked(store)
    with store.writing("here") as unit:
        unit.jobs.take(job, "dead worker", after=0)
    now = [0.0]
    hands = worker(store, lambda _: made("once"), observer=Observer(lambda: now[0], silence_s=20))
    for _ in range(7):
        assert not hands.step()
        now[0] += 3
    assert hands.step()
    assert (job_of(store, job)["state"], job_of(store, job)["attempt"], panels(store)) == ("succeeded", 2, ["once"])


def test_what_a_job_keeps_between_attempts_goes_when_it_ends(store: Store, tmp_path: Path) -> None:
    asked(store)
    seen = []

    def keeping(run: Run) -> Finish:
        run.kept_folder.mkdir(parents=True)
        (run.kept_folder / "part").write_text("1")
        seen.append(run.kept_folder)
        return made("one")

    worker(store, keeping, home=tmp_path).step()
    assert seen[0].is_relative_to(tmp_path)
    assert not seen[0].exists()


@pytest.mark.parametrize("pause", [3.0, 6.0])
def test_an_observer_that_slept_knows_nothing_about_what_it_did_not_see(pause: float) -> None:
    now = [0.0]
    observer = Observer(lambda: now[0], silence_s=20)
    row = {"organisation": "here", "id": "j", "attempt": 1, "beat": 5}
    found = []
    for _ in range(8):
        found = observer.abandoned([row])
        now[0] += pause
    assert (found == [row]) == (pause == 3.0)
