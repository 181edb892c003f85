"""Prices on the coupling rows: the bound they prove, and what every candidate would choose at them.

Role: for given row prices, solve each candidate alone; the sum bounds every portfolio (Geoffrion, Mathematical
Programming Study 2, 1974), and the distance of a candidate's best choice from its next tells how ambiguous it is.
Must not know: how prices were found.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from optimizer.matrix import Floats, LinearModel
from optimizer.programs import Program

Bools = npt.NDArray[np.bool_]
TINY = 1e-12


@dataclass(frozen=True)
class Priced:
    """What the candidates choose at some prices.

    `bound` is an upper bound on the gain of every portfolio; `pick` the column each candidate takes, -1 for none;
    `margin` what its next best alternative would cost: forcing any alternative lowers the bound by at least that.
    """

    bound: float
    price: Floats
    pick: npt.NDArray[np.int64]
    margin: Floats


class Separable:
    """A program whose rows, but for one choice row a candidate, couple candidates."""

    def __init__(self, model: LinearModel, program: Program) -> None:
        """Tell choice rows from coupling rows."""
        self.program = program
        self.choices = model.choices
        self.first = model.first_column
        self.mandatory = np.array([candidate.mandatory for candidate in model.candidates])
        names = {row.name for row in model.rows if row.name.startswith("mandatory:")}
        structural = [row.owner is None and row.name.startswith("one option of ") for row in model.rows]
        structural = [own or row.name in names for own, row in zip(structural, model.rows, strict=True)]
        self.coupling = np.ones(len(program.low), dtype=bool)
        self.coupling[: len(structural)] = ~np.array(structural, dtype=bool)
        self.matrix = program.matrix()
        self.by_column = self.matrix.tocsc()

    def priced(self, dual: Floats) -> Priced:
        """Bound and choices at the row prices `dual` (gain for one more unit of a row's bound)."""
        program = self.program
        price = np.where(self.coupling, dual, 0.0)
        price = np.where((price > 0) & ~np.isfinite(program.high), 0.0, price)
        price = np.where((price < 0) & ~np.isfinite(program.low), 0.0, price)
        held = np.where(price > 0, program.high, program.low)
        constant = float(np.sum(price[price != 0] * held[price != 0]))
        reduced: Floats = -program.cost - self.matrix.T @ price
        own = reduced[: self.choices]
        starts, ends = self.first[:-1], self.first[1:]
        best = np.maximum.reduceat(own, starts)
        place = self._first_best(own, best, starts, ends)
        second = np.maximum.reduceat(np.where(np.isin(np.arange(self.choices), place), -np.inf, own), starts)
        none = np.where(self.mandatory, -np.inf, 0.0)
        taken = (best > none) | self.mandatory
        chosen = np.where(taken, best, 0.0)
        margin = chosen - np.where(taken, np.maximum(second, none), best)
        extra = reduced[self.choices :]
        low, high = program.column_low[self.choices :], program.column_high[self.choices :]
        more = float(np.sum(np.where(extra > 0, extra * high, extra * low))) if extra.size else 0.0
        bound = constant + float(chosen.sum()) + more
        return Priced(bound, reduced, np.where(taken, place, -1), margin)

    @staticmethod
    def _first_best(
        own: Floats, best: Floats, starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.int64]:
        hits = np.flatnonzero(own >= np.repeat(best, ends - starts) - TINY)
        owner = np.repeat(np.arange(len(starts)), ends - starts)[hits]
        _, firsts = np.unique(owner, return_index=True)
        return hits[firsts]
