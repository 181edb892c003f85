"""The application watched from outside: request log, metrics, and whether it is ready.

Role: wraps the application; nothing of a request but its route, status and time is told.
Must not know: any operation.
"""

import json
import logging
import time
from collections.abc import Iterator
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from btim.errors import StoreError
from service.release import RELEASE
from service.store import Store
from service.store.operation_tables import jobs
from service.store.result_tables import value_events
from service.store.versions import check_version

logger = logging.getLogger("waterline.requests")
READY, METRICS, ALIVE = "/readyz", "/metrics", "/healthz"
UNMATCHED = "unmatched"


class _Records:
    """Numbers of jobs and value events by state, counted when they are asked for."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Count, unless the store does not answer."""
        try:
            with self._store.overseeing() as everyone:
                found = everyone.counts(jobs, "kind", "state"), everyone.counts(value_events, "state")
        except StoreError as error:
            logger.warning("records could not be counted: %s", error)
            return
        family = GaugeMetricFamily("waterline_jobs", "Jobs by kind and state.", labels=["kind", "state"])
        for kind, state, count in found[0]:
            family.add_metric([kind, state], count)
        yield family
        family = GaugeMetricFamily("waterline_value_events", "Value events by state.", labels=["state"])
        for state, count in found[1]:
            family.add_metric([state], count)
        yield family


class Observed:
    """An ASGI application around another."""

    def __init__(self, app: ASGIApp, store: Store) -> None:
        """Watch `app`, which works on `store`."""
        self._app = app
        self._store = store
        self._registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests = Counter("waterline_requests", "Requests answered.", labels, registry=self._registry)
        self._seconds = Histogram(
            "waterline_request_seconds", "Time to answer.", ("method", "route"), registry=self._registry
        )
        self._open = Gauge("waterline_requests_open", "Requests being answered.", registry=self._registry)
        Gauge("waterline_info", "The release.", ("release",), registry=self._registry).labels(RELEASE).set(1)
        self._registry.register(_Records(store))
        self._is_checked = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what concerns operation, pass on the rest and take its time."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"] == READY:
            await _answer(send, *await run_in_threadpool(self._ready))
        elif scope["path"] == METRICS:
            await _answer(send, 200, CONTENT_TYPE_LATEST, await run_in_threadpool(generate_latest, self._registry))
        else:
            await self._timed(scope, receive, send)

    async def _timed(self, scope: Scope, receive: Receive, send: Send) -> None:
        told: dict[str, Any] = {"status": 500, "request_id": ""}

        async def listened(message: Message) -> None:
            if message["type"] == "http.response.start":
                told["status"] = message["status"]
                told["request_id"] = next(
                    (value.decode("latin-1") for name, value in message["headers"] if name.lower() == b"x-request-id"),
                    "",
                )
            await send(message)

        began = time.perf_counter()
        try:
            with self._open.track_inprogress():
                await self._app(scope, receive, listened)
        finally:
            took = time.perf_counter() - began
            route = getattr(scope.get("route"), "path", UNMATCHED)
            method = scope["method"] if route != UNMATCHED else "any"
            self._requests.labels(method, route, str(told["status"])).inc()
            self._seconds.labels(method, route).observe(took)
            if route != ALIVE:
                facts = {"method": scope["method"], "route": route, "milliseconds": round(took * 1000, 1)}
                logger.info("request", extra=facts | told)

    def _ready(self) -> tuple[int, str, bytes]:
        try:
            if not self._is_checked:
                check_version(self._store.engine)
                self._is_checked = True
            self._store.check()
        except StoreError as error:
            problem = {"type": "urn:waterline:problem:store", "title": "The store cannot be used now", "status": 503}
            return 503, "application/problem+json", json.dumps(problem | {"detail": str(error)}).encode()
        facts = {"status": "ready", "release": RELEASE, "database": self._store.engine.dialect.name}
        return 200, "application/json", json.dumps(facts).encode()


def observe(app: ASGIApp, store: Store) -> Observed:
    """Watch an application: its requests are logged and counted, `/readyz` and `/metrics` are answered."""
    return Observed(app, store)


async def _answer(send: Send, status: int, media_type: str, body: bytes) -> None:
    headers = [(b"content-type", media_type.encode()), (b"content-length", str(len(body)).encode())]
    headers.append((b"cache-control", b"no-store"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
