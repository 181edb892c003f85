"""Linear relaxations by HiGHS in this process: optimum, marginal values, ranges, forced-in re-solves.

Role: the one place that talks to HiGHS about LPs. Models go over in one `passModel`, maximisation as a negated
minimisation, so duals come back with one sign change.
Must not know: candidates and options. PuLP's own transfer and its dual signs are not used (see decisions 0301).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt

from btim.errors import SolverFailure
from optimizer.matrix import Floats
from optimizer.programs import Program

Integers = npt.NDArray[np.int32]
ROWWISE = 2
MINIMISE = 1


class OutOfTime(SolverFailure):
    """A relaxation was not finished in the seconds it had."""


@dataclass(frozen=True)
class LinearOptimum:
    """Optimum of a relaxation: objective (maximised, offset included), point, marginal value of each row's bound."""

    objective: float
    point: Floats
    row_dual: Floats
    reduced_gain: Floats


class Relaxation:
    """A linear relaxation that stays loaded between small changes, so that re-solves start warm."""

    def __init__(self, program: Program, offset: float = 0.0) -> None:
        """Load the rows of a program, integrality dropped; `offset` is added to the maximised objective."""
        self.offset = offset
        self.columns = program.columns
        self._every = np.arange(self.columns, dtype=np.int32)
        scaled, self._rows, self._cost = program.scaled()
        self.solver = _loaded(scaled)

    def set_gain(self, gain: Floats) -> None:
        """Replace the objective."""
        self.solver.changeColsCost(self.columns, self._every, -gain / self._cost)

    def set_row(self, row: int, low: float, high: float) -> None:
        """Replace the bounds of one row."""
        self.solver.changeRowBounds(row, low / self._rows[row], high / self._rows[row])

    def set_columns(self, columns: Integers, low: float, high: float) -> None:
        """Replace the bounds of some columns."""
        size = len(columns)
        self.solver.changeColsBounds(size, columns, np.full(size, low), np.full(size, high))

    def solve(self, seconds: float | None = None) -> LinearOptimum | None:
        """Optimum of the relaxation, None when it has no feasible point.

        Raises:
            OutOfTime: `seconds` were not enough.
            SolverFailure: HiGHS ended in any other way.
        """
        if seconds is not None:
            self.solver.setOptionValue("time_limit", max(seconds, 0.01) + self.solver.getRunTime())
        self.solver.run()
        status = self.solver.getModelStatus()
        if status == highspy.HighsModelStatus.kTimeLimit:
            raise OutOfTime("the relaxation needs more time", remedy="give it more seconds")
        if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
            return None
        if status != highspy.HighsModelStatus.kOptimal:
            raise SolverFailure(f"the linear relaxation ended as {self.solver.modelStatusToString(status)}")
        solution = self.solver.getSolution()
        return LinearOptimum(
            objective=-self.solver.getObjectiveValue() * self._cost + self.offset,
            point=np.array(solution.col_value),
            row_dual=-np.array(solution.row_dual)[: len(self._rows)] * self._cost / self._rows,
            reduced_gain=-np.array(solution.col_dual) * self._cost,
        )

    def solve_forced(self, columns: Integers) -> LinearOptimum | None:
        """Optimum with exactly one of `columns` taken; their own conditions are put back afterwards."""
        row = self.solver.getNumRow()
        ones = np.ones(len(columns))
        self.solver.addRow(1.0, 1.0, len(columns), columns, ones)
        optimum = self.solve()
        self.solver.deleteRows(1, np.array([row], dtype=np.int32))
        return optimum

    def solve_with(
        self, entries: Sequence[tuple[npt.NDArray[np.int64], Floats]], gains: Floats
    ) -> LinearOptimum | None:
        """Optimum with one of some further columns taken, each given as rows and amounts; they are removed again."""
        first, row = self.solver.getNumCol(), self.solver.getNumRow()
        for (rows, amounts), gain in zip(entries, gains, strict=True):
            scaled = amounts / self._rows[rows]
            self.solver.addCol(-gain / self._cost, 0.0, 1.0, len(rows), rows.astype(np.int32), scaled)
        columns = np.arange(first, first + len(entries), dtype=np.int32)
        self.solver.addRow(1.0, 1.0, len(columns), columns, np.ones(len(columns)))
        optimum = self.solve()
        self.solver.deleteRows(1, np.array([row], dtype=np.int32))
        self.solver.deleteCols(len(columns), columns)
        return optimum

    def row_ranges(self) -> list[tuple[float, float]] | None:
        """For every row, the bound values between which its marginal value holds (after `solve`); None if unknown."""
        status, ranging = self.solver.getRanging()
        if status == highspy.HighsStatus.kError:
            return None
        low, high = np.array(ranging.row_bound_dn.value_), np.array(ranging.row_bound_up.value_)
        return list(zip((low * self._rows).tolist(), (high * self._rows).tolist(), strict=True))


def _loaded(program: Program) -> highspy.Highs:
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.passModel(
        program.columns,
        len(program.low),
        len(program.value),
        ROWWISE,
        MINIMISE,
        0.0,
        program.cost,
        program.column_low,
        program.column_high,
        program.low,
        program.high,
        program.start,
        program.index,
        program.value,
        np.zeros(program.columns, dtype=np.int32),
    )
    return solver


VERSION = f"HiGHS {highspy.Highs().version()}"
