"""A worker: takes jobs one at a time, keeps their beat, and ends them in one transaction with what they found.

Role: the promise that a job is done once. What it relies on is in `service.store.jobs`.
Must not know: any kind of work, or how the process was started.
"""

import logging
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from btim.errors import ConflictError, NotFoundError, StoreError, WaterlineError
from service.jobs.kinds import Handler, handler_of
from service.jobs.observing import Observer
from service.jobs.run import Finish, Refused, Run, Stopped
from service.jobs.scheduling import ask_for_due
from service.store import Store
from service.store.jobs import Claim

logger = logging.getLogger("waterline.worker")
BEAT_S = 1.0
IDLE_S = 0.25
GRACE_S = 5.0
"""How long a handler that was told to stop may take before its process ends."""
TRIES = 6
TICK_S = 5.0
STOPPED_BY_FORCE = 75
Exit = Callable[[int], None]


class Worker:
    """One worker of one process."""

    def __init__(
        self,
        store: Store,
        name: str,
        *,
        home: Path | None = None,
        find_handler: Callable[[str], Handler] = handler_of,
        timeout_s: float = 3600.0,
        patience_s: float = 20.0,
        grace_s: float = GRACE_S,
        observer: Observer | None = None,
        leave: Exit = os._exit,
    ) -> None:
        """Work for every organisation of a store. `leave` ends the process when a handler does not stop by itself."""
        self._store = store
        self._name = name
        self._home = home
        self._find_handler = find_handler
        self._timeout_s = timeout_s
        self._patience_s = patience_s
        self.grace_s = grace_s
        self._observer = observer or Observer()
        self._leave = leave
        self.stopping = threading.Event()
        self._ticked = float("-inf")

    def run(self) -> None:
        """Work until `stopping` is set; a job that is being done then has the patience's time to end."""
        while not self.stopping.is_set():
            try:
                if not self.step():
                    self.stopping.wait(IDLE_S)
            except StoreError as error:
                logger.warning("the store does not answer: %s", error)
                self.stopping.wait(2.0)

    def step(self) -> bool:
        """Do one job if one waits; True when one was taken.

        Raises:
            StoreError: the store does not answer.
        """
        if time.monotonic() - self._ticked > TICK_S:
            self._ticked = time.monotonic()
            ask_for_due(self._store)
        found = self._claimed()
        if found is None:
            return False
        self._do(*found)
        return True

    def _claimed(self) -> tuple[Mapping[str, Any], Claim] | None:
        with self._store.overseeing() as everyone:
            gone = self._observer.abandoned(everyone.running_jobs())
            waiting = everyone.waiting_jobs()
        for row in (*gone, *waiting):
            with self._store.writing(row["organisation"]) as unit:
                taken = unit.jobs.take(row["id"], self._name, after=row["attempt"])
            if taken is not None:
                return taken
        return None

    def _do(self, job: Mapping[str, Any], claim: Claim) -> None:
        logger.info("job begins", extra={"job": claim.id, "kind": job["kind"], "attempt": claim.attempt})
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="waterline-job-") as folder:
            kept = (self._home or Path(folder)) / "jobs" / claim.id
            run = Run(self._store, claim.organisation, claim.id, job["parameters"], Path(folder), kept)
            beats = _Beats(self, run, claim)
            beats.start()
            try:
                finish = self._find_handler(job["kind"])(run)
            except Stopped:
                beats.end()
                self._stopped(claim, beats.why)
            except Exception as error:  # noqa: BLE001 - the job runner is an outermost edge: it records every failure
                beats.end()
                self._failed(claim, error)
            else:
                self._finish(claim, finish, beats)
                shutil.rmtree(kept, ignore_errors=True)
        took = time.monotonic() - began
        logger.info("job ends", extra={"job": claim.id, "kind": job["kind"], "seconds": round(took, 3)})

    def _finish(self, claim: Claim, finish: Finish, beats: "_Beats") -> None:
        """Write what was found and end the job, together; a store that is busy is asked again."""
        for attempt in range(1, TRIES + 1):
            try:
                with self._store.writing(claim.organisation) as unit:
                    unit.jobs.succeed(claim, finish(unit))
            except StoreError as error:
                logger.warning("the result could not be written: %s", error, extra={"job": claim.id})
                if attempt == TRIES:
                    beats.end()
                    self._failed(claim, error)
                    return
                time.sleep(0.5 * 2**attempt)
            except Exception as error:  # noqa: BLE001 - as above
                beats.end()
                self._failed(claim, error)
                return
            else:
                beats.end()
                return

    def _failed(self, claim: Claim, error: Exception) -> None:
        is_refusal = isinstance(error, WaterlineError) and not isinstance(error, StoreError)
        if not is_refusal:
            logger.error("job attempt failed", exc_info=error, extra={"job": claim.id})

        def end() -> None:
            with self._store.writing(claim.organisation) as unit:
                state = unit.jobs.fail(claim, problem_of(error), retry=not is_refusal)
                if isinstance(error, Refused) and state == "failed":
                    error.record(unit)

        self._settled(claim, end)

    def _stopped(self, claim: Claim, why: str) -> None:
        def end() -> None:
            with self._store.writing(claim.organisation) as unit:
                if why == "cancelled":
                    unit.jobs.cancelled(claim)
                elif why == "timeout":
                    what = {"what": f"ran longer than {self._timeout_s:.0f} s", "class": "Timeout"}
                    unit.jobs.fail(claim, what, retry=False)
                elif why == "stopping":
                    unit.jobs.put_back(claim)

        self._settled(claim, end)

    def _settled(self, claim: Claim, end: Callable[[], None]) -> None:
        """End a job as far as it is still this worker's; if the store does not answer, another worker will find it."""
        for attempt in range(1, TRIES + 1):
            try:
                end()
            except (ConflictError, NotFoundError):
                logger.warning("the job is not this worker's any more", extra={"job": claim.id})
                return
            except StoreError as error:
                logger.warning("the store does not answer: %s", error, extra={"job": claim.id})
                time.sleep(0.25 * 2**attempt)
            else:
                return

    def must_stop(self, run: Run, claim: Claim, began: float, asked_at: float | None) -> str:
        """Tell the store that the job is alive; why it must end now, or ""."""
        if time.monotonic() - began > self._timeout_s:
            return "timeout"
        if asked_at is not None and time.monotonic() - asked_at > self._patience_s:
            return "stopping"
        told = run.progress
        with self._store.writing(claim.organisation) as unit:
            if unit.jobs.beat(claim, percent=told.percent, stage=told.stage, eta_s=told.eta_s):
                return ""
            row = unit.jobs.get(claim.id)
        return "cancelled" if row["attempt"] == claim.attempt and row["cancel_requested"] else "lost"

    def force(self, claim: Claim, why: str) -> None:
        """End the process under a handler that does not stop; what it was doing is settled first."""
        logger.warning("the handler does not stop: the process ends", extra={"job": claim.id, "why": why})
        self._stopped(claim, why)
        self._leave(STOPPED_BY_FORCE)


class _Beats(threading.Thread):
    """Says every second that a job is alive, and makes its handler stop when it must."""

    def __init__(self, worker: Worker, run: Run, claim: Claim) -> None:
        super().__init__(name=f"beat {claim.id}", daemon=True)
        self._worker, self._run, self._claim = worker, run, claim
        self._done = threading.Event()
        self.why = ""

    def run(self) -> None:
        began, asked_at = time.monotonic(), None
        while not self._done.wait(BEAT_S):
            if self._worker.stopping.is_set() and asked_at is None:
                asked_at = time.monotonic()
            try:
                self.why = self._worker.must_stop(self._run, self._claim, began, asked_at)
            except WaterlineError as error:
                logger.warning("a beat was missed: %s", error, extra={"job": self._claim.id})
                continue
            if self.why:
                self._run.stopping.set()
                if not self._done.wait(self._worker.grace_s):
                    self._worker.force(self._claim, self.why)
                return

    def end(self) -> None:
        """Stop beating."""
        self._done.set()
        if self is not threading.current_thread():
            self.join()


def problem_of(error: Exception) -> dict[str, Any]:
    """An error as a job records it: its class and parts; nothing of an unexpected one but its class."""
    if isinstance(error, WaterlineError):
        cause = error.cause if isinstance(error, Refused) else error
        parts = {name: getattr(cause, name) for name in ("what", "file", "row", "field", "remedy")}
        value = None if cause.value is None else str(cause.value)[:200]
        return {"class": type(cause).__name__, **parts, "value": value}
    return {"class": type(error).__name__, "what": "failed unexpectedly; the log has the details"}
