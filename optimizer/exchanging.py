"""A portfolio without a solver: round the relaxation, then move or exchange candidates two at a time while that pays.

Role: good starting points, deterministic and quick; beside a relaxation's bound they are often proof enough.
Must not know: solvers, or what rows mean. Exchange search: Balas and Martin, Management Science 26, 1980.
"""

import numpy as np
import numpy.typing as npt

from optimizer.lagrange import Bools
from optimizer.matrix import Floats, LinearModel
from optimizer.programs import Program

SLACK = 1e-9
ROUNDS = 200
WORK = 100_000_000
"""Amounts that are compared before the search ends: a measure of effort that is the same on every machine."""
NOTHING = -1

Places = npt.NDArray[np.int64]


class Exchange:
    """Search over the choices of some candidates, the others standing as they are.

    Only programs whose columns are all choices are searched: the columns of synergies hang together otherwise.
    """

    def __init__(self, model: LinearModel, program: Program, free: Bools) -> None:
        """List every choice of the free candidates, none included, with what it gains and uses."""
        self.program = program
        self.matrix = program.matrix()
        columns = np.flatnonzero(free[model.candidate_of])
        unforced = np.array([not one.mandatory for one in model.candidates]) & free
        self.columns = np.append(columns, np.full(int(unforced.sum()), NOTHING))
        owner = np.append(model.candidate_of[columns], np.flatnonzero(unforced))
        _, self.owner = np.unique(owner, return_inverse=True)
        part = self.matrix[:, columns]
        self.rows = np.flatnonzero(np.diff(part.indptr) > 0)
        self.use: Floats = np.zeros((len(self.columns), len(self.rows)))
        self.use[: len(columns)] = part[self.rows].toarray().T
        self.gain = np.append(-program.cost[columns], np.zeros(int(unforced.sum())))
        self.high, self.low = program.high[self.rows], program.low[self.rows]
        size = np.where(np.isfinite(self.high), np.abs(self.high), 0.0)
        self.room = SLACK * np.maximum(1.0, size)
        self.work = 0

    def improved(self, point: Floats, target: float) -> Floats | None:
        """A feasible point near `point`, which may be fractional; None when none is found.

        The search ends when no move or exchange of two pays, or when the gain reaches `target`.
        """
        taken = self.rounded(point)
        whole = np.round(point)
        own = self.columns[self.columns >= 0]
        whole[own] = 0.0
        base = (self.matrix @ whole)[self.rows]
        gained = float(-self.program.cost @ whole)
        if not self._repaired(taken, base):
            return None
        for _ in range(ROUNDS):
            reached = gained + float(self.gain[taken].sum()) >= target
            if reached or self.work > WORK or not (self.moved(taken, base) or self.exchanged(taken, base)):
                break
        chosen = self.columns[taken]
        whole[chosen[chosen >= 0]] = 1.0
        return whole

    def rounded(self, point: Floats) -> Places:
        """For every candidate its choice of weight 1 in the point, or the cheapest where it is split."""
        weight = np.where(self.columns >= 0, point[self.columns], 0.5)
        order = np.lexsort((np.arange(len(weight)), -weight, self.owner))
        first = np.concatenate([[True], np.diff(self.owner[order]) > 0])
        places: Places = order[first]
        return places

    def _repaired(self, taken: Places, base: Floats) -> bool:
        """Move to choices that use less, least loss for what is mended first, until every row holds."""
        for _ in range(len(taken)):
            held = base + self.use[taken].sum(axis=0)
            over = np.maximum(held - self.high - self.room, 0.0) + np.maximum(self.low - self.room - held, 0.0)
            if not over.any():
                return True
            scale = np.maximum(np.abs(np.where(np.isfinite(self.high), self.high, self.low)), 1.0)
            after = held + self.use - self.use[taken[self.owner]]
            left = np.maximum(after - self.high - self.room, 0.0) + np.maximum(self.low - self.room - after, 0.0)
            mended = ((over - left) / scale).sum(axis=1)
            loss = self.gain[taken[self.owner]] - self.gain
            score = np.where(mended > SLACK, np.maximum(loss, 0.0) / np.maximum(mended, SLACK), np.inf)
            best = int(np.argmin(score))
            if not np.isfinite(score[best]):
                return False
            taken[self.owner[best]] = best
        return False

    def moved(self, taken: Places, base: Floats) -> bool:
        """Make the single change that gains most."""
        gain = self.gain - self.gain[taken[self.owner]]
        worth = np.flatnonzero(gain > SLACK * np.abs(self.gain).max(initial=1.0))
        held = base + self.use[taken].sum(axis=0)
        after = held + self.use[worth] - self.use[taken[self.owner[worth]]]
        fits = worth[self.holds(after)]
        if not len(fits):
            return False
        best = int(fits[np.argmax(gain[fits])])
        taken[self.owner[best]] = best
        return True

    def exchanged(self, taken: Places, base: Floats) -> bool:
        """Make the two changes that together gain most."""
        gain = self.gain - self.gain[taken[self.owner]]
        change = self.use - self.use[taken[self.owner]]
        held = base + self.use[taken].sum(axis=0)
        rising = np.flatnonzero(gain > 0)
        rising = rising[np.argsort(-gain[rising], kind="stable")]
        best, pair = SLACK * float(np.abs(self.gain).max(initial=1.0)), None
        for first in rising.tolist():
            if self.work > WORK:
                break
            partners = np.flatnonzero((gain[first] + gain > best) & (gain <= gain[first]))
            partners = partners[self.owner[partners] != self.owner[first]]
            self.work += len(partners) * len(self.rows)
            fits = partners[self.holds(held + change[first] + change[partners])]
            if len(fits):
                second = int(fits[np.argmax(gain[fits])])
                best, pair = float(gain[first] + gain[second]), (first, second)
        if pair is None:
            return False
        for one in pair:
            taken[self.owner[one]] = one
        return True

    def holds(self, held: Floats) -> Bools:
        """Whether each line of held amounts keeps every row."""
        inside = (held <= self.high + self.room) & (held >= self.low - self.room)
        return np.asarray(inside.all(axis=1))
