"""Logistic regression at reading time: named heads over string features, weights as arrays.

Role: turn feature strings into class probabilities with numpy alone; load and save the weights without pickle.
Must not know: how the weights were fitted (see `nlp.training`) or what the classes mean.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, overload

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
BATCH = 256
"""Rows classified at once: memory stays bounded whatever the length of a document."""


class OnDemand(Sequence[list[str]]):
    """Rows of features made when they are asked for, so that a long document never holds all of them."""

    def __init__(self, count: int, made: Callable[[int], list[str]]) -> None:
        self._count = count
        self._made = made

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> list[str]: ...
    @overload
    def __getitem__(self, index: slice) -> list[list[str]]: ...
    def __getitem__(self, index: int | slice) -> list[str] | list[list[str]]:
        """The row at a place, or the rows of a slice."""
        if isinstance(index, slice):
            return [self._made(place) for place in range(*index.indices(self._count))]
        if not -self._count <= index < self._count:
            raise IndexError(index)
        return self._made(index % self._count)


@dataclass(frozen=True, slots=True)
class Heads:
    """Several softmax classifiers over one vocabulary: `weights` has a row a feature and a column a class of any head."""  # noqa: E501

    vocabulary: Mapping[str, int]
    classes: Mapping[str, tuple[str, ...]]
    weights: Floats

    def scores(self, features: Sequence[str]) -> dict[str, dict[str, float]]:
        """Probability of every class of every head; features never seen in training count nothing."""
        known = self.vocabulary
        rows = list({known[name] for name in features if name in known})
        logits = self.weights[rows].sum(axis=0) if rows else np.zeros(self.weights.shape[1], dtype=np.float32)
        result: dict[str, dict[str, float]] = {}
        column = 0
        for head, names in self.classes.items():
            part = logits[column : column + len(names)]
            column += len(names)
            powers = np.exp(part - part.max())
            result[head] = dict(zip(names, (powers / powers.sum()).tolist(), strict=True))
        return result

    def probabilities(self, batch: Sequence[Sequence[str]]) -> dict[str, Floats]:
        """Probabilities of many rows at once: for each head a matrix with a row a member of the batch."""
        parts = [self._probabilities(batch[at : at + BATCH]) for at in range(0, len(batch), BATCH)]
        return {head: np.concatenate([part[head] for part in parts]) for head in self.classes} if parts else {}

    def _probabilities(self, batch: Sequence[Sequence[str]]) -> dict[str, Floats]:
        look_up = self.vocabulary.get
        rows: list[int] = []
        bounds = []
        for features in batch:
            bounds.append(len(rows))
            found_rows = set(map(look_up, features))
            found_rows.discard(None)
            rows += sorted(found_rows)  # type: ignore[arg-type]
        logits = np.zeros((len(batch), self.weights.shape[1]), dtype=np.float32)
        filled = [
            place for place, (at, stop) in enumerate(zip(bounds, [*bounds[1:], len(rows)], strict=True)) if at < stop
        ]
        if filled:
            logits[filled] = np.add.reduceat(self.weights[rows], [bounds[place] for place in filled], axis=0)
        found: dict[str, Floats] = {}
        column = 0
        for head, names in self.classes.items():
            part = logits[:, column : column + len(names)]
            column += len(names)
            powers = np.exp(part - part.max(axis=1, keepdims=True))
            found[head] = powers / powers.sum(axis=1, keepdims=True)
        return found

    def save(self, target: Path) -> None:
        """Write vocabulary, classes and weights (half precision) as one NumPy archive without pickled objects."""
        ordered = sorted(self.vocabulary, key=lambda name: self.vocabulary[name])
        header = json.dumps({"vocabulary": ordered, "classes": self.classes}, ensure_ascii=False)
        np.savez_compressed(
            target, header=np.frombuffer(header.encode(), dtype=np.uint8), weights=self.weights.astype(np.float16)
        )


def load_heads(source: BinaryIO) -> Heads:
    """Read what `Heads.save` wrote."""
    with np.load(source, allow_pickle=False) as archive:
        header: dict[str, Any] = json.loads(archive["header"].tobytes())
        weights = archive["weights"].astype(np.float32)
    return Heads(
        {name: index for index, name in enumerate(header["vocabulary"])},
        {head: tuple(names) for head, names in header["classes"].items()},
        weights,
    )
