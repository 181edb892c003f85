"""The named model: PuLP holds rows and columns under the names a person gave, and hands them to CBC.

Role: the only module that imports PuLP. Must not know: how a race is run or what an answer means.
"""

import re
import warnings
from pathlib import Path

import pulp

from btim.files import published
from btim.portfolio import Problem
from optimizer.matrix import INFINITY, linear_model
from optimizer.programs import Program, program_of

SENSES = {pulp.LpConstraintLE: "le", pulp.LpConstraintGE: "ge", pulp.LpConstraintEQ: "eq"}


def write_model(problem: Problem, target: Path) -> None:
    """Write a problem as a model that other solvers read: LP for a `.lp` name, else MPS; names are the problem's own.

    The model minimises the negated expected value (less change penalties, plus synergies) under all limits and rules.
    """
    model = linear_model(problem)
    program = program_of(model)
    names = [model.column_name(column) for column in range(program.columns)]
    named = pulp_problem(problem.name, program, names, [row.name for row in model.rows])
    with published(target) as path:
        if target.suffix == ".lp":
            named.writeLP(str(path))
        else:
            named.writeMPS(str(path))


def pulp_problem(title: str, program: Program, columns: list[str], rows: list[str]) -> pulp.LpProblem:
    """A PuLP minimisation of `program` under the given names (made unique by their position)."""
    problem = pulp.LpProblem(_plain(title, 0), pulp.LpMinimize)
    variables = [
        problem.add_variable(
            _plain(name, place),
            float(program.column_low[place]),
            float(program.column_high[place]),
            pulp.LpInteger if program.integer[place] else pulp.LpContinuous,
        )
        for place, name in enumerate(columns)
    ]
    problem.setObjective(
        pulp.LpAffineExpression(list(zip(variables, program.cost.tolist(), strict=True)), name="objective")
    )
    start, index, value = program.start.tolist(), program.index.tolist(), program.value.tolist()
    for place, name in enumerate(rows):
        entries = slice(start[place], start[place + 1])
        terms = [(variables[column], amount) for column, amount in zip(index[entries], value[entries], strict=True)]
        for sense, bound in _sides(float(program.low[place]), float(program.high[place])):
            constraint = pulp.LpConstraint(pulp.LpAffineExpression(terms), sense, rhs=bound)
            problem.addConstraint(constraint, _plain(f"{name} {SENSES[sense]}", place))
    return problem


def _plain(name: str, place: int) -> str:
    """A name that every model format takes: ASCII letters, digits and underscores, unique by its place."""
    return f"n_{re.sub(r'[^A-Za-z0-9]+', '_', name)}__{place}"


def _sides(low: float, high: float) -> list[tuple[int, float]]:
    if low == high:
        return [(pulp.LpConstraintEQ, low)]
    sides = []
    if high < INFINITY:
        sides.append((pulp.LpConstraintLE, high))
    if low > -INFINITY:
        sides.append((pulp.LpConstraintGE, low))
    return sides


def cbc_program() -> str:
    """Path of the CBC that PuLP ships, empty where it ships none for this machine."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # PuLP 4 will ship CBC as an extra; the bound is < 4
        solver = pulp.PULP_CBC_CMD(msg=False)
    return str(solver.path) if solver.available() else ""


def write_for_cbc(problem: pulp.LpProblem, columns: list[str], target: Path) -> list[str]:
    """Write the problem as MPS under short names; return the short names of the given columns in their order."""
    _, short, _, _ = problem.writeMPS(str(target), rename=True)
    by_place = {name.rpartition("__")[2]: written for name, written in short.items()}
    return [by_place[str(place)] for place in range(len(columns))]
