"""CBC as a child process: the named model written by PuLP, the program that PuLP ships, its answer and bound read back.

Role: one solve by CBC that can be ended at any time. Must not know: portfolios, or who else is in the race.
"""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np

from optimizer.matrix import INFINITY, Floats
from optimizer.named_model import cbc_program, pulp_problem, write_for_cbc
from optimizer.programs import Program

Report = Callable[[str, Floats | None, float, float, str | None], None]
LOWER_BOUND = re.compile(r"^Lower bound:\s+(\S+)", re.MULTILINE)
FEASIBLE = 1e-6


class CbcChild:
    """One running CBC."""

    def __init__(self, program: Program, folder: Path, gap: float, absolute_gap: float, seconds: float) -> None:
        """Write the model and start the solver; a machine without CBC leaves the race to HiGHS."""
        self._process: subprocess.Popen[bytes] | None = None
        self._log, self._solution = folder / "cbc.log", folder / "cbc.sol"
        path = cbc_program()
        if not path or seconds <= 0:
            return
        names = [f"x{place}" for place in range(program.columns)]
        problem = pulp_problem("race", program, names, [f"r{place}" for place in range(len(program.low))])
        self._short = write_for_cbc(problem, names, folder / "cbc.mps")
        command = [path, str(folder / "cbc.mps"), "-sec", f"{seconds:.2f}", "-timeMode", "elapsed"]
        command += ["-ratio", repr(gap), "-allow", repr(absolute_gap), "-threads", "1", "-branch"]
        command += ["-printingOptions", "all", "-solution", str(self._solution)]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - the CBC that PuLP ships
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )

    def report(self, take: Report, program: Program) -> None:
        """Tell `take` the answer when CBC has ended; `done` only when it proved its point within the gap."""
        if self._process is None or self._process.poll() is None:
            return
        self._process = None
        if not self._solution.exists():
            return
        head, *lines = self._solution.read_text().splitlines()
        if "nfeasible" in head or not lines:
            return
        point = self._point(lines, program)
        if program.violation(point) > FEASIBLE * max(1.0, float(np.abs(program.value).max(initial=1.0))):
            return
        objective = float(program.cost @ point)
        proven = head.startswith("Optimal")
        bounds = LOWER_BOUND.findall(self._log.read_text(errors="replace"))
        bound = float(bounds[-1]) if bounds else objective if proven else -INFINITY
        take("CBC", point, objective, min(bound, objective), "optimal" if proven else None)

    def end(self) -> None:
        """Kill what still runs."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _point(self, lines: list[str], program: Program) -> Floats:
        values = {}
        for line in lines:
            parts = line.replace("**", " ").split()
            values[parts[1]] = float(parts[2])
        point = np.array([values.get(name, 0.0) for name in self._short])
        return np.where(program.integer == 1, np.round(point), point)
