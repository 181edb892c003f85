"""The named model: PuLP holds rows and columns under the names a person gave, and hands them to CBC.

Role: the only module that imports PuLP. Must not know: how a race is run or what an answer means.
"""

from pathlib import Path

import pulp

from optimizer.matrix import INFINITY, LinearModel
from optimizer.programs import Program


def named_model(model: LinearModel, program: Program) -> pulp.LpProblem:
    """A PuLP problem with one binary a candidate's option and one constraint a row, named after their owners."""
    names = [model.column_name(column) for column in range(program.columns)]
    return pulp_problem(model.problem.name, program, names, [row.name for row in model.rows])


def pulp_problem(title: str, program: Program, columns: list[str], rows: list[str]) -> pulp.LpProblem:
    """A PuLP minimisation of `program` under the given names (made unique by their position)."""
    problem = pulp.LpProblem(title.replace(" ", "_"), pulp.LpMinimize)
    variables = [
        pulp.LpVariable(
            f"{name} #{place}",
            float(program.column_low[place]),
            float(program.column_high[place]),
            pulp.LpInteger if program.integer[place] else pulp.LpContinuous,
        )
        for place, name in enumerate(columns)
    ]
    problem.addVariables(variables)
    problem.setObjective(
        pulp.LpAffineExpression(list(zip(variables, program.cost.tolist(), strict=True)), name="objective")
    )
    start, index, value = program.start.tolist(), program.index.tolist(), program.value.tolist()
    for place, name in enumerate(rows):
        entries = slice(start[place], start[place + 1])
        terms = [(variables[column], amount) for column, amount in zip(index[entries], value[entries], strict=True)]
        for sense, bound in _sides(float(program.low[place]), float(program.high[place])):
            constraint = pulp.LpConstraint(pulp.LpAffineExpression(terms), sense, rhs=bound)
            problem.addConstraint(constraint, f"{name} #{place} {sense}")
    return problem


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
    solver = pulp.PULP_CBC_CMD(msg=False)
    return str(solver.path) if solver.available() else ""


def write_for_cbc(problem: pulp.LpProblem, columns: list[str], target: Path) -> list[str]:
    """Write the problem as MPS under short names; return the short names of the given columns in their order."""
    _, short, _, _ = problem.writeMPS(str(target), rename=True)
    by_place = {name.rpartition("#")[2]: written for name, written in short.items()}
    return [by_place[str(place)] for place in range(len(columns))]
