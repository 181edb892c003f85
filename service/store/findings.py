"""Findings of an import: what deserves a decision, with the money at stake.

Role: keeps them by import.
Must not know: how something becomes a finding.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from service.store.result_tables import findings
from service.store.scope import Scope


class Findings:
    """The organisation's findings."""

    def __init__(self, scope: Scope) -> None:
        """Work in a transaction."""
        self._scope = scope

    def write(self, import_id: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write the findings of an import in place of any it had.

        `rows`: `kind`, `layer`, `element`, `stake` (minor units), `currency`, `period`, `reason`, `action`, `evidence`.
        """
        stamp = self._scope.stamp(max(1, len(rows)))
        self._scope.delete(findings, import_id=import_id)
        self._scope.insert(
            findings,
            (
                {**row, "id": _id(import_id, place, row), "import_id": import_id, **stamp.new(place)}
                for place, row in enumerate(rows)
            ),
        )


def _id(import_id: str, place: int, row: Mapping[str, Any]) -> str:
    told = "\n".join([import_id, str(place), row["kind"], row["layer"], row["element"], row["period"]])
    return "fnd_" + hashlib.sha256(told.encode()).hexdigest()[:32]
