"""Finished work that outlives an interruption.

Role: the shape of one task's answer, its name, and what a store of answers must offer.
Must not know: where a store keeps them.
"""

import hashlib
import pickle
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Answer:
    """Forecasts of one task, and why a model failed for a series of it: (series, model, reason)."""

    forecasts: Floats
    failures: tuple[tuple[int, str, str], ...] = field(default=())


class Store(Protocol):
    """Keeps answers by name."""

    def get(self, name: str) -> Answer | None:
        """The answer kept under a name, or None."""

    def put(self, name: str, answer: Answer) -> None:
        """Keep an answer under a name, whole or not at all."""


def task_name(work: str, task: Any) -> str:
    """A name that equal work on equal input shares, and nothing else: the hash of both and of the version."""
    content = pickle.dumps((version("waterline"), version("statsforecast"), work, task), protocol=5)
    return hashlib.sha256(content).hexdigest()
