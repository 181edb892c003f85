"""What a business case is really worth: claims shrunk by a hierarchical Bayes model per category.

Role: turn claimed benefit-to-cost ratios, and how much history stands behind each, into posterior means and spreads
that feed a problem; every shrunk number keeps its parts.
Must not know: portfolios' limits or solvers.

Model, on logarithms: a project's true ratio is normal about its category's mean with the category's own spread, or,
with some probability, it belongs to another category than the one stated and is normal about the mean of all; a claim
is the true ratio plus an error of variance `noise² / history`, normal or Student-t with 3 degrees of freedom as the
data say.
Means, spreads, noise, tails and the share of wrong categories are integrated over a grid (Gelman et al., Bayesian Data
Analysis, 2013, ch. 5; Student-t as a scale mixture: Lange, Little and Taylor, JASA 84, 1989). Choosing the best of many
noisy claims promises too much (Smith and Winkler, Management Science 52, 2006); the posterior mean does not.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special, stats

from btim.errors import ValueFormatError

Floats = npt.NDArray[np.float64]

WRONG = (0.0, 0.2)
"""Shares of wrong categories that are weighed against each other."""
TAILS = (math.inf, 3.0)
MEANS, SPREADS, NOISES = 13, 5, 5
MIXTURE = 4
OWN = (math.exp(-0.45), 1.0, math.exp(0.45))
"""A category's own spread and noise, as multiples of the typical ones."""
OWN_SHARE = (0.25, 0.5, 0.25)


@dataclass(frozen=True, slots=True)
class Claim:
    """A claimed ratio of benefits to costs (above 0) and how many observations stand behind it (1 or more).

    `noise` is the standard deviation, on logarithms, of one observation's error, where it is known.
    """

    candidate: str
    category: str
    ratio: float
    history: float = 1.0
    noise: float | None = None


@dataclass(frozen=True, slots=True)
class Belief:
    """A shrunk ratio with its parts: `mean` is the expected true ratio, `sd` its spread.

    `weight` is the share of the claim's own evidence on the logarithmic scale; the rest comes from `category_ratio`,
    the posterior typical (median) ratio of the category, learnt from `category_claims` claims.
    """

    candidate: str
    claimed: float
    mean: float
    sd: float
    weight: float
    category_ratio: float
    category_claims: int
    noise: float


def believe(claims: Sequence[Claim]) -> tuple[Belief, ...]:
    """Shrink claims; the answer is in their order.

    Raises:
        ValueFormatError: a ratio, history or noise that is not a finite number above 0.
    """
    for place, claim in enumerate(claims):
        for name in ("ratio", "history", "noise"):
            value = getattr(claim, name)
            if value is not None and not (math.isfinite(value) and value > 0):
                raise ValueFormatError(
                    "must be above 0", field=f"claims[{place}].{name}", value=value, remedy="correct it"
                )
    return _Posterior(claims).beliefs() if claims else ()


class _Posterior:
    """The grid and its weights."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self.claims = claims
        self.log = np.log([claim.ratio for claim in claims])
        self.history = np.array([claim.history for claim in claims])
        names = sorted({claim.category for claim in claims})
        self.members = [np.flatnonzero([claim.category == name for claim in claims]) for name in names]
        self.center = float(np.median(self.log))
        low, high = np.quantile(self.log, [0.25, 0.75])
        self.reach = max(float(high - low) / 1.349, 0.05)
        centres = np.array([float(np.median(self.log[rows])) for rows in self.members])
        self.between = max(float(np.std(centres)) if len(centres) > 1 else self.reach, 0.3 * self.reach)
        self.means = self.center + np.linspace(-2.6, 2.6, MEANS) * self.between
        self.spreads = self.reach * np.geomspace(0.1, 1.1, SPREADS)

    def beliefs(self) -> tuple[Belief, ...]:
        evidence, found = [], []
        for spread, noise, tails, wrong in itertools.product(self.spreads, self._noises(), TAILS, WRONG):
            likelihood, one = self._at(float(spread), noise, tails, wrong)
            evidence.append(likelihood)
            found.append(one)
        weights = special.softmax(np.array(evidence))
        mean, square, weight, level, noise_level = (
            np.tensordot(weights, np.array([one[part] for one in found]), axes=1) for part in range(5)
        )
        counts = {int(row): len(rows) for rows in self.members for row in rows}
        return tuple(
            Belief(
                candidate=claim.candidate,
                claimed=claim.ratio,
                mean=float(mean[place]),
                sd=float(math.sqrt(max(square[place] - mean[place] ** 2, 0.0))),
                weight=float(weight[place]),
                category_ratio=float(math.exp(level[place])),
                category_claims=counts[place],
                noise=float(noise_level[place]),
            )
            for place, claim in enumerate(self.claims)
        )

    def _noises(self) -> list[Floats]:
        """Standard deviations of one observation: as stated, or a grid about the spread of all claims."""
        stated = np.array([np.nan if claim.noise is None else claim.noise for claim in self.claims])
        scales = self.reach * np.geomspace(0.15, 1.6, NOISES) * math.sqrt(float(np.median(self.history)))
        if not np.isnan(stated).any():
            return [stated]
        return [np.where(np.isnan(stated), scale, stated) for scale in scales]

    def _at(self, spread: float, noise: Floats, tails: float, wrong: float) -> tuple[float, tuple[Floats, ...]]:
        """Log evidence of one setting, and posterior moments of every claim under it."""
        error = noise / np.sqrt(self.history)
        size = len(self.claims)
        mean, square, weight, level = (np.zeros(size) for _ in range(4))
        evidence = 0.0
        for rows in self.members:
            log_evidence, moments = self._category(self.log[rows], error[rows], spread, tails, wrong)
            evidence += log_evidence
            for target, values in zip((mean, square, weight, level), moments, strict=True):
                target[rows] = values
        return evidence, (mean, square, weight, level, noise)

    def _category(
        self, logs: Floats, error: Floats, typical: float, tails: float, wrong: float
    ) -> tuple[float, tuple[Floats, Floats, Floats, Floats]]:
        """Integrate a category's mean, spread and noise; axes: claim, mean, spread, noise, component."""
        factor, share = _scales(tails)
        own = np.array(OWN)
        spread = typical * own[None, None, :, None, None]
        centre = self.means[None, :, None, None, None]
        noise = error[:, None, None, None, None] * own[None, None, None, :, None] * factor
        parts = [(np.log(share) + math.log1p(-wrong), *_component(logs, centre, spread, noise))]
        if wrong > 0:
            wide = np.sqrt(self.between**2 + spread**2)
            parts.append((np.log(share) + math.log(wrong), *_component(logs, self.center + 0 * centre, wide, noise)))
        logit = np.concatenate([prior + density for prior, density, *_ in parts], axis=-1)
        each = special.logsumexp(logit, axis=-1)
        prior = stats.norm.logpdf(self.means, self.center, self.between)[:, None, None]
        joint = each.sum(axis=0) + prior + np.log(OWN_SHARE)[:, None] + np.log(OWN_SHARE)
        grid = special.softmax(joint)
        inside = np.exp(logit - each[..., None])
        mean, square, weight = (
            np.einsum("msz,imszk,imszk->i", grid, inside, np.concatenate([part[place] for part in parts], axis=-1))
            for place in (2, 3, 4)
        )
        level = np.full(len(logs), float(np.sum(grid.sum(axis=(1, 2)) * self.means)))
        return float(special.logsumexp(joint)), (mean, square, weight, level)


def _component(logs: Floats, centre: Floats, spread: Floats, noise: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Log density of the claims, and mean, mean square and own weight of the true ratio, all on one shape."""
    total = spread**2 + noise**2
    data = logs[:, None, None, None, None]
    density = -0.5 * (data - centre) ** 2 / total - 0.5 * np.log(2 * np.pi * total)
    weight = spread**2 / total
    middle = weight * data + (1 - weight) * centre
    variance = weight * noise**2
    return (
        density,
        np.exp(middle + variance / 2),
        np.exp(2 * middle + 2 * variance),
        np.broadcast_to(weight, density.shape),
    )


def _scales(tails: float) -> tuple[Floats, Floats]:
    """Noise multipliers and their shares: one, or a discretised scale mixture for Student-t."""
    if math.isinf(tails):
        return np.ones(1), np.ones(1)
    middle = (np.arange(MIXTURE) + 0.5) / MIXTURE
    precision = stats.gamma.ppf(middle, tails / 2, scale=2 / tails)
    unit = math.sqrt((tails - 2) / tails)
    return unit / np.sqrt(precision), np.full(MIXTURE, 1 / MIXTURE)
