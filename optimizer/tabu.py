"""Tabu search beside the solvers: it keeps looking for better portfolios while they prove.

Role: good points of hard, small programs, whose incumbent branch and bound improves slowly.
Must not know: solvers and clocks; it is asked for a number of steps at a time. Every step makes the change that is
best at prices of the rows, forbidden for a while to be undone; what does not fit costs a penalty that rises while it
does not fit and falls while it does (Gendreau, Hertz and Laporte, Management Science 40, 1994); prices are redrawn now
and then between a share of the relaxation's and the whole (Pirkul, Naval Research Logistics 34, 1987).
"""

import numpy as np

from optimizer.exchanging import Exchange, Places
from optimizer.matrix import Floats

TENURE = (6, 16)
"""Steps for which a candidate may not change again, from and to."""
PERIOD = 1000
"""Steps at the same prices."""
SHARE = (0.6, 1.0)
"""Of the relaxation's prices, from and to; the rest is left to the penalties."""
NOISE = 0.05
RISE, FALL = 1.1, 0.97
FLOOR, LEAST = 0.05, 0.02
FITS = 1e-9


class Tabu:
    """One search, resumed by `advance`; its draws come from a seed."""

    def __init__(self, exchange: Exchange, start: Floats, dual: Floats, seed: int = 0) -> None:
        """Begin at the feasible point `start`; `dual` are prices of all rows of the program."""
        self.exchange = exchange
        self.draw = np.random.default_rng(seed)
        size = np.abs(exchange.use).max(axis=0)
        self.use: Floats = exchange.use / size
        self.high, self.low = (exchange.high + exchange.room) / size, (exchange.low - exchange.room) / size
        self.dual: Floats = dual[exchange.rows] * size
        self.price: Floats = np.maximum(np.abs(self.dual), FLOOR * np.abs(self.dual).max(initial=FITS))
        self.gain = exchange.gain
        self.taken: Places = exchange.rounded(start)
        self.held: Floats = self.use[self.taken].sum(axis=0)
        self.until = np.zeros(len(self.taken), dtype=np.int64)
        self.now, self.gained = 0, float(self.gain[self.taken].sum())
        self.best = self.gained
        self._repriced()

    def advance(self, steps: int) -> Floats | None:
        """Go on for some steps; the best point, when it is better than at any call before."""
        found: Places | None = None
        for _ in range(steps):
            self.now += 1
            if self.now % PERIOD == 0:
                self._repriced()
                self.held = self.use[self.taken].sum(axis=0)
            if self._step():
                found = self.taken.copy()
        if found is None:
            return None
        point = np.zeros(self.exchange.program.columns)
        chosen = self.exchange.columns[found]
        point[chosen[chosen >= 0]] = 1.0
        return point

    def _repriced(self) -> None:
        share = self.draw.uniform(*SHARE)
        noise = np.exp(self.draw.normal(0.0, NOISE, len(self.price)))
        self.reduced: Floats = self.gain - share * (self.use @ (self.dual * noise))
        self.least: Floats = LEAST * (1 + FLOOR - share) * self.price
        self.penalty: Floats = (1 + FLOOR - share) * self.price

    def _step(self) -> bool:
        """Make one change; whether it leads to the best choice so far."""
        owner = self.exchange.owner
        now = self.taken[owner]
        after = self.held + self.use - self.use[now]
        beyond = np.maximum(after - self.high, 0.0) + np.maximum(self.low - after, 0.0)
        cost = beyond @ self.penalty
        gained = self.gained + self.gain - self.gain[now]
        score = self.reduced - self.reduced[now] - cost
        better = (cost <= 0.0) & (gained > self.best + FITS * abs(self.best))
        able = (self.until[owner] <= self.now) & (now != np.arange(len(owner)))
        if better.any():
            place = int(np.argmax(np.where(better, gained, -np.inf)))
        else:
            place = int(np.argmax(np.where(able, score, -np.inf)))
        one = int(owner[place])
        self.until[one] = self.now + int(self.draw.integers(*TENURE))
        self.taken[one], self.held, self.gained = place, after[place], float(gained[place])
        broken = (self.held > self.high) | (self.held < self.low)
        self.penalty = np.maximum(self.penalty * np.where(broken, RISE, FALL), self.least)
        if better[place]:
            self.best = self.gained
        return bool(better[place])
