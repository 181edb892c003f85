"""An edited `portfolio.xlsx` becomes a problem again.

Role: take the exchanged problem that the workbook carries and lay over it what a person changed in the blue cells.
Must not know: how problems are solved. The column *Funded* is for trying portfolios and is not read.
"""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from btim.errors import FileError, InputError, SchemaError, ValueFormatError
from btim.files import existing_file
from btim.portfolio import Problem
from optimizer import parse_problem
from service.output.options_sheet import FIRST_ROW, GROUPS, HEADER_ROW

LIMITS_FIRST = 4
TEXTS = {"Name": "name", "Category": "category", "Tower": "tower", "Business owner": "business_owner"}
RATE_CELL = "B3"


def read_workbook(path: Path) -> Problem:
    """Read a workbook that `write_workbook` wrote, edited or not.

    Rows added to the sheets of options and limits are new options and limits; rows taken out are gone.

    Raises:
        InputError: it is not such a workbook, or a cell does not hold what it must; with sheet, row and column.
    """
    existing_file(path)
    try:
        values = openpyxl.load_workbook(path, data_only=True)
        written = openpyxl.load_workbook(path)
    except (InvalidFileException, zipfile.BadZipFile, KeyError):
        raise FileError("is not a workbook", file=str(path), remedy="save it as .xlsx") from None
    for name in ("Options", "Limits", "Assumptions", "Exchange"):
        if name not in values.sheetnames:
            raise SchemaError(
                f"has no sheet '{name}'", file=str(path), remedy="start from a portfolio.xlsx that Waterline wrote"
            )
    problem = _exchanged(values["Exchange"], path)
    options = _Sheet(path, values["Options"], written["Options"])
    problem["candidates"] = _candidates(options, {one["id"]: one for one in problem["candidates"]})
    problem["limits"] = _limits(_Sheet(path, values["Limits"], written["Limits"]), problem["limits"])
    rate = values["Assumptions"][RATE_CELL].value
    if rate is not None and (rate or "discount_rate" in problem):
        problem["discount_rate"] = rate
    try:
        return parse_problem(problem)
    except InputError as error:
        raise error.at(file=str(path)) from None


class _Sheet:
    """Cells of one sheet, as values; a formula that no program has computed is refused."""

    def __init__(self, path: Path, values: Any, written: Any) -> None:
        self.path, self.values, self.written = path, values, written

    def cell(self, row: int, column: int) -> Any:
        """Value of a cell, rows and columns counted from 1; blank text is None."""
        value = self.values.cell(row, column).value
        text = self.written.cell(row, column).value
        if value is None and isinstance(text, str) and text.startswith("="):
            raise self.error(row, column, "holds a formula without a computed value", text)
        return value.strip() or None if isinstance(value, str) else value

    def number(self, row: int, column: int) -> float | None:
        """Number of a cell, None when blank."""
        value = self.cell(row, column)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.error(row, column, "is not a number", value)
        return float(value)

    def error(self, row: int, column: int, what: str, value: object) -> ValueFormatError:
        """A refusal that names sheet, row and column."""
        place = f"{self.values.title}!{get_column_letter(column)}"
        return ValueFormatError(
            what, file=str(self.path), row=row, field=place, value=value, remedy="write a plain value"
        )


def _exchanged(sheet: Any, path: Path) -> dict[str, Any]:
    text = "".join(str(row[0].value or "") for row in sheet.iter_rows(min_row=2, max_col=1))
    try:
        given: dict[str, Any] = json.loads(text)
    except json.JSONDecodeError:
        raise FileError(
            "its sheet 'Exchange' was changed", file=str(path), remedy="leave that sheet as it was written"
        ) from None
    return given


def _candidates(sheet: _Sheet, before: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    titles = {
        str(cell.value): place
        for place, cell in enumerate(sheet.values[HEADER_ROW + 1], start=1)
        if cell.value is not None
    }
    for title in ("Candidate", "Option", "Stated value", "Value sd", "Mandatory"):
        if title not in titles:
            raise SchemaError(
                "missing column",
                file=str(sheet.path),
                row=HEADER_ROW + 1,
                field=f"Options!{title}",
                remedy="put it back",
            )
    found: dict[str, dict[str, Any]] = {}
    for row in range(FIRST_ROW + 1, sheet.values.max_row + 1):
        identity = sheet.cell(row, titles["Candidate"])
        if identity is None:
            continue
        name = str(identity)
        if name not in found:
            found[name] = _candidate(sheet, row, titles, before.get(name, {"id": name}))
        found[name]["options"].append(_option(sheet, row, titles))
    return list(found.values())


def _candidate(sheet: _Sheet, row: int, titles: Mapping[str, int], before: Mapping[str, Any]) -> dict[str, Any]:
    candidate = {**before, "options": []}
    for title, key in TEXTS.items():
        value = sheet.cell(row, titles[title]) if title in titles else None
        candidate.pop(key, None)
        if value is not None:
            candidate[key] = str(value)
    mandatory = str(sheet.cell(row, titles["Mandatory"]) or "no").lower()
    if mandatory not in {"yes", "no"}:
        raise sheet.error(row, titles["Mandatory"], "is not yes or no", mandatory)
    return candidate | {"mandatory": mandatory == "yes"}


def _option(sheet: _Sheet, row: int, titles: Mapping[str, int]) -> dict[str, Any]:
    identity = sheet.cell(row, titles["Option"])
    if identity is None:
        raise sheet.error(row, titles["Option"], "is blank", None)
    option: dict[str, Any] = {"id": str(identity)}
    for title, column in titles.items():
        prefix, _, key = title.partition(" ")
        amount = sheet.number(row, column) if prefix in GROUPS and key else None
        if amount is not None:
            option.setdefault(GROUPS[prefix], {})[key] = amount
    value, spread = sheet.number(row, titles["Stated value"]), sheet.number(row, titles["Value sd"])
    if value is not None:
        option["value"] = value
    elif "benefits" not in option:
        option["benefits"] = {}
    if spread is not None:
        option["value_sd"] = spread
    return option


def _limits(sheet: _Sheet, before: Mapping[str, Any]) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    for row in range(LIMITS_FIRST, sheet.values.max_row + 1):
        identity, most = sheet.cell(row, 1), sheet.number(row, 2)
        if identity is None:
            continue
        if most is None:
            raise sheet.error(row, 2, "is blank", None)
        limits[str(identity)] = {**before.get(str(identity), {}), "max": most}
    return limits
