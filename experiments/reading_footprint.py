"""How much room the reading part takes when installed: its libraries with all they need, its code, data and model.

Role: add up the files of each distribution as installed, and write a section of the benchmark page.
Must not know: how reports are read.

Run: `python -m experiments.reading_footprint --page docs/benchmarks.md`.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from experiments.benchmark_page import circumstances, write_section

COMMAND = "python -m experiments.reading_footprint --page docs/benchmarks.md"
READING = ("spacy", "opencc", "rapidfuzz", "numpy")
CONVERTERS = ("pypdf", "python-docx", "python-pptx", "openpyxl", "beautifulsoup4")
TRAINING = ("scipy", "scikit-learn")
GOOD = 200


def closure(names: Sequence[str]) -> set[str]:
    """The named distributions and everything they require without extras."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = re.split(r"[^A-Za-z0-9._-]", waiting.pop(), maxsplit=1)[0].lower().replace("_", "-")
        if name in found:
            continue
        try:
            requires = distribution(name).requires or []
        except PackageNotFoundError:
            continue
        found.add(name)
        waiting += [line for line in requires if "extra ==" not in line]
    return found


def megabytes(names: set[str]) -> float:
    """Installed size of distributions, compiled Python files included."""
    size = 0
    for name in names:
        for file in distribution(name).files or []:
            place = Path(str(file.locate()))
            size += place.stat().st_size if place.is_file() else 0
    return size / 1e6


def section() -> str:
    """The section of the page."""
    reading, converters = closure(READING), closure(CONVERTERS)
    training = closure(TRAINING) - reading
    package = sum(file.stat().st_size for file in Path("nlp").rglob("*") if file.is_file() and "gold" not in file.parts)
    rows = [
        (
            f"reading text ({len(reading)} packages: spaCy, OpenCC, RapidFuzz, NumPy and what they need)",
            megabytes(reading),
        ),
        (
            f"documents ({len(converters - reading)} more: PDF, Word, PowerPoint, Excel, HTML)",
            megabytes(converters - reading),
        ),
        ("our code, lexicon and model, without labelled texts", package / 1e6),
    ]
    total = sum(size for _, size in rows)
    lines = ["## Footprint of reading", "", circumstances(COMMAND), "", "| part | MB |", "|---|---|"]
    lines += [f"| {name} | {size:.1f} |" for name, size in [*rows, ("reading, all", total)]]
    lines += [
        f"| training only ({', '.join(TRAINING)} and what they need) | {megabytes(training):.1f} |", "",
        f"Good: below {GOOD} MB: {'met' if total < GOOD else 'missed'}. No torch; nothing is downloaded at run time.",
    ]  # fmt: skip
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and write the section."""
    parser = argparse.ArgumentParser(description="Installed size of the reading part.")
    parser.add_argument("--page", type=Path)
    options = parser.parse_args(arguments)
    body = section()
    sys.stdout.write(body + "\n")
    if options.page is not None:
        write_section(options.page, "reading-footprint", body)


if __name__ == "__main__":
    main()
