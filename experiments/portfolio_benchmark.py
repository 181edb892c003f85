"""Benchmarks of the portfolio optimiser: proven speed, against plain PuLP and CBC, literature instances, deadlines.

Role: time what production calls (`optimizer.solve`, `optimizer.frontier`) and write the tables.
Must not know: how a portfolio is found inside. The instances of the literature are read from WATERLINE_DATA.

    python -m experiments.portfolio_benchmark scale peer small frontier multiple-choice knapsack deadline reasons tail
"""

import argparse
import gzip
import json
import os
import resource
import statistics
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pulp

from btim.portfolio import Problem
from btim.recommendation import Recommendation
from experiments.benchmark_page import circumstances, write_section
from experiments.portfolio_instances import large_problem
from optimizer import frontier, parse_problem, solve

PAGE = Path("docs/benchmarks.md")
COMMAND = "python -m experiments.portfolio_benchmark"
KNAPSACKS = ("mknapcb1", "mknapcb2", "mknapcb7")
MULTIPLE_CHOICE = ("mmkp6.25GP10IT10KP", "mmkp.30GP10IT10KP", "mmkp.100GP10IT10KP")


def timed(problem: Problem, explain: str = "none") -> tuple[Recommendation, float]:
    """A recommendation and the seconds it took, building and process start included."""
    answer, taken, _ = measured(problem, explain)
    return answer, taken


def measured(problem: Problem, explain: str = "none") -> tuple[Recommendation, float, float]:
    """A recommendation, its seconds, and the processor seconds of this process and its solver children."""
    started, used = time.perf_counter(), processor_seconds()
    answer = solve(problem, explain=explain)
    return answer, time.perf_counter() - started, processor_seconds() - used


def processor_seconds() -> float:
    """User and system seconds of this process and its ended children: what other work on the machine cannot stretch."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(sum(resource.getrusage(one)[:2]) for one in who)


def with_solver(problem: dict[str, Any], **settings: float) -> Problem:
    """The problem with other solver settings."""
    return parse_problem(problem | {"solver": {"threads": 2} | settings})


def instances(names: Iterable[str], every: int = 1) -> list[tuple[str, dict[str, Any]]]:
    """Instances of the literature: file name and line."""
    folder = Path(os.environ["WATERLINE_DATA"]) / "portfolio" / "instances"
    found: list[tuple[str, dict[str, Any]]] = []
    for name in names:
        with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            found.extend((name, json.loads(line)) for place, line in enumerate(lines) if place % every == 0)
    return found


def scale() -> str:
    """Time to a portfolio proven within .01 %, building included."""
    rows = [
        "| projects × 3 levels | seconds, each seed | processor seconds | worst gap proven | good / aim |",
        "|---|---|---|---|---|",
    ]
    for size, seeds, goal in (
        (1000, (1, 2, 3, 4, 5), "2 / 1 s"),
        (10000, (1, 2, 3), "6 / 3 s"),
        (50000, (1,), "20 / 10 s"),
    ):
        runs = [measured(parse_problem(large_problem(size, seed))) for seed in seeds]
        seconds = ", ".join(f"{taken:.1f}" for _, taken, _ in runs)
        processor = ", ".join(f"{used:.1f}" for *_, used in runs)
        rows.append(f"| {size:,} | {seconds} | {processor} | {max(one.gap or 0 for one, *_ in runs):.4%} | {goal} |")
    return "\n".join(rows) + "\n\nReading and checking the file is not included (about 0.1 s a thousand projects)."


def peer() -> str:
    """The same problem and gap with plain PuLP and CBC: variables and constraints one by one, then `solve`."""
    rows = [
        "| projects | seed | Waterline, s | PuLP + CBC, s | ratio | gap of CBC's answer to our bound |",
        "|---|---|---|---|---|---|",
    ]
    for seed in (1, 2):
        raw = large_problem(10000, seed)
        answer, ours = timed(parse_problem(raw))
        value, theirs = plain_cbc(raw, 1e-4, 180)
        gap = ((answer.bound or 0) - value) / value if value else float("nan")
        rows.append(f"| 10,000 | {seed} | {ours:.1f} | {theirs:.1f} | {theirs / ours:.1f} | {gap:.4%} |")
    return "\n".join(rows) + "\n\nGood: 3 ×, aim: 5 ×. CBC was given two threads and at most 180 s."


def plain_cbc(raw: dict[str, Any], gap: float, seconds: float) -> tuple[float, float]:
    """What one would write first: value and seconds, building included."""
    started = time.perf_counter()
    model = pulp.LpProblem("plain", pulp.LpMaximize)
    names = [(one["id"], option["id"]) for one in raw["candidates"] for option in one["options"]]
    take = pulp.LpVariable.dicts("take", names, cat="Binary")
    options = {(one["id"], option["id"]): option for one in raw["candidates"] for option in one["options"]}
    funded = {
        one["id"]: pulp.lpSum(take[one["id"], option["id"]] for option in one["options"]) for one in raw["candidates"]
    }
    model += pulp.lpSum(option["value"] * take[name] for name, option in options.items())
    for total in funded.values():
        model += total <= 1
    for key, limit in raw["limits"].items():
        model += pulp.lpSum(option["uses"][key] * take[name] for name, option in options.items()) <= limit["max"]
    for rule in raw["rules"]:
        if rule["kind"] == "requires":
            model += funded[rule["candidate"]] <= funded[rule["needs"][0]]
        else:
            model += pulp.lpSum(funded[name] for name in rule["candidates"]) <= 1
    model.solve(pulp.PULP_CBC_CMD(msg=False, gapRel=gap, timeLimit=seconds, threads=2))
    taken = time.perf_counter() - started
    return float(pulp.value(model.objective) or 0.0), taken


def small() -> str:
    """Single answers up to 200 projects, proven within .1 %."""
    times, gaps, processor = [], [], []
    for seed in range(40):
        answer, taken, used = measured(parse_problem(large_problem(60 + 20 * (seed % 8), 100 + seed, gap=1e-3)))
        times.append(taken)
        processor.append(used)
        gaps.append(answer.gap or 0.0)
    times.sort()
    return (
        f"40 problems of 60 to 200 projects: median {statistics.median(times):.2f} s, p95 {times[37]:.2f} s, worst "
        f"{times[-1]:.2f} s (processor seconds of both cores: median {statistics.median(processor):.2f}, p95 "
        f"{sorted(processor)[37]:.2f}); worst proven gap {max(gaps):.3%}. Good: p95 3 s, aim: 1 s."
    )


def frontier_points() -> str:
    """Fifty budgets of a thousand projects, each proven within .1 %."""
    problem = parse_problem(large_problem(1000, 7, gap=1e-3))
    started, used = time.perf_counter(), processor_seconds()
    preview = frontier(problem, limits=["*"], points=50, low=0.2, high=1.6, exact=False)
    looked = time.perf_counter() - started
    points = frontier(problem, limits=["*"], points=50, low=0.2, high=1.6)
    taken = time.perf_counter() - started - looked
    processor = processor_seconds() - used
    worst = max(((one.bound or 0) - (one.objective or 0)) / (one.objective or 1) for one in points)
    return (
        f"{len(points)} points: {taken:.1f} s ({processor:.1f} processor seconds), worst proven gap "
        f"{worst:.3%}; preview of {len(preview)} relaxations "
        f"{looked:.2f} s, building included. Good: 15 s, aim: 5 s; preview .3 s."
    )


def multiple_choice() -> str:
    """Multiple-choice knapsacks of Hiremath and Hill: every optimum, and the seconds to prove it."""
    rows = ["| file | cases | optimal | mean s | worst s |", "|---|---|---|---|---|"]
    for name in MULTIPLE_CHOICE:
        runs = [(line, *timed(with_solver(line["problem"], gap=0, time_limit_s=30))) for _, line in instances([name])]
        hits = sum(abs((answer.objective or 0) - line["best_known"]) < 1e-6 for line, answer, _ in runs)
        times = [taken for *_, taken in runs]
        rows.append(f"| {name} | {len(runs)} | {hits} | {statistics.mean(times):.2f} | {max(times):.2f} |")
    return "\n".join(rows) + "\n\nDevelopment files. Good: all optimal, mean 1 s; aim: .3 s."


def knapsack() -> str:
    """Multi-dimensional knapsacks of Chu and Beasley: mean gap to the best known after ten seconds a case."""
    rows = ["| file | cases | mean gap to best known | mean proven gap | worst s |", "|---|---|---|---|---|"]
    gaps: list[float] = []
    for name in KNAPSACKS:
        runs = [
            (line, *timed(with_solver(line["problem"], gap=0, time_limit_s=10)))
            for _, line in instances([name], every=6)
        ]
        own = [(line["best_known"] - (answer.objective or 0)) / line["best_known"] for line, answer, _ in runs]
        proven = statistics.mean(answer.gap or 0.0 for _, answer, _ in runs)
        worst = max(taken for *_, taken in runs)
        rows.append(f"| {name} | {len(runs)} | {statistics.mean(own):.4%} | {proven:.4%} | {worst:.1f} |")
        gaps.extend(own)
    mean = statistics.mean(gaps)
    return "\n".join(rows) + f"\n\nMean over all: {mean:.4%} (every sixth development case). Good: .06 %, aim: .03 %."


def deadline() -> str:
    """How late answers come: hard cases under short limits, process start included."""
    over: list[float] = []
    for limit, (_, line) in zip((1, 2, 3, 4, 5, 6), instances(["mknapcb7"], every=5), strict=False):
        over.append(timed(with_solver(line["problem"], gap=0, time_limit_s=limit))[1] - limit)
    for size, limit in ((1000, 1), (10000, 3), (10000, 5)):
        raw = large_problem(size, 21)
        over.append(timed(with_solver(raw, gap=0, time_limit_s=limit))[1] - limit)
    median = statistics.median(over)
    return f"{len(over)} cases: worst overrun {max(over):.2f} s, median {median:.2f} s. Good: 2 s, aim: 1 s."


def reasons() -> str:
    """Why each candidate of a thousand is not funded, by forced-in relaxations."""
    problem = parse_problem(large_problem(1000, 1))
    plain = min(timed(problem)[1] for _ in range(3))
    both = min(timed(problem, "fast")[1] for _ in range(3))
    count = len(problem.candidates) - len(solve(problem, explain="none").funded)
    more = max(both - plain, 0)
    return f"{count} reasons of 1,000 candidates: {more:.2f} s more than the answer alone. Good: 2 s, aim: .5 s."


def tail() -> str:
    """Mean and CVaR over sampled outcomes."""
    raw = large_problem(1000, 3, spread=0.4, gap=5e-3)
    raw["objective"] = {
        "kind": "risk_adjusted",
        "risk_aversion": 0.5,
        "confidence": 0.95,
        "samples": 500,
        "correlation": 0.3,
    }
    answer, taken = timed(parse_problem(raw))
    return (
        f"1,000 candidates × 3 levels, 500 samples, aversion .5, CVaR .95: {taken:.1f} s, {answer.status}, proven gap "
        f"{answer.gap or 0:.3%}. Good: 30 s at .5 %, aim: 10 s."
    )


PARTS: dict[str, tuple[str, Callable[[], str]]] = {
    "scale": ("Proven within .01 %, building included", scale),
    "peer": ("Against plain PuLP + CBC, same gap", peer),
    "small": ("Up to 200 projects, within .1 %", small),
    "frontier": ("Frontier of 50 points, 1,000 projects, each within .1 %", frontier_points),
    "multiple-choice": ("Hiremath–Hill multiple choice", multiple_choice),
    "knapsack": ("Chu–Beasley knapsacks, 10 s a case", knapsack),
    "deadline": ("Deadlines", deadline),
    "reasons": ('Every "why not" of 1,000 candidates', reasons),
    "tail": ("Mean–CVaR", tail),
}


def main() -> None:
    """Run the named parts, all by default, and write each as its own section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=list(PARTS))
    for name in parser.parse_args().parts:
        title, measure = PARTS[name]
        busy = os.getloadavg()[0]
        told = f"{measure()}\n\n{circumstances(f'{COMMAND} {name}')} Load average when it began: {busy:.1f}."
        body = f"### Portfolio: {title}\n\n{told}"
        write_section(PAGE, f"portfolio {name}", body)


if __name__ == "__main__":
    main()
