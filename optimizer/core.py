"""The core method for large portfolios: a small uncertain core is solved exactly, the rest is fixed by price.

Role: restricted relaxations with a Lagrangian bound, an integer program over the most ambiguous candidates, and, where
that does not prove the gap, one over all candidates that the bound cannot fix (Balas and Zemel, Operations Research
28, 1980; Pisinger, Computational Optimization and Applications 12, 1999).
Must not know: how children run, or what candidates mean.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from optimizer.effort import Effort
from optimizer.exchanging import Exchange
from optimizer.lagrange import Bools, Priced, Separable
from optimizer.linear import OutOfTime, Relaxation
from optimizer.matrix import INFINITY, Floats, LinearModel
from optimizer.programs import Answer, Program
from optimizer.race import SolverCrew

SAMPLE = 3000
"""Candidates in the sample whose relaxation gives the first prices."""
DIRECT = 4000
"""Up to so many candidates the whole relaxation is solved at once."""
AMBIGUOUS = 0.03
"""Candidates whose choice is this close, as a share of their largest gain, are free in the first relaxation."""
CLOSE = 3e-5
EXCHANGED = 80
"""Candidates among which a portfolio is looked for without a solver."""
ROUNDS = 12


@dataclass(frozen=True)
class Relaxed:
    """Optimum of the relaxation, or nearly: a point, row prices, the proven bound and what it says of candidates."""

    point: Floats
    dual: Floats
    priced: Priced
    relaxation: Relaxation | None
    rows: npt.NDArray[np.int64]
    shift: Floats

    def ranges(self) -> dict[int, tuple[float, float]]:
        """For every row of the whole program that was priced, the bounds between which its price holds."""
        found = (self.relaxation.row_ranges() if self.relaxation is not None else None) or []
        pairs = zip(self.rows.tolist(), found, self.shift.tolist(), strict=False)
        return {row: (low + used, high + used) for row, (low, high), used in pairs}


class Core:
    """One program of a model, taken apart by candidates."""

    def __init__(self, model: LinearModel, program: Program, seed: int = 0) -> None:
        """Index the columns by candidate."""
        self.model, self.program = model, program
        self.separable = Separable(model, program)
        self.candidates = len(model.candidates)
        self.owner = model.candidate_of
        self.seed = seed
        size = np.maximum.reduceat(np.abs(program.cost[: model.choices]), model.first_column[:-1])
        self.size = np.maximum(size, 1e-9)

    def relaxed(self, left: Callable[[], float] | None = None) -> Relaxed | None:
        """Solve the relaxation by freeing ever more candidates until prices and choices agree; None if infeasible.

        `left` tells the seconds that remain; when they run out, the prices found so far are returned, which prove a
        bound all the same.
        """
        if self.candidates <= DIRECT:
            every = np.ones(self.candidates, dtype=bool)
            try:
                return self._restricted(every, np.full(self.candidates, -1), left)
            except OutOfTime:
                return self._by_prices(self.separable.priced(np.zeros(len(self.program.low))))
        priced = self.separable.priced(self._sampled_prices())
        try:
            return self._freed(priced, left)
        except OutOfTime:
            return self._by_prices(priced)

    def _by_prices(self, priced: Priced) -> Relaxed:
        """What prices alone tell; there is no relaxation to ask for ranges."""
        point = self._fixed_point(np.zeros(self.candidates, dtype=bool), priced.pick)
        nothing = np.zeros(0, dtype=np.int64)
        return Relaxed(point, np.zeros(len(self.program.low)), priced, None, nothing, np.zeros(0))

    def _freed(self, priced: Priced, left: Callable[[], float] | None) -> Relaxed | None:
        free = priced.margin <= AMBIGUOUS * self.size
        free |= self._disagreeing(priced)
        for _ in range(ROUNDS):
            found = self._restricted(free, priced.pick, left)
            if found is None:
                if free.all():
                    return None
                free = self._widened(free, priced)
                continue
            value = float(-self.program.cost @ found.point)
            wrong = ~free & (found.priced.pick != priced.pick)
            if found.priced.bound - value <= CLOSE * abs(value) or not wrong.any():
                return found
            free = free | wrong
            priced = replace(priced, pick=np.where(free, found.priced.pick, priced.pick))
        return found

    def _sampled_prices(self) -> Floats:
        """Prices of a sample's relaxation with the caps scaled to its share; local rows are left out."""
        draw = np.random.default_rng(self.seed)
        some = np.zeros(self.candidates, dtype=bool)
        some[draw.choice(self.candidates, SAMPLE, replace=False)] = True
        share = SAMPLE / self.candidates
        counts = np.diff(self.separable.matrix.indptr)
        wide = self.separable.coupling & (counts >= self.candidates / 50)
        low = np.where(wide, self.program.low * share, -INFINITY)
        high = np.where(wide, self.program.high * share, INFINITY)
        structural = ~self.separable.coupling
        low[structural], high[structural] = self.program.low[structural], self.program.high[structural]
        columns = self._columns(some, extra=False)
        sub, rows = _columns_of(replace(self.program, low=low, high=high), self.separable, columns, drop_empty=True)
        optimum = Relaxation(sub).solve()
        dual = np.zeros(len(self.program.low))
        if optimum is not None:
            dual[rows] = optimum.row_dual
        return np.where(wide, dual, 0.0)

    def _columns(self, free: Bools, *, extra: bool = True) -> npt.NDArray[np.int64]:
        own = np.flatnonzero(free[self.owner])
        more = np.arange(self.model.choices, self.program.columns)
        return np.concatenate([own, more]) if extra else own

    def _fixed_point(self, free: Bools, pick: npt.NDArray[np.int64]) -> Floats:
        point = np.zeros(self.program.columns)
        taken = pick[~free & (pick >= 0)]
        point[taken] = 1.0
        return point

    def _restricted(self, free: Bools, pick: npt.NDArray[np.int64], left: Callable[[], float] | None) -> Relaxed | None:
        point = self._fixed_point(free, pick)
        made = self.sub_program(free, point)
        if made is None:
            return None
        sub, rows, columns, shift = made
        relaxation = Relaxation(sub)
        optimum = relaxation.solve(None if left is None else left())
        if optimum is None:
            return None
        point[columns] = optimum.point
        dual = np.zeros(len(self.program.low))
        dual[rows] = optimum.row_dual
        return Relaxed(point, dual, self.separable.priced(dual), relaxation, rows, shift[rows])

    def sub_program(
        self, free: Bools, point: Floats
    ) -> tuple[Program, npt.NDArray[np.int64], npt.NDArray[np.int64], Floats] | None:
        """The program over free candidates, what the others use taken off the bounds; None if that alone breaks a row.

        Returns the program, its rows and columns in the whole program, and what was taken off every row.
        """
        used: Floats = self.separable.matrix @ point
        shifted = replace(self.program, low=self.program.low - used, high=self.program.high - used)
        columns = self._columns(free)
        sub, rows = _columns_of(shifted, self.separable, columns, drop_empty=True)
        dropped = np.ones(len(used), dtype=bool)
        dropped[rows] = False
        slack = 1e-7 * np.maximum(1.0, np.abs(used))
        broken = (shifted.high < -slack) | (shifted.low > slack)
        return None if (broken & dropped).any() else (sub, rows, columns, used)

    def _disagreeing(self, priced: Priced) -> Bools:
        """Candidates in a narrow row that the choices at these prices break."""
        point = self._fixed_point(np.zeros(self.candidates, dtype=bool), priced.pick)
        used = self.separable.matrix @ point
        counts = np.diff(self.separable.matrix.indptr)
        broken = (used > self.program.high + 1e-9) | (used < self.program.low - 1e-9)
        narrow = broken & self.separable.coupling & (counts < self.candidates / 50)
        touched = self.separable.matrix[np.flatnonzero(narrow)].indices
        free = np.zeros(self.candidates, dtype=bool)
        free[self.owner[touched[touched < self.model.choices]]] = True
        return free

    def _widened(self, free: Bools, priced: Priced) -> Bools:
        order = np.argsort(priced.margin / self.size, kind="stable")
        more = free.copy()
        more[order[: min(self.candidates, 2 * int(free.sum()) + 100)]] = True
        return more

    def exchanged(self, relaxed: Relaxed, slack: float) -> Answer | None:
        """A portfolio made from the relaxation without a solver, by exchanges among the most ambiguous candidates.

        None where none is found, or where synergies hang on the choices.
        """
        if self.program.columns > self.model.choices:
            return None
        exchange = Exchange(self.model, self.program, self._ambiguous(relaxed, EXCHANGED))
        point = exchange.improved(relaxed.point, relaxed.priced.bound - slack)
        if point is None:
            return None
        return Answer("feasible", point, float(self.program.cost @ point), -relaxed.priced.bound, "exchanges")

    def _ambiguous(self, relaxed: Relaxed, size: int) -> Bools:
        """The candidates nearest to another choice, for their size and in all, and those that the relaxation splits."""
        values = relaxed.point[: self.model.choices]
        fractional = np.abs(values - np.round(values)) > 1e-7
        free = np.zeros(self.candidates, dtype=bool)
        free[np.argsort(relaxed.priced.margin / self.size, kind="stable")[:size]] = True
        free[np.argsort(relaxed.priced.margin, kind="stable")[: size // 2]] = True
        free[self.owner[np.flatnonzero(fractional)]] = True
        return free

    def rounded(self, relaxed: Relaxed, crew: SolverCrew, effort: Effort, size: int, slack: float) -> Answer | None:
        """Best portfolio that differs from the relaxation only in the `size` most ambiguous candidates.

        A portfolio within `slack` of the relaxation's bound ends the search; the answer's point is over all columns.
        """
        free = self._ambiguous(relaxed, size)
        point = np.round(relaxed.point)
        point[self._columns(free)] = 0.0
        target = -relaxed.priced.bound + slack
        return self._solved(free, point, crew, absolute=slack, seconds=min(effort.left(), 20.0), target=target)

    def exact(
        self, relaxed: Relaxed, incumbent: Answer, crew: SolverCrew, effort: Effort, gap: float
    ) -> tuple[Answer | None, int]:
        """Search all candidates whose alternatives the bound does not rule out; the answer's bound holds for all.

        A candidate whose margin exceeds the distance from bound to incumbent takes its priced choice in every better
        portfolio. Returns the answer and how many candidates were left to search.
        """
        distance = relaxed.priced.bound - (-incumbent.objective)
        free = relaxed.priced.margin <= distance * (1 + 1e-9) + 1e-9
        point = self._fixed_point(free, relaxed.priced.pick)
        hint = incumbent.point
        answer = self._solved(free, point, crew, absolute=gap, seconds=effort.left(), hint=hint)
        return answer, int(free.sum())

    def _solved(
        self,
        free: Bools,
        point: Floats,
        crew: SolverCrew,
        *,
        absolute: float,
        seconds: float,
        hint: Floats | None = None,
        target: float = -INFINITY,
    ) -> Answer | None:
        made = self.sub_program(free, point)
        if made is None:
            return None
        sub, _, columns, _ = made
        fixed = float(self.program.cost @ point)
        start = None if hint is None else hint[columns]
        goal = target - fixed
        answer = crew.solve(sub, gap=0.0, absolute_gap=absolute, seconds=seconds, hint=start, target=goal)
        if answer.point is None:
            return replace(answer, objective=answer.objective + fixed, bound=answer.bound + fixed, pool=())
        pool = tuple(_laid_over(point, columns, one) for one in answer.pool)
        whole = _laid_over(point, columns, answer.point)
        return replace(answer, point=whole, pool=pool, objective=answer.objective + fixed, bound=answer.bound + fixed)


def _laid_over(point: Floats, columns: npt.NDArray[np.int64], values: Floats) -> Floats:
    whole = point.copy()
    whole[columns] = values
    return whole


def _columns_of(
    program: Program, separable: Separable, columns: npt.NDArray[np.int64], *, drop_empty: bool
) -> tuple[Program, npt.NDArray[np.int64]]:
    """The program over some columns; rows that none of them enters may be dropped."""
    part = separable.by_column[:, columns].tocsr()
    rows = np.flatnonzero(np.diff(part.indptr) > 0) if drop_empty else np.arange(len(program.low))
    part = part[rows]
    sub = Program(
        cost=program.cost[columns],
        column_low=program.column_low[columns],
        column_high=program.column_high[columns],
        integer=program.integer[columns],
        low=program.low[rows],
        high=program.high[rows],
        start=part.indptr.astype(np.int32),
        index=part.indices.astype(np.int32),
        value=part.data,
    )
    return sub, rows
