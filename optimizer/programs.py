"""A mixed-integer program as arrays, and the answer of whoever solved it.

Role: the seam between the model and the solvers: minimise `cost @ x` with `low <= A x <= high`, columns in bounds.
Must not know: portfolios.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from optimizer.matrix import Floats, LinearModel


@dataclass(frozen=True)
class Program:
    """Row-wise arrays of a minimisation."""

    cost: Floats
    column_low: Floats
    column_high: Floats
    integer: npt.NDArray[np.int32]
    low: Floats
    high: Floats
    start: npt.NDArray[np.int32]
    index: npt.NDArray[np.int32]
    value: Floats

    @property
    def columns(self) -> int:
        """Number of columns."""
        return len(self.cost)

    def scaled(self) -> "tuple[Program, Floats, float]":
        """The program with very large and very small rows and costs divided by powers of two, and by which.

        HiGHS and CBC take numbers below about 1e-9 for zero, which an inverse of a budget in billions already is,
        and small amounts stated in billions nearly are.
        """
        sizes = np.zeros(len(self.low))
        lengths = np.diff(self.start)
        np.maximum.at(sizes, np.repeat(np.arange(len(sizes)), lengths), np.abs(self.value))
        rows = _divisors(sizes)
        cost = float(_divisors(np.array([np.abs(self.cost).max(initial=0.0)]))[0])
        smaller = replace(
            self,
            cost=self.cost / cost,
            low=self.low / rows,
            high=self.high / rows,
            value=self.value / np.repeat(rows, lengths),
        )
        return smaller, rows, cost

    def matrix(self) -> sparse.csr_array:
        """The rows as a sparse matrix."""
        return sparse.csr_array((self.value, self.index, self.start), shape=(len(self.low), self.columns))

    def violation(self, point: Floats) -> float:
        """Largest violation of a row by `point`."""
        activity = self.matrix() @ point
        return float(max(np.max(self.low - activity, initial=0.0), np.max(activity - self.high, initial=0.0)))


LARGE, SMALL = 2.0**20, 2.0**-10


def _divisors(sizes: Floats) -> Floats:
    """Powers of two that bring sizes below `LARGE`, and those below `SMALL` to about 1; 1 for what lies between."""
    down = 2.0 ** np.ceil(np.log2(np.maximum(sizes, 1.0) / LARGE))
    up = 2.0 ** np.floor(np.log2(np.where(sizes > 0, sizes, 1.0)))
    return np.where(sizes > LARGE, down, np.where((sizes > 0) & (sizes < SMALL), up, 1.0))


@dataclass(frozen=True)
class Answer:
    """What is known of a program when its time is over: minimised objective of the best point, proven lower bound.

    `status` is `optimal` (proven within the gap asked for), `feasible`, `infeasible` or `unknown`; `pool` holds the
    points that were found on the way.
    """

    status: str
    point: Floats | None
    objective: float
    bound: float
    solver: str
    pool: tuple[Floats, ...] = ()


def program_of(model: LinearModel, gain: Floats | None = None) -> Program:
    """The full mixed-integer program of a model, its gain (or another) negated into a cost."""
    columns = model.matrix.shape[1]
    integer = np.zeros(columns, dtype=np.int32)
    integer[: model.choices] = 1
    return Program(
        cost=-(model.gain if gain is None else gain),
        column_low=np.zeros(columns),
        column_high=np.ones(columns),
        integer=integer,
        low=model.low,
        high=model.high,
        start=model.matrix.indptr.astype(np.int32),
        index=model.matrix.indices.astype(np.int32),
        value=model.matrix.data,
    )
