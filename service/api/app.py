"""The FastAPI application: its operations, its errors, its description.

Role: puts routes and problem documents together.
Must not know: how any answer is computed.
"""

from importlib import metadata

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware

from service.api import problems, recommending, routes, stored
from service.api.description import install_description
from service.api.request_ids import RequestIds
from service.api.retirement import RETIRED, Announcements
from service.api.serving import Serving

SMALLEST_COMPRESSED = 1024
COMPRESSION = 4
ROOT = "/api/v1"


def create_app(serving: Serving | None = None) -> FastAPI:
    """Build the application over what it serves; nothing is read from the environment.

    Without a store it answers the operations that keep nothing: peaks, recommendations and readings of what is sent.
    """
    app = FastAPI(title="Waterline", version=metadata.version("waterline"))
    problems.install(app)
    app.include_router(routes.health)
    app.include_router(routes.api, prefix=ROOT)
    if serving is None:
        app.include_router(recommending.stateless, prefix=ROOT)
    else:
        app.state.serving = serving
        for router in stored.ROUTERS:
            app.include_router(router, prefix=ROOT)
    app.add_middleware(GZipMiddleware, minimum_size=SMALLEST_COMPRESSED, compresslevel=COMPRESSION)
    app.add_middleware(RequestIds)
    if RETIRED:
        app.add_middleware(Announcements, table=RETIRED)
    install_description(app)
    return app
