"""Jobs: work that is asked for once, done once, and survives whoever does it.

Role: the states of a job and the only statements that change them.
Must not know: what a job does, or which process does it.

A job is taken by raising its `attempt`; everything a worker writes about it names that attempt and changes nothing when
it is no longer the job's. What the job found is written in the same transaction as its end. So a worker that was
believed dead, and is not, can do no harm.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from btim.errors import ConflictError
from service.store.operation_tables import jobs
from service.store.scope import Row, Scope

QUEUED, RUNNING, SUCCEEDED, FAILED, CANCELLED = "queued", "running", "succeeded", "failed", "cancelled"
ENDED = (SUCCEEDED, FAILED, CANCELLED)
ATTEMPTS = 5
"""How often a job is tried whose attempts end in an error that may pass."""
MOST_ATTEMPTS = 30
"""After so many attempts, most ended by the death of a worker, a job is given up."""
FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker's right to a job: it ends when another attempt begins."""

    organisation: str
    id: str
    attempt: int


class Jobs:
    """The organisation's jobs."""

    def __init__(self, scope: Scope) -> None:
        """Work in a transaction."""
        self._scope = scope

    def ask(
        self, kind: str, parameters: Mapping[str, Any], *, request_id: str = "", priority: int = 5, again: bool = True
    ) -> tuple[Row, bool]:
        """Ask for work, in the transaction that kept its inputs.

        The same kind and parameters (which name contents and versions, not files) are the same job: it is asked for
        once more and not done twice. A failed or cancelled job is queued again unless `again` is False.

        Returns:
            The job, and whether it was queued now.
        """
        stamp = self._scope.stamp()
        id_ = job_id(self._scope.organisation, kind, parameters)
        known = self._scope.first(self._scope.select(jobs, id=id_))
        if known is None:
            record = _new(id_, kind, parameters, request_id, priority) | {"run_after": self._scope.now} | stamp.new()
            self._scope.insert(jobs, [record])
            return record, True
        changes: Row = {"asked": known["asked"] + 1, **stamp.columns()}
        repeat = again and known["state"] in (FAILED, CANCELLED)
        if repeat:
            changes |= _fresh() | {"run_after": self._scope.now, "request_id": request_id}
        self._scope.update(jobs, changes, id=id_)
        return known | changes, repeat

    def get(self, id_: str) -> Row:
        """A job.

        Raises:
            NotFoundError: the organisation has no such job.
        """
        return self._scope.one(jobs, "job", id=id_)

    def take(self, id_: str, worker: str, *, after: int) -> tuple[Row, Claim] | None:
        """Begin the next attempt of a queued job, or of a running one whose worker is gone.

        Args:
            id_: the job.
            worker: who takes it.
            after: the attempt that was seen; when another has begun meanwhile, nothing happens.

        Returns:
            The job and the right to it; None when another worker was faster, or when the job has brought down so many
            workers that it is given up.
        """
        stamp = self._scope.stamp()
        row = self.get(id_)
        if row["attempt"] != after or row["state"] in ENDED:
            return None
        if row["attempt"] >= MOST_ATTEMPTS or row["cancel_requested"]:
            self._scope.update(jobs, _given_up(row) | {"finished_at": self._scope.now} | stamp.columns(), id=id_)
            return None
        changes: Row = {
            "state": RUNNING,
            "attempt": row["attempt"] + 1,
            "worker": worker,
            "beat": 0,
            "percent": 0.0,
            "stage": "starting",
            "eta_s": None,
            "started_at": self._scope.now,
            **stamp.columns(),
        }
        self._scope.update(jobs, changes, id=id_)
        return row | changes, Claim(self._scope.organisation, id_, row["attempt"] + 1)

    def beat(self, claim: Claim, *, percent: float, stage: str, eta_s: float | None) -> bool:
        """Say that the worker lives and how far it is; False when it must stop, because the job is not its own any more
        or was asked to end.
        """
        row = self.get(claim.id)
        if row["attempt"] != claim.attempt or row["state"] != RUNNING:
            return False
        values: Row = {"beat": row["beat"] + 1, "percent": percent, "stage": stage, "eta_s": eta_s}
        if (percent, stage) != (row["percent"], row["stage"]):
            values |= self._scope.stamp().columns()
        self._scope.update(jobs, values, id=claim.id, attempt=claim.attempt, state=RUNNING)
        return not row["cancel_requested"]

    def succeed(self, claim: Claim, result: Mapping[str, Any]) -> None:
        """End a job, in the transaction that writes what it found.

        Raises:
            ConflictError: the job is not the worker's any more: everything the transaction wrote must go.
        """
        self._end(claim, SUCCEEDED, {"result": dict(result), "percent": 100.0, "stage": "done", "error": None})

    def fail(self, claim: Claim, error: Mapping[str, Any], *, retry: bool) -> str:
        """End an attempt without a result; with `retry` the job waits and is tried again while attempts are left.

        Returns:
            The job's state.
        """
        row = self.get(claim.id)
        left = row["attempts_left"] - 1
        if not retry or left <= 0:
            self._end(claim, FAILED, {"error": dict(error), "stage": "failed"})
            return FAILED
        wait = min(FIRST_WAIT * 2 ** (row["attempt"] - 1), LONGEST_WAIT)
        values = {"state": QUEUED, "attempts_left": left, "run_after": self._scope.now + wait, "error": dict(error)}
        self._change(claim, values | {"worker": "", "stage": "waiting to be tried again"})
        return QUEUED

    def put_back(self, claim: Claim) -> None:
        """Give a job back untried: the worker stops."""
        values = {"state": QUEUED, "run_after": self._scope.now, "worker": "", "stage": "queued", "percent": 0.0}
        self._change(claim, values)

    def request_cancel(self, id_: str) -> Row:
        """Ask that a job end; one that has not begun ends now.

        Raises:
            NotFoundError: the organisation has no such job.
            ConflictError: it has ended.
        """
        stamp = self._scope.stamp()
        row = self.get(id_)
        if row["state"] in ENDED:
            raise ConflictError("the job has ended", field="state", value=row["state"], remedy="ask for it again")
        values: Row = {"cancel_requested": True, **stamp.columns()}
        if row["state"] == QUEUED:
            values |= {"state": CANCELLED, "finished_at": self._scope.now, "stage": "cancelled"}
        self._scope.update(jobs, values, id=id_)
        return row | values

    def cancelled(self, claim: Claim) -> None:
        """End a job whose worker has stopped on request."""
        self._end(claim, CANCELLED, {"stage": "cancelled"})

    def _end(self, claim: Claim, state: str, values: Row) -> None:
        self._change(claim, values | {"state": state, "finished_at": self._scope.now, "eta_s": None, "worker": ""})

    def _change(self, claim: Claim, values: Row) -> None:
        stamp = self._scope.stamp()
        changed = self._scope.update(jobs, values | stamp.columns(), id=claim.id, attempt=claim.attempt, state=RUNNING)
        if changed != 1:
            raise ConflictError("the job is not this worker's any more", value=claim.id)


def job_id(organisation: str, kind: str, parameters: Mapping[str, Any]) -> str:
    """The name of a piece of work: a hash of all that it depends on."""
    told = json.dumps([organisation, kind, parameters], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return "job_" + hashlib.sha256(told.encode()).hexdigest()[:32]


def _new(id_: str, kind: str, parameters: Mapping[str, Any], request_id: str, priority: int) -> Row:
    named = {"id": id_, "kind": kind, "parameters": dict(parameters), "request_id": request_id, "priority": priority}
    return named | {"asked": 1, "attempt": 0, "worker": "", "beat": 0} | _fresh()


def _fresh() -> Row:
    return {
        "state": QUEUED,
        "attempts_left": ATTEMPTS,
        "percent": 0.0,
        "stage": "queued",
        "eta_s": None,
        "cancel_requested": False,
        "error": None,
        "result": None,
        "started_at": None,
        "finished_at": None,
    }


def _given_up(row: Row) -> Row:
    if row["cancel_requested"]:
        return {"state": CANCELLED, "stage": "cancelled", "eta_s": None, "worker": ""}
    error = {"what": "every worker that tried this job died", "attempts": row["attempt"]}
    return {"state": FAILED, "stage": "failed", "error": error, "eta_s": None, "worker": ""}
