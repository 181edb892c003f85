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

    For `polish` seconds a better answer than the gap asks for is looked for; after them the gap is enough.
    """
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("parallel", "off")
    solver.setOptionValue("time_limit", float(job["seconds"]))
    solver.setOptionValue("mip_rel_gap", float(job["gap"]) if job["polish"] <= 0 else 0.0)
    solver.setOptionValue("mip_abs_gap", float(job["absolute_gap"]))
    if np.isfinite(job["target"]):
        solver.setOptionValue("objective_target", float(job["target"]))
    columns, rows = len(job["cost"]), len(job["low"])
    solver.passModel(
        columns,
        rows,
        len(job["value"]),
        ROWWISE,
        MINIMISE,
        0.0,
        job["cost"],
        job["column_low"],
        job["column_high"],
        job["low"],
        job["high"],
        job["start"],
        job["index"],
        job["value"],
        job["integer"],
    )
    if len(job["hint"]):
        solver.setSolution(len(job["hint"]), np.arange(len(job["hint"]), dtype=np.int32), job["hint"])

    def told(event: Any) -> None:
        found = event.data_out
        write_frame(
            sink,
            {
                "kind": "incumbent",
                "objective": found.objective_function_value,
                "bound": found.mip_dual_bound,
                "point": np.array(found.mip_solution),
            },
        )

    heard = 0.0

    def asked(event: Any) -> None:
        nonlocal heard
        found = event.data_out
        distance = found.mip_primal_bound - found.mip_dual_bound
        close = np.isfinite(distance) and distance <= job["gap"] * abs(found.mip_primal_bound)
        if close and 0 < job["polish"] <= found.running_time:
            event.interrupt()
        if found.running_time - heard >= NEWS and np.isfinite(found.mip_dual_bound):
            heard = found.running_time
            write_frame(
                sink,
                {"kind": "bound", "objective": np.inf, "bound": found.mip_dual_bound, "point": np.zeros(0)},
            )

    solver.cbMipImprovingSolution.subscribe(told)
    solver.cbMipInterrupt.subscribe(asked)
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


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
