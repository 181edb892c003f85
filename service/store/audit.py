"""The audit: who did what to what, in order, never changed.

Role: appends; reading goes through the lists.
Must not know: what the actions mean.
"""

from typing import Any

from service.store.operation_tables import audit
from service.store.scope import Scope


class Audit:
    """The organisation's audit."""

    def __init__(self, scope: Scope) -> None:
        """Work in a transaction."""
        self._scope = scope

    def append(self, actor: str, action: str, subject: str, *, request_id: str = "", **detail: Any) -> None:
        """Write one line, in the transaction of what it tells.

        Args:
            actor: who: a person, a client, `schedule:…` or `job:…`.
            action: what: `scenario.adopted`, `event.reviewed` …
            subject: id of the record.
            request_id: of the request that asked for it.
            detail: what else matters; never a secret.
        """
        stamp = self._scope.stamp()
        line = {"sequence": stamp.first, "at": stamp.at, "actor": actor, "action": action, "subject": subject}
        self._scope.insert(audit, [{**line, "request_id": request_id, "detail": detail}])
