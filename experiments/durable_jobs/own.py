"""The trial with the service's own jobs.

Role: asks for the jobs and does them.
Must not know: what is measured.
"""

from collections.abc import Mapping
from typing import Any

from experiments.durable_jobs.trial import Trial
from service.jobs.run import Finish, Run
from service.jobs.worker import Worker
from service.store import Store, Unit
from service.store.upgrading import upgrade

ORGANISATION = "main"


def main() -> None:
    """Ask, then work until killed."""
    trial = Trial.from_arguments()
    store = Store.open(trial.url)
    upgrade(store.engine)
    with store.operating() as everyone:
        everyone.ensure(ORGANISATION)

    def finish(_: Unit) -> Mapping[str, Any]:
        return {}

    def handle(_: Run) -> Finish:
        trial.work()
        return finish

    trial.ready()
    for number in range(trial.jobs):
        with store.writing(ORGANISATION) as unit:
            unit.jobs.ask("trial", {"number": number, "name": trial.name})
    trial.mark("asked")
    Worker(store, f"elsewhere:1:{trial.name}", find_handler=lambda _: handle).run()


if __name__ == "__main__":
    main()
