"""Benchmark: allocation of 12 months with a million driver edges each, against scipy's bare solve and product.

Role: draw a ledger of 200 towers, 5,000 solutions and 2,000 consumers with 300 elements that serve each other, time
both in processes of their own, and write the table.
Must not know: how allocation works inside.

The bare side gets numbered edges, builds the share matrix of each month, factors (I - P) with scipy's sparse LU, solves
for what each node carries, and multiplies to get the amount on every edge: floats, nothing rounded, named or checked.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.sparse.linalg import splu

from btim.allocation import allocate
from btim.allocation_graph import coded
from btim.ledger import COST_COLUMNS, Ledger, open_ledger
from btim.ledger_inputs import DRIVER_COLUMNS
from experiments.benchmark_page import circumstances, write_section

COMMAND = "python -m experiments.allocation_benchmark"
TOWERS, SOLUTIONS, CONSUMERS, MUTUAL = 200, 5_000, 2_000, 300
SIZES = (20_000, 200_000, 1_000_000)
MONTHS = 12
NODES = TOWERS + SOLUTIONS + CONSUMERS
Numbers = npt.NDArray[np.int64]


def draw_edges(count: int, seed: int) -> tuple[Numbers, Numbers, npt.NDArray[np.float64]]:
    """Edges of one month between numbered nodes (towers, then solutions, then consumers), each at most once."""
    draw = np.random.default_rng(seed)
    mutual = min(9_000, count // 20)
    to_solutions = int(count * 0.4)
    parts = [
        (draw.integers(0, MUTUAL, mutual), draw.integers(0, MUTUAL, mutual)),
        (draw.integers(0, TOWERS, to_solutions), draw.integers(TOWERS + 100, TOWERS + SOLUTIONS, to_solutions)),
        (
            draw.integers(TOWERS, TOWERS + SOLUTIONS, count - to_solutions - mutual),
            draw.integers(TOWERS + SOLUTIONS, NODES, count - to_solutions - mutual),
        ),
    ]
    every = np.arange(TOWERS + SOLUTIONS)
    parts.append((every, np.where(every < TOWERS, TOWERS + 100 + every, TOWERS + SOLUTIONS + every % CONSUMERS)))
    source, target = (np.concatenate(side) for side in zip(*parts, strict=True))
    pairs = np.unique(source[source != target] * NODES + target[source != target])
    return pairs // NODES, pairs % NODES, draw.uniform(1, 1_000, pairs.size)


def draw_costs(seed: int) -> Numbers:
    """Cents that enter at each tower in a month."""
    return np.random.default_rng(seed).integers(10**6, 10**10, TOWERS)


def bare(edges: int) -> float:
    """Solve and multiply every month; returns the sum that reached consumers, so that nothing is optimised away."""
    reached = 0.0
    for month in range(MONTHS):
        source, target, weight = draw_edges(edges, month)
        entered = np.zeros(NODES)
        entered[:TOWERS] = draw_costs(month)
        started = time.process_time()
        sums = np.bincount(source, weights=weight, minlength=NODES)
        shares = sparse.csc_matrix((weight / sums[source], (target, source)), shape=(NODES, NODES))
        carried = splu(sparse.csc_matrix(sparse.identity(NODES, format="csc") - shares)).solve(entered)
        flows = sparse.csr_matrix(shares @ sparse.diags(carried))
        reached += float(flows[TOWERS + SOLUTIONS :].sum())
        CLOCK.append(time.process_time() - started)
    return reached


CLOCK: list[float] = []


def named_ledger(edges: int) -> Ledger:
    """The same months as a ledger, its names as categoricals."""
    names = pd.Index(
        [f"tower {n:03d}" for n in range(TOWERS)]
        + [f"solution {n:04d}" for n in range(SOLUTIONS)]
        + [f"consumer {n:04d}" for n in range(CONSUMERS)]
    )
    layer = np.repeat([0, 1, 2], [TOWERS, SOLUTIONS, CONSUMERS]).astype(np.int8)
    months = pd.Index([f"2025-{month + 1:02d}" for month in range(MONTHS)])
    drawn = [draw_edges(edges, month) for month in range(MONTHS)]
    source, target, weight = (np.concatenate([each[part] for each in drawn]) for part in range(3))
    month = np.repeat(np.arange(MONTHS, dtype=np.int8), [each[0].size for each in drawn])
    layers = pd.Index(["tower", "solution", "consumer"])
    columns = {
        "month": coded(month, months),
        "from_layer": coded(layer[source], layers),
        "from": coded(source.astype(np.int16), names),
        "to_layer": coded(layer[target], layers),
        "to": coded(target.astype(np.int16), names),
        "driver": coded(np.zeros(source.size, np.int8), pd.Index(["use"])),
        "quantity": weight,
        "basis": coded((source % 2).astype(np.int8), pd.Index(["metered", "assumed"])),
    }
    return replace(
        _base_ledger(),
        costs=_costs(names, months),
        drivers=pd.DataFrame({name: columns[name] for name in DRIVER_COLUMNS}),
        months=tuple(months),
    )


def _costs(names: pd.Index, months: pd.Index) -> pd.DataFrame:
    rows = [
        {
            **dict.fromkeys(COST_COLUMNS, ""),
            "month": month,
            "currency": "USD",
            "tower": names[tower],
            "amount": int(cents),
        }
        for number, month in enumerate(months)
        for tower, cents in enumerate(draw_costs(number))
    ]
    return pd.DataFrame(rows)


def _base_ledger() -> Ledger:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        (path / "gl.csv").write_text("date,amount\n2025-01-01,1\n", encoding="utf-8")
        mapping = '[[files]]\npath = "gl.csv"\n[files.columns]\ndate = "date"\namount = "amount"\n'
        (path / "ledger.toml").write_text(mapping + '[files.constants]\ncurrency = "USD"\n', encoding="utf-8")
        return open_ledger(path / "ledger.toml")


def one(which: str, edges: int) -> None:
    """Run one side and print processor seconds (drawing excluded) and peak memory (GiB, drawing included)."""
    if which == "bare":
        bare(edges)
        seconds = sum(CLOCK)
    else:
        ledger = named_ledger(edges)
        started = time.process_time()
        result = allocate(ledger)
        seconds = time.process_time() - started
        if int(result.nodes["kept"].sum()) != ledger.total:
            raise SystemExit("not conserved")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    sys.stdout.write(json.dumps({"seconds": seconds, "peak": peak}) + "\n")


def measured(which: str, edges: int) -> dict[str, float]:
    """One run in a process of its own."""
    arguments = [sys.executable, "-m", __spec__.name, "--one", which, "--sizes", str(edges)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


def compare(edges: int, repeats: int) -> str:
    """One line of the table."""
    runs = [(measured("bare", edges), measured("waterline", edges)) for _ in range(repeats)]
    peer = statistics.median(run[0]["seconds"] for run in runs)
    ours = statistics.median(run[1]["seconds"] for run in runs)
    peak = max(run[1]["peak"] for run in runs)
    return f"| {edges:,} | {peer:.2f} | {ours:.2f} | {ours / peer:.2f} | {peak:.2f} |"


def main() -> None:
    """Compare at each size and write the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--page", type=Path, default=Path("docs/benchmarks.md"))
    options = parser.parse_args()
    if options.one:
        one(options.one, options.sizes[0])
        return
    lines = [compare(edges, options.repeats) for edges in options.sizes]
    heads = "| edges a month | bare scipy, s | allocation, s | ratio | peak GiB |\n|---:|---:|---:|---:|---:|"
    table = "\n".join([heads, *lines])
    sys.stdout.write(table + "\n")
    write_section(options.page, "allocation", f"## Allocation\n\n{circumstances(COMMAND)}\n\n{table}\n\n{WORDS}")


WORDS = (
    f"{MONTHS} months, {TOWERS} towers, {SOLUTIONS:,} solutions, {CONSUMERS:,} consumers, {MUTUAL} of them serving "
    "each other. Bare scipy: share matrix, sparse LU, solve and product of every month, in floats. The allocation also "
    "checks every driver, numbers the names, orders the graph, rounds every edge by largest remainder and writes the "
    "named flows. Processor seconds (one thread each), median of the runs, each in a process of its own; goods: ratio "
    "at most 3, peak at most 2 GiB."
)

if __name__ == "__main__":
    main()
