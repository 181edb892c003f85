"""Small hand-made runs of the chain: every stage's frames in their contract's columns, nothing modelled."""

from decimal import Decimal

import numpy as np
import pandas as pd

from service.chain import ChainResult, DemandPart, LedgerPart, PortfolioPart, ReadingPart, Source

TEXT_EN = (
    "# Payments review\n\nAfter go-live of Fraud Shield, prevented fraud losses reached USD 4.2 million in 2025. "
    "A further USD 9 million is planned for 2026.\n"
)
TEXT_ZH = "本季度，反欺诈平台将误报处理成本降低了1200万元。该平台明年预计再节省800万元。\n"

POOLS = (("Cloud Services", "opex", 4_000_000), ("Hardware", "capex", 6_500_000), ("Staffing", "opex", 9_000_000))


def demand_part(towers: int = 1, resources: int = 3, days: int = 40, ahead: int = 7) -> DemandPart:
    names = [(f"T{tower}.r{resource}", f"Tower {tower}") for tower in range(towers) for resource in range(resources)]
    hours, steps = np.arange(days * 24), np.arange(ahead * 24)
    past = pd.date_range("2026-01-01", periods=len(hours), freq="h")
    future = pd.date_range(past[-1], periods=len(steps) + 1, freq="h")[1:]
    history, fans, peaks = [], [], []
    for place, (name, tower) in enumerate(names):
        wave = 100 + 30 * np.sin(2 * np.pi * hours / 24) + (hours * 7919 % 13)
        later = 100 + 30 * np.sin(2 * np.pi * (steps + len(hours)) / 24) + 6
        capacity = 140.0 + 6 * place
        history.append(pd.DataFrame({"unique_id": name, "ds": past, "y": wave, "tower": tower, "unit": "vCPU",
                                     "capacity": capacity, "statistic": "max"}))  # fmt: skip
        spread = {"q2.5": -14, "q25": -5, "q50": 0, "q75": 5, "q97.5": 14}
        fans.append(pd.DataFrame({"unique_id": name, "ds": future, "point": later, "mean": later}
                                 | {level: later + shift for level, shift in spread.items()}
                                 | {"model": "pooled", "fallback": None}))  # fmt: skip
        for window, span in (("7d", 7), ("28d", 28)):
            base = 140.0 + span / 4
            end = past[-1] + pd.Timedelta(days=span)
            peaks.append({
                "unique_id": name, "tower": tower, "unit": "vCPU", "statistic": "max", "as_of": past[-1],
                "window": window, "window_start": future[0], "window_end": end, "q50": base, "q80": base + 3,
                "q90": base + 5, "q95": base + 7, "q99": base + 12, "mean": base + 1, "peak_at": future[40 + place],
                "peak_at_probability": 0.31, "capacity": capacity, "exceedance": max(0.0, 0.9 - 0.2 * place),
                "model": "pooled", "calibrated": 30,
            })  # fmt: skip
    return DemandPart(pd.concat(history), pd.concat(fans), pd.DataFrame(peaks), "h")


def portfolio_part(many: int = 30, funded: int = 18) -> PortfolioPart:
    items, above, below = [], [], []
    for place in range(many):
        name, spend = f"P-{place + 1:03}", 1_000_000.0 * (1 + place % 5)
        value = spend * (3.2 - 0.1 * place)
        uses = {"capex:2027": 0.8 * spend, "opex:2027": 0.2 * spend, "staff:2027": 2.0 + place % 3}
        items.append({"id": name, "name": f"Project {place + 1}", "tower": f"Tower {place % 8}",
                      "category": ("run", "grow", "transform")[place % 3],
                      "options": [{"id": "full", "uses": uses, "value": value}]})  # fmt: skip
        if place < funded:
            above.append({"candidate": name, "option": "full", "value": value, "gross": value + spend,
                          "cost_pv": spend, "roi": value / spend, "uses": uses})  # fmt: skip
        else:
            below.append({"candidate": name, "because": ["budget 2027"],
                          "loss_if_forced": 1000.0 * (place - funded) ** 3, "displaces": ["P-017"],
                          "explain": "fast", "needs": {"value_increase": 300_000.0,
                                                       "cost_decrease": {"capex:2027": 240_000.0}}})  # fmt: skip
    spend = sum(sum(row["uses"][key] for key in ("capex:2027", "opex:2027")) for row in above)
    budget = spend + 400_000.0
    problem = {
        "name": "FY27", "currency": "USD", "candidates": items, "objective": {"kind": "expected_value"},
        "limits": {"budget 2027": {"of": {"capex:2027": 1, "opex:2027": 1}, "max": budget},
                   "staff:2027": {"max": 70, "unit": "FTE"}, "headroom:T0.r0": {"max": 40.0, "unit": "vCPU"}},
    }  # fmt: skip
    worth = sum(row["value"] for row in above)
    recommendation = {
        "status": "optimal", "objective": worth, "bound": worth * 1.00005, "gap": 0.00005, "seconds": 0.4,
        "solver": "HiGHS", "problem_sha256": "ab" * 32, "funded": above, "not_funded": below,
        "limits": [
            {"id": "budget 2027", "used": spend, "max": budget, "unused": 400_000.0, "marginal_value": 1.42,
             "valid": [budget - 1e6, budget + 2e6], "basis": "LP estimate"},
            {"id": "staff:2027", "used": 52.0, "max": 70.0, "unused": 18.0, "marginal_value": 0.0,
             "valid": [52.0, None], "basis": "LP estimate"},
            {"id": "headroom:T0.r0", "used": 40.0, "max": 40.0, "unused": 0.0, "marginal_value": 8100.0,
             "valid": [38.0, 44.0], "basis": "LP estimate"},
        ],
        "totals": {"staff:2027": 52.0}, "change": {"added": [], "dropped": [], "changed": []},
        "risk": {"mean": worth, "sd": 9e6, "p10": worth - 11e6, "p50": worth, "p90": worth + 12e6,
                 "loss_probability": 0.002},
    }  # fmt: skip
    budgets = np.linspace(0.2, 1.6, 8) * budget
    values = worth * (1 - np.exp(-2 * budgets / budget))
    frontier = pd.DataFrame({"budget": budgets, "value": values, "bound": values * 1.0001, "marginal_value": 1.0})
    headroom = pd.DataFrame([{"unique_id": "T0.r0", "tower": "Tower 0", "capacity": 140.0, "q95": 100.0,
                              "headroom": 40.0, "unit": "vCPU"}])  # fmt: skip
    return PortfolioPart(problem, recommendation, frontier, headroom)


def _event(document: str, text: str, passage: str, value: str, currency: str, **more: object) -> dict[str, object]:
    start = text.index(passage)
    return {
        "document": document, "id": f"{document}:{start}", "evidence": [start, start + len(passage)],
        "solution": "sol-fraud", "metric": "fraud_loss", "kind": "saving", "direction": "down", "value": value,
        "unit": "money", "currency": currency, "status": "realised", "period": None, "per": None, "confidence": 0.93,
        "band": "post", "counted": True, "why": "",
    } | more  # fmt: skip


def reading_part() -> ReadingPart:
    events = [
        _event("q1.md", TEXT_EN, "prevented fraud losses reached USD 4.2 million in 2025", "4200000", "USD"),
        _event("q1.md", TEXT_EN, "A further USD 9 million is planned for 2026", "9000000", "USD", status="planned",
               counted=False, why="planned, not realised"),
        _event("q2.md", TEXT_ZH, "误报处理成本降低了1200万元", "12000000", "CNY", kind="change", metric="process_cost",
               counted=False, why="no exchange rate for CNY"),
    ]  # fmt: skip
    frame = pd.DataFrame(events)
    by_solution = pd.DataFrame([{
        "solution": "sol-fraud", "name": "Fraud Shield", "realised_saving": Decimal(4_200_000),
        "realised_gain": Decimal(0), "other_changes": Decimal(0), "events": 1, "confidence": 0.93,
    }])  # fmt: skip
    texts = {"q1.md": TEXT_EN, "q2.md": TEXT_ZH}
    readings = tuple({"id": name, "events": [], "risks": []} for name in texts)
    return ReadingPart(frame, readings, texts, by_solution, frame[~frame["counted"]])


def ledger_part() -> LedgerPart:
    finance = pd.DataFrame([
        {"month": f"2026-{month:02}", "pool": pool, "expenditure": kind, "amount": Decimal(base + 40_000 * month),
         "share": Decimal("0.1"), "plan": Decimal(base), "variance": Decimal(40_000 * month)}
        for month in range(1, 13)
        for pool, kind, base in POOLS
    ])  # fmt: skip
    technology = pd.DataFrame([
        {"tower": f"Tower {place}", "amount": Decimal(9_000_000 - 600_000 * place), "share": Decimal("0.125"),
         "used": 300.0 + place, "capacity": 800.0, "usage_unit": "vCPU", "utilisation": 0.3 + 0.05 * place,
         "unit": "vCPU-month", "quantity": 3600.0, "unit_cost": Decimal("1250.5"), "benchmark": Decimal(1000),
         "benchmark_source": "Peer panel", "benchmark_as_of": "2026-06", "gap_share": Decimal("0.2505"),
         "above_benchmark": Decimal(901_800)} for place in range(8)
    ])  # fmt: skip
    consumer = pd.DataFrame([
        {"consumer": name, "solution": "Fraud Shield", "amount": Decimal(1_000_000 * (3 - place)),
         "share": Decimal("0.3"), "metered_share": Decimal("0.8"), "unit": None, "quantity": None,
         "unit_cost": None, "benchmark": None, "benchmark_source": None, "benchmark_as_of": None,
         "gap_share": None, "above_benchmark": None}
        for place, name in enumerate(("Retail", "Corporate", "Markets"))
    ])  # fmt: skip
    reconciliation = pd.DataFrame([{"layer": "pools", "amount_in": Decimal(100), "amount_out": Decimal(100)}])
    return LedgerPart(
        finance, technology, consumer, reconciliation, Decimal("0.012"), Decimal("0.81"), "2026-01 to 2026-12"
    )


def chain(**parts: object) -> ChainResult:
    whole: dict[str, object] = {
        "title": "Harbour Bank", "synthetic": True, "as_of": "2026-02-09", "currency": "USD", "seed": 7,
        "sources": (Source("ledger/general_ledger.csv", "0f" * 32, 41_230, "ledger"),),
        "ledger": ledger_part(), "demand": demand_part(), "portfolio": portfolio_part(), "reading": reading_part(),
        "timings": {"ledger": 3.2, "demand": 21.0}, "notes": ("Peaks are of hourly maxima.",),
    }  # fmt: skip
    return ChainResult(**(whole | parts))  # type: ignore[arg-type]


def only(**parts: object) -> ChainResult:
    """A run of nothing but the given parts."""
    return chain(**({"ledger": None, "demand": None, "portfolio": None, "reading": None} | parts))
