"""Scenario files: a problem under a name, its parent and difference, and the recommendation it got.

Role: read and write them; a bare problem or a table with its mapping counts as the scenario `base`.
Must not know: how problems are solved.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from btim.errors import FileError, InputError, SchemaError
from btim.files import published, read_text
from btim.recommendation import Recommendation
from optimizer.scenarios import Scenario
from service.portfolio_files import TABLES, WORKBOOK, read_portfolio

BASE = "base"


def read_scenario(path: Path, mapping: Path | None = None) -> tuple[Scenario, Recommendation | None]:
    """Read a scenario file, or a problem as the scenario `base`; the recommendation where the file holds one.

    Raises:
        InputError: the file is neither.
    """
    if mapping is None and path.suffix not in (*TABLES, WORKBOOK):
        given = _read_json(path)
        if "scenario" in given:
            try:
                answer = given.get("recommendation")
                return Scenario.from_dict(given), None if answer is None else Recommendation.from_dict(answer)
            except InputError as error:
                raise error.at(file=str(path)) from None
    return Scenario(BASE, read_portfolio(path, mapping).problem), None


def read_solved(path: Path) -> tuple[Scenario, Recommendation]:
    """Read a scenario file with its recommendation.

    Raises:
        SchemaError: it holds none.
    """
    scenario, answer = read_scenario(path)
    if answer is None:
        raise SchemaError(
            "holds no recommendation", file=str(path), remedy="make it with `waterline scenario … --out FOLDER`"
        )
    return scenario, answer


def read_recommendation(path: Path) -> Recommendation:
    """Read what `waterline recommend --out` wrote.

    Raises:
        InputError: it is not a recommendation.
    """
    try:
        return Recommendation.from_dict(_read_json(path))
    except InputError as error:
        raise error.at(file=str(path)) from None


def write_scenario(folder: Path, scenario: Scenario, answer: Recommendation) -> Path:
    """Write one scenario with its recommendation into `folder`, named after it."""
    safe = "".join(char if char.isalnum() or char in "-_.+%" else "_" for char in scenario.name)
    target = folder / f"{safe}.json"
    write_json(target, scenario.to_dict() | {"recommendation": answer.to_dict()})
    return target


def write_json(target: Path, value: object) -> None:
    """Write a value as JSON that any reader takes: no NaN, text as it is."""
    text = json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)
    with published(target) as path:
        path.write_text(text + "\n", encoding="utf-8")


def standard_changes(amounts: Sequence[str] = ("-10%", "+10%")) -> list[tuple[str, list[str]]]:
    """Names and changes of the usual what-ifs: all money limits down and up."""
    return [(f"money {amount}", [f"money limits={amount}"]) for amount in amounts]


def _read_json(path: Path) -> dict[str, Any]:
    text = read_text(path)
    try:
        given = json.loads(text)
    except json.JSONDecodeError as error:
        raise FileError(
            f"is not JSON: {error.msg}", file=str(path), row=error.lineno, remedy="correct the syntax"
        ) from None
    if not isinstance(given, dict):
        raise SchemaError("is not an object", file=str(path), remedy="write it as {…}")
    return given
