"""`waterline compare`: recommendations side by side.

Role: the terminal's side of a comparison.
Must not know: how figures are computed.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from optimizer.comparison import Side
from optimizer.comparison import compare as compared
from service.scenario_files import read_solved, write_json

UNCUT = 400


def compare(
    scenarios: Annotated[list[Path], typer.Argument(help="Two or more files that `waterline scenario` wrote.")],
    out: Annotated[Path | None, typer.Option(help="Where to write the comparison (JSON).")] = None,
) -> None:
    """Show what enters, leaves and changes level, and what value, risk and money become, against the first."""
    sides = compared([read_solved(path) for path in scenarios])
    if out is not None:
        write_json(out, [side.to_dict() for side in sides])
    show(sides, wide_console())


def wide_console() -> Console:
    """A console that never cuts a number short when its output goes to a file."""
    console = Console()
    return console if console.is_terminal else Console(width=UNCUT)


def show(sides: Sequence[Side], console: Console) -> None:
    """Print a comparison: one column a side, then the differences in full."""
    table = Table("", *(side.name for side in sides), box=None, pad_edge=False)
    categories = sorted({name for side in sides for name in side.categories})
    rows = [
        ("status", [side.status for side in sides]),
        ("objective", [_number(side.objective) for side in sides]),
        ("funded", [str(side.funded) for side in sides]),
        ("capex", [_number(side.kinds["capex"]) for side in sides]),
        ("opex", [_number(side.kinds["opex"]) for side in sides]),
        *((f"money {name}", [_number(side.categories.get(name, 0.0)) for side in sides]) for name in categories),
        *((name, [_number(side.risk.get(name)) for side in sides]) for name in ("p10", "p90")),
    ]
    for label, cells in rows:
        table.add_row(label, *cells)
    console.print(table)
    for side in sides[1:]:
        for label, names in (
            ("enter", side.change.added),
            ("leave", side.change.dropped),
            ("level", side.change.changed),
        ):
            if names:
                console.print(
                    f"{side.name}: {label}: {', '.join(names)}", soft_wrap=True, markup=False, highlight=False
                )


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.4g}"
