"""Benchmark: maxima of past windows on real demand, beside the rules that planners use.

Role: run the public backtest on every data set, score it and write the table.
Must not know: how forecasts are made.
"""

import argparse
import os
import sys
import time
from pathlib import Path

import forecasting
from experiments.benchmark_page import circumstances, write_section
from experiments.demand_panels import Case, before_published, demand_cases
from experiments.peak_scores import BASELINES, cases, scores

COMMAND = "python -m experiments.peak_benchmark --data DATA --page docs/benchmarks.md"
LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.8, 0.9, 0.95, 0.975, 0.99)
INTRODUCTION = f"""Distribution of the maximum over the next window, backtested: each from what stood before it.
Losses are divided by the mean daily maximum before the origin; windows of series that were all zero are left out.
Pinball is given against the best of three rules: {", ".join(BASELINES)}.
Slack is the median of (q95 − maximum) / maximum; the line under it is the first rule multiplied by the one factor,
known only afterwards, that gives it our cover. Brier skill is for passing the 95th percentile of past daily maxima,
against the base rate of these very windows. Data sets with few windows say little about a cover of .95.
Settings were chosen on windows before these (`--earlier` measures there)."""
GOODS = {
    "cover q95": ".92–.98",
    "slack": "below the next",
    "pinball 0.95": "−10 %",
    "median peak APE": "11 % (towers)",
    "peak time": "55 % (towers)",
    "Brier skill": ".2",
}


def measured(case: Case) -> dict[str, float]:
    """Backtest one case with the public function and score it; seconds included."""
    begin = time.perf_counter()
    answer = forecasting.backtest_peaks(
        case.panel,
        freq=case.freq,
        seasons=case.seasons,
        window=case.window,
        origins=case.origins,
        levels=LEVELS,
        workers=2,
    )
    seconds = time.perf_counter() - begin
    found = cases(answer, case.panel, case.steps, case.day)
    return {"windows": float(len(found.actual)), **scores(found), "seconds": seconds}


def table(results: dict[str, dict[str, float]]) -> str:
    """The section: one column a data set, one row a measure."""
    names = list(results)
    lines = [
        "## Peaks on real demand",
        INTRODUCTION,
        "",
        "| | good | " + " | ".join(names) + " |",
        "|---|---:|" + "---:|" * len(names),
        _row("windows", results, "windows", "{:.0f}"),
        _row("cover at .5", results, "cover q50"),
        _row("cover at .9", results, "cover q90"),
        _row("**cover at .95**", results, "cover q95"),
        _row("cover at .99", results, "cover q99"),
        *[_row(f"cover of {name}", results, f"cover of {name}") for name in BASELINES],
        _change("pinball at .9 against the best rule", results, 0.9),
        _change("**pinball at .95 against the best rule**", results, 0.95),
        _row("**median peak APE**", results, "median peak APE"),
        _row("**slack at .95**", results, "slack"),
        _row("slack of 14-day maxima at equal cover", results, "slack of 14-day maxima at equal cover"),
        _row("**peak time within ±1 step**", results, "peak time"),
        _row("**exceedance Brier skill**", results, "Brier skill"),
        _row("seconds (busy machine, 2 processes)", results, "seconds", "{:.0f}"),
    ]
    return "\n".join([*lines, "", circumstances(COMMAND)])


def _row(title: str, results: dict[str, dict[str, float]], key: str, form: str = "{:.3f}") -> str:
    values = (form.format(one[key]) if key in one and one[key] == one[key] else "–" for one in results.values())
    return f"| {title} | {GOODS.get(key, '')} | " + " | ".join(values) + " |"


def _change(title: str, results: dict[str, dict[str, float]], level: float) -> str:
    changes = (one[f"pinball {level:g}"] / one[f"best baseline pinball {level:g}"] - 1 for one in results.values())
    return f"| {title} | {GOODS.get(f'pinball {level:g}', '')} | " + " | ".join(f"{c:+.1%}" for c in changes) + " |"


def main() -> None:
    """Measure every data set and write the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("WATERLINE_DATA", ".")))
    parser.add_argument("--page", type=Path, default=Path("docs/benchmarks.md"))
    parser.add_argument("--only", default="", help="part of a data set's name")
    parser.add_argument("--earlier", action="store_true", help="windows before the published ones; writes no section")
    options = parser.parse_args()
    results = {}
    for case in demand_cases(options.data):
        if options.only in case.name:
            results[case.name] = measured(before_published(case) if options.earlier else case)
            sys.stderr.write(f"{case.name}: {results[case.name]}\n")
    if options.earlier:
        sys.stdout.write(table(results))
    else:
        write_section(options.page, "peaks", table(results))


if __name__ == "__main__":
    main()
