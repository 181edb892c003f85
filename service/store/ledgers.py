"""Imported ledgers: their lines and their three views, month by month.

Role: keeps an import whole; adds views up over months.
Must not know: how a ledger is imported, allocated or shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, cast, desc, func, select

from service.store.input_tables import imports, ledger_lines, view_rows
from service.store.scope import Row, Scope

MEASURES = ("amount", "plan", "metered", "size")


class Ledgers:
    """The organisation's imports."""

    def __init__(self, scope: Scope) -> None:
        """Work in a transaction."""
        self._scope = scope

    def add(
        self,
        name: str,
        header: Mapping[str, Any],
        lines: Iterable[Mapping[str, Any]],
        views: Iterable[Mapping[str, Any]],
    ) -> Row:
        """Keep an import as the next version of its name; the one before stays, but is not the latest any more."""
        stamp = self._scope.stamp()
        last = self._scope.first(self._scope.select(imports, name=name).order_by(desc(imports.c.version)))
        self._scope.update(imports, {"latest": False}, name=name, latest=True)
        version = 1 if last is None else last["version"] + 1
        record = {**header, "id": self._scope.make_id("imp"), "name": name, "version": version, "latest": True}
        self._scope.insert(imports, [record | stamp.new()])
        self._scope.insert(
            ledger_lines, ({**row, "import_id": record["id"], "line": line} for line, row in enumerate(lines, 1))
        )
        self._scope.insert(
            view_rows, ({**row, "import_id": record["id"], "line": line} for line, row in enumerate(views, 1))
        )
        return record | stamp.new()

    def get(self, id_: str) -> Row:
        """An import.

        Raises:
            NotFoundError: the organisation has no such import.
        """
        return self._scope.one(imports, "import", id=id_)

    def latest(self, name: str | None = None) -> Row | None:
        """The newest import of a name, or of any."""
        chosen = {} if name is None else {"name": name}
        return self._scope.first(self._scope.select(imports, **chosen).order_by(desc(imports.c.sequence)))

    def sums(self, id_: str, view: str, by: Sequence[str], first: str, last: str) -> list[Row]:
        """A view of an import added up over its months `first` to `last`, dearest first, in minor units.

        Args:
            id_: the import.
            view: `finance`, `technology` or `consumer`.
            by: columns of `view_rows` that name a row of the answer.
            first: first month.
            last: last month.

        Returns:
            `by`, then `amount`, `plan`, `metered` and `size`: None where no row states it.
        """
        keys = [view_rows.c[name] for name in by]
        sums = [cast(func.sum(view_rows.c[name]), BigInteger).label(name) for name in MEASURES]
        covered = view_rows.c.month.between(first, last)
        query = select(*keys, *sums).where(self._scope.mine(view_rows, covered, import_id=id_, view=view))
        order = (func.sum(view_rows.c.amount).desc(), *keys)
        return self._scope.all(query.group_by(*keys).order_by(*order))
