"""How often each candidate would be funded if the values turned out otherwise: certainly in, certainly out, or unsure.

Role: re-solve the relaxation at sampled values; the core index of a candidate is its mean funded share (Liesiö, Mild
and Salo, EJOR 181, 2007, call candidates that every good portfolio holds its core).
Must not know: why a candidate is funded.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from btim.portfolio import Problem
from optimizer.explaining import funded_levels
from optimizer.linear import Relaxation
from optimizer.matrix import linear_model
from optimizer.outcomes import shocks
from optimizer.programs import program_of

IN, OUT = 0.95, 0.05


@dataclass(frozen=True, slots=True)
class CoreIndex:
    """Mean funded share of a candidate over samples of all values, and what that says."""

    candidate: str
    index: float
    samples: int

    @property
    def verdict(self) -> str:
        """`certainly in`, `certainly out`, or `worth re-estimating`."""
        if self.index >= IN:
            return "certainly in"
        return "certainly out" if self.index <= OUT else "worth re-estimating"

    def to_dict(self) -> dict[str, Any]:
        """Row of the core index."""
        return {"candidate": self.candidate, "index": self.index, "samples": self.samples, "verdict": self.verdict}


def core_index(problem: Problem, *, samples: int = 200) -> tuple[CoreIndex, ...]:
    """Core index of every candidate, by id; LP estimates. Candidates without `value_sd` keep their value.

    Values are drawn as for risk: one shock a candidate from `objective.seed`, correlated within a category.
    """
    model = linear_model(problem)
    drawn = shocks(model, problem.objective, samples)
    sd = np.zeros(len(model.gain))
    sd[: model.choices] = [option.value_sd for option in model.options]
    owner = np.append(model.candidate_of, np.zeros(len(model.gain) - model.choices, dtype=np.int64))
    relaxation = Relaxation(program_of(model), model.offset)
    total = np.zeros(len(model.candidates))
    for place in range(samples):
        relaxation.set_gain(model.gain + sd * drawn[owner, place])
        optimum = relaxation.solve()
        if optimum is None:
            return ()
        total += funded_levels(model, optimum.point)
    share = total / samples
    return tuple(
        CoreIndex(candidate.id, float(share[place]), samples) for place, candidate in enumerate(model.candidates)
    )
