"""The process of one worker: `python -m service.operation.worker_process NAME`, started by the supervisor.

Role: settings, logs and signals around a `Worker`.
Must not know: any kind of work.
"""

import logging
import os
import signal
import sys

from service.jobs.worker import Worker
from service.operation.lifeline import when_alone
from service.operation.logs import start_logs
from service.settings import Settings
from service.store import Store

logger = logging.getLogger("waterline.worker")


def main(name: str) -> None:
    """Work until told to stop, or until the supervisor is gone."""
    settings = Settings.from_environment(os.environ)
    start_logs(name, settings.log_level)
    store = Store.open(settings.database_url, busy_timeout_s=settings.busy_timeout_s, pool_size=settings.pool_size)
    worker = Worker(
        store,
        name,
        home=settings.home,
        timeout_s=settings.job_timeout_s,
        patience_s=settings.stop_patience_s,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stopping.set())
    when_alone(worker.stopping.set)
    logger.info("worker ready")
    worker.run()
    store.close()
    logger.info("worker stopped")


if __name__ == "__main__":
    main(sys.argv[1])
