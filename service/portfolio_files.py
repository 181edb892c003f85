"""Files that state a portfolio problem: the exchange format, a table with its mapping, or an edited workbook.

Role: tell them apart at the door and give back the problem with what a reader should know about its source.
Must not know: how problems are solved.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from btim.errors import SchemaError, UnknownReferenceError, ValueFormatError, listed
from btim.files import read_text, sha256_of
from btim.money import as_model_float
from btim.portfolio import Problem
from btim.tables import line_of, parsed_column, plain_decimal, read_table, refuse_duplicates
from optimizer import parse_problem_text
from optimizer.believing import Believed, with_beliefs
from optimizer.finance import Assumptions
from optimizer.overruns import US_FEDERAL_2012, ReferenceClass, own_classes
from optimizer.tabular import read_portfolio_table
from service.output.workbook_reader import read_workbook

WORKBOOK = ".xlsx"
US_FEDERAL = "us-federal-2012"
"""Name of the reference classes that are shipped."""
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
    sources = [(f"Source {path.name}", f"SHA-256 {sha256_of(path)}")]
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


def read_beliefs(problem: Problem, history: Path | None) -> Believed:
    """The problem at believed worths, with the histories of a table (`candidate`, `history`, `noise` if known).

    Raises:
        InputError: a candidate that the problem does not have or that stands twice, or a history below 1.
    """
    if history is None:
        return with_beliefs(problem, {})
    frame = read_table(history, ["candidate", "history"])
    refuse_duplicates(frame, ["candidate"], file=history)
    known = {candidate.id for candidate in problem.candidates}
    names = [str(name) for name in frame["candidate"]]
    for row, name in enumerate(names):
        if name not in known:
            raise UnknownReferenceError(
                "no such candidate",
                file=str(history),
                row=line_of(row),
                field="candidate",
                value=name,
                remedy="check the id",
            )
    lengths = parsed_column(frame, "history", _observations, file=history, expected="a number of at least 1", blank=1.0)
    noise: list[float | None] = [None] * len(names)
    if "noise" in frame.columns:
        noise = parsed_column(frame, "noise", _above_zero, file=history, expected="a number above 0")
    stated = {name: one for name, one in zip(names, noise, strict=True) if one is not None}
    return with_beliefs(problem, dict(zip(names, lengths, strict=True)), stated)


def read_overruns(given: str | None) -> tuple[ReferenceClass, ...]:
    """Reference classes of cost overruns: the shipped ones by name, or from a table with `planned` and `actual` costs.

    Raises:
        InputError: a table that does not hold positive numbers in these columns.
    """
    if given is None or given == US_FEDERAL:
        return () if given is None else US_FEDERAL_2012
    path = Path(given)
    frame = read_table(path, ["planned", "actual"])
    planned, actual = (
        parsed_column(frame, name, _above_zero, file=path, expected="a number above 0")
        for name in ("planned", "actual")
    )
    return own_classes(planned, actual)


def read_assumptions(given: Sequence[str]) -> Assumptions:
    """Assumptions of the cash flow from `NAME=AMOUNT` pairs.

    Raises:
        ValueFormatError: an unknown name, or an amount that cannot be.
    """
    found: dict[str, Any] = {}
    names = [one.name for one in fields(Assumptions)]
    for pair in given:
        name, equals, text = pair.partition("=")
        if name not in names or not equals:
            raise ValueFormatError(
                "is not an assumption", field="--assume", value=pair, remedy=f"write {listed(names)} = an amount"
            )
        try:
            found[name] = text if name == "method" else as_model_float(plain_decimal(text))
        except (ValueError, ArithmeticError):
            raise ValueFormatError("is not a number", field="--assume", value=pair, remedy="give digits") from None
    if "life" in found:
        if found["life"] != int(found["life"]):
            raise ValueFormatError("must be whole", field="--assume", value=found["life"], remedy="round the life")
        found["life"] = int(found["life"])
    if found.get("inflation", 0.0) <= -1:
        raise ValueFormatError("must be above -1", field="--assume", value=found["inflation"], remedy="0.02 is 2 %")
    return Assumptions(**found)


def _observations(cell: object) -> float:
    number = as_model_float(plain_decimal(cell))
    if number < 1:
        raise ValueError("below 1")
    return number


def _above_zero(cell: object) -> float:
    number = as_model_float(plain_decimal(cell))
    if number <= 0:
        raise ValueError("not above 0")
    return number
