"""Mixed-integer programs in child processes with a hard deadline: HiGHS first, CBC beside it when it takes longer.

Role: start, listen to and end the solver children; the best incumbent and the best bound of both survive a kill.
Must not know: portfolios. The clock is passed in as a timer.
"""

import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import numpy as np

from optimizer.cbc_child import CbcChild
from optimizer.highs_child import read_frame, write_frame
from optimizer.matrix import INFINITY, Floats
from optimizer.programs import Answer, Program

Timer = Callable[[], float]
Aside = Callable[[], Floats | None]
system_timer: Timer = time.perf_counter
"""The timer that callers pass in when they have no other."""
CHILD = Path(__file__).with_name("highs_child.py")
GRACE = 0.3
"""Seconds that a child may take to report after its own time limit, before it is killed."""
HEAD_START = (1.5, 0.15)
"""HiGHS is alone for so many seconds, and for this share of the time: easy programs are then answered by one
deterministic solver, on a busy machine too."""
TICK = 0.02


class SolverCrew:
    """Solver children that stay alive between programs; a context manager that ends them all."""

    def __init__(self, timer: Timer, *, threads: int = 2) -> None:
        """Nothing is started before the first program."""
        self._timer = timer
        self._threads = threads
        self._child: subprocess.Popen[bytes] | None = None
        self._frames: queue.Queue[dict[str, Any] | None] = queue.Queue()

    def __enter__(self) -> "SolverCrew":
        """Start the HiGHS child early, so that it loads while the model is built."""
        self._started()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every child."""
        self._end()

    def solve(
        self,
        program: Program,
        *,
        gap: float,
        seconds: float,
        absolute_gap: float = 1e-6,
        hint: Floats | None = None,
        target: float = -INFINITY,
        polish: int = 0,
        head_start: float | None = None,
        aside: Aside | None = None,
    ) -> Answer:
        """Minimise a program within `seconds`, process start included; a point as good as `target` ends the search.

        `aside` is called again and again while both solvers run and may tell a better point of the program.
        For `polish` nodes the search goes on towards the optimum although the gap is reached.
        """
        deadline = self._timer() + max(seconds, 0.05)
        best = _Best()
        program, _, scale = program.scaled()
        absolute_gap, target = absolute_gap / scale, target / scale
        settings = {"gap": gap, "absolute_gap": absolute_gap, "seconds": seconds, "target": target, "polish": polish}
        self._ask(program, settings, hint)
        with tempfile.TemporaryDirectory(prefix="waterline-") as folder:
            rival: CbcChild | None = None
            rival_at = self._timer() + (
                max(HEAD_START[0], HEAD_START[1] * seconds) if head_start is None else head_start
            )
            try:
                while best.status is None and self._timer() < deadline + GRACE:
                    self._listen(best, TICK if rival is None or aside is None else 0.0)
                    if rival is None and self._threads > 1 and best.status is None and self._timer() >= rival_at:
                        rival = CbcChild(program, Path(folder), gap, absolute_gap, deadline - self._timer())
                    if rival is not None:
                        rival.report(best.take, program)
                        best.look_aside(aside, program)
                        best.close(gap, absolute_gap)
                if not best.told:
                    self._end()
            finally:
                if rival is not None:
                    rival.end()
        return best.answer(gap, absolute_gap, scale)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self._child = subprocess.Popen(  # noqa: S603 - our own script, run by our own interpreter
                [sys.executable, "-E", "-P", str(CHILD)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            self._frames = queue.Queue()
            threading.Thread(target=_pump, args=(self._child.stdout, self._frames), daemon=True).start()
        return self._child

    def _ask(self, program: Program, settings: Mapping[str, float], hint: Floats | None) -> None:
        job: dict[str, Any] = {name: getattr(program, name) for name in program.__dataclass_fields__}
        job |= settings
        job["hint"] = np.zeros(0) if hint is None else hint
        child = self._started()
        if child.stdin is not None:
            write_frame(child.stdin, job)

    def _listen(self, best: "_Best", seconds: float) -> None:
        try:
            frame = self._frames.get(timeout=seconds) if seconds else self._frames.get_nowait()
        except queue.Empty:
            return
        if frame is None:
            best.status = "unknown"
            return
        best.take_frame(frame)

    def _end(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            for stream in (self._child.stdin, self._child.stdout):
                if stream is not None:
                    stream.close()
            self._child = None


class _Best:
    """Best point and bound so far, whoever found them."""

    def __init__(self) -> None:
        self.status: str | None = None
        self.told = False
        self.winner = ""
        self.finder = ""
        self.point: Floats | None = None
        self.objective = INFINITY
        self.bound = -INFINITY
        self.pool: list[Floats] = []

    def take_frame(self, frame: dict[str, Any]) -> None:
        point = np.asarray(frame["point"], dtype=np.float64)
        self.take("HiGHS", point if point.size else None, float(frame["objective"]), float(frame["bound"]))
        if str(frame["kind"]) == "done":
            self.told = True
            self.finish(
                "HiGHS", {"Optimal": "optimal", "Infeasible": "infeasible"}.get(str(frame["status"]), "stopped")
            )

    def take(self, name: str, point: Floats | None, objective: float, bound: float, done: str | None = None) -> None:
        if point is not None:
            self.pool.append(point)
        if point is not None and objective < self.objective:
            self.point, self.objective, self.finder = point, objective, name
        if np.isfinite(bound):
            self.bound = max(self.bound, bound)
        if done is not None:
            self.finish(name, done)

    def look_aside(self, aside: Aside | None, program: Program) -> None:
        """Take a better point that a search beside the solvers found."""
        point = None if aside is None else aside()
        if point is not None:
            self.take("tabu", point, float(program.cost @ point), -INFINITY)

    def close(self, gap: float, absolute_gap: float) -> None:
        """End the race when the best point of one and the best bound of another prove the gap."""
        if self.status is None and self.within(gap, absolute_gap):
            self.finish(self.finder, "optimal")

    def within(self, gap: float, absolute_gap: float) -> bool:
        """Whether the best point is proven within the gap."""
        if self.point is None:
            return False
        return self.objective - self.bound <= max(absolute_gap, gap * abs(self.objective)) * (1 + 1e-9)

    def finish(self, name: str, status: str) -> None:
        self.winner, self.status = name, status

    def answer(self, gap: float, absolute_gap: float, scale: float) -> Answer:
        solver = self.winner or self.finder or "HiGHS"
        if self.status == "infeasible":
            return Answer("infeasible", None, INFINITY, INFINITY, solver)
        if self.point is None:
            return Answer("unknown", None, INFINITY, self.bound * scale, solver)
        status = "optimal" if self.within(gap, absolute_gap) else "feasible"
        return Answer(status, self.point, self.objective * scale, self.bound * scale, solver, tuple(self.pool))


def _pump(stream: IO[bytes] | None, frames: "queue.Queue[dict[str, Any] | None]") -> None:
    try:
        while stream is not None and (frame := read_frame(stream)) is not None:
            frames.put(frame)
    except (OSError, ValueError):
        pass
    frames.put(None)
