"""The FastAPI application: its operations, its errors, its description.

Role: puts routes and problem documents together.
Must not know: how any answer is computed.
"""

from importlib import metadata

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware

from service.api import problems, routes
from service.api.request_ids import RequestIds
from service.api.retirement import RETIRED, Announcements

SMALLEST_COMPRESSED = 1024
COMPRESSION = 4

DESCRIPTION = """Demand peaks, funded portfolio and realised value. Every operation answers with what stands behind the
command of the same name; errors are `application/problem+json` (RFC 9457)."""


def create_app() -> FastAPI:
    """Build the application; nothing is read from the environment."""
    app = FastAPI(title="Waterline", version=metadata.version("waterline"), description=DESCRIPTION)
    problems.install(app)
    app.add_middleware(GZipMiddleware, minimum_size=SMALLEST_COMPRESSED, compresslevel=COMPRESSION)
    app.add_middleware(RequestIds)
    if RETIRED:
        app.add_middleware(Announcements, table=RETIRED)
    app.include_router(routes.health)
    app.include_router(routes.api, prefix="/api/v1")
    return app
