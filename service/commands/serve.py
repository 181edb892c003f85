"""`waterline serve`: the HTTP API on this machine."""

from typing import Annotated

import typer
import uvicorn

from service.api import create_app


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8321,
) -> None:
    """Answer peaks, recommendations and readings over HTTP; `/docs` describes every operation."""
    typer.echo(f"Waterline listens on http://{host}:{port} (description: /docs, health: /healthz); Ctrl-C stops it.")
    uvicorn.run(create_app(), host=host, port=port, log_level="warning", access_log=False)
