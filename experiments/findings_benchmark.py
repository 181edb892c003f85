"""Benchmark: which planted findings are found in 20 sample organisations, one of them with nothing planted.

Role: make each sample, find with the path that production takes, compare with the planted truth, and write the table.
Must not know: how findings are made. The truth is read here alone, after the finding.

Value is credited twice: as the reports' own gold says ("value known") and as the reading room reads ("value read").
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from btim.catalogue import read_catalogue
from btim.credited import Credited, credited_value
from btim.findings import Finding, findings
from btim.ledger import open_ledger
from experiments.benchmark_page import circumstances, write_section
from nlp import documents_in, read_documents
from service.sample import make_sample

COMMAND = "python -m experiments.findings_benchmark"
SEEDS, NOTHING_PLANTED = 20, 20
DAYS = 365
COUNTS = ("found", "planted", "right")


def key_of_truth(record: Mapping[str, Any]) -> tuple[str, str]:
    """Kind and element that identify a planted finding."""
    if record["kind"] == "duplicate_purchase":
        return record["kind"], f"{record['vendor']}: {record['description'].lower()}"
    return record["kind"], f"{record['layer']} {record['element']}"


def key_of(found: Finding) -> tuple[str, str]:
    """The same of a finding."""
    if found.kind == "duplicate_purchase":
        return found.kind, found.element
    return found.kind, f"{found.layer} {found.element}"


def read_value(folder: Path, currency: str) -> Mapping[str, Credited]:
    """Money credited to each solution by reading the sample's reports, confirmed and waiting."""
    catalogue = read_catalogue(folder / "catalogue.jsonl")
    documents = [each for path in sorted((folder / "reports").glob("*.md")) for each in documents_in(path)]
    return credited_value(read_documents(documents, catalogue), currency)


def one_seed(seed: int, folder: Path) -> dict[str, Counter[tuple[str, str]]]:
    """Counts of (kind, found | planted | right) by way of crediting value."""
    out = folder / f"seed-{seed}"
    make_sample(out, seed, days=DAYS, planted=seed != NOTHING_PLANTED)
    ledger = open_ledger(out / "ledger" / "ledger.toml")
    read = read_value(out, ledger.currency)
    truth = json.loads((folder / f"seed-{seed}-truth.json").read_text(encoding="utf-8"))
    known = {name: Credited(Decimal(amount)) for name, amount in truth["credited"].items()}
    planted = {key_of_truth(record) for record in truth["findings"]}
    counts = {}
    for way, credited in (("known", known), ("read", read)):
        found = {key_of(each) for each in findings(ledger, credited=credited)}
        counts[way] = Counter(
            (kind, name)
            for name, keys in zip(COUNTS, (found, planted, found & planted), strict=True)
            for kind, _ in keys
        )
        for wrong in sorted(found ^ planted):
            sys.stderr.write(f"seed {seed}, value {way}: {'extra' if wrong in found else 'missed'} {wrong}\n")
    return counts


def table_of(totals: Mapping[str, Counter[tuple[str, str]]]) -> str:
    """Precision and recall by kind."""
    lines = ["| finding | value | planted | found | right | precision | recall |", "|---|---|---:|---:|---:|---:|---:|"]
    for way, counts in totals.items():
        kinds = sorted({kind for kind, _ in counts}) if way == "known" else ["cost_outruns_value"]
        for kind in [*kinds, "all"]:
            found, planted, right = (
                sum(number for (name, count), number in counts.items() if count == column and kind in (name, "all"))
                for column in COUNTS
            )
            scores = f"{right / found:.3f} | {right / planted:.3f}" if found and planted else "- | -"
            lines.append(f"| {kind} | {way} | {planted} | {found} | {right} | {scores} |")
    return "\n".join(lines)


def main() -> None:
    """Run all seeds and write the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--page", type=Path, default=Path("docs/benchmarks.md"))
    options = parser.parse_args()
    totals: dict[str, Counter[tuple[str, str]]] = {"known": Counter(), "read": Counter()}
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(1, options.seeds + 1):
            for way, counts in one_seed(seed, Path(folder)).items():
                totals[way] += counts
            sys.stderr.write(f"seed {seed} done\n")
    table = table_of(totals)
    sys.stdout.write(table + "\n")
    words = (
        f"{options.seeds} seeds of the sample organisation (seed {NOTHING_PLANTED} with nothing planted), default "
        "thresholds. Value known: money credited as the reports' gold says; value read: as the reading room reads the "
        "reports, of which nothing is confirmed yet, so no solution is judged by it: taking what waits for value would "
        "name solutions wrongly. The sample and the finder were written from the same description of the kinds, so "
        "this says that the finder does what it claims, not how it does on an organisation unseen. Goods: precision "
        "and recall at least .9."
    )
    write_section(options.page, "findings", f"## Planted findings\n\n{circumstances(COMMAND)}\n\n{table}\n\n{words}")


if __name__ == "__main__":
    main()
