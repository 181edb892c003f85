"""Synthetic portfolio problems of any size for benchmarks; made from a seed, labelled synthetic, never tuned on.

Role: give every benchmark the same kind of problem: projects at three levels, yearly money and staff limits, rules.
Must not know: how problems are solved.
"""

from typing import Any

import numpy as np

LEVELS = (("lite", 0.45, 0.58), ("standard", 0.75, 0.84), ("full", 1.0, 1.0))
"""Option, share of the full cost, share of the full value: less money buys the better part first."""

YEARS = ("2027", "2028", "2029")
CATEGORIES = ("run", "grow", "transform", "comply", "data", "security")


def large_problem(
    projects: int, seed: int, *, budget: float = 0.4, gap: float = 1e-4, spread: float = 0.0
) -> dict[str, Any]:
    """A problem in the exchange format with nine limits, a dependency for 4 % and an exclusion for 2 % of projects.

    Costs are lognormal over two orders of magnitude, values lognormal multiples of cost; `budget` is the share of what
    all full options would use; `spread` is the standard deviation of each value as a share of it.
    """
    draw = np.random.default_rng(seed)
    cost = np.exp(draw.normal(13.5, 1.0, projects))
    ratio = np.exp(draw.normal(0.35, 0.45, projects))
    profile = draw.dirichlet((3, 2, 1), projects)
    running = draw.uniform(0.02, 0.2, (projects, len(YEARS)))
    staff = draw.uniform(0.5, 2.0, projects) * cost / 300_000
    candidates: list[dict[str, Any]] = []
    most: dict[str, float] = {}
    for index in range(projects):
        options = []
        for name, share, worth in LEVELS:
            uses = {f"capex:{year}": round(cost[index] * share * profile[index, k]) for k, year in enumerate(YEARS)}
            uses |= {f"opex:{year}": round(cost[index] * share * running[index, k]) for k, year in enumerate(YEARS)}
            uses |= {
                f"staff:{year}": round(float(staff[index] * share * profile[index, k]), 2)
                for k, year in enumerate(YEARS)
            }
            value = round(cost[index] * ratio[index] * worth * float(draw.uniform(0.97, 1.03)))
            option: dict[str, Any] = {
                "id": name,
                "uses": {key: float(use) for key, use in uses.items()},
                "value": value,
            }
            if spread:
                option["value_sd"] = round(value * spread * float(draw.uniform(0.5, 1.5)))
            options.append(option)
        for key, use in options[-1]["uses"].items():
            most[key] = most.get(key, 0.0) + use
        candidates.append({"id": f"P{index:06d}", "category": CATEGORIES[index % len(CATEGORIES)], "options": options})
    return {
        "name": f"SYNTHETIC {projects} projects, seed {seed}",
        "currency": "USD",
        "candidates": candidates,
        "limits": {key: {"max": round(total * budget)} for key, total in sorted(most.items())},
        "rules": _rules(projects, draw),
        "objective": {"kind": "expected_value"},
        "solver": {"gap": gap, "time_limit_s": 60, "threads": 2},
    }


def _rules(projects: int, draw: np.random.Generator) -> list[dict[str, Any]]:
    order = draw.permutation(projects)
    needs, alone = projects // 25, projects // 50
    rules: list[dict[str, Any]] = []
    for place in range(needs):
        later, earlier = int(order[2 * place]), int(order[2 * place + 1])
        rules.append({"kind": "requires", "candidate": f"P{later:06d}", "needs": [f"P{earlier:06d}"]})
    for place in range(needs, needs + alone):
        pair = [f"P{int(order[2 * place]):06d}", f"P{int(order[2 * place + 1]):06d}"]
        rules.append({"kind": "exclusive", "candidates": pair})
    return rules
