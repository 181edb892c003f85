"""Tabu search beside the solvers: it keeps looking for better portfolios while they prove.

Role: good points of hard, small programs, where branch and bound improves its incumbent slowly.
Must not know: solvers and clocks; it is asked for a number of steps at a time. Critical event tabu search: Glover and
Kochenberger, in Meta-Heuristics: Theory and Applications, 1996; prices as weights of the rows: Pirkul, Naval Research
Logistics 34, 1987.
"""

from collections.abc import Iterator

import numpy as np

from optimizer.exchanging import Exchange, Places
from optimizer.matrix import Floats

DEPTHS = (1, 2, 3, 4, 5, 4, 3, 2)
"""How far, in changes, the search goes beyond the feasible border before it turns, in turn."""
TENURE = (4, 12)
"""Steps for which a change may not be undone, from and to."""
NOISE, NEAR = 0.05, 0.01


class Tabu:
    """One search, resumed by `steps`; it oscillates about the border between what fits and what does not."""

    def __init__(self, exchange: Exchange, start: Places, base: Floats, dual: Floats, seed: int = 0) -> None:
        """Begin at `start`; `dual` are the prices of the exchange's rows, `base` what the others hold."""
        self.exchange, self.base = exchange, base
        self.taken = start.copy()
        self.draw = np.random.default_rng(seed)
        size = np.where(np.isfinite(exchange.high), np.maximum(np.abs(exchange.high), 1e-9), np.inf)
        floor = 1e-3 * float(np.abs(exchange.gain).sum()) / len(exchange.high) / size
        self.price: Floats = np.maximum(dual, 0.0) + floor
        self.weight: Floats = exchange.use @ self.price
        self.until = np.zeros(len(exchange.owner), dtype=np.int64)
        self.now = 0
        self.best = -np.inf
        self.found: Places | None = None

    def steps(self) -> Iterator[Places | None]:
        """Yield after every change: a choice when it is the best so far, else None."""
        for depth in self._depths():
            noise = self.draw.normal(0.0, NOISE, len(self.price))
            self.weight = self.exchange.use @ (self.price * np.exp(noise))
            yield from self._rise(depth)
            yield from self._fall(depth)

    def _depths(self) -> Iterator[int]:
        while True:
            yield from DEPTHS

    def _rise(self, beyond: int) -> Iterator[Places | None]:
        """Take on what fits, then `beyond` changes more."""
        while (best := self._change(fitting=True)) is not None:
            yield self._do(best)
        yield self._polished()
        for _ in range(beyond):
            best = self._change(fitting=False)
            if best is None:
                return
            yield self._do(best)

    def _fall(self, beyond: int) -> Iterator[Places | None]:
        """Give up until all fits, then `beyond` changes more."""
        left = beyond
        while left > 0:
            if self._fits():
                left -= 1
            best = self._release()
            if best is None:
                return
            yield self._do(best)

    def _polished(self) -> Places | None:
        """Exchange from a promising choice that nothing more fits into."""
        if float(self.exchange.gain[self.taken].sum()) < self.best - NEAR * abs(self.best) or not self._fits():
            return None
        taken = self.taken.copy()
        while self.exchange.moved(taken, self.base) or self.exchange.exchanged(taken, self.base):
            pass
        return self._noted(taken)

    def _change(self, *, fitting: bool) -> int | None:
        exchange = self.exchange
        now = self.taken[exchange.owner]
        gain = exchange.gain - exchange.gain[now]
        more = self.weight - self.weight[now]
        able = (gain > 0) & (self.until <= self.now)
        if fitting:
            held = self._held()
            places = np.flatnonzero(able)
            after = held + exchange.use[places] - exchange.use[now[places]]
            places = places[exchange.holds(after)]
        else:
            places = np.flatnonzero(able)
        if not len(places):
            return None
        score = gain[places] / np.maximum(more[places], 1e-12)
        return int(places[np.argmax(score)])

    def _release(self) -> int | None:
        exchange = self.exchange
        now = self.taken[exchange.owner]
        less = self.weight[now] - self.weight
        places = np.flatnonzero((less > 0) & (self.until <= self.now))
        if not len(places):
            return None
        loss = exchange.gain[now[places]] - exchange.gain[places]
        return int(places[np.argmin(loss / less[places])])

    def _held(self) -> Floats:
        held: Floats = self.base + self.exchange.use[self.taken].sum(axis=0)
        return held

    def _fits(self) -> bool:
        return bool(self.exchange.holds(self._held()[None, :])[0])

    def _do(self, place: int) -> Places | None:
        exchange = self.exchange
        owner = int(exchange.owner[place])
        self.now += 1
        self.until[exchange.owner == owner] = self.now + int(self.draw.integers(*TENURE))
        self.taken[owner] = place
        return self._noted(self.taken) if self._fits() else None

    def _noted(self, taken: Places) -> Places | None:
        gained = float(self.exchange.gain[taken].sum())
        if gained <= self.best:
            return None
        self.best, self.found = gained, taken.copy()
        return self.found
