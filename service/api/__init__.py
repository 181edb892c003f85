"""The HTTP API: FastAPI over the same functions that the command line calls."""

from service.api.app import create_app

__all__ = ["create_app"]
