"""Answers to requests that a client may repeat with the same `Idempotency-Key`.

Role: keeps an answer in the transaction of its effect; finds it again.
Must not know: HTTP beyond status, headers and bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from btim.errors import ConflictError
from service.store.operation_tables import idempotency_keys
from service.store.scope import Scope

KEPT_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What was answered the first time."""

    status: int
    headers: Mapping[str, str]
    answer: bytes


class Idempotency:
    """The organisation's repeated requests."""

    def __init__(self, scope: Scope) -> None:
        """Work in a transaction."""
        self._scope = scope

    def find(self, key: str, fingerprint: str) -> KeptAnswer | None:
        """The answer kept under a key, if there is one. `fingerprint` is a hash of method, path and body.

        Raises:
            ConflictError: the key was used for another request.
        """
        row = self._scope.first(self._scope.select(idempotency_keys, key=key))
        if row is None:
            return None
        if row["fingerprint"] != fingerprint:
            raise ConflictError(
                "this key was used for another request",
                field="Idempotency-Key",
                value=key,
                remedy="send a new key with a new request",
            )
        return KeptAnswer(row["status"], row["headers"], row["answer"])

    def keep(self, key: str, fingerprint: str, kept: KeptAnswer) -> None:
        """Keep an answer; at the same moment elsewhere, one of the two transactions fails with a `ConflictError`."""
        row = {"key": key, "fingerprint": fingerprint, "status": kept.status, "headers": dict(kept.headers)}
        self._scope.insert(idempotency_keys, [{**row, "answer": kept.answer, "created_at": self._scope.now}])

    def forget_old(self) -> int:
        """Remove answers that are older than `KEPT_FOR`; returns how many."""
        return self._scope.delete(idempotency_keys, idempotency_keys.c.created_at < self._scope.now - KEPT_FOR)
