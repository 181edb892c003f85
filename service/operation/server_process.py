"""The process of the HTTP server: `python -m service.operation.server_process SOCKET`, started by the supervisor.

Role: settings, logs and signals around the application; the listening socket is inherited, so that connections wait
while a server that died is replaced.
Must not know: any operation.
"""

import logging
import os
import signal
import socket
import sys

import uvicorn

from service.api import create_app
from service.api.serving import Serving
from service.operation.lifeline import when_alone
from service.operation.logs import start_logs
from service.operation.observed import observe
from service.settings import Settings
from service.store import Store

logger = logging.getLogger("waterline.server")


def main(handle: int) -> None:
    """Serve until told to stop, or until the supervisor is gone."""
    settings = Settings.from_environment(os.environ)
    start_logs("server", settings.log_level)
    store = Store.open(settings.database_url, busy_timeout_s=settings.busy_timeout_s, pool_size=settings.pool_size)
    serving = Serving(store, settings.organisation, settings.max_upload, settings.max_body)
    app = observe(create_app(serving), store)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=int(settings.stop_patience_s),
            limit_concurrency=1000,
        )
    )
    when_alone(lambda: os.kill(os.getpid(), signal.SIGTERM))
    serving.crews.warm()
    logger.info("server ready")
    server.run(sockets=[socket.socket(fileno=handle)])
    serving.close()
    store.close()
    logger.info("server stopped")


if __name__ == "__main__":
    main(int(sys.argv[1]))
