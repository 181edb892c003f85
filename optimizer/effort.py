"""How long and how good: what every search is told.

Role: the relative gap to prove and the moment an answer is due. Must not know: what is searched.
"""

from dataclasses import dataclass

from optimizer.race import Timer


@dataclass(frozen=True)
class Effort:
    """Relative gap, and the moment on the timer when an answer is due."""

    gap: float
    deadline: float
    timer: Timer

    def left(self) -> float:
        """Seconds that remain."""
        return self.deadline - self.timer()
