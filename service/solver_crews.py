"""Solver children that stay warm between requests.

Role: lends a crew to whoever solves; a few at a time, so that requests do not starve each other.
Must not know: what is solved for whom.
"""

import queue
from collections.abc import Iterator
from contextlib import contextmanager

from btim.errors import SolverFailure
from btim.portfolio import Problem
from btim.recommendation import Recommendation
from optimizer import SolverCrew, solve, system_timer

CREWS = 2
PATIENCE_S = 60.0
THREADS = 2


class SolverCrews:
    """A few crews, each lent to one caller at a time."""

    def __init__(self, count: int = CREWS) -> None:
        """Start nothing before `warm` or the first solve."""
        self._free: queue.LifoQueue[SolverCrew] = queue.LifoQueue()
        self._all = [SolverCrew(system_timer, threads=THREADS) for _ in range(count)]
        for crew in self._all:
            self._free.put(crew)

    def warm(self) -> None:
        """Start the first child, so that the first request finds it loaded."""
        self._all[-1].__enter__()

    @contextmanager
    def lent(self) -> Iterator[SolverCrew]:
        """Lend a crew for as long as the block lasts.

        Raises:
            SolverFailure: none became free in a minute.
        """
        try:
            crew = self._free.get(timeout=PATIENCE_S)
        except queue.Empty:
            raise SolverFailure("every solver is busy", remedy="repeat in a minute, or ask for a job") from None
        try:
            yield crew
        finally:
            self._free.put(crew)

    def solve(self, problem: Problem, explain: str = "fast") -> Recommendation:
        """Solve a problem with a lent crew.

        Raises:
            SolverFailure: see `optimizer.solve`, or none became free.
        """
        with self.lent() as crew:
            return solve(problem, explain=explain, crew=crew)

    def close(self) -> None:
        """End every child."""
        for crew in self._all:
            crew.__exit__(None, None, None)
