"""How an operation is taken out of service: announced in its answers long before it goes.

Role: the `Deprecation` (RFC 9745) and `Sunset` (RFC 8594) headers of operations that will go, from one table.
Must not know: what the operations do.

Policy: within `/api/v1` nothing is removed and no field changes its meaning; fields and operations are only added.
What is to go is listed here, is marked deprecated in the description, and answers for at least 12 months more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from email.utils import format_datetime

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SHORTEST_NOTICE_DAYS = 365


@dataclass(frozen=True, slots=True)
class Retirement:
    """When an operation was deprecated, when it stops answering, and what to use instead (a path)."""

    deprecated: date
    sunset: date
    successor: str

    def __post_init__(self) -> None:
        """Hold the promised notice."""
        if (self.sunset - self.deprecated).days < SHORTEST_NOTICE_DAYS:
            raise ValueError(f"notice is shorter than {SHORTEST_NOTICE_DAYS} days")

    def headers(self) -> dict[str, str]:
        """The headers that announce it."""
        since = datetime.combine(self.deprecated, time(), UTC)
        until = datetime.combine(self.sunset, time(), UTC)
        return {
            "Deprecation": f"@{int(since.timestamp())}",
            "Sunset": format_datetime(until, usegmt=True),
            "Link": f'<{self.successor}>; rel="successor-version"',
        }


RETIRED: Mapping[tuple[str, str], Retirement] = {}
"""Operations that will go, by method and path template; none so far."""


class Announcements:
    """Middleware that adds the headers of a table's retirements to the answers of their operations."""

    def __init__(self, app: ASGIApp, table: Mapping[tuple[str, str], Retirement]) -> None:
        """Wrap an application."""
        self.app = app
        self.table = table

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; the route is known once the answer starts."""

        async def announced(message: Message) -> None:
            if message["type"] == "http.response.start":
                path = getattr(scope.get("route"), "path", "")
                found = self.table.get((str(scope.get("method")), path))
                if found is not None:
                    MutableHeaders(scope=message).update(found.headers())
            await send(message)

        await self.app(scope, receive, announced)
