"""Benchmark: the import of a FOCUS bill against a bare DuckDB query over the same file.

Role: generate a bill of 44 columns, time both in processes of their own, in turn, and write the table.
Must not know: how the import works inside.

The bare query has the import's keys, sums, file and threads: it reads the columns it needs as text and decimals, groups
by month, currency, account, vendor, entity, service, category, charge category and class, commitment and its status and
the two tags, and sums four costs. It checks nothing, maps nothing, rounds nothing and hashes nothing.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from btim.ledger import open_ledger
from experiments.benchmark_page import circumstances, write_section

SIZES = (100_000, 1_000_000, 5_000_000)
COMMAND = "python -m experiments.ledger_import_benchmark"
DAY = "date '2024-01-01' + interval (i % 12) month + interval (i % 27) day"
TEXTS = {
    "AvailabilityZone": "'zone-' || (i % 3)",
    "BillingAccountId": "'1234567890'",
    "BillingAccountName": "'Group ' || (i % 4)",
    "BillingCurrency": "'USD'",
    "BillingPeriodEnd": "strftime(date '2024-01-01' + interval (i % 12 + 1) month, '%Y-%m-%dT00:00:00Z')",
    "BillingPeriodStart": "strftime(date '2024-01-01' + interval (i % 12) month, '%Y-%m-%dT00:00:00Z')",
    "ChargeCategory": "CASE WHEN i % 50 = 0 THEN 'Credit' WHEN i % 31 = 0 THEN 'Tax' ELSE 'Usage' END",
    "ChargeClass": "CASE WHEN i % 500 = 0 THEN 'Correction' END",
    "ChargeDescription": "'$0.0' || (i % 97) || ' per hour of instance type ' || (i % 400)",
    "ChargeFrequency": "'Usage-Based'",
    "ChargePeriodEnd": f"strftime({DAY}, '%Y-%m-%dT01:00:00Z')",
    "ChargePeriodStart": f"strftime({DAY}, '%Y-%m-%dT00:00:00Z')",
    "CommitmentDiscountCategory": "NULL",
    "CommitmentDiscountId": "CASE WHEN i % 3 = 0 THEN 'plan-' || (i % 5) END",
    "CommitmentDiscountName": "NULL",
    "CommitmentDiscountStatus": "CASE WHEN i % 3 = 0 THEN if(i % 4 = 0, 'Unused', 'Used') END",
    "CommitmentDiscountType": "NULL",
    "ConsumedUnit": "'Hours'",
    "InvoiceIssuerName": "'Cloud Co'",
    "PricingCategory": "'Standard'",
    "PricingUnit": "'Hours'",
    "ProviderName": "'Cloud ' || (i % 3)",
    "PublisherName": "'Cloud Co'",
    "RegionId": "'eu-' || (i % 7)",
    "RegionName": "'Europe ' || (i % 7)",
    "ResourceId": "'arn:cloud:instance/' || md5(i::VARCHAR)",
    "ResourceName": "'node-' || (i % 9000)",
    "ResourceType": "'instance'",
    "ServiceCategory": "CASE i % 7 WHEN 0 THEN 'Storage' WHEN 1 THEN 'Networking' ELSE 'Compute' END",
    "ServiceName": "'Service ' || (i % 21)",
    "ServiceSubcategory": "'Virtual Machines'",
    "SkuId": "'sku' || (i % 3000)",
    "SkuPriceId": "'price' || (i % 3000)",
    "SubAccountId": "(1000 + i % 150)::VARCHAR",
    "SubAccountName": "'Account ' || (i % 150)",
    "Tags": (
        '\'{"application": "App \' || (i % 150) || \'", "environment": "prod", '
        '"business_unit": "Unit \' || (i % 150 % 12) || \'"}\''
    ),
}
COSTS = {
    name: f"((hash(i + {shift}) % 900000000000)::DECIMAL(38,11) / 10000000000)::DECIMAL(18,11)"
    for shift, name in enumerate(("BilledCost", "EffectiveCost", "ListCost", "ContractedCost"))
}
QUANTITIES = dict.fromkeys(
    ("ConsumedQuantity", "ContractedUnitPrice", "ListUnitPrice", "PricingQuantity"), "(i % 744) / 8"
)
KEYS = {
    "month": "strftime(BillingPeriodStart::DATE, '%Y-%m')",
    "currency": "BillingCurrency",
    "account": "SubAccountId",
    "vendor": "ProviderName",
    "entity": "BillingAccountName",
    "service": "ServiceName",
    "category": "ServiceCategory",
    "charge": "ChargeCategory",
    "class": "ChargeClass",
    "commitment": "CommitmentDiscountId",
    "status": "CommitmentDiscountStatus",
    "solution": "json_extract_string(Tags, '$.application')",
    "consumer": "json_extract_string(Tags, '$.business_unit')",
}


def generate(path: Path, rows: int) -> None:
    """Write a bill with 44 columns."""
    columns = {**TEXTS, **COSTS, **QUANTITIES}
    select = ", ".join(f'{expression} AS "{name}"' for name, expression in sorted(columns.items()))
    duckdb.sql(f"COPY (SELECT {select} FROM range({rows}) t(i)) TO '{path}' (HEADER)")


def bare(path: Path, threads: int) -> None:
    """The peer: one grouped query."""
    database = duckdb.connect(config={"threads": threads})
    sums = ", ".join(f"sum({name})" for name in COSTS)
    keys = ", ".join(f"{expression} AS {name}" for name, expression in KEYS.items())
    types = ", ".join(f"'{name}': '{'DECIMAL(38,12)' if name in COSTS else 'VARCHAR'}'" for name in header(path))
    source = f"read_csv('{path}', columns={{{types}}}, header=true, auto_detect=false, delim=',', quote='\"')"
    database.execute(f"SELECT {keys}, count(*), {sums} FROM {source} GROUP BY ALL").to_arrow_table()


def header(path: Path) -> list[str]:
    """Column names of the generated file."""
    with path.open(encoding="utf-8") as handle:
        return handle.readline().strip().split(",")


def measured(which: str, path: Path, threads: int) -> dict[str, float]:
    """Seconds and peak memory (GiB) of one run in a process of its own, start-up excluded from the seconds."""
    arguments = [sys.executable, "-m", __spec__.name, "--one", which, str(path), "--threads", str(threads)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


def one(which: str, path: Path, threads: int) -> None:
    """Run one side and print what it took."""
    started, busy = time.perf_counter(), time.process_time()
    if which == "bare":
        bare(path, threads)
    else:
        ledger = open_ledger(path, threads=threads)
        if not ledger.reconciliation.holds:
            raise SystemExit("not reconciled")
    seconds, processor = time.perf_counter() - started, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    sys.stdout.write(json.dumps({"seconds": seconds, "processor": processor, "peak": peak}) + "\n")


def compare(rows: int, threads: int, repeats: int) -> str:
    """One line of the table."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bill.csv"
        generate(path, rows)
        size = path.stat().st_size / 2**30
        runs = [(measured("bare", path, threads), measured("waterline", path, threads)) for _ in range(repeats)]
    peer = statistics.median(run[0]["seconds"] for run in runs)
    ours = statistics.median(run[1]["seconds"] for run in runs)
    peak = max(run[1]["peak"] for run in runs)
    busy_peer = statistics.median(run[0]["processor"] for run in runs)
    busy = statistics.median(run[1]["processor"] for run in runs)
    return (
        f"| {rows:,} | {size:.2f} | {peer:.1f} | {ours:.1f} | {ours / peer:.2f} | {busy_peer:.1f} | {busy:.1f} | "
        f"{busy / busy_peer:.2f} | {busy / rows * 1e6:.1f} | {peak:.2f} |"
    )


def main() -> None:
    """Compare at each size and write the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", nargs=2)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--shared", action="store_true", help="Say that the machine did other work meanwhile.")
    parser.add_argument("--page", type=Path, default=Path("docs/benchmarks.md"))
    options = parser.parse_args()
    if options.one:
        one(options.one[0], Path(options.one[1]), options.threads)
        return
    lines = [compare(rows, options.threads, options.repeats) for rows in options.sizes]
    table = "\n".join(
        [
            "| rows | GiB | bare, s | import, s | ratio | bare, cpu s | import, cpu s | ratio | µs/row | peak GiB |",
            "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
            *lines,
        ]
    )
    sys.stdout.write(table + "\n")
    words = f"{WORDS} {SHARED}" if options.shared else WORDS
    write_section(options.page, "ledger-import", f"{HEADING}\n\n{circumstances(COMMAND)}\n\n{table}\n\n{words}")


HEADING = "## Import of a FOCUS bill"
SHARED = "The machine did other work meanwhile: compare processor seconds; elapsed time says little here."
WORDS = (
    "Bare DuckDB: one query with the same keys, sums, file and threads (2), no checks, no mapping, no reconciliation. "
    "The import also hashes the file, checks every amount and date, keeps an independent control sum, maps, rounds by "
    "largest remainder and reconciles. Median of the runs in turn, each in a process of its own; goods: ratio at "
    "most 1.5, peak at most 2 GiB, time linear in rows."
)

if __name__ == "__main__":
    main()
