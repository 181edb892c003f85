"""A folder of finished forecasting tasks, so that an interrupted backtest continues where it stopped.

Role: keep one `.npz` a task; a file that cannot be read is work not done.
Must not know: what a task computes.
"""

import zipfile
from pathlib import Path

import numpy as np

from btim.files import published
from forecasting.checkpoints import Answer


class CheckpointFolder:
    """A store of answers in a folder, made when the first answer is kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, name: str) -> Answer | None:
        """The answer kept under a name; None when there is none or it is broken."""
        path = self.folder / f"{name}.npz"
        if not path.is_file():
            return None
        try:
            with np.load(path, allow_pickle=False) as kept:
                failures = tuple((int(i), str(model), str(reason)) for i, model, reason in kept["failures"])
                return Answer(kept["forecasts"], failures)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None

    def put(self, name: str, answer: Answer) -> None:
        """Keep an answer; an interruption leaves no half file."""
        failures = np.array([(str(i), model, reason) for i, model, reason in answer.failures], dtype=np.str_)
        with published(self.folder / f"{name}.npz") as temporary:
            np.savez(temporary, forecasts=answer.forecasts, failures=failures.reshape(-1, 3))
