"""`waterline serve` and `waterline worker`: the service on this machine, or workers alone.

Role: terminal options over the settings, and the supervisor.
Must not know: HTTP or any kind of work.
"""

import os
from dataclasses import replace
from typing import Annotated

import typer

from service.operation.logs import start_logs
from service.operation.supervisor import Supervisor
from service.settings import Settings


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on. [WATERLINE_ADDRESS, 127.0.0.1]")] = None,
    port: Annotated[int | None, typer.Option(help="Port. [WATERLINE_PORT, 8321]", min=0, max=65535)] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that do jobs. [WATERLINE_WORKERS, 1]", min=0)] = None,
) -> None:
    """Serve the API and do its jobs; everything is kept under WATERLINE_HOME. `/docs` describes every operation."""
    settings = Settings.from_environment(os.environ)
    settings = replace(
        settings,
        address=settings.address if host is None else host,
        port=settings.port if port is None else port,
        workers=settings.workers if workers is None else workers,
    )
    supervisor = Supervisor(settings, serves=True)
    start_logs("supervisor", settings.log_level)
    supervisor.prepare()
    typer.echo(
        f"Waterline listens on http://{settings.address}:{supervisor.port} "
        f"(description: /docs, health: /healthz, /readyz), keeps {settings.shown_database}; Ctrl-C stops it."
    )
    supervisor.run()


def worker(
    workers: Annotated[int | None, typer.Option(help="Processes that do jobs. [WATERLINE_WORKERS, 1]", min=1)] = None,
) -> None:
    """Do jobs of a store that a server elsewhere fills (PostgreSQL, or a file on this machine)."""
    settings = Settings.from_environment(os.environ)
    settings = settings if workers is None else replace(settings, workers=workers)
    supervisor = Supervisor(settings, serves=False)
    start_logs("supervisor", settings.log_level)
    supervisor.prepare()
    typer.echo(f"{settings.workers} workers on {settings.shown_database}; Ctrl-C stops them.")
    supervisor.run()
