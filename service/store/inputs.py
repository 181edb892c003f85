"""Uploaded files of every kind, with all their versions.

Role: the record that a file arrived, under which name and which version, with which content.
Must not know: how a file is checked or read.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import desc

from btim.errors import UnknownReferenceError
from service.store.input_tables import inputs
from service.store.scope import Row, Scope

KINDS = (
    "ledger",
    "mapping",
    "cost_file",
    "panel",
    "capacities",
    "prices",
    "calendar",
    "plan",
    "rates",
    "drivers",
    "volumes",
    "benchmarks",
    "tags",
    "contracts",
    "carbon",
    "grid",
    "taxonomy",
    "events",
    "catalogue",
    "portfolio",
    "report",
)
"""What a file may be: `cost_file` is one that a `mapping` (`ledger.toml`) names; a `ledger` stands alone (FOCUS)."""


class Inputs:
    """The organisation's uploaded files."""

    def __init__(self, scope: Scope) -> None:
        """Work in a transaction."""
        self._scope = scope

    def add(
        self,
        kind: str,
        name: str,
        *,
        sha256: str,
        size: int,
        file: str,
        media_type: str = "",
        settings: Mapping[str, Any] | None = None,
    ) -> tuple[Row, bool]:
        """Keep a new version of `name`; the content must have been announced.

        Returns:
            The record, and whether it is new: the same content and settings as the latest version are that version.

        Raises:
            UnknownReferenceError: there is no such kind of input.
        """
        if kind not in KINDS:
            raise UnknownReferenceError("unknown kind of input", field="kind", value=kind, remedy=", ".join(KINDS))
        stamp = self._scope.stamp()
        last = self.latest(kind, name)
        if last is not None and last["sha256"] == sha256 and last["settings"] == dict(settings or {}):
            return last, False
        self._scope.update(inputs, {"latest": False}, kind=kind, name=name, latest=True)
        record = {
            "id": self._scope.make_id("inp"),
            "kind": kind,
            "name": name,
            "version": 1 if last is None else last["version"] + 1,
            "latest": True,
            "file": file,
            "media_type": media_type,
            "sha256": sha256,
            "size": size,
            "settings": dict(settings or {}),
            "facts": {},
            **stamp.new(),
        }
        self._scope.insert(inputs, [record])
        return record, True

    def get(self, id_: str) -> Row:
        """One version of a file.

        Raises:
            NotFoundError: the organisation has no such input.
        """
        return self._scope.one(inputs, "input", id=id_)

    def latest(self, kind: str, name: str | None = None) -> Row | None:
        """The newest version of a name, or of any name of this kind."""
        chosen = {"kind": kind} if name is None else {"kind": kind, "name": name}
        query = self._scope.select(inputs, **chosen).order_by(desc(inputs.c.sequence))
        return self._scope.first(query)

    def latest_file(self, file: str) -> Row | None:
        """The newest upload, of any kind, that came as a file of this name or was given it."""
        is_called = (inputs.c.file == file) | (inputs.c.name == file)
        query = self._scope.select(inputs, is_called).order_by(desc(inputs.c.sequence))
        return self._scope.first(query)

    def note(self, id_: str, facts: Mapping[str, Any]) -> None:
        """Write down what a check found out about a file.

        Raises:
            NotFoundError: the organisation has no such input.
        """
        record = self.get(id_)
        stamp = self._scope.stamp()
        self._scope.update(inputs, {"facts": {**record["facts"], **facts}, **stamp.columns()}, id=id_)
