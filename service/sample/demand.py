"""Hourly demand of every resource: trend, seasons, known peaks, shocks that a tower's resources share, and noise.

Role: write the demand panel of the contract and say what each resource has left, for the portfolio and the volumes.
Must not know: projects or the ledger.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from service.sample.calendar import Days, bank_days
from service.sample.organisation import LAST_DAY, MAIN_RESOURCE, RESOURCES, TOWERS, Resource
from service.sample.plan import Plan, stream

Floats = NDArray[np.float64]
HOURS = 24
RECENT_DAYS = 28
CRITICAL, TIGHT, ROOMY = (1.02, 1.06), (1.17, 1.24), 1.32
"""Capacity against the recent peak: of the critical resource, of those nearly full, and at least of all others."""
USUAL_MAIN, USUAL = (0.44, 0.5), (0.38, 0.45)
"""Recent use that capacity is planned for, where headroom allows: of a tower's main resource, and of the others."""
FLATTENED = 0.55
"""Power that the hours' shape is taken to: a bank's day is flatter than an office's."""
HOURLY_SHAPE = {
    "office": (
        0.30, 0.28, 0.27, 0.27, 0.28, 0.33, 0.45, 0.66, 0.95, 1.22, 1.36, 1.38,
        1.22, 1.26, 1.37, 1.36, 1.28, 1.10, 0.85, 0.68, 0.56, 0.47, 0.40, 0.34,
    ),
    "channel": (
        0.38, 0.28, 0.23, 0.21, 0.23, 0.32, 0.55, 0.88, 1.10, 1.22, 1.27, 1.30,
        1.38, 1.29, 1.20, 1.18, 1.22, 1.33, 1.46, 1.54, 1.48, 1.22, 0.86, 0.56,
    ),
    "batch": (
        1.55, 1.85, 1.98, 1.90, 1.62, 1.22, 0.86, 0.66, 0.60, 0.62, 0.64, 0.66,
        0.68, 0.66, 0.64, 0.64, 0.66, 0.70, 0.76, 0.84, 0.94, 1.06, 1.20, 1.36,
    ),
    "ledger": (
        0.62, 0.58, 0.56, 0.54, 0.58, 0.66, 0.80, 1.00, 1.24, 1.38, 1.42, 1.34,
        1.18, 1.22, 1.34, 1.44, 1.56, 1.40, 1.02, 0.88, 0.96, 1.10, 0.98, 0.76,
    ),
    "market": (
        0.22, 0.22, 0.26, 0.34, 0.40, 0.44, 0.58, 0.92, 1.22, 1.92, 2.05, 1.72,
        1.40, 1.38, 1.54, 1.86, 1.62, 0.82, 0.60, 0.48, 0.44, 0.38, 0.30, 0.25,
    ),
    "flat": (
        0.86, 0.84, 0.83, 0.83, 0.84, 0.87, 0.92, 0.99, 1.07, 1.14, 1.17, 1.17,
        1.13, 1.14, 1.17, 1.17, 1.14, 1.09, 1.03, 0.99, 0.96, 0.93, 0.90, 0.88,
    ),
}  # fmt: skip
"""Hour of the day against the day's mean; a day off is flatter (see `_shape`)."""


@dataclass(frozen=True)
class Series:
    """One resource's history: hourly demand, installed capacity hour by hour, and its busiest recent hour."""

    resource: Resource
    values: Floats
    capacity: Floats

    @property
    def recent_peak(self) -> float:
        """Largest demand of the last 28 days."""
        return float(self.values[-RECENT_DAYS * HOURS :].max())


def make_demand(plan: Plan, days: int) -> list[Series]:
    """Draw every resource's history of `days` days up to the last day, tower by tower."""
    draw = stream(plan.seed, "demand")
    calendar = bank_days(LAST_DAY, days)
    series = []
    for tower in TOWERS:
        shared = _wander(draw, days * HOURS, 0.985, 0.028) + _incidents(draw, days)
        for resource in (each for each in RESOURCES if each.tower == tower):
            values = _history(resource, calendar, shared, draw)
            series.append(Series(resource, values, _capacity(resource, values, plan, draw)))
    return series


def write_demand(series: list[Series], path: Path) -> None:
    """Write the panel: one row a resource and hour, the resources in their order, oldest hour first."""
    steps = len(series[0].values)
    start = datetime(LAST_DAY.year, LAST_DAY.month, LAST_DAY.day) + timedelta(days=1) - timedelta(hours=steps)  # noqa: DTZ001
    stamps = [(start + timedelta(hours=step)).strftime("%Y-%m-%d %H:%M:%S") for step in range(steps)]
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write("unique_id,ds,y,tower,unit,capacity,statistic\n")
        for each in series:
            resource = each.resource
            form = f"{{:.{resource.decimals}f}}".format
            tails = {
                size: f",{resource.tower},{resource.unit},{_plain(size)},mean\n" for size in set(each.capacity.tolist())
            }
            out.writelines(
                f"{resource.unique_id},{stamp},{form(value)}{tails[size]}"
                for stamp, value, size in zip(stamps, each.values.tolist(), each.capacity.tolist(), strict=True)
            )


def _history(resource: Resource, calendar: Days, shared: Floats, draw: np.random.Generator) -> Floats:
    days = len(calendar.days)
    level = resource.level * np.exp(resource.growth * calendar.years)
    level = level * (1 + 0.035 * calendar.annual) * (1 + resource.year_end * calendar.year_end)
    level = level * (1 + resource.trading * calendar.trading)
    level = level * np.where(calendar.working, 1.0, resource.week)
    level = level * np.exp(_wander(draw, days, 0.8, 0.018))
    hourly = level[:, None] * _shape(resource.profile, calendar.working)
    own = _wander(draw, days * HOURS, 0.88, 0.022) + draw.normal(0, 0.016, days * HOURS)
    values = hourly.ravel() * np.exp(shared * (0.6 if resource.profile == "flat" else 1.0) + own)
    return np.asarray(np.round(values, resource.decimals), dtype=np.float64)


def _shape(profile: str, working: NDArray[np.bool_]) -> Floats:
    full = np.asarray(HOURLY_SHAPE[profile], dtype=np.float64) ** FLATTENED
    full = full / full.mean()
    off = 0.45 * full + 0.55
    return np.asarray(np.where(working[:, None], full, off), dtype=np.float64)


def _wander(draw: np.random.Generator, steps: int, memory: float, spread: float) -> Floats:
    """A stationary first-order autoregression with standard deviation `spread`."""
    pushes = draw.normal(0, spread * np.sqrt(1 - memory**2), steps).tolist()
    level = float(draw.normal(0, spread))
    walk = []
    for push in pushes:
        level = memory * level + push
        walk.append(level)
    return np.array(walk)


def _incidents(draw: np.random.Generator, days: int) -> Floats:
    """Rare surges of a whole tower (a campaign, a market shock, a failover) that fade within hours."""
    surge = np.zeros(days * HOURS)
    for _ in range(int(draw.poisson(days / 55))):
        start = int(draw.integers(0, days)) * HOURS + int(draw.integers(8, 18))
        length = min(int(draw.integers(3, 14)), surge.size - start)
        surge[start : start + length] += draw.uniform(0.05, 0.14) * np.exp(-np.arange(length) / 4)
    return surge


def _capacity(resource: Resource, values: Floats, plan: Plan, draw: np.random.Generator) -> Floats:
    """Installed capacity: idle where planted, near the recent peak where tight, else for about 40 % utilisation."""
    recent = values[-90 * HOURS :]
    peak = values[-RECENT_DAYS * HOURS :].max()
    main = resource.unique_id in MAIN_RESOURCE.values()
    target = float(draw.uniform(*(USUAL_MAIN if main else USUAL)))
    idle = {MAIN_RESOURCE[tower]: share for tower, share in plan.idle_towers.items()}
    if resource.unique_id in idle:
        installed = recent.mean() / idle[resource.unique_id]
    elif resource.unique_id == plan.critical:
        installed = max(peak * float(draw.uniform(*CRITICAL)), values.max())
    elif resource.unique_id in plan.tight:
        installed = max(peak * float(draw.uniform(*TIGHT)), values.max() * 1.01)
    else:
        installed = max(recent.mean() / target, peak * ROOMY, values.max() * 1.04)
    final = _rounded(float(installed))
    capacity = np.full(values.size, final)
    if resource.unique_id not in idle and draw.random() < 0.4:
        before = int(draw.integers(values.size // 4, values.size * 3 // 4)) // HOURS * HOURS
        earlier = _rounded(max(final * float(draw.uniform(0.8, 0.9)), float(values[:before].max()) * 1.04))
        capacity[:before] = min(earlier, final)
    return capacity


def _rounded(amount: float) -> float:
    """Capacity as people buy it: two or three leading digits, rounded up."""
    step = 10.0 ** (np.floor(np.log10(amount)) - 2) * 5
    return float(round(np.ceil(amount / step) * step, 4))


def _plain(amount: float) -> str:
    """A number as people write it: no exponent, no empty decimals."""
    return str(int(amount)) if amount == int(amount) else repr(amount)
