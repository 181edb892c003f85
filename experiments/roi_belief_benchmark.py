"""Benchmark: what shrinking business cases is worth, in simulated worlds whose truth is known.

Role: draw worlds, let `optimizer.roi` believe their noisy claims, fund portfolios with `optimizer.solve`, and compare
the true worth of what was funded with the best possible and with what was promised.
Must not know: how beliefs are computed. The model sees claims, categories and lengths of history, never the truth.

World: 120 projects in 6 categories; the mean of log ROI of a category is normal (sd .35), its spread uniform in .2–.5;
the error of a claim with history n has the sd `level * spread * sqrt(8 / n)`, n uniform in 1–30; costs lognormal; 3
budgets. Variants: Student-t(3) errors; 20 % of projects filed under a wrong category; long history kept only for
projects whose first figure was above their category's median (the others keep that figure alone).
"""

import argparse
import math
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.benchmark_page import circumstances, write_section
from optimizer import SolverCrew, parse_problem, solve, system_timer
from optimizer.roi import Claim, believe

PROJECTS, CATEGORIES, TYPICAL_HISTORY = 120, 6, 8
BUDGETS = (0.15, 0.3, 0.5)
LEVELS = (1.0, 2.0)
VARIANTS = ("normal", "student-t", "wrong category", "selected history")
COMMAND = "python -m experiments.roi_belief_benchmark"
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """Truth and what may be known of it, kept apart by name."""

    cost: Floats
    true_roi: Floats
    claims: tuple[Claim, ...]


def world(seed: int, level: float, variant: str) -> World:
    """Draw one world."""
    draw = np.random.default_rng([seed, int(level * 10), VARIANTS.index(variant)])
    category = draw.integers(0, CATEGORIES, PROJECTS)
    means, spreads = draw.normal(0.0, 0.35, CATEGORIES), draw.uniform(0.2, 0.5, CATEGORIES)
    truth = draw.normal(means[category], spreads[category])
    history = draw.integers(1, 31, PROJECTS)
    unit = level * spreads[category] * math.sqrt(TYPICAL_HISTORY)
    claim = truth + unit / np.sqrt(history) * _errors(draw, PROJECTS, variant)
    if variant == "selected history":
        first = truth + unit * draw.standard_normal(PROJECTS)
        rest = truth + unit / np.sqrt(np.maximum(history - 1, 1)) * draw.standard_normal(PROJECTS)
        medians = np.array(
            [np.median(first[category == one]) if (category == one).any() else 0 for one in range(CATEGORIES)]
        )
        kept = (first > medians[category]) & (history > 1)
        claim = np.where(kept, (first + (history - 1) * rest) / history, first)
        history = np.where(kept, history, 1)
    filed = category.copy()
    if variant == "wrong category":
        wrong = draw.random(PROJECTS) < 0.2
        filed[wrong] = draw.integers(0, CATEGORIES, int(wrong.sum()))
    claims = tuple(
        Claim(f"P{place:03d}", f"category {filed[place]}", float(math.exp(claim[place])), float(history[place]))
        for place in range(PROJECTS)
    )
    return World(np.exp(draw.normal(0, 0.8, PROJECTS)) * 1e6, np.exp(truth), claims)


def _errors(draw: np.random.Generator, size: int, variant: str) -> Floats:
    """Errors of unit variance."""
    if variant == "student-t":
        return np.asarray(draw.standard_t(3, size) / math.sqrt(3))
    return draw.standard_normal(size)


def funded(world: World, roi: Floats, budget: float, crew: SolverCrew) -> tuple[float, float]:
    """Promised and true worth of the portfolio that is best at the believed ROI."""
    candidates: list[dict[str, Any]] = [
        {"id": claim.candidate, "options": [{"id": "go", "uses": {"capex:1": cost}, "value": cost * believed}]}
        for claim, cost, believed in zip(world.claims, world.cost.tolist(), roi.tolist(), strict=True)
    ]
    answer = solve(
        parse_problem(
            {
                "name": "SYNTHETIC world",
                "currency": "USD",
                "candidates": candidates,
                "limits": {"capex:1": {"max": float(world.cost.sum()) * budget}},
                "objective": {"kind": "expected_value"},
                "solver": {"gap": 1e-3},
            }
        ),
        explain="none",
        crew=crew,
    )
    chosen = np.array([claim.candidate in answer.chosen() for claim in world.claims])
    return float((world.cost * roi)[chosen].sum()), float((world.cost * world.true_roi)[chosen].sum())


def scores(level: float, variant: str, seeds: int, crew: SolverCrew) -> dict[str, list[float]]:
    """Regret and promise of every seed (means over budgets), for plain claims and for beliefs."""
    found: dict[str, list[float]] = {name: [] for name in ("plain regret", "regret", "plain promise", "promise")}
    for seed in range(seeds):
        one = world(seed, level, variant)
        claimed = np.array([claim.ratio for claim in one.claims])
        believed = np.array([belief.mean for belief in believe(one.claims)])
        parts: dict[str, list[float]] = {name: [] for name in found}
        for budget in BUDGETS:
            _, best = funded(one, one.true_roi, budget, crew)
            for name, roi in (("plain ", claimed), ("", believed)):
                promised, realised = funded(one, roi, budget, crew)
                parts[f"{name}regret"].append(1 - realised / best)
                parts[f"{name}promise"].append(promised / realised - 1)
        for name, values in parts.items():
            found[name].append(statistics.mean(values))
    return found


def main() -> None:
    """Measure every variant and level and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=60)
    parser.add_argument("--page", type=Path, default=Path("docs/benchmarks.md"))
    options = parser.parse_args()
    rows = [
        "| world | noise ÷ spread | regret: claims | beliefs | ratio | promise gap: claims | beliefs |",
        "|---|---|---|---|---|---|---|",
    ]
    started = time.perf_counter()
    with SolverCrew(system_timer) as crew:
        for variant in VARIANTS:
            for level in LEVELS:
                rows.append(_row(variant, level, scores(level, variant, options.seeds, crew)))
    minutes = (time.perf_counter() - started) / 60
    notes = (
        f"Median over {options.seeds} seeds ± standard error; regret is the share of the best possible worth that is "
        "lost; the promise gap is promised ÷ realised − 1; the ratio is that of mean regrets. Good: ratio .80, promise "
        f"gap 5 %; aim: .70, 3 %. Took {minutes:.0f} min."
    )
    body = (
        "### Portfolio: beliefs in a simulated world\n\n"
        + "\n".join(rows)
        + f"\n\n{notes}\n\n{circumstances(f'{COMMAND} --seeds {options.seeds}')}"
    )
    write_section(options.page, "portfolio beliefs", body)


def _row(variant: str, level: float, found: dict[str, list[float]]) -> str:
    cells = [f"{_middle(found[name])}" for name in ("plain regret", "regret")]
    ratio = statistics.mean(found["regret"]) / statistics.mean(found["plain regret"])
    cells += [f"{ratio:.2f}", _middle(found["plain promise"]), _middle(found["promise"])]
    return f"| {variant} | {level:g} | {' | '.join(cells)} |"


def _middle(values: list[float]) -> str:
    error = statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else 0.0
    return f"{statistics.median(values):.1%} ± {error:.1%}"


if __name__ == "__main__":
    main()
