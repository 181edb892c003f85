"""What stands beside the ledger: drivers, volumes, benchmarks, budget and the mapping file.

Role: derive from the posted lines what a metering team, a benchmarking vendor and a budget would say of them.
Must not know: prose or projects.
"""

import csv
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from io import StringIO

import numpy as np
from numpy.typing import NDArray

from service.sample.calendar import bank_days
from service.sample.chart import ACCOUNTS, mapping_rules
from service.sample.cloud import Charge
from service.sample.demand import HOURS, Series
from service.sample.lines import Line, target_cost
from service.sample.organisation import (
    BANK,
    CURRENCY,
    LAST_DAY,
    MAIN_RESOURCE,
    MONTHS,
    RESOURCES,
    SYNTHETIC,
    TOWERS,
    month_label,
    month_starts,
)
from service.sample.plan import MODULES, Plan, stream
from service.sample.solutions import BY_ID, SOLUTIONS

Floats = NDArray[np.float64]
DRIVERS = {
    "Compute": ("vCPU-hours", "metered"),
    "AI Compute": ("GPU-hours", "metered"),
    "Storage": ("TB-months", "metered"),
    "Network": ("TB carried", "metered"),
    "Database": ("vCore-hours", "metered"),
    "Application": ("pod-hours", "metered"),
    "Security": ("protected accounts", "assumed"),
    "End User": ("seats", "assumed"),
}
DRIVER_SCALE = {
    "Compute": 0.4, "AI Compute": 0.01, "Storage": 0.02, "Network": 0.05, "Database": 0.2, "Application": 0.3,
    "Security": 0.02, "End User": 0.006,
}  # fmt: skip
UNIT_WEIGHTS = {"Retail Banking": 0.27, "Payments": 0.12, "Corporate Banking": 0.13, "Markets": 0.12,
                "Wealth Management": 0.08, "Risk": 0.08, "Operations": 0.12, "Finance": 0.05,
                "Group Technology": 0.03}  # fmt: skip
BENCHMARK_AS_OF = "2025-06-30"
SEAT_COUNTS = {"sol-crm": 5200, "sol-wealth": 2100, "sol-tradefin": 1300, "sol-treasury": 420, "sol-contact": 3800,
               "sol-rpa": 900, "sol-trade": 1650, "sol-data": 4600}  # fmt: skip
OUTCOMES = {
    "sol-mobile": ("active customers", 3_900_000), "sol-crm": ("retained customers", 410_000),
    "sol-onboard": ("accounts opened", 118_000), "sol-payments": ("settled orders", 121_000_000),
    "sol-antifraud": ("confirmed fraud cases stopped", 21_500), "sol-credit": ("loans granted", 214_000),
    "sol-contact": ("questions resolved", 3_600_000), "sol-wealth": ("advised customers", 88_000),
    "sol-tradefin": ("facilities drawn", 9_400),
}  # fmt: skip


@dataclass(frozen=True)
class Costs:
    """Cents by month: posted directly on solution and tower, and what a tower shares; and the tower's whole."""

    direct: Floats
    shared: Floats
    residual: Floats

    def allocated(self) -> Floats:
        """Cents of month (row) and solution (column) once each tower's shared cost is split by its driver."""
        weights = self.residual / self.residual.sum(axis=0, keepdims=True)
        return np.asarray(self.direct.sum(axis=2) + self.shared @ weights.T, dtype=np.float64)

    def by_tower(self) -> Floats:
        """Cents of month (row) and tower (column)."""
        return np.asarray(self.direct.sum(axis=1) + self.shared, dtype=np.float64)


def gather_costs(lines: list[Line], charges: list[Charge]) -> Costs:
    """Sum the posted amounts by month, tower and solution."""
    place = {solution.id: index for index, solution in enumerate(SOLUTIONS)}
    tower = {name: index for index, name in enumerate(TOWERS)}
    direct = np.zeros((MONTHS, len(SOLUTIONS), len(TOWERS)))
    shared = np.zeros((MONTHS, len(TOWERS)))
    posted = [(each.month, each.item.tower, each.item.solution, each.cents) for each in lines if each.item.tower]
    posted += [(each.month, each.use.service.tower, each.use.solution, each.cents) for each in charges]
    for month, where, solution, cents in posted:
        if solution:
            direct[month, place[solution], tower[where]] += cents
        else:
            shared[month, tower[where]] += cents
    wanted = target_cost() * (MONTHS / 12)
    residual = np.maximum(wanted - direct.sum(axis=0), 0.04 * wanted)
    return Costs(direct, shared, residual)


def drivers_text(plan: Plan, costs: Costs) -> str:
    """`drivers.csv`: what each tower's shared cost and each solution's cost are split by, month by month."""
    draw, modules = stream(plan.seed, "drivers"), stream(plan.seed, "modules")
    rows: list[tuple[object, ...]] = []
    for day in month_starts():
        month = month_label(day)
        for column, tower in enumerate(TOWERS):
            driver, basis = DRIVERS[tower]
            for index, solution in enumerate(SOLUTIONS):
                weight = float(costs.residual[index, column])
                if weight > 0:
                    quantity = max(1, round(weight / 100 / 36 * DRIVER_SCALE[tower] * float(draw.uniform(0.98, 1.02))))
                    rows.append((month, "tower", tower, "solution", solution.id, driver, quantity, basis))
        for solution in SOLUTIONS:
            used = [("consumer", *part) for part in _consumers(solution.id, draw)]
            if solution.id in MODULES:
                rows += _module_rows(month, solution.id, plan, modules)
            for carrier in MODULES.get(solution.id, (solution.id,)):
                rows += [(month, "solution", carrier, *part) for part in used]
    return _table("month,from_layer,from,to_layer,to,driver,quantity,basis", rows)


def _module_rows(month: str, solution: str, plan: Plan, draw: np.random.Generator) -> list[tuple[object, ...]]:
    """Transactions that a large solution's modules handle, which its cost is split by."""
    return [
        (month, "solution", solution, "solution", name, "transactions handled",
         round(1_000_000 * share * float(draw.uniform(0.97, 1.03))), "metered")
        for name, share in zip(MODULES[solution], plan.modules[solution], strict=True)
    ]  # fmt: skip


def volumes_text(plan: Plan, demand: list[Series]) -> str:
    """`volumes.csv`: use and capacity of towers and seats, output and outcome of solutions."""
    draw = stream(plan.seed, "volumes")
    series = {each.resource.unique_id: each for each in demand}
    hours = np.repeat([month_label(day) for day in bank_days(LAST_DAY, len(demand[0].values) // HOURS).days], HOURS)
    rows: list[tuple[object, ...]] = []
    for index, day in enumerate(month_starts()):
        month = month_label(day)
        inside = hours == month
        for tower in TOWERS:
            used, capacity = _tower_month(series[MAIN_RESOURCE[tower]], inside, index, draw)
            unit = series[MAIN_RESOURCE[tower]].resource.unit
            rows.append((month, "tower", tower, "used", used, unit))
            rows.append((month, "tower", tower, "capacity", capacity, unit))
        for solution in SOLUTIONS:
            output = _steady(solution.outputs / 12, index, 0.03, draw)
            rows.append((month, "solution", solution.id, "output", output, solution.output))
            if solution.id in OUTCOMES:
                unit, year = OUTCOMES[solution.id]
                rows.append((month, "solution", solution.id, "outcome", _steady(year / 12, index, 0.04, draw), unit))
            if solution.id in SEAT_COUNTS:
                seats = SEAT_COUNTS[solution.id]
                share = plan.idle_solutions.get(solution.id, 0.42 + 0.02 * (seats % 7))
                used = round(seats * share * float(draw.uniform(0.96, 1.04)))
                rows.append((month, "solution", solution.id, "used", used, "seats"))
                rows.append((month, "solution", solution.id, "capacity", seats, "seats"))
    return _table("month,layer,element,measure,quantity,unit", rows)


def benchmarks_text(plan: Plan, costs: Costs, volumes: str) -> str:
    """`benchmarks.csv`: planted solutions stand above their benchmark by the planned share, all others below theirs."""
    draw = stream(plan.seed, "benchmarks")
    quantity: dict[tuple[str, str], float] = defaultdict(float)
    recent = {month_label(day) for day in month_starts()[-12:]}
    for row in csv.DictReader(StringIO(volumes)):
        if row["month"] in recent and row["measure"] in {"output", "used"}:
            quantity[row["element"], row["measure"]] += float(row["quantity"])
    allocated, towers = costs.allocated()[-12:].sum(axis=0), costs.by_tower()[-12:].sum(axis=0)
    rows: list[tuple[object, ...]] = []
    for index, solution in enumerate(SOLUTIONS):
        unit_cost = allocated[index] / 100 / quantity[solution.id, "output"]
        above = plan.dear.get(solution.id, float(draw.uniform(-0.2, -0.03)))
        rows.append(("solution", solution.id, "output", solution.output, _price(unit_cost / (1 + above))))
    units = {resource.unique_id: resource.unit for resource in RESOURCES}
    for index, tower in enumerate(TOWERS):
        unit_cost = towers[index] / 100 / quantity[tower, "used"]
        unit = units[MAIN_RESOURCE[tower]]
        rows.append(("tower", tower, "used", unit, _price(unit_cost / (1 + float(draw.uniform(-0.2, -0.03))))))
    source = "Synthetic peer panel (no such study)"
    return _table(
        "layer,element,measure,unit,unit_cost,currency,source,as_of",
        [(*row, CURRENCY, source, BENCHMARK_AS_OF) for row in rows],
    )


def budget_text(plan: Plan, lines: list[Line], charges: list[Charge]) -> str:
    """`budget.csv`: each calendar year's plan by month, pool, tower and expenditure, in whole thousands."""
    draw = stream(plan.seed, "budget")
    actual: dict[tuple[str, str, str], float] = defaultdict(float)
    for line in lines:
        if line.item.tower:
            account = ACCOUNTS[line.item.account]
            actual[account.pool, line.item.tower, account.expenditure] += line.cents
    for charge in charges:
        actual["Cloud Services", charge.use.service.tower, "opex"] += charge.cents
    keys = sorted(actual)
    tilt = {key: float(draw.normal(1.0, 0.05)) for key in keys}
    rows: list[tuple[object, ...]] = []
    for index, day in enumerate(month_starts()):
        growth = 0.98 + 0.02 * (index // 12)
        for key in keys:
            thousands = round(actual[key] / MONTHS * growth * tilt[key] / 100_000)
            rows.append((month_label(day), *key, f"{thousands * 1000}.00", CURRENCY, f"Budget {day.year}"))
    return _table("month,pool,tower,expenditure,amount,currency,version", rows)


def mapping_text() -> str:
    """`ledger.toml`: how the files are read and which rule maps which line."""
    parts = [
        f"# {SYNTHETIC}",
        f'title = "{BANK}: technology ledger, October 2022 to September 2025"',
        "synthetic = true",
        "",
        '[[files]]\npath = "general_ledger.csv"\nformat = "gl"\nencoding = "utf-8"\nscale = 1\ntax = "excluded"',
        "[files.columns]",
        *(f'{name} = "{name}"' for name in ("date", "account", "account_name", "vendor", "description", "cost_centre",
          "legal_entity", "project", "amount", "currency", "run_grow_transform", "solution", "consumer")),
        "",
        '[[files]]\npath = "cloud_focus.csv"\nformat = "focus"\nencoding = "utf-8"',
        "",
    ]  # fmt: skip
    for match, assign in mapping_rules():
        parts.append(f"[[rules]]\nmatch = {_inline(match)}\nassign = {_inline(assign)}\n")
    parts.append("[inputs]")
    parts += [f'{name} = "{name}.csv"' for name in ("drivers", "volumes", "benchmarks", "budget")]
    return "\n".join(parts) + "\n"


def _inline(table: dict[str, str]) -> str:
    return "{ " + ", ".join(f"{key} = '{value}'" for key, value in table.items()) + " }"


def _consumers(solution_id: str, draw: np.random.Generator) -> list[tuple[str, str, int, str]]:
    solution = BY_ID[solution_id]
    if "Group Technology" in solution.units:
        return [
            (unit, "head count", round(52_000 * weight), "assumed")
            for unit, weight in UNIT_WEIGHTS.items()
            if weight > 0
        ]
    shares = np.array([0.7, 0.3, 0.15][: len(solution.units)])
    quantity = solution.outputs / 12 * shares / shares.sum()
    return [
        (unit, solution.output, max(1, round(float(part) * float(draw.uniform(0.97, 1.03)))), "metered")
        for unit, part in zip(solution.units, quantity, strict=True)
    ]


def _tower_month(
    series: Series, inside: NDArray[np.bool_], index: int, draw: np.random.Generator
) -> tuple[float, float]:
    """Mean use and capacity of a month: metered where the panel reaches, carried back by growth before it."""
    if inside.sum() >= 28 * HOURS:
        return round(float(series.values[inside].mean()), 2), round(float(series.capacity[inside].mean()), 2)
    years = (MONTHS - 1 - index) / 12
    recent = series.values[-28 * HOURS :].mean()
    used = float(recent * np.exp(-series.resource.growth * years) * draw.uniform(0.98, 1.02))
    return round(used, 2), round(float(series.capacity[0]) * (1 - 0.06 * max(0.0, years - 1)), 2)


def _steady(level: float, index: int, spread: float, draw: np.random.Generator) -> int:
    growth = 1 + 0.05 * (index - MONTHS + 6) / 12
    return max(1, round(level * growth * float(np.exp(draw.normal(0, spread)))))


def _price(amount: float) -> str:
    return str(Decimal(repr(float(amount))).quantize(Decimal("0.0001")))


def _table(header: str, rows: list[tuple[object, ...]]) -> str:
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return out.getvalue()
