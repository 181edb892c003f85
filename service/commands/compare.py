"""`waterline compare`: recommendations side by side.

Role: the terminal's side of a comparison.
Must not know: how figures are computed.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from btim.recommendation import Recommendation
from optimizer.comparison import Side
from optimizer.comparison import compare as compared
from optimizer.scenarios import Scenario
from service.scenario_files import read_solved, write_json

UNCUT = 400


def compare(
    scenarios: Annotated[list[Path], typer.Argument(help="Two or more files that `waterline scenario` wrote.")],
    out: Annotated[Path | None, typer.Option(help="Where to write the comparison (JSON).")] = None,
) -> None:
    """Show what enters, leaves and changes level, and what value, risk and money become, against the first."""
    solved = [read_solved(path) for path in scenarios]
    sides = show_compared(solved, wide_console())
    if out is not None:
        write_json(out, [_row(side, one) for side, (one, _) in zip(sides, solved, strict=True)])


def show_compared(solved: Sequence[tuple[Scenario, Recommendation]], console: Console) -> tuple[Side, ...]:
    """Compare solved scenarios with the first, print it, and return the sides."""
    sides = compared([(one.name, one.problem, answer) for one, answer in solved])
    _show(sides, [one for one, _ in solved], console)
    return sides


def _row(side: Side, scenario: Scenario) -> dict[str, Any]:
    return side.to_dict() | {"parent": scenario.parent, "set": list(scenario.changes)}


def wide_console() -> Console:
    """A console that never cuts a number short when its output goes to a file."""
    console = Console()
    return console if console.is_terminal else Console(width=UNCUT)


def _show(sides: Sequence[Side], origins: Sequence[Scenario], console: Console) -> None:
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
    for one in origins:
        if one.parent is not None:
            text = f"{one.name}: from {one.parent}: {', '.join(one.changes) or 'no change'}"
            console.print(text, soft_wrap=True, markup=False, highlight=False)
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
