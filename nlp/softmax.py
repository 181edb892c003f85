"""Softmax regression with shared evidence, fitted by L-BFGS.

Role: fit one classifier over binary features where some features speak for the class they name (`mL=nps` for `nps`,
`dir=up` for `up`): one weight is shared by all such pairs, so that a class with few examples still trusts its name.
Must not know: what features or classes mean beyond the naming convention.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, sparse

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fit:
    """Weights (features, classes), shared weights already folded in."""

    names: tuple[str, ...]
    weights: Matrix


def fit_softmax(
    matrix: sparse.csr_matrix,
    wanted: Sequence[str],
    vocabulary: Mapping[str, int],
    *,
    ridge: float,
    shared_ridge: float = 0.02,
    trust: Sequence[float] | None = None,
    iterations: int = 60,
) -> Fit:
    """Fit by maximum likelihood with a ridge on own and on shared weights; `trust` weighs the rows."""
    names = tuple(sorted(set(wanted)))
    column = {name: index for index, name in enumerate(names)}
    truth = np.array([column[name] for name in wanted])
    ties = _ties(vocabulary, names)
    weights_of_rows = np.ones(len(wanted)) if trust is None else np.asarray(trust, dtype=np.float64)
    shape = (matrix.shape[1], len(names))
    hot = np.zeros((len(wanted), len(names)))
    hot[np.arange(len(wanted)), truth] = 1.0
    transposed = matrix.T.tocsr()
    total = weights_of_rows.sum()

    def loss(parameters: Matrix) -> tuple[float, Matrix]:
        own = parameters[: shape[0] * shape[1]].reshape(shape)
        shared = parameters[shape[0] * shape[1] :]
        scores = matrix @ _folded(own, shared, ties)
        scores -= scores.max(axis=1, keepdims=True)
        powers = np.exp(scores)
        probabilities = powers / powers.sum(axis=1, keepdims=True)
        likelihood = -(weights_of_rows * np.log(np.maximum(probabilities[hot > 0], 1e-300))).sum() / total
        error = (probabilities - hot) * (weights_of_rows / total)[:, None]
        gradient = transposed @ error
        own_gradient = gradient + ridge * own
        shared_gradient = (
            np.array([gradient[rows, columns].sum() for rows, columns in ties]) + shared_ridge * ridge * shared
        )
        penalty = ridge * (own**2).sum() / 2 + shared_ridge * ridge * (shared**2).sum() / 2
        return float(likelihood + penalty), np.concatenate([own_gradient.ravel(), shared_gradient])

    start = np.zeros(shape[0] * shape[1] + len(ties))
    found = optimize.minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": iterations, "ftol": 1e-7})
    own = found.x[: shape[0] * shape[1]].reshape(shape)
    return Fit(names, _folded(own, found.x[shape[0] * shape[1] :], ties))


def _folded(own: Matrix, shared: Matrix, ties: Sequence[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]) -> Matrix:
    full = own.copy()
    for weight, (rows, columns) in zip(shared, ties, strict=True):
        full[rows, columns] += weight
    return full


def _ties(
    vocabulary: Mapping[str, int], names: Sequence[str]
) -> list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Groups of (feature, class) cells that share a weight: features `prefix=class` or `prefix:class`, by prefix."""
    columns = {name: index for index, name in enumerate(names)}
    groups: dict[str, list[tuple[int, int]]] = {}
    for feature, row in vocabulary.items():
        for mark in ("=", "cue:", ":"):
            prefix, found, label = feature.rpartition(mark)
            side = label[-1:] if label[-1:] in "<>" else ""
            name = label[: len(label) - len(side)] if side else label
            if found and name in columns:
                groups.setdefault(f"{prefix}{mark}{side}", []).append((row, columns[name]))
                break
    cells = [np.array(group) for _, group in sorted(groups.items()) if len(group) > 1]
    return [(group[:, 0], group[:, 1]) for group in cells]
