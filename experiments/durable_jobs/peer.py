"""The trial with DBOS.

Role: asks for the jobs and does them.
Must not know: what is measured.
"""

import time

from dbos import DBOS, SetWorkflowID

from experiments.durable_jobs.trial import Trial

QUEUE = "trial"
POLLING_S = 0.25
"""As often as the service's workers look."""


def main() -> None:
    """Ask, then work until killed."""
    trial = Trial.from_arguments()
    DBOS(
        config={
            "name": "waterline-trial",
            "system_database_url": trial.url,
            "application_version": "1",
            "executor_id": trial.name,
            "log_level": "ERROR",
        }
    )

    @DBOS.workflow()
    def work(_: int) -> None:
        trial.work()

    DBOS.launch()
    DBOS.register_queue(QUEUE, worker_concurrency=1, polling_interval_sec=POLLING_S)
    trial.ready()
    for number in range(trial.jobs):
        with SetWorkflowID(f"{trial.name}-{number}"):
            DBOS.enqueue_workflow(QUEUE, work, number)
    trial.mark("asked")
    time.sleep(3600)


if __name__ == "__main__":
    main()
