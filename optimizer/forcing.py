"""Relaxations with one candidate forced in, each warm from the optimum.

Role: answer "what if this one were funded" hundreds of times a second. Beyond a few hundred candidates the relaxation
is restricted to the most ambiguous ones and the forced one; the others keep their priced choice, so the loss may be
overestimated a little, never underestimated by more than the relaxation's own bound.
Must not know: how a forced optimum is turned into words.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from btim.errors import SolverFailure
from optimizer.core import Core, Relaxed
from optimizer.linear import LinearOptimum, Relaxation
from optimizer.matrix import Floats, LinearModel
from optimizer.programs import Program

SMALL = 300
FREE = 150


@dataclass(frozen=True)
class Forced:
    """Optimum with a candidate forced in: gain, levels of all columns, price of every row."""

    objective: float
    point: Floats
    dual: Floats


class Forcing:
    """A relaxation of a program into which candidates can be forced one at a time."""

    def __init__(self, model: LinearModel, program: Program, relaxed: Relaxed) -> None:
        """Load the relaxation, restricted where the portfolio is large."""
        self.model, self.program, self.relaxed = model, program, relaxed
        core = Core(model, program)
        self.by_column = core.separable.by_column
        self.coupling = core.separable.coupling
        free = np.ones(len(model.candidates), dtype=bool)
        self.whole: _Loaded | None = None
        if len(model.candidates) > SMALL:
            values = relaxed.point[: model.choices]
            free[:] = False
            free[np.argsort(relaxed.priced.margin, kind="stable")[:FREE]] = True
            free[model.candidate_of[np.abs(values - np.round(values)) > 1e-9]] = True
        self.free = free
        self.loaded = _Loaded(core, free, relaxed.point)
        self.core = core
        self.objective = self.loaded.objective

    def force(self, position: int) -> Forced | None:
        """Optimum with exactly one option of a sorted candidate taken; None when the relaxation forbids it."""
        columns = np.array(self.model.columns_of(position), dtype=np.int64)
        if self.free[position]:
            return self.loaded.force_own(columns)
        if self._inside(columns) and not self.relaxed.point[columns].any():
            forced = self.loaded.force_other(columns, self.by_column, self.program.cost)
            if forced is not None:
                return forced
        if self.whole is None:
            self.whole = _Loaded(self.core, np.ones(len(self.model.candidates), dtype=bool), self.relaxed.point)
        return self.whole.force_own(columns)

    def _inside(self, columns: npt.NDArray[np.int64]) -> bool:
        """Whether every coupling row that the columns enter is in the restricted relaxation."""
        rows = np.unique(np.concatenate([self._rows(column) for column in columns]))
        return bool(np.isin(rows[self.coupling[rows]], self.loaded.rows).all())

    def _rows(self, column: int) -> npt.NDArray[np.int32]:
        rows: npt.NDArray[np.int32] = self.by_column.indices[
            self.by_column.indptr[column] : self.by_column.indptr[column + 1]
        ]
        return rows


class _Loaded:
    """The relaxation over some free candidates, solved once; the others stand at `point`."""

    def __init__(self, core: Core, free: npt.NDArray[np.bool_], point: Floats) -> None:
        self.fixed = np.round(point)
        own = free[core.owner]
        self.fixed[: len(own)][own] = 0.0
        self.fixed[len(own) :] = 0.0
        made = core.sub_program(free, self.fixed)
        if made is None:
            made = core.sub_program(np.ones_like(free), np.zeros_like(point))
            self.fixed = np.zeros_like(point)
        if made is None:
            raise SolverFailure("the relaxation could not be loaded again")
        sub, self.rows, self.columns, _ = made
        self.place = np.full(len(point), -1, dtype=np.int64)
        self.place[self.columns] = np.arange(len(self.columns))
        self.row_place = np.full(len(core.program.low), -1, dtype=np.int64)
        self.row_place[self.rows] = np.arange(len(self.rows))
        self.constant = float(-core.program.cost @ self.fixed)
        self.relaxation = Relaxation(sub, self.constant)
        optimum = self.relaxation.solve()
        self.objective = -np.inf if optimum is None else optimum.objective
        self.basis = self.relaxation.solver.getBasis()

    def force_own(self, columns: npt.NDArray[np.int64]) -> Forced | None:
        self.relaxation.solver.setBasis(self.basis)
        return self._whole(self.relaxation.solve_forced(self.place[columns].astype(np.int32)))

    def force_other(self, columns: npt.NDArray[np.int64], matrix: object, cost: Floats) -> Forced | None:
        entries = []
        for column in columns.tolist():
            span = slice(matrix.indptr[column], matrix.indptr[column + 1])  # type: ignore[attr-defined]
            rows = self.row_place[matrix.indices[span]]  # type: ignore[attr-defined]
            kept = rows >= 0
            entries.append((rows[kept], matrix.data[span][kept]))  # type: ignore[attr-defined]
        self.relaxation.solver.setBasis(self.basis)
        optimum = self.relaxation.solve_with(entries, -cost[columns])
        if optimum is None:
            return None
        forced = self._whole(optimum)
        if forced is not None:
            forced.point[columns] = optimum.point[len(self.columns) :]
        return forced

    def _whole(self, optimum: LinearOptimum | None) -> Forced | None:
        if optimum is None:
            return None
        point, dual = self.fixed.copy(), np.zeros(len(self.row_place))
        point[self.columns] = optimum.point[: len(self.columns)]
        dual[self.rows] = optimum.row_dual
        return Forced(optimum.objective, point, dual)
