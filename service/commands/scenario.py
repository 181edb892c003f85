"""`waterline scenario`: the same portfolio under other limits, rules, candidates or values.

Role: the terminal's side of what-if.
Must not know: how a change is applied or a portfolio found.
"""

from pathlib import Path
from typing import Annotated

import typer

from btim.errors import ValueFormatError
from optimizer import SolverCrew, solve, system_timer
from optimizer.scenarios import Scenario
from service.commands.compare import show_compared, wide_console
from service.scenario_files import read_scenario, standard_changes, write_scenario


def scenario(
    problem: Annotated[Path, typer.Argument(help="Problem, table or an earlier scenario: it becomes the parent.")],
    out: Annotated[Path, typer.Option(help="Folder for one file a scenario, with its recommendation.")],
    change: Annotated[
        list[str] | None,
        typer.Option(
            "--set", help="PATH=AMOUNT, as 'capex:*=-10%', value:P-001=+20%, candidate:P-002=off, rule:ID=off."
        ),
    ] = None,
    sweep: Annotated[
        list[str] | None, typer.Option(help="PATH=AMOUNT,AMOUNT,…: one scenario an amount, on top of --set.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the scenario that --set makes.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="TOML that maps the columns of a table of projects.")] = None,
    explain: Annotated[str, typer.Option(help="fast, exact or none.")] = "fast",
) -> None:
    """Solve the problem and variants of it; without --set and --sweep, its money 10 % down and 10 % up."""
    parent, answer = read_scenario(problem, mapping)
    children = _children(parent, change or [], sweep or [], name)
    solved = []
    with SolverCrew(system_timer, threads=parent.problem.solver.threads) as crew:
        base = answer or solve(parent.problem, explain=explain, crew=crew)
        for one, found in [(parent, base), *((child, None) for child in children)]:
            found = found or solve(one.problem, explain=explain, crew=crew)
            solved.append((one, found))
            write_scenario(out, one, found)
    show_compared(solved, wide_console())


def _children(parent: Scenario, changes: list[str], sweeps: list[str], name: str | None) -> list[Scenario]:
    if not changes and not sweeps:
        return [parent.child(label, edits) for label, edits in standard_changes()]
    middle = parent.child(name or ", ".join(changes), changes) if changes else parent
    children = [middle] if changes else []
    for one in sweeps:
        path, equals, amounts = one.rpartition("=")
        if not equals:
            raise ValueFormatError("is not a sweep", field="--sweep", value=one, remedy="write PATH=AMOUNT,AMOUNT")
        children.extend(middle.child(f"{path}={amount}", [f"{path}={amount}"]) for amount in amounts.split(","))
    return children
