"""Demand panels with their history: yesterday's actuals change today's cells, and what was known before stays known.

Role: keeps rows by version; tells which changed.
Must not know: pandas, forecasts, or how a file is read.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, select, update

from btim.errors import ConflictError
from service.store.input_tables import OPEN, panel_rows, panel_versions, panels
from service.store.scope import Row, Scope, Stamp

CELLS = ("y", "tower", "unit", "capacity", "censored", "statistic")
"""What a row says beside whose (`unique_id`) and when (`ds`, sortable text)."""


@dataclass(frozen=True, slots=True)
class Written:
    """What an upsert did: the panel's version afterwards, and how many rows were new, changed, or the same."""

    version: int
    new: int
    changed: int
    same: int


class Panels:
    """The organisation's panels."""

    def __init__(self, scope: Scope) -> None:
        """Work in a transaction."""
        self._scope = scope

    def ensure(self, name: str, settings: Mapping[str, Any]) -> Row:
        """The panel of a name, made when there is none, with these settings from now on."""
        stamp = self._scope.stamp()
        known = self._scope.first(self._scope.select(panels, name=name))
        if known is None:
            empty = {"version": 0, "series": 0, "rows": 0, "first_ds": "", "last_ds": ""}
            record = {"id": self._scope.make_id("pan"), "name": name, "settings": dict(settings), **empty}
            self._scope.insert(panels, [record | stamp.new()])
            return record | stamp.new()
        if known["settings"] == dict(settings):
            return known
        changes = {"settings": dict(settings), **stamp.columns()}
        self._scope.update(panels, changes, id=known["id"])
        return known | changes

    def get(self, id_: str) -> Row:
        """A panel.

        Raises:
            NotFoundError: the organisation has no such panel.
        """
        return self._scope.one(panels, "panel", id=id_)

    def towers(self) -> list[Row]:
        """Towers by name and panel: how many series each has now, and their last step."""
        counted = func.count(func.distinct(panel_rows.c.unique_id)).label("series")
        shown = (panel_rows.c.tower, panel_rows.c.panel, counted, func.max(panel_rows.c.ds).label("last_ds"))
        query = select(*shown).where(self._scope.mine(panel_rows, panel_rows.c.tower != "", until=OPEN))
        keys = (panel_rows.c.tower, panel_rows.c.panel)
        return self._scope.all(query.group_by(*keys).order_by(*keys))

    def upsert(
        self, id_: str, rows: Iterable[Mapping[str, Any]], *, sha256: str, version: int | None = None
    ) -> Written:
        """Add rows and change cells; rows that say what is known already leave no trace.

        Args:
            id_: the panel.
            rows: `unique_id`, `ds` and `CELLS`; each (`unique_id`, `ds`) at most once.
            sha256: of the source.
            version: the panel's version that the rows were made for; any when None.

        Returns:
            The new version, or the old one when nothing differed.

        Raises:
            NotFoundError: the organisation has no such panel.
            ConflictError: the panel is at another version.
        """
        stamp = self._scope.stamp()
        panel = self.get(id_)
        if version is not None and version != panel["version"]:
            raise ConflictError("the panel has changed", field="version", value=version, remedy="read it again")
        by_series: defaultdict[str, dict[str, Mapping[str, Any]]] = defaultdict(dict)
        for row in rows:
            by_series[row["unique_id"]][row["ds"]] = row
        new = changed = same = 0
        for series, given in by_series.items():
            fresh, other = self._differences(panel, series, given)
            self._close(id_, series, other, panel["version"] + 1)
            self._insert(id_, series, (given[ds] for ds in (*fresh, *other)), panel["version"] + 1, stamp)
            new, changed, same = new + len(fresh), changed + len(other), same + len(given) - len(fresh) - len(other)
        if not new and not changed:
            return Written(panel["version"], 0, 0, same)
        done = Written(panel["version"] + 1, new, changed, same)
        self._publish(id_, done, sha256, stamp)
        return done

    def rows(self, id_: str, version: int | None = None) -> Iterator[Row]:
        """Rows as they were at a version (now, if None), by series and stamp.

        Raises:
            NotFoundError: the organisation has no such panel.
        """
        at = self.get(id_)["version"] if version is None else version
        shown = [panel_rows.c[name] for name in ("unique_id", "ds", *CELLS)]
        is_then = (panel_rows.c.version <= at) & (panel_rows.c.until > at)
        query = select(*shown).where(self._scope.mine(panel_rows, is_then, panel=id_))
        for row in self._scope.connection.execute(query.order_by(panel_rows.c.unique_id, panel_rows.c.ds)).mappings():
            yield dict(row)

    def _differences(
        self, panel: Row, series: str, given: Mapping[str, Mapping[str, Any]]
    ) -> tuple[list[str], list[str]]:
        """Stamps of a series that are new, and those whose cells differ from what is known."""
        known: dict[str, tuple[Any, ...]] = {}
        if panel["version"]:
            shown = [panel_rows.c[name] for name in ("ds", *CELLS)]
            within = panel_rows.c.ds.between(min(given), max(given))
            chosen = self._scope.mine(panel_rows, within, panel=panel["id"], unique_id=series, until=OPEN)
            found = self._scope.connection.execute(select(*shown).where(chosen))
            known = {row.ds: tuple(row)[1:] for row in found}
        fresh = [ds for ds in given if ds not in known]
        other = [ds for ds, row in given.items() if ds in known and known[ds] != tuple(row[name] for name in CELLS)]
        return fresh, other

    def _close(self, id_: str, series: str, stamps: list[str], version: int) -> None:
        if stamps:
            closing = self._scope.mine(
                panel_rows, panel_rows.c.ds == bindparam("at"), panel=id_, unique_id=series, until=OPEN
            )
            change = update(panel_rows).where(closing).values(until=version)
            self._scope.connection.execute(change, [{"at": ds} for ds in stamps])

    def _insert(self, id_: str, series: str, rows: Iterable[Mapping[str, Any]], version: int, stamp: Stamp) -> None:
        fixed = {"panel": id_, "unique_id": series, "version": version, "until": OPEN, **stamp.columns()}
        cells = ({"ds": row["ds"], **{name: row[name] for name in CELLS}} for row in rows)
        self._scope.insert(panel_rows, ({**fixed, **cell} for cell in cells))

    def _publish(self, id_: str, done: Written, sha256: str, stamp: Stamp) -> None:
        is_open = self._scope.mine(panel_rows, panel=id_, until=OPEN)
        counted = select(
            func.count(func.distinct(panel_rows.c.unique_id)),
            func.count(),
            func.min(panel_rows.c.ds),
            func.max(panel_rows.c.ds),
        ).where(is_open)
        series, rows, first, last = self._scope.connection.execute(counted).one()
        facts = {"version": done.version, "series": series, "rows": rows, "first_ds": first, "last_ds": last}
        self._scope.update(panels, facts | stamp.columns(), id=id_)
        counts = {"rows_new": done.new, "rows_changed": done.changed, "rows_same": done.same}
        record = {"panel": id_, "version": done.version, "sha256": sha256, "created_at": stamp.at}
        self._scope.insert(panel_versions, [record | counts])
