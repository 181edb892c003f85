"""The program of a solver child: reads mixed-integer programs from stdin, answers on stdout.

Role: run HiGHS where it can be killed; incumbents and bounds are told as they are found, so that a kill loses nothing.
Must not know: portfolios. It is run as a script and imports numpy and highspy alone, so it starts quickly. Frames are
length-prefixed npz without pickles.
"""

import io
import struct
import sys
from collections.abc import Mapping
from typing import IO, Any

import highspy
import numpy as np
import numpy.typing as npt

ROWWISE = 2
MINIMISE = 1
FEASIBLE = 2
PREFIX = struct.Struct("<Q")
NEWS = 0.25
"""Seconds between two reports of the bound."""
SETTINGS: dict[str, Any] = {
    "output_flag": False,
    "threads": 1,
    "parallel": "off",
    "mip_allow_restart": False,
}
"""Restarts cost more than they save on portfolios (decision 0301)."""


def write_frame(stream: IO[bytes], arrays: Mapping[str, Any]) -> None:
    """Write one frame and flush it."""
    buffer = io.BytesIO()
    np.savez(buffer, **{name: np.asarray(value) for name, value in arrays.items()})  # type: ignore[arg-type]
    payload = buffer.getvalue()
    stream.write(PREFIX.pack(len(payload)) + payload)
    stream.flush()


def read_frame(stream: IO[bytes]) -> dict[str, npt.NDArray[Any]] | None:
    """Read one frame, None at the end of the stream."""
    head = stream.read(PREFIX.size)
    if len(head) < PREFIX.size:
        return None
    (size,) = PREFIX.unpack(head)
    payload = stream.read(size)
    if len(payload) < size:
        return None
    with np.load(io.BytesIO(payload), allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def serve(source: IO[bytes], sink: IO[bytes]) -> None:
    """Answer one job after the other until the stream ends."""
    while (job := read_frame(source)) is not None:
        write_frame(sink, solve(job, sink))


def solve(job: Mapping[str, Any], sink: IO[bytes]) -> dict[str, Any]:
    """Minimise one program; `kind` of the last frame is `done`.

    For `polish` nodes a better answer than the gap asks for is looked for; after them the gap is enough. Nodes, not
    seconds: the same program has the same answer on a busy machine.
    """
    solver = loaded(job)
    teller = Teller(sink, float(job["gap"]), int(job["polish"]))
    solver.cbMipImprovingSolution.subscribe(teller.told)
    solver.cbMipInterrupt.subscribe(teller.asked)
    solver.run()
    info = solver.getInfo()
    point = np.array(solver.getSolution().col_value) if info.primal_solution_status == FEASIBLE else np.zeros(0)
    return {
        "kind": "done",
        "status": solver.modelStatusToString(solver.getModelStatus()),
        "objective": info.objective_function_value,
        "bound": info.mip_dual_bound,
        "point": point,
    }


def loaded(job: Mapping[str, Any]) -> highspy.Highs:
    """A solver that holds the program of a job, on one thread, with its limits and hint."""
    solver = highspy.Highs()
    for name, value in SETTINGS.items():
        solver.setOptionValue(name, value)
    solver.setOptionValue("time_limit", float(job["seconds"]))
    solver.setOptionValue("mip_rel_gap", float(job["gap"]) if job["polish"] <= 0 else 0.0)
    solver.setOptionValue("mip_abs_gap", float(job["absolute_gap"]))
    # The neighbourhood of the relaxation (RENS) soon reaches a target; a proof it only delays (decision 0301).
    solver.setOptionValue("mip_heuristic_run_rens", bool(np.isfinite(job["target"])))
    if np.isfinite(job["target"]):
        solver.setOptionValue("objective_target", float(job["target"]))
    arrays = (job[name] for name in ("cost", "column_low", "column_high", "low", "high", "start", "index", "value"))
    sizes = (len(job["cost"]), len(job["low"]), len(job["value"]))
    solver.passModel(*sizes, ROWWISE, MINIMISE, 0.0, *arrays, job["integer"])
    if len(job["hint"]):
        solver.setSolution(len(job["hint"]), np.arange(len(job["hint"]), dtype=np.int32), job["hint"])
    return solver


class Teller:
    """Tells incumbents as they are found and the bound now and then; ends a search that has polished enough."""

    def __init__(self, sink: IO[bytes], gap: float, polish: int) -> None:
        self.sink, self.gap, self.polish = sink, gap, polish
        self.heard = 0.0

    def told(self, event: Any) -> None:
        """Report an incumbent."""
        found = event.data_out
        self._report("incumbent", found.objective_function_value, found.mip_dual_bound, np.array(found.mip_solution))

    def asked(self, event: Any) -> None:
        """Report the bound; end the search when its gap is reached and its polish spent."""
        found = event.data_out
        distance = found.mip_primal_bound - found.mip_dual_bound
        close = np.isfinite(distance) and distance <= self.gap * abs(found.mip_primal_bound)
        if close and 0 < self.polish <= found.mip_node_count:
            event.interrupt()
        if found.running_time - self.heard >= NEWS and np.isfinite(found.mip_dual_bound):
            self.heard = found.running_time
            self._report("bound", np.inf, found.mip_dual_bound, np.zeros(0))

    def _report(self, kind: str, objective: float, bound: float, point: npt.NDArray[np.float64]) -> None:
        write_frame(self.sink, {"kind": kind, "objective": objective, "bound": bound, "point": point})


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
