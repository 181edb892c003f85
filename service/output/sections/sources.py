"""The section on where the numbers come from: sources with hashes, seconds by stage, notes, and what the words mean.

Role: what must stand beside every published number, in one place.
Must not know: any stage.
"""

from pathlib import PurePath

from service.chain import ChainResult, DemandPart, PortfolioPart
from service.output.formats import counted, number, share
from service.output.page import Cell, Column, Row, Section, Table, Words, kept

ID, TITLE, QUESTION = "sources", "Where the numbers come from", "What was read, when, and what do the marks mean?"

MARKS = (
    ("actual", "measured or booked, up to the as-of date"),
    ("accrued", "booked before the bill came"),
    ("plan", "from a budget or plan, not yet happened"),
    ("forecast", "a model's statement about the future, with its spread"),
    ("recommended", "chosen by the optimiser under the limits and rules given"),
    ("claimed", "stated in a report; nobody metered it"),
    ("LP estimate", "from the linear relaxation: right at the margin, inside its stated range"),
)


def sources_section(chain: ChainResult) -> Section:
    """The section; it is always there."""
    answer = f"{counted(len(chain.sources), 'file')} read; as of {chain.as_of}."
    notes = Words(chain.notes, "", "Notes of this run") if chain.notes else None
    return Section(
        ID, TITLE, QUESTION, answer, kept([_sources(chain), _basis(chain), notes, _timings(chain), _marks()])
    )


def _sources(chain: ChainResult) -> Table | None:
    if not chain.sources:
        return None
    columns = (Column("File"), Column("What it is"), Column("Records", num=True), Column("SHA-256"))
    rows = tuple(
        Row((Cell(PurePath(source.path).name, source.path), Cell(source.kind), Cell(number(source.rows)),
             Cell(source.sha256, tone="hash")))
        for source in chain.sources
    )  # fmt: skip
    return Table("Sources", columns, rows, "actual", folded=len(rows) > 12)


def _basis(chain: ChainResult) -> Table | None:
    rows = tuple(Row((Cell(what, tone="strong"), Cell(words))) for what, words in basis(chain))
    return Table("What the numbers rest on", (Column("Part"), Column("Basis")), rows) if rows else None


def basis(chain: ChainResult) -> list[tuple[str, str]]:
    """For each part that ran, the terms its numbers are stated in."""
    found: list[tuple[str, str]] = []
    if chain.ledger is not None:
        words = f"booked amounts of {chain.ledger.period}, nominal, in {chain.currency}; no month is marked closed"
        found.append(("Cost", words))
    if chain.demand is not None:
        found.append(("Demand", _demand_terms(chain.demand)))
    if chain.portfolio is not None:
        found.append(("Portfolio", _portfolio_terms(chain.portfolio)))
    if chain.reading is not None:
        found.append(("Value", "as stated in the reports and read by a program; nobody has confirmed or metered it"))
    return found


def _demand_terms(part: DemandPart) -> str:
    peaks = part.peaks
    windows = ", ".join(dict.fromkeys(map(str, peaks["window"])))
    words = [f"step {part.freq}, windows {windows}"]
    if "calibrated" in peaks.columns and len(peaks):
        low, high = int(peaks["calibrated"].min()), int(peaks["calibrated"].max())
        words.append(f"intervals calibrated on {low} to {high} past windows" if high else "intervals not calibrated")
    if "model" in peaks.columns:
        words.append("model " + ", ".join(sorted(set(map(str, peaks["model"].dropna())))))
    return "; ".join(words)


def _portfolio_terms(part: PortfolioPart) -> str:
    problem, answer = part.problem, part.recommendation
    kind = str((problem.get("objective") or {}).get("kind") or "expected_value").replace("_", " ")
    words = [f"maximises {kind}"]
    if problem.get("discount_rate") is not None:
        periods = problem.get("periods") or ["", ""]
        timing = str(problem.get("timing") or "end")
        rate = share(problem["discount_rate"], 1)
        words.append(f"{periods[0]} to {periods[-1]} discounted at {rate}, flows at the {timing} of a period")
    words.append(f"solved by {answer.get('solver')} with status {answer.get('status')}")
    words.append(f"problem SHA-256 {answer.get('problem_sha256')}")
    return "; ".join(words)


def _timings(chain: ChainResult) -> Table | None:
    if not chain.timings:
        return None
    rows = tuple(Row((Cell(str(name)), Cell(number(seconds, 1)))) for name, seconds in chain.timings.items())
    return Table("Seconds by stage", (Column("Stage"), Column("Seconds", num=True)), rows, "actual", folded=True)


def _marks() -> Table:
    rows = tuple(Row((Cell(mark, tone="strong"), Cell(meaning))) for mark, meaning in MARKS)
    return Table("What the marks mean", (Column("Mark"), Column("Meaning")), rows)
