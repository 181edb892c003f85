"""How far two labellings of the same texts agree: what was found, and what was said of it.

Role: compare the second labelling with the first by the scorer's own matching, and write the benchmark's section.
Must not know: any extractor.

    python -m experiments.gold.agreement --page docs/benchmarks.md
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from btim.errors import UnknownReferenceError, WaterlineError
from btim.value import RISKS, ValueEvent
from experiments.benchmark_page import circumstances, write_section
from nlp import GoldDocument, read_gold
from nlp.scoring import exactly_right, match_events, overlap

FIELDS = ("solution", "metric", "kind", "direction", "unit", "currency", "status", "period", "business_unit")
# `experiments/gold/first` keeps the labels as they were when the second labelling was made, before any review.
FIRST = (Path("experiments/gold/first"), Path("tests/nlp/gold/test"), Path("nlp/data/gold/train"))
SECOND = Path("tests/nlp/gold/second")
COMMAND = "python -m experiments.gold.agreement --page docs/benchmarks.md"


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of two labellings; every number but the counts lies at or below 1, which is perfect agreement.

    `detection` is the F1 of the second's events against the first's (spans overlap by half of the shorter, values
    equal); `overlap` the same without asking for the value; `exact` asks for all eight scored fields. `kappa` holds
    Cohen's kappa per field over the events both have, `risk_kappa` that of "this document shows this risk".
    """

    documents: int
    first: int
    second: int
    detection: float
    overlap: float
    exact: float
    kappa: dict[str, float]
    risk_kappa: float


def kappa(pairs: Sequence[tuple[object, object]]) -> float:
    """Cohen's kappa of two raters' labels (Cohen 1960); 1 where both say one and the same label throughout.

    Raises:
        ValueError: there is no pair.
    """
    if not pairs:
        raise ValueError("kappa of no pairs")
    observed = sum(one == other for one, other in pairs) / len(pairs)
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    expected = sum(count * second[label] for label, count in first.items()) / len(pairs) ** 2
    return 1.0 if expected == 1 else (observed - expected) / (1 - expected)


def agreement(pairs: Sequence[tuple[GoldDocument, GoldDocument]]) -> Agreement:
    """Compare two labellings, document by document."""
    matches = [match for one, other in pairs for match in match_events(one.reading.events, other.reading.events)]
    first = sum(len(one.reading.events) for one, _ in pairs)
    second = sum(len(other.reading.events) for _, other in pairs)
    touching = sum(_touching(one.reading.events, other.reading.events) for one, other in pairs)
    risks = [(_shows(one, risk), _shows(other, risk)) for one, other in pairs for risk in RISKS]
    return Agreement(
        documents=len(pairs),
        first=first,
        second=second,
        detection=2 * len(matches) / (first + second),
        overlap=2 * touching / (first + second),
        exact=2 * sum(exactly_right(one, other) for one, other in matches) / (first + second),
        kappa={name: kappa([(getattr(one, name), getattr(other, name)) for one, other in matches]) for name in FIELDS},
        risk_kappa=kappa(risks),
    )


def _touching(first: Sequence[ValueEvent], second: Sequence[ValueEvent]) -> int:
    """Count events of the first that some event of the second overlaps, each of the second used once."""
    free = [event.evidence for event in second]
    count = 0
    for event in first:
        best = max(free, key=lambda span: overlap(event.evidence, span), default=(0, 0))
        if overlap(event.evidence, best):
            free.remove(best)
            count += 1
    return count


def _shows(item: GoldDocument, risk: str) -> bool:
    return any(signal.risk == risk for signal in item.reading.risks)


def labelled_twice(first: Iterable[Path], second: Path) -> dict[str, list[tuple[GoldDocument, GoldDocument]]]:
    """Pair the second labelling's documents with the first's, by language; the earlier folder of `first` wins.

    Raises:
        UnknownReferenceError: a document of the second labelling is in no file of the first, or its text differs.
    """
    once: dict[str, GoldDocument] = {}
    for folder in first:
        for path in _gold_files(folder):
            once = {item.document.id: item for item in read_gold(path)} | once
    pairs: dict[str, list[tuple[GoldDocument, GoldDocument]]] = {}
    for path in _gold_files(second):
        for item in read_gold(path):
            found = once.get(item.document.id)
            if found is None or found.document.text != item.document.text:
                raise UnknownReferenceError("not in the first labelling", file=str(path), value=item.document.id)
            pairs.setdefault(item.language, []).append((found, item))
    return pairs


def _gold_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.jsonl") if not path.name.startswith("catalogue"))


def section(results: dict[str, Agreement]) -> str:
    """The benchmark's section: one column a language."""
    names = list(results)
    rows: list[tuple[str, list[str]]] = [
        ("documents", [str(results[name].documents) for name in names]),
        ("events, first / second", [f"{results[name].first} / {results[name].second}" for name in names]),
        ("detection F1 (span and value)", [f"{results[name].detection:.3f}" for name in names]),
        ("detection F1 (span alone)", [f"{results[name].overlap:.3f}" for name in names]),
        ("exact-event F1", [f"{results[name].exact:.3f}" for name in names]),
        *((f"κ {field}", [f"{results[name].kappa[field]:.3f}" for name in names]) for field in FIELDS),
        ("κ risk shown by a document", [f"{results[name].risk_kappa:.3f}" for name in names]),
    ]
    table = [f"| | {' | '.join(names)} |", f"|---|{'---:|' * len(names)}"]
    table += [f"| {title} | {' | '.join(cells)} |" for title, cells in rows]
    return "\n".join(
        [
            "## Gold set: agreement of two labellings",
            "A fifth of the documents was labelled a second time from the bare text. κ is Cohen's, over the events "
            "that both labellings have. What the second labelling is worth stands in `docs/gold-set.md`.",
            "",
            *table,
            "",
            circumstances(COMMAND),
        ]
    )


def main(arguments: list[str] | None = None) -> int:
    """Print the section, and write it into `--page` where one is named."""
    parser = argparse.ArgumentParser(description="Agreement of two labellings of the gold set.")
    parser.add_argument("--page", type=Path)
    options = parser.parse_args(arguments)
    try:
        results = {name: agreement(pairs) for name, pairs in sorted(labelled_twice(FIRST, SECOND).items())}
    except WaterlineError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    body = section(results)
    sys.stdout.write(body + "\n")
    if options.page:
        write_section(options.page, "gold-agreement", body)
    return 0


if __name__ == "__main__":
    sys.exit(main())
