"""What is planted for a seed: findings, weak projects and tight resources, drawn before anything is written.

Role: one frozen record that every part of the generator reads, so that ledger, demand, portfolio and reports agree.
Must not know: how any file is written.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from service.sample.organisation import MAIN_RESOURCE
from service.sample.solutions import SOLUTIONS

Item = TypeVar("Item")

DEAR = "sol-antifraud"
ARCHIVE = "sol-archive"
OUTRUN_CHOICES = ("sol-wealth", "sol-tradefin", "sol-crm", "sol-treasury", "sol-onboard")
SEATS = ("sol-crm", "sol-wealth", "sol-tradefin", "sol-treasury", "sol-contact", "sol-rpa", "sol-trade", "sol-data")
"""Solutions licensed by seat or slot, whose use and capacity stand in the volumes."""
IDLE_TOWERS = ("Storage", "Network", "Application", "End User", "Compute")
TIGHT_CHOICES = (
    "ai-gpu", "ai-inference", "db-transactions", "app-api", "compute-vcpu", "network-internet", "security-events",
    "app-payments",
)  # fmt: skip
MODULES = {
    "sol-core": ("Core Banking: deposits", "Core Banking: loans", "Core Banking: end-of-day batch",
                 "Core Banking: statements"),
    "sol-trade": ("Trading: pricing", "Trading: order routing", "Trading: positions", "Trading: confirmations"),
    "sol-data": ("Data Lake: ingestion", "Data Lake: curated marts", "Data Lake: self-service", "Data Lake: lineage"),
}  # fmt: skip
"""Large solutions that pass their cost on to modules; in some, one module takes most of it."""
CRITICAL_CHOICES = ("ai-gpu", "app-api", "security-events")
"""Resources that may be about to pass their capacity; a project in the portfolio can expand each of them."""
PARTS = (
    "plan",
    "demand",
    "ledger",
    "cloud",
    "drivers",
    "volumes",
    "benchmarks",
    "budget",
    "portfolio",
    "reports",
    "modules",
)


@dataclass(frozen=True)
class Plan:
    """Everything that varies by seed and that more than one part must agree on.

    `dear` maps a solution to how far its unit cost stands above its benchmark (0.25 = 25 %); `idle_towers` and
    `idle_solutions` map to the planted utilisation; `duplicates` maps a subscription's place in its list to its
    buyers' business units; `outrun` are solutions that cost far more than reports credit to them; `weak` are the
    places of projects of low value; `modules` maps each large solution to the shares that its modules take and
    `dear_modules` names those solutions in which one module takes most; `tight` the resources near their capacity,
    `critical` the one about to pass it.
    """

    seed: int
    planted: bool
    dear: dict[str, float]
    idle_towers: dict[str, float]
    idle_solutions: dict[str, float]
    duplicates: dict[int, tuple[str, ...]]
    outrun: tuple[str, ...]
    weak: tuple[int, ...]
    tight: tuple[str, ...]
    critical: str
    modules: dict[str, tuple[float, ...]]
    dear_modules: tuple[str, ...]


def stream(seed: int, part: str) -> np.random.Generator:
    """The random stream of one part: parts never disturb each other's numbers."""
    return np.random.default_rng([seed, PARTS.index(part)])


def pick(draw: np.random.Generator, items: tuple[Item, ...] | list[Item], count: int) -> list[Item]:
    """Draw `count` different items, kept in their own order."""
    places = sorted(int(place) for place in draw.choice(len(items), size=count, replace=False))
    return [items[place] for place in places]


def draw_plan(seed: int, *, planted: bool, subscriptions: int, projects: list[int], owners: tuple[str, ...]) -> Plan:
    """Draw the plan of a seed; without `planted` the organisation has no finding to find.

    `subscriptions` counts those that may be bought twice, `projects` are the places of those that may be weak.
    """
    draw = stream(seed, "plan")
    idle = {tower: round(float(draw.uniform(0.14, 0.24)), 3) for tower in pick(draw, IDLE_TOWERS, 1)}
    seats = {name: round(float(draw.uniform(0.12, 0.26)), 3) for name in pick(draw, SEATS, int(draw.integers(1, 3)))}
    outrun = tuple(pick(draw, OUTRUN_CHOICES, int(draw.integers(2, 4))))
    duplicates = {
        place: tuple(pick(draw, owners, int(draw.integers(2, 5))))
        for place in pick(draw, list(range(subscriptions)), int(draw.integers(2, 5)))
    }
    dear = {DEAR: round(float(draw.uniform(0.235, 0.265)), 4), ARCHIVE: round(float(draw.uniform(0.5, 0.8)), 4)}
    others = [solution.id for solution in SOLUTIONS if solution.id not in dear]
    dear |= {name: round(float(draw.uniform(0.2, 0.45)), 4) for name in pick(draw, others, int(draw.integers(1, 4)))}
    weak = tuple(pick(draw, projects, int(draw.integers(9, 12))))
    busy = [name for name in TIGHT_CHOICES if name not in {MAIN_RESOURCE[tower] for tower in idle}]
    tight = tuple(pick(draw, busy, int(draw.integers(3, 5))))
    critical = str(draw.choice([name for name in CRITICAL_CHOICES if name in busy]))
    dear_modules, modules = _modules(seed, planted=planted)
    if not planted:
        return Plan(seed, planted, {}, {}, {}, {}, (), weak, tight, critical, modules, ())
    return Plan(seed, planted, dear, idle, seats, duplicates, outrun, weak, tight, critical, modules, dear_modules)


def _modules(seed: int, *, planted: bool) -> tuple[tuple[str, ...], dict[str, tuple[float, ...]]]:
    """Which large solutions have a dear module, and what share each module takes of its solution's cost."""
    draw = stream(seed, "modules")
    dear = tuple(pick(draw, list(MODULES), int(draw.integers(1, 3)))) if planted else ()
    shares: dict[str, tuple[float, ...]] = {}
    for name, parts in MODULES.items():
        most = float(draw.uniform(0.58, 0.86)) if name in dear else float(draw.uniform(0.28, 0.42))
        rest = np.asarray(draw.uniform(0.8, 1.2, size=len(parts) - 1))
        own = [most, *(float(part) for part in (1 - most) * rest / rest.sum())]
        shares[name] = tuple(own[place] for place in draw.permutation(len(own)))
    return dear, shares
