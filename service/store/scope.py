"""The scope of a transaction: whose rows it may touch, and the stamps its changes carry.

Role: every statement of a repository goes through here, so that none forgets the organisation.
Must not know: tables other than `organisations`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, case, delete, insert, literal, select, update

from btim.errors import NotFoundError
from service.store.operation_tables import organisations
from service.store.schema import Moment

Row = dict[str, Any]
BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Stamp:
    """The place of a change in the organisation's history: the first of `count` sequence numbers, and its time."""

    first: int
    at: datetime

    def columns(self, offset: int = 0) -> Row:
        """The stamp of a changed row."""
        return {"sequence": self.first + offset, "updated_at": self.at}

    def new(self, offset: int = 0) -> Row:
        """The stamp of a new row."""
        return {**self.columns(offset), "created_at": self.at}


@dataclass(frozen=True, slots=True)
class Scope:
    """One connection in a transaction, on behalf of one organisation."""

    connection: Connection
    organisation: str
    now: datetime
    make_id: Callable[[str], str]

    def stamp(self, count: int = 1) -> Stamp:
        """Take the next `count` sequence numbers of the organisation.

        The row of the organisation stays locked until the transaction ends: numbers become visible in their order,
        so that a reader who asks for what came after a number misses nothing. The time never falls.

        Raises:
            NotFoundError: there is no such organisation.
        """
        now = literal(self.now, Moment)
        change = (
            update(organisations)
            .where(organisations.c.id == self.organisation)
            .values(
                sequence=organisations.c.sequence + count,
                clock=case((organisations.c.clock < now, now), else_=organisations.c.clock),
            )
            .returning(organisations.c.sequence, organisations.c.clock)
        )
        row = self.connection.execute(change).one_or_none()
        if row is None:
            raise NotFoundError("no such organisation", value=self.organisation, remedy="make it first")
        return Stamp(row.sequence - count + 1, row.clock)

    def mine(self, table: Table, *conditions: ColumnElement[bool], **equal: Any) -> ColumnElement[bool]:
        """The condition that a row is the organisation's, meets `conditions` and has these values."""
        same = (table.c[name] == value for name, value in equal.items())
        return and_(table.c.organisation == self.organisation, *same, *conditions)

    def select(self, table: Table, *conditions: ColumnElement[bool], **equal: Any) -> Select[Any]:
        """A query over the organisation's rows of a table, without the organisation's column."""
        shown = [column for column in table.c if column.name != "organisation"]
        return select(*shown).where(self.mine(table, *conditions, **equal))

    def all(self, query: Select[Any]) -> list[Row]:
        """Every row of a query."""
        return [dict(row) for row in self.connection.execute(query).mappings()]

    def first(self, query: Select[Any]) -> Row | None:
        """The first row of a query, or None."""
        row = self.connection.execute(query.limit(1)).mappings().first()
        return None if row is None else dict(row)

    def one(self, table: Table, what: str, **key: Any) -> Row:
        """The row with a key.

        Raises:
            NotFoundError: the organisation has no such row.
        """
        row = self.first(self.select(table, **key))
        if row is None:
            shown = " ".join(str(value) for value in key.values())
            raise NotFoundError(f"no such {what}", value=shown, remedy=f"list what there is of {what}")
        return row

    def insert(self, table: Table, rows: Iterable[Mapping[str, Any]]) -> int:
        """Write new rows; returns how many."""
        written = 0
        for batch in batches(rows):
            self.connection.execute(insert(table), [{**row, "organisation": self.organisation} for row in batch])
            written += len(batch)
        return written

    def update(self, table: Table, values: Mapping[str, Any], *conditions: ColumnElement[bool], **key: Any) -> int:
        """Change rows; returns how many."""
        change = update(table).where(self.mine(table, *conditions, **key)).values(**values)
        return self.connection.execute(change).rowcount

    def delete(self, table: Table, *conditions: ColumnElement[bool], **key: Any) -> int:
        """Remove rows; returns how many."""
        return self.connection.execute(delete(table).where(self.mine(table, *conditions, **key))).rowcount


def batches(rows: Iterable[Mapping[str, Any]], size: int = BATCH) -> Iterator[Sequence[Mapping[str, Any]]]:
    """Rows in lists of at most `size`."""
    batch: list[Mapping[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
