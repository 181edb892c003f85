"""A portfolio from prices alone, for when the time is over: take what pays at the prices, drop until all fits, fill up.

Role: make sure that an answer exists whenever one is easy to make; its bound is that of the prices.
Must not know: solvers. Nothing is proven here but feasibility.
"""

import numpy as np
import numpy.typing as npt

from optimizer.lagrange import Priced
from optimizer.matrix import Floats, LinearModel
from optimizer.programs import Program

SLACK = 1e-9


def repaired(model: LinearModel, program: Program, priced: Priced) -> Floats | None:
    """A feasible point of the choice columns near the priced picks, None when dropping and filling find none.

    Columns of synergies are set to what the choice allows.
    """
    work = _Work(model, program, priced)
    return work.point if work.drop() and work.fill() else None


class _Work:
    """A choice, what every row holds, and the candidates in the order in which they are given up."""

    def __init__(self, model: LinearModel, program: Program, priced: Priced) -> None:
        self.model, self.program = model, program
        self.by_column = program.matrix().tocsc()
        self.point = np.zeros(program.columns)
        self.point[priced.pick[priced.pick >= 0]] = 1.0
        self.held = program.matrix() @ self.point
        self.priced = priced
        self.order = np.argsort(priced.margin, kind="stable")
        self.room = SLACK * np.maximum(1.0, np.abs(np.where(np.isfinite(program.high), program.high, 0.0)))

    def drop(self) -> bool:
        """Give up candidates, least loss first, until no upper bound is exceeded."""
        for place in self.order:
            over = self.held > self.program.high + self.room
            if not over.any():
                return True
            column = int(self.priced.pick[place])
            if column < 0 or self.model.candidates[place].mandatory:
                continue
            rows, amounts = self._entries(column)
            if (amounts[over[rows]] > 0).any():
                self._set(column, 0.0)
        return not (self.held > self.program.high + self.room).any()

    def fill(self) -> bool:
        """Take back, or on, whatever still fits and pays, nearest to paying first; then lower bounds must hold."""
        gain = -self.program.cost
        for place in self.order:
            columns = self.model.columns_of(int(place))
            if self.point[list(columns)].any():
                continue
            for column in sorted(columns, key=lambda one: -gain[one]):
                rows, amounts = self._entries(column)
                fits = self.held[rows] + amounts <= self.program.high[rows] + self.room[rows]
                if gain[column] > 0 and fits.all():
                    self._set(column, 1.0)
                    break
        for column in range(self.model.choices, self.program.columns):
            rows, amounts = self._entries(column)
            if gain[column] > 0 and (self.held[rows] + amounts <= self.program.high[rows] + self.room[rows]).all():
                self._set(column, float(self.program.column_high[column]))
        return not (self.held < self.program.low - self.room).any()

    def _entries(self, column: int) -> tuple[npt.NDArray[np.int32], Floats]:
        span = slice(self.by_column.indptr[column], self.by_column.indptr[column + 1])
        return self.by_column.indices[span], self.by_column.data[span]

    def _set(self, column: int, value: float) -> None:
        rows, amounts = self._entries(column)
        self.held[rows] += amounts * (value - self.point[column])
        self.point[column] = value
