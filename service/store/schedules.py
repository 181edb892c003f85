"""Schedules: work that is asked for again and again.

Role: when each is due next; that a due time is used once.
Must not know: how the next time is computed, or who looks.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service.store.operation_tables import schedules
from service.store.scope import Row, Scope


class Schedules:
    """The organisation's schedules."""

    def __init__(self, scope: Scope) -> None:
        """Work in a transaction."""
        self._scope = scope

    def put(
        self, id_: str, kind: str, parameters: Mapping[str, Any], *, every: str, at: str, zone: str, next_at: datetime
    ) -> Row:
        """Make or change a schedule: a job kind and its parameters, `every` day or month `at` a time of a zone."""
        stamp = self._scope.stamp()
        values: Row = {"kind": kind, "parameters": dict(parameters), "every": every, "at": at, "zone": zone}
        values |= {"enabled": True, "next_at": next_at, **stamp.columns()}
        if not self._scope.update(schedules, values, id=id_):
            self._scope.insert(schedules, [{**values, "id": id_, "last_due": None, "last_job": None, **stamp.new()}])
        return self.get(id_)

    def get(self, id_: str) -> Row:
        """A schedule.

        Raises:
            NotFoundError: the organisation has no such schedule.
        """
        return self._scope.one(schedules, "schedule", id=id_)

    def all(self) -> list[Row]:
        """Every schedule, by id."""
        return self._scope.all(self._scope.select(schedules).order_by(schedules.c.id))

    def enable(self, id_: str, *, enabled: bool, next_at: datetime) -> Row:
        """Switch a schedule on (from `next_at`) or off.

        Raises:
            NotFoundError: the organisation has no such schedule.
        """
        stamp = self._scope.stamp()
        self._scope.update(schedules, {"enabled": enabled, "next_at": next_at, **stamp.columns()}, id=id_)
        return self.get(id_)

    def advance(self, id_: str, due: datetime, next_at: datetime) -> bool:
        """Leave a due time behind; False when another process was faster."""
        stamp = self._scope.stamp()
        values = {"last_due": due, "next_at": next_at, **stamp.columns()}
        return self._scope.update(schedules, values, id=id_, next_at=due, enabled=True) == 1

    def asked(self, id_: str, job: str) -> None:
        """Write down the job that a due time led to."""
        self._scope.update(schedules, {"last_job": job}, id=id_)

    def remove(self, id_: str) -> None:
        """Remove a schedule.

        Raises:
            NotFoundError: the organisation has no such schedule.
        """
        self.get(id_)
        self._scope.stamp()
        self._scope.delete(schedules, id=id_)
