"""Counts of the gold set for its page: documents, events and risks by part, kind, status and unit.

Role: keep the table of `docs/gold-set.md` true. Must not know: any extractor.

    python -m experiments.gold.census --page docs/gold-set.md
"""

import argparse
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from btim.value import KINDS, RISKS, STATUSES, UNITS
from experiments.benchmark_page import write_section
from nlp import GoldDocument, read_gold

FOLDERS = {"train": Path("nlp/data/gold/train"), "test": Path("tests/nlp/gold/test")}


def table(parts: Mapping[str, Sequence[GoldDocument]]) -> str:
    """A Markdown table with one column a part."""
    names = list(parts)
    columns = [_counts(parts[name]) for name in names]
    lines = [f"| | {' | '.join(names)} |", f"|---|{'---:|' * len(names)}"]
    lines += [f"| {row} | {' | '.join(str(column[row]) for column in columns)} |" for row in _rows()]
    return "\n".join(lines)


def _rows() -> list[str]:
    kinds = [f"kind `{name}`" for name in KINDS]
    statuses = [f"status `{name}`" for name in STATUSES]
    units = [f"unit `{name}`" for name in UNITS]
    risks = [f"risk `{name}`" for name in RISKS]
    heads = ["documents", "without any event", "with a risk", "events", "credited to nothing"]
    return [*heads, *kinds, *statuses, *units, *risks]


def _counts(documents: Sequence[GoldDocument]) -> Counter[str]:
    counts = Counter[str]()
    for item in documents:
        events, risks = item.reading.events, item.reading.risks
        counts.update({"documents": 1, "without any event": not events, "with a risk": bool(risks)})
        counts.update({"events": len(events), "credited to nothing": sum(event.solution is None for event in events)})
        for event in events:
            counts.update([f"kind `{event.kind}`", f"status `{event.status}`", f"unit `{event.unit}`"])
        counts.update(f"risk `{signal.risk}`" for signal in risks)
    return counts


def main(arguments: list[str] | None = None) -> int:
    """Print the table, and write it into `--page` where one is named."""
    parser = argparse.ArgumentParser(description="Count the gold set.")
    parser.add_argument("--page", type=Path)
    options = parser.parse_args(arguments)
    parts = {
        f"{path.stem} {part}": read_gold(path)
        for part, folder in FOLDERS.items()
        for path in sorted(folder.glob("*.jsonl"))
        if not path.name.startswith("catalogue")
    }
    body = table(parts)
    sys.stdout.write(body + "\n")
    if options.page:
        write_section(options.page, "gold-census", body)
    return 0


if __name__ == "__main__":
    sys.exit(main())
