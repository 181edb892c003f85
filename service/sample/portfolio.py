"""The portfolio problem of the synthetic bank: sixty candidates with money by year, worth, and what they draw on.

Role: draw costs, benefits and spreads, and set limits and rules that leave a real choice at the budget.
Must not know: reports or the ledger's lines.
"""

import json
from typing import Any

import numpy as np

from service.sample.demand import Series
from service.sample.organisation import BANK, CURRENCY
from service.sample.plan import Plan, stream
from service.sample.projects import PROJECTS, Project

PERIODS = ("2026", "2027", "2028")
DISCOUNT_RATE = 0.08
DRAW_SCALE, MOST_SCALE = 2.0, 6.0
WANTED_OF_ROOM = 2.6
"""On nearly full resources, what all projects ask for against what is left: not all of them can be funded."""
BUSY_DAYS = 1.06
"""How far a coming month may stand above the last one's peak when the room that is left is reckoned."""
LITE_COST, LITE_DRAW = 0.55, 0.5
CAPITAL_SHARE = {"run": 0.55, "grow": 0.6, "transform": 0.68}
BENEFIT_SHAPE = {"run": (0.25, 0.37, 0.38), "grow": (0.10, 0.38, 0.52), "transform": (0.05, 0.35, 0.60)}
SPREAD = {"run": 0.18, "grow": 0.42, "transform": 0.55}
BUDGET_SHARE = 0.42
RULES: tuple[dict[str, Any], ...] = (
    {"id": "accelerators before offers at scale", "kind": "requires", "candidate": "P-001", "needs": ["P-002"]},
    {"id": "household view first", "kind": "requires", "candidate": "P-005", "needs": ["P-007"]},
    {"id": "tiers before tapes go", "kind": "requires", "candidate": "P-010", "needs": ["P-009"]},
    {"id": "stream before real time", "kind": "requires", "candidate": "P-038", "needs": ["P-053"]},
    {"id": "one way to shorten the batch", "kind": "exclusive", "candidates": ["P-015", "P-016"]},
    {"id": "one assistant at a time", "kind": "exclusive", "candidates": ["P-032", "P-033"]},
    {"id": "reading projects share one team", "kind": "count", "candidates": ["P-034", "P-035", "P-036"], "max": 2},
    {"id": "at least one step for the archive", "kind": "count", "candidates": ["P-009", "P-010", "P-051"], "min": 1},
    {"id": "room for transformation", "kind": "share", "where": {"category": "transform"},
     "of": ["capex:2026", "opex:2026"], "min": 0.15, "max": 0.6},
    {"id": "no unassessed personal data", "kind": "forbid", "where": {"tags.GDPR": "unassessed"}},
    {"id": "screening feeds triage", "kind": "synergy", "candidates": ["P-024", "P-025"], "value": 600000},
    {"id": "two desks, one market", "kind": "synergy", "candidates": ["P-039", "P-040"], "value": -500000},
)  # fmt: skip


def problem_text(plan: Plan, demand: list[Series]) -> str:
    """`problem.json`: the contract's portfolio problem."""
    return json.dumps(make_problem(plan, demand), ensure_ascii=False, indent=1) + "\n"


def make_problem(plan: Plan, demand: list[Series]) -> dict[str, Any]:
    """Draw the whole problem; what projects draw on is in the units of the demand series."""
    draw = stream(plan.seed, "portfolio")
    unassessed = int(draw.integers(0, len(PROJECTS)))
    while PROJECTS[unassessed].duty or PROJECTS[unassessed].id in _named():
        unassessed = int(draw.integers(0, len(PROJECTS)))
    shares = _shares(plan, demand)
    candidates = [
        _candidate(project, shares, draw, weak=place in plan.weak, unassessed=place == unassessed)
        for place, project in enumerate(PROJECTS)
    ]
    return {
        "name": f"2026 technology portfolio, {BANK}",
        "currency": CURRENCY,
        "periods": list(PERIODS),
        "discount_rate": DISCOUNT_RATE,
        "timing": "end",
        "candidates": candidates,
        "committed": [
            {"name": "Data centre exit, final year", "uses": {"opex:2026": 2_400_000, "opex:2027": 600_000}},
            {"name": "Mainframe support contract", "uses": {"opex:2026": 1_800_000, "opex:2027": 1_800_000}},
        ],
        "limits": _limits(candidates),
        "rules": [dict(rule) for rule in RULES],
        "objective": {"kind": "expected_value"},
        "solver": {"gap": 0.0001, "time_limit_s": 30, "threads": 2},
    }


def _named() -> set[str]:
    return {name for rule in RULES for name in [*rule.get("candidates", []), *rule.get("needs", [])]}


def _shares(plan: Plan, demand: list[Series]) -> dict[str, float]:
    """What a whole share (1.0) in the projects' table stands for, in each resource's unit.

    Twice the resource's usual level; more where the resource is nearly full and projects would not fill what is left.
    """
    shares = {}
    for series in demand:
        name, level = series.resource.unique_id, series.resource.level
        asked = level * sum(max(0.0, project.draws.get(name, 0.0)) for project in PROJECTS)
        scale = DRAW_SCALE
        if name in plan.tight and name != plan.critical and asked > 0:
            room = float(series.capacity[-1]) - BUSY_DAYS * series.recent_peak
            scale = min(max(scale, WANTED_OF_ROOM * room / asked), MOST_SCALE)
        shares[name] = level * scale
    return shares


def _candidate(
    project: Project,
    shares: dict[str, float],
    draw: np.random.Generator,
    *,
    weak: bool,
    unassessed: bool,
) -> dict[str, Any]:
    cost = project.cost * 1000 * float(draw.uniform(0.85, 1.2))
    worth = _worth(project, draw, weak=weak)
    options = [_option("full", project, cost, worth, shares, draw)]
    if project.scale:
        smaller = cost * LITE_COST * float(draw.uniform(0.9, 1.1))
        better = worth * float(draw.uniform(0.85, 1.0) if weak else draw.uniform(0.98, 1.18))
        half = {name: share * LITE_DRAW for name, share in shares.items()}
        options.insert(0, _option("lite", project, smaller, better, half, draw))
    record: dict[str, Any] = {"id": project.id, "name": project.name}
    if project.solution:
        record["solution"] = project.solution
    record |= {
        "tower": project.tower,
        "category": project.category,
        "tags": _tags(project, draw, unassessed=unassessed),
        "business_owner": project.owner,
        "technology_owner": f"{project.tower} platform",
    }
    if project.duty and draw.random() < 0.6:
        record["mandatory"] = True
    if draw.random() < 0.25:
        record["sunk"] = _money(project.cost * 1000 * float(draw.uniform(0.1, 0.5)))
    if draw.random() < 0.12 and not record.get("mandatory"):
        record["exit"] = {"opex:2026": _money(project.cost * 1000 * float(draw.uniform(0.02, 0.06)))}
    return record | {"options": options}


def _worth(project: Project, draw: np.random.Generator, *, weak: bool) -> float:
    """Present value of benefits for each dollar of present cost; capacity alone earns little."""
    if weak:
        return float(draw.uniform(0.45, 1.03))
    if project.duty:
        return float(draw.uniform(1.02, 1.25))
    if not project.solution:
        return float(draw.uniform(0.3, 0.6))
    return float(np.clip(np.exp(draw.normal(0.52, 0.24)), 1.15, 3.2))


def _option(
    name: str, project: Project, cost: float, worth: float, shares: dict[str, float], draw: np.random.Generator
) -> dict[str, Any]:
    capital = CAPITAL_SHARE[project.category]
    uses: dict[str, int | float] = {
        "capex:2026": _money(cost * capital),
        "opex:2026": _money(cost * (1 - capital)),
        "opex:2027": _money(cost * float(draw.uniform(0.10, 0.18))),
        "opex:2028": _money(cost * float(draw.uniform(0.08, 0.14))),
    }
    if cost > 3_500_000:
        uses["capex:2027"] = _money(cost * float(draw.uniform(0.12, 0.3)))
    frees: dict[str, int | float] = {}
    for unique_id, share in project.draws.items():
        amount = round(shares[unique_id] * abs(share) * float(draw.uniform(0.85, 1.15)), 1)
        (uses if share > 0 else frees)[f"headroom:{unique_id}"] = int(amount) if amount >= 20 else amount
    uses["staff:2026"] = max(1, round(cost / 420_000))
    worth_now = worth * _present(uses)
    shape = BENEFIT_SHAPE[project.category]
    scale = worth_now / sum(part / (1 + DISCOUNT_RATE) ** (year + 1) for year, part in enumerate(shape))
    benefits = {period: _money(scale * part) for period, part in zip(PERIODS, shape, strict=True)}
    option: dict[str, Any] = {"id": name, "uses": dict(sorted(uses.items()))}
    if frees:
        option["frees"] = dict(sorted(frees.items()))
    option["benefits"] = benefits
    if project.category == "transform" or project.owner == "Operations":
        option["cashable"] = {period: _money(amount * 0.6) for period, amount in list(benefits.items())[1:]}
    return option | {"value_sd": _money(worth_now * SPREAD[project.category] * float(draw.uniform(0.8, 1.25)))}


def _present(uses: dict[str, int | float]) -> float:
    """Present value of money uses, each year's flow at its end."""
    total = 0.0
    for key, amount in uses.items():
        kind, _, period = key.partition(":")
        if kind in {"capex", "opex"}:
            total += amount / (1 + DISCOUNT_RATE) ** (PERIODS.index(period) + 1)
    return total


def _tags(project: Project, draw: np.random.Generator, *, unassessed: bool) -> dict[str, str]:
    personal = project.owner in {"Retail Banking", "Wealth Management"}
    return {
        "AI Enabled": "Yes" if project.tower == "AI Compute" else "No",
        "GDPR": "unassessed" if unassessed else ("assessed" if personal else "not applicable"),
        "Data Class": str(draw.choice(("internal", "confidential", "restricted"))),
    }


def _limits(candidates: list[dict[str, Any]]) -> dict[str, Any]:
    """Limits at about 42 % of what everyone asks for, and wide enough for every duty."""
    asked = dict.fromkeys(("capex:2026", "opex:2026", "opex:2027", "capex:2027", "staff:2026"), 0.0)
    retail = 0.0
    for candidate in candidates:
        for key in asked:
            asked[key] += candidate["options"][-1]["uses"].get(key, 0)
        if candidate["business_owner"] == "Retail Banking":
            uses = candidate["options"][-1]["uses"]
            retail += uses["capex:2026"] + uses["opex:2026"]
    budget = (asked["capex:2026"] + asked["opex:2026"]) * BUDGET_SHARE + 4_200_000
    return {
        "budget 2026": {"of": {"capex:2026": 1, "opex:2026": 1}, "max": _whole(budget)},
        "capex:2026": {"max": _whole(asked["capex:2026"] * 0.6)},
        "opex:2026": {"max": _whole(asked["opex:2026"] * 0.6 + 4_200_000)},
        "capex:2027": {"max": _whole(asked["capex:2027"] * 0.5)},
        "opex:2027": {"max": _whole(asked["opex:2027"] * 0.6 + 2_400_000)},
        "staff:2026": {"max": round(asked["staff:2026"] * 0.5), "unit": "FTE"},
        "retail 2026": {
            "of": {"capex:2026": 1, "opex:2026": 1},
            "where": {"business_owner": "Retail Banking"},
            "max": _whole(retail * 0.55),
        },
    }


def _money(amount: float) -> int:
    """Whole thousands: business cases are not written to the cent."""
    return round(amount / 1000) * 1000


def _whole(amount: float) -> int:
    return round(amount / 100_000) * 100_000
