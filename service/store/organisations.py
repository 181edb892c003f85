"""Organisations, and the few questions that are asked over all of them.

Role: makes organisations; shows workers what waits, whoever it belongs to.
Must not know: requests; nothing here may answer one.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from service.store.jobs import LONGEST_WAIT, QUEUED, RUNNING
from service.store.operation_tables import jobs, organisations, schedules
from service.store.scope import Row, Scope


class Organisations:
    """A transaction over every organisation."""

    def __init__(self, connection: Connection, now: datetime, make_id: Callable[[str], str]) -> None:
        """Work on a connection in a transaction."""
        self._connection = connection
        self.now = now
        self._make_id = make_id

    def ensure(self, organisation: str, name: str = "") -> bool:
        """Make an organisation unless it exists; True when it was made."""
        values = {
            "id": organisation,
            "name": name or organisation,
            "sequence": 0,
            "clock": self.now,
            "created_at": self.now,
        }
        dialect = sqlite if self._connection.dialect.name == "sqlite" else postgresql
        made = self._connection.execute(dialect.insert(organisations).values(**values).on_conflict_do_nothing())
        return made.rowcount == 1

    def names(self) -> list[str]:
        """Ids of all organisations, sorted."""
        return list(self._connection.execute(select(organisations.c.id).order_by(organisations.c.id)).scalars())

    def scope(self, organisation: str) -> Scope:
        """The transaction narrowed to one organisation."""
        return Scope(self._connection, organisation, self.now, self._make_id)

    def waiting_jobs(self, limit: int = 20) -> list[Row]:
        """Queued jobs that may be tried now, the most urgent first.

        A wait that is longer than any job waits means that the clock was set back; it is over.
        """
        is_over = or_(jobs.c.run_after <= self.now, jobs.c.run_after > self.now + 2 * LONGEST_WAIT)
        return self._jobs(jobs.c.state == QUEUED, is_over, limit=limit)

    def running_jobs(self) -> list[Row]:
        """Jobs that some worker has taken."""
        return self._jobs(jobs.c.state == RUNNING, limit=10_000)

    def _jobs(self, *conditions: ColumnElement[bool], limit: int) -> list[Row]:
        return self._rows(select(*jobs.c).where(*conditions).order_by(jobs.c.priority, jobs.c.sequence).limit(limit))

    def schedules(self) -> list[Row]:
        """Enabled schedules, the next due first."""
        return self._rows(select(*schedules.c).where(schedules.c.enabled).order_by(schedules.c.next_at))

    def counts(self, table: Table, *by: str) -> Sequence[Any]:
        """Numbers of rows of a table by the values of some columns, for metrics."""
        from_columns = [table.c[name] for name in by]
        return self._connection.execute(select(*from_columns, func.count()).group_by(*from_columns)).all()

    def _rows(self, query: Any) -> list[Row]:
        return [dict(row) for row in self._connection.execute(query).mappings()]
