"""The section on where the numbers come from: sources with hashes, seconds by stage, notes, and what the words mean.

Role: what must stand beside every published number, in one place.
Must not know: any stage.
"""

from pathlib import PurePath

from service.chain import ChainResult
from service.output.formats import counted, number
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
    return Section(ID, TITLE, QUESTION, answer, kept([_sources(chain), notes, _timings(chain), _marks()]))


def _sources(chain: ChainResult) -> Table | None:
    if not chain.sources:
        return None
    columns = (Column("File"), Column("What it is"), Column("Records", num=True), Column("SHA-256"))
    rows = tuple(
        Row((Cell(PurePath(source.path).name, source.path), Cell(source.kind), Cell(number(source.rows)),
             Cell(source.sha256, tone="muted")))
        for source in chain.sources
    )  # fmt: skip
    return Table("Sources", columns, rows, "actual", folded=len(rows) > 12)


def _timings(chain: ChainResult) -> Table | None:
    if not chain.timings:
        return None
    rows = tuple(Row((Cell(str(name)), Cell(number(seconds, 1)))) for name, seconds in chain.timings.items())
    return Table("Seconds by stage", (Column("Stage"), Column("Seconds", num=True)), rows, "actual", folded=True)


def _marks() -> Table:
    rows = tuple(Row((Cell(mark, tone="strong"), Cell(meaning))) for mark, meaning in MARKS)
    return Table("What the marks mean", (Column("Mark"), Column("Meaning")), rows)
