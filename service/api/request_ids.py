"""A name for every request, so that an answer, a log line and a support call speak of the same one.

Role: takes the client's `X-Request-Id` or makes one, and gives it back with the answer.
Must not know: what the request asks for.
"""

import contextvars
import re
import uuid

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "X-Request-Id"
ALLOWED = re.compile(rb"[A-Za-z0-9._:-]{1,64}")
_current: contextvars.ContextVar[str | None] = contextvars.ContextVar("waterline_request_id", default=None)


def current_request_id() -> str | None:
    """The id of the request being served; None outside of one."""
    return _current.get()


class RequestIds:
    """Middleware that names every request."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request under its name."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        name = _given(scope) or uuid.uuid4().hex
        token = _current.set(name)

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = name
            await send(message)

        try:
            await self.app(scope, receive, named)
        finally:
            _current.reset(token)


def _given(scope: Scope) -> str | None:
    for key, value in scope["headers"]:
        if key == b"x-request-id" and ALLOWED.fullmatch(value):
            return str(value.decode("ascii"))
    return None
