"""Jobs by name: work that other installed packages register under `waterline.jobs`, run in a process of its own.

Role: finds a registered job and runs it beside the caller; a caller sends it one message and may await one answer.
Must not know: any module that registers a job.
"""

import multiprocessing
from importlib import metadata
from types import TracebackType
from typing import Any, Self

from btim.errors import UnknownReferenceError, WaterlineError, listed

GROUP = "waterline.jobs"
PATIENCE_S = 60.0


class JobProcess:
    """One registered job in a spawned process, started at once so that slow imports overlap with the caller's work.

    Leaving the `with` block without `finish` ends the job with nothing done.
    """

    def __init__(self, name: str, *arguments: object) -> None:
        """Start job `name` as `handler(*arguments, connection)`.

        Raises:
            UnknownReferenceError: no installed package registers that job.
        """
        if name not in registered():
            raise UnknownReferenceError("no such job", value=name, remedy=f"registered are: {listed(registered())}")
        context = multiprocessing.get_context("spawn")
        self._name = name
        self._outbox, inbox = context.Pipe()
        self._process = context.Process(target=_run, args=(name, arguments, inbox), daemon=True)
        self._process.start()
        inbox.close()

    def finish(self, message: object) -> Any:
        """Send the message the job waits for and return its answer.

        Raises:
            WaterlineError: the job ended without an answer.
        """
        try:
            self._outbox.send(message)
            if not self._outbox.poll(PATIENCE_S):
                raise WaterlineError("the job gave no answer in time", field=self._name, value=f"{PATIENCE_S} s")
            answer = self._outbox.recv()
        except (EOFError, BrokenPipeError, ConnectionResetError):
            raise WaterlineError("the job ended without an answer", field=self._name) from None
        self._process.join(PATIENCE_S)
        return answer

    def __enter__(self) -> Self:
        """Return the running job."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection and make sure that no process stays behind."""
        self._outbox.close()
        if self._process.is_alive():
            self._process.terminate()
        self._process.join()


def registered() -> dict[str, metadata.EntryPoint]:
    """Registered jobs by name."""
    return {entry.name: entry for entry in metadata.entry_points(group=GROUP)}


def _run(name: str, arguments: tuple[object, ...], inbox: Any) -> None:
    registered()[name].load()(*arguments, inbox)
