"""Files that state a portfolio problem: the exchange format, a table with its mapping, or an edited workbook.

Role: tell them apart at the door and give back the problem with what a reader should know about its source.
Must not know: how problems are solved.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from btim.errors import SchemaError
from btim.files import existing_file, read_text
from btim.portfolio import Problem
from optimizer import parse_problem_text
from optimizer.tabular import read_portfolio_table
from service.output.workbook_reader import read_workbook

WORKBOOK = ".xlsx"
TABLES = (".csv", ".tsv", ".gz", ".parquet", ".pq")


@dataclass(frozen=True, slots=True)
class GivenPortfolio:
    """A problem, notes for the reader, and its sources as label and text."""

    problem: Problem
    notes: tuple[str, ...]
    sources: tuple[tuple[str, str], ...]


def read_portfolio(path: Path, mapping: Path | None = None) -> GivenPortfolio:
    """Read a problem from JSON, from a table by its mapping, or from a workbook that was written here.

    Raises:
        InputError: whatever the file does not state as it must.
    """
    existing_file(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    sources = [(f"Source {path.name}", f"SHA-256 {digest}")]
    if path.suffix == WORKBOOK:
        return GivenPortfolio(read_workbook(path), (), tuple(sources))
    if mapping is None:
        if path.suffix in TABLES:
            raise SchemaError(
                "a table of projects needs its mapping",
                file=str(path),
                remedy="pass --mapping FILE.toml (docs/portfolio.md)",
            )
        return GivenPortfolio(parse_problem_text(read_text(path), file=str(path)), (), tuple(sources))
    found = read_portfolio_table(path, mapping)
    left = ", ".join(f"{count} because {why}" for why, count in found.left_out.items() if count)
    notes = [f"{path.name}: {len(found.problem.candidates)} candidates from {found.rows} rows"]
    if left:
        notes.append(f"left out: {left}")
        sources.append(("Rows left out", left))
    sources.append(("Mapping", mapping.name))
    return GivenPortfolio(found.problem, tuple(notes), tuple(sources))
