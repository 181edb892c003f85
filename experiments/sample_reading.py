"""How well the reader does on the sample organisation's reports: event scores and ledger error over several seeds.

Role: make samples, read their reports the way production does, and score the readings against the planted truth.
Must not know: how the reader works. A smoke test of the chain, not a measure of unseen text: the sixteen texts are
few, and only their solutions, amounts and passages vary.

Run: `python -m experiments.sample_reading --seeds 101 102 103`.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import fmean

from btim.catalogue import read_catalogue
from nlp import Evaluation, documents_in, evaluate, read_documents, read_gold
from service.sample import SampleFiles, make_sample

SCORES = (
    "event_f1",
    "value_unit_f1",
    "exact_event_f1",
    "direction_accuracy",
    "status_macro_f1",
    "linking_accuracy",
    "nil_f1",
    "risk_macro_f1",
    "ledger_error",
    "calibration_error",
)
SHORTEST = 60


def score_sample(files: SampleFiles, truth: Path) -> Evaluation:
    """Read the reports of a sample and score them against its truth, with the truth as a gold file beside it."""
    gold = truth.with_suffix(".jsonl")
    documents = json.loads(truth.read_text("utf-8"))["documents"]
    gold.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in documents), encoding="utf-8")
    reports = [document for path in sorted(files.reports.iterdir()) for document in documents_in(path)]
    return evaluate(read_gold(gold), read_documents(reports, read_catalogue(files.catalogue)))


def score_seeds(seeds: Iterable[int]) -> dict[int, Evaluation]:
    """Scores of each seed's sample, made in a folder that is thrown away."""
    scores = {}
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            files = make_sample(Path(folder) / "bank", seed, days=SHORTEST)
            scores[seed] = score_sample(files, Path(folder) / "bank-truth.json")
    return scores


def table(scores: dict[int, Evaluation]) -> str:
    """The scores as a Markdown table: one row a score, one column a seed, the mean last."""
    lines = [
        f"| score | {' | '.join(f'seed {seed}' for seed in scores)} | mean |",
        "|---|" + "---|" * (len(scores) + 1),
    ]
    for name in SCORES:
        values = [getattr(each, name) for each in scores.values()]
        known = [value for value in values if value is not None]
        cells = [f"{value:.3f}" if value is not None else "" for value in values]
        lines.append(f"| {name} | {' | '.join(cells)} | {fmean(known):.3f} |" if known else f"| {name} | none |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table for the seeds named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seeds", type=int, nargs="+", default=[101, 102, 103])
    sys.stdout.write(table(score_seeds(parser.parse_args(arguments).seeds)) + "\n")


if __name__ == "__main__":
    main()
