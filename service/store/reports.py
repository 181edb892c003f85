"""Reports and the value events read from them, with what people decided about each.

Role: a report arrives once, is read, and its events are reviewed; nothing a person decided is undone by reading again.
Must not know: how a report is read.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import desc

from btim.errors import ConflictError, UnknownReferenceError
from service.store.result_tables import event_reviews, reports, value_events
from service.store.scope import Row, Scope

RECEIVED, READ, REFUSED = "received", "read", "refused"
POSTED, REVIEW, DROPPED, WITHDRAWN = "posted", "review", "dropped", "withdrawn"
CONFIRMED, REJECTED = "confirmed", "rejected"
BY_BAND = {"post": POSTED, "review": REVIEW, "drop": DROPPED}
DECISIONS = {"confirm": CONFIRMED, "reject": REJECTED, "reopen": REVIEW}
CORRECTABLE = ("solution", "assurance")
COUNTED = (POSTED, CONFIRMED)
"""States in which an event counts."""


class Reports:
    """The organisation's reports."""

    def __init__(self, scope: Scope) -> None:
        """Work in a transaction."""
        self._scope = scope

    def add(
        self, name: str, *, sha256: str, size: int, source: str, media_type: str = "", published: str | None = None
    ) -> tuple[Row, bool]:
        """Keep a report that arrived (`source`: `upload` or `folder`); the same content is the same report.

        Returns:
            The report, and whether it is new.
        """
        stamp = self._scope.stamp()
        known = self._scope.first(self._scope.select(reports, sha256=sha256))
        if known is not None:
            return known, False
        record = {
            "id": self._scope.make_id("rep"),
            "name": name,
            "sha256": sha256,
            "size": size,
            "source": source,
            "media_type": media_type,
            "published": published,
            "state": RECEIVED,
            "text": "",
            "body": {},
            "model": "",
            "catalogue_version": "",
            "job": "",
            "read_at": None,
            **stamp.new(),
        }
        self._scope.insert(reports, [record])
        return record, True

    def get(self, id_: str) -> Row:
        """A report.

        Raises:
            NotFoundError: the organisation has no such report.
        """
        return self._scope.one(reports, "report", id=id_)

    def refuse(self, id_: str, problem: Mapping[str, Any]) -> None:
        """Write down why a report could not be read."""
        stamp = self._scope.stamp()
        values = {"state": REFUSED, "body": {"problem": dict(problem)}, **stamp.columns()}
        self._scope.update(reports, values, id=id_)

    def read(self, id_: str, facts: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> int:
        """Write down what a report says; returns how many events are posted.

        An event that a person has decided about stays as it is. One that is not found any more is withdrawn.

        Args:
            id_: the report.
            facts: `text`, `body`, `model`, `catalogue_version`, `job`.
            events: objects of the contract `value-events`, each with its `id`.
        """
        stamp = self._scope.stamp(2 + len(events))
        known = {row["id"]: row for row in self._scope.all(self._scope.select(value_events, report=id_))}
        self._scope.update(reports, {**facts, "state": READ, "read_at": stamp.at, **stamp.columns()}, id=id_)
        fresh = []
        for place, event in enumerate(events, 1):
            row = _row(id_, event) | stamp.columns(place)
            if event["id"] not in known:
                fresh.append(row | {"version": 1, "created_at": stamp.at})
            elif known[event["id"]]["state"] not in (CONFIRMED, REJECTED) and known[event["id"]]["body"] != dict(event):
                self._scope.update(value_events, row | {"version": known[event["id"]]["version"] + 1}, id=event["id"])
        self._scope.insert(value_events, fresh)
        self._withdraw([row for key, row in known.items() if key not in {event["id"] for event in events}])
        return sum(BY_BAND[event["band"]] == POSTED for event in events)

    def _withdraw(self, gone: Sequence[Row]) -> None:
        for row in gone:
            if row["state"] not in (CONFIRMED, REJECTED, WITHDRAWN):
                values = {"state": WITHDRAWN, "version": row["version"] + 1, **self._scope.stamp().columns()}
                self._scope.update(value_events, values, id=row["id"])


class ValueEvents:
    """The organisation's value events."""

    def __init__(self, scope: Scope) -> None:
        """Work in a transaction."""
        self._scope = scope

    def get(self, id_: str) -> Row:
        """An event.

        Raises:
            NotFoundError: the organisation has no such event.
        """
        return self._scope.one(value_events, "value event", id=id_)

    def review(
        self,
        id_: str,
        version: int,
        decision: str,
        *,
        actor: str,
        note: str = "",
        corrections: Mapping[str, str] | None = None,
    ) -> Row:
        """Decide about an event: `confirm`, `reject` or `reopen`, correcting its solution or assurance on the way.

        Raises:
            NotFoundError: the organisation has no such event.
            ConflictError: somebody else decided meanwhile.
            UnknownReferenceError: an unknown decision or correction.
        """
        if decision not in DECISIONS:
            known = ", ".join(DECISIONS)
            raise UnknownReferenceError("unknown decision", field="decision", value=decision, remedy=known)
        given = dict(corrections or {})
        for name in given:
            if name not in CORRECTABLE:
                raise UnknownReferenceError("cannot be corrected", field=name, remedy=", ".join(CORRECTABLE))
        stamp = self._scope.stamp()
        row = self.get(id_)
        if row["version"] != version:
            raise ConflictError(
                "the event changed meanwhile", field="version", value=version, remedy=f"it is at {row['version']}"
            )
        new = {**given, "state": DECISIONS[decision], "version": version + 1, **stamp.columns()}
        before = {name: row[name] for name in ("state", *CORRECTABLE)}
        self._scope.update(value_events, new, id=id_, version=version)
        line = {"event": id_, "version": version + 1, "actor": actor, "decision": decision, "note": note}
        self._scope.insert(event_reviews, [{**line, "before": before, "created_at": stamp.at}])
        return row | new

    def standing(self) -> list[Row]:
        """Events that count or wait for a person, in the order in which they were read."""
        is_standing = value_events.c.state.in_((*COUNTED, REVIEW))
        return self._scope.all(self._scope.select(value_events, is_standing).order_by(value_events.c.sequence))

    def counted(self, solution: str | None = None) -> list[Row]:
        """Events that count, of one solution or of all, the newest first."""
        chosen = {} if solution is None else {"solution": solution}
        query = self._scope.select(value_events, value_events.c.state.in_(COUNTED), **chosen)
        return self._scope.all(query.order_by(desc(value_events.c.sequence)))


def _row(report: str, event: Mapping[str, Any]) -> Row:
    period = event.get("period") or ("", "")
    texts = {name: event.get(name) or "" for name in ("solution", "currency", "per", "business_unit")}
    fixed = {name: event[name] for name in ("id", "metric", "kind", "direction", "status", "value", "unit")}
    sure = {name: event[name] for name in ("confidence", "band", "assurance")}
    when = {"period_from": period[0], "period_to": period[1]}
    return {**fixed, **texts, **sure, **when, "report": report, "state": BY_BAND[event["band"]], "body": dict(event)}
