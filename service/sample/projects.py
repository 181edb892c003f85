"""Sixty candidate projects of the synthetic bank, by hand: what they are, whose they are, what they draw on.

Role: read the fixed list `projects.csv` behind the portfolio problem; money and worth are drawn from it per seed.
Must not know: which projects are weak for a seed.
"""

import csv
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Project:
    """One candidate: its first-year cost in thousands of dollars and what it draws on.

    `draws` maps a demand series to the share of that series' usual level which the project uses (negative: frees).
    `scale` says whether a lite version exists; `duty` marks what a regulator requires.
    """

    id: str
    name: str
    solution: str
    tower: str
    category: str
    owner: str
    cost: int
    draws: dict[str, float]
    scale: bool
    duty: bool


def _projects() -> tuple[Project, ...]:
    with (Path(__file__).parent / "projects.csv").open(encoding="utf-8", newline="") as rows:
        return tuple(_project(row) for row in csv.DictReader(rows))


def _project(row: dict[str, str]) -> Project:
    draws = dict(part.split("=") for part in row["draws"].split())
    return Project(
        id=row["id"],
        name=row["name"],
        solution=row["solution"],
        tower=row["tower"],
        category=row["category"],
        owner=row["owner"],
        cost=int(row["cost"]),
        draws={name: float(share) for name, share in draws.items()},
        scale=row["scale"] == "yes",
        duty=row["duty"] == "yes",
    )


PROJECTS = _projects()
