"""Deciding a claim's kind, direction and metric together.

Role: weigh each head's own probabilities with how often two classes stand together in labels (a saving goes down and is
of cost or fraud; a level seldom "gains"), so that no event contradicts itself.
Must not know: text, features, or how the probabilities came about.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from btim.value import ValueEvent
from nlp.candidates import Candidate

JOINED = ("kind", "direction", "metric")
PAIRS = {("kind", "direction"): 0.5, ("kind", "metric"): 0.4, ("metric", "direction"): 0.2}
"""How much a pair's log-ratio counts beside the heads' own log-probabilities; below 1 because heads already know some."""  # noqa: E501
SMOOTHING = {("kind", "direction"): 0.02, ("kind", "metric"): 0.1, ("metric", "direction"): 0.1}
FLOOR = 1e-6
Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Log-ratios of how often two classes stand together to how often they would by chance, as nested lists.

    `classes` names rows and columns; `tables` maps `kind,direction` to a row a kind and a column a direction.
    """

    classes: Mapping[str, Sequence[str]]
    tables: Mapping[str, Sequence[Sequence[float]]]

    def decided(self, scores: Mapping[str, Mapping[str, float]], candidate: Candidate) -> tuple[dict[str, str], float]:
        """The most probable consistent kind, direction and metric, and the probability of all three together."""
        logs = [
            np.log([max(scores[head].get(name, 0.0), FLOOR) for name in self.classes[head]]) for head in JOINED
        ]  # fmt: skip
        kinds = self.classes["kind"]
        logs[0] = np.where([_possible(kind, candidate) for kind in kinds], logs[0], -np.inf)
        if candidate.before is not None and candidate.after is not None:
            moved = _moved(candidate)
            logs[1] = np.where([name == moved for name in self.classes["direction"]], 0.0, -np.inf)
        joint = logs[0][:, None, None] + logs[1][None, :, None] + logs[2][None, None, :]
        if not np.isfinite(joint).any():
            return {head: max(scores[head], key=scores[head].__getitem__) for head in JOINED}, 0.0
        for block in _blocks(self.tables):
            joint = joint + block
        powers = np.exp(joint - joint.max())
        place = int(powers.argmax())
        best = np.unravel_index(place, powers.shape)
        chosen = {head: self.classes[head][int(at)] for head, at in zip(JOINED, best, strict=True)}
        return chosen, float(powers.flat[place] / powers.sum())


def agreement_of(events: Sequence[ValueEvent], classes: Mapping[str, Sequence[str]]) -> Agreement:
    """Count which classes stand together in labelled events."""
    known = {head: tuple(classes[head]) for head in JOINED}
    tables = {
        f"{one},{other}": np.round(_ratios(events, known, one, other), 3).tolist() for one, other in PAIRS
    }  # fmt: skip
    return Agreement(known, tables)


def _ratios(events: Sequence[ValueEvent], classes: Mapping[str, Sequence[str]], one: str, other: str) -> Matrix:
    counts = np.full((len(classes[one]), len(classes[other])), SMOOTHING[one, other])
    rows = {name: place for place, name in enumerate(classes[one])}
    columns = {name: place for place, name in enumerate(classes[other])}
    for event in events:
        counts[rows[getattr(event, one)], columns[getattr(event, other)]] += 1
    chance = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0, keepdims=True) / counts.sum()
    found: Matrix = np.log(counts / chance)
    return found


_BLOCKS: dict[int, tuple[Mapping[str, Sequence[Sequence[float]]], list[Matrix]]] = {}
"""Tables by identity, kept with them so that the identity stays theirs."""


def _blocks(tables: Mapping[str, Sequence[Sequence[float]]]) -> list[Matrix]:
    """The weighted tables as blocks over (kind, direction, metric), made once for a model."""
    if id(tables) not in _BLOCKS:
        made = [_spread(weight * np.asarray(tables[",".join(pair)]), *pair) for pair, weight in PAIRS.items()]
        _BLOCKS[id(tables)] = (tables, made)
    return _BLOCKS[id(tables)][1]


def _spread(table: Matrix, one: str, other: str) -> Matrix:
    """The table as a block over (kind, direction, metric)."""
    shape = [1, 1, 1]
    first, second = JOINED.index(one), JOINED.index(other)
    shape[first], shape[second] = table.shape
    return (table if first < second else table.T).reshape(shape)


def _possible(kind: str, candidate: Candidate) -> bool:
    """A move from A to B is `from_to` and nothing else; "by A to B" is no level."""
    if candidate.before is not None and candidate.after is not None:
        return kind == "from_to"
    return kind != "from_to" and not (kind == "level" and candidate.after is not None)


def _moved(candidate: Candidate) -> str:
    if candidate.before is None or candidate.after is None or candidate.after == candidate.before:
        return "flat"
    return "up" if candidate.after > candidate.before else "down"
