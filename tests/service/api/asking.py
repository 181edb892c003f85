"""Requests made by hand, for tests of what reads them."""

from collections.abc import Mapping

from fastapi import Request


def request_of(query: str = "", headers: Mapping[str, str] | None = None, path: str = "/api/v1/things") -> Request:
    """A GET request that no server received."""
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in (headers or {}).items()]
    return Request({"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": raw})
