"""Telling dead workers from slow ones without trusting a clock.

Role: watches the beats of running jobs; a job whose beat stands still for long enough has lost its worker.
Must not know: processes, or what a job does.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

SILENCE_S = 20.0
BLIND_S = 5.0
"""A pause between two looks after which nothing is known: the observer slept, or the store did not answer."""

Key = tuple[str, str, int]


class Observer:
    """Remembers when each beat was first seen, in the observer's own monotonic time."""

    def __init__(self, timer: Callable[[], float] = time.monotonic, *, silence_s: float = SILENCE_S) -> None:
        """Know nothing yet."""
        self._timer = timer
        self._silence_s = silence_s
        self._seen: dict[Key, tuple[int, float]] = {}
        self._last = timer()

    def abandoned(self, running: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Of the jobs that run now, those whose worker has been silent for too long."""
        now = self._timer()
        if now - self._last > BLIND_S:
            self._seen.clear()
        self._last = now
        rows = {(row["organisation"], row["id"], row["attempt"]): row for row in running}
        self._seen = {key: seen for key, seen in self._seen.items() if key in rows}
        for key, row in rows.items():
            if key not in self._seen or self._seen[key][0] != row["beat"]:
                self._seen[key] = (row["beat"], now)
        return [rows[key] for key, (_, since) in self._seen.items() if now - since > self._silence_s]
