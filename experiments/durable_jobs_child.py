"""A process of the durable-jobs benchmark: asks for jobs and does them, with one engine or the other.

Role: the same jobs in both engines; marks in a file when it was ready, asked, began and did one.
Must not know: what is measured.
"""

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ORGANISATION = "main"
QUEUE = "trial"


class Marks:
    """Lines of `kind time` in a file."""

    def __init__(self, file: Path) -> None:
        """Append to `file`."""
        self._file = file

    def add(self, kind: str, value: float | None = None) -> None:
        """Write one line."""
        with self._file.open("a", encoding="utf-8") as stream:
            stream.write(f"{kind} {time.time() if value is None else value}\n")


def work(marks: Marks, *, slow: bool) -> None:
    """The job: nothing, or a minute of it."""
    marks.add("began")
    if slow:
        time.sleep(120)
    marks.add("handled")


def with_service(url: str, name: str, jobs: int, marks: Marks, *, slow: bool) -> None:
    """The service's own jobs."""
    from service.jobs.run import Finish, Run
    from service.jobs.worker import Worker
    from service.store import Store, Unit
    from service.store.upgrading import upgrade

    store = Store.open(url)
    upgrade(store.engine)
    with store.operating() as everyone:
        everyone.ensure(ORGANISATION)

    def handle(_: Run) -> Finish:
        work(marks, slow=slow)

        def finish(_: Unit) -> Mapping[str, Any]:
            return {}

        return finish

    marks.add("cpu", time.process_time())
    for number in range(jobs):
        with store.writing(ORGANISATION) as unit:
            unit.jobs.ask("trial", {"number": number, "name": name})
    marks.add("asked")
    Worker(store, f"elsewhere:1:{name}", find_handler=lambda _: handle).run()


def with_dbos(url: str, name: str, jobs: int, marks: Marks, *, slow: bool) -> None:
    """DBOS."""
    from dbos import DBOS, SetWorkflowID

    DBOS(
        config={
            "name": "waterline-trial",
            "system_database_url": url,
            "application_version": "1",
            "executor_id": name,
            "log_level": "ERROR",
        }
    )

    @DBOS.workflow()
    def trial(_: int) -> None:
        work(marks, slow=slow)

    DBOS.launch()
    DBOS.register_queue(QUEUE, worker_concurrency=1)
    marks.add("cpu", time.process_time())
    for number in range(jobs):
        with SetWorkflowID(f"{name}-{number}"):
            DBOS.enqueue_workflow(QUEUE, trial, number)
    marks.add("asked")
    time.sleep(3600)


def main() -> None:
    """Run one engine."""
    engine, url, name, jobs, pace, file = sys.argv[1:]
    run = with_service if engine == "service" else with_dbos
    run(url, name, int(jobs), Marks(Path(file)), slow=pace == "slow")


if __name__ == "__main__":
    main()
