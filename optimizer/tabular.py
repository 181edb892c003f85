"""A portfolio table and a small mapping become the same problem that the exchange format states.

Role: read a CSV or Parquet of projects by a TOML that maps its columns (format in docs/portfolio.md).
Must not know: how a problem is solved; the finished mapping goes through `parse_problem` like any other.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from btim.errors import (
    DuplicateError,
    FileError,
    InputError,
    RateMissingError,
    SchemaError,
    ValueFormatError,
    listed,
)
from btim.files import read_text
from btim.portfolio import Problem
from btim.tables import line_of, plain_decimal, read_table
from optimizer.fields import amounts_at, known_keys, list_at, mapping_at, number_at, text_at
from optimizer.parsing import parse_problem

TABLE_KEYS = ("title", "encoding", "scale", "columns", "rows", "rates", "limits")
PROBLEM_KEYS = ("name", "currency", "periods", "discount_rate", "timing", "rules", "committed", "objective")
MAPPING_KEYS = (*TABLE_KEYS, *PROBLEM_KEYS, "baseline", "solver")
TEXT_COLUMNS = ("name", "solution", "tower", "category", "business_owner", "technology_owner")
COLUMN_KEYS = ("id", "option", *TEXT_COLUMNS, "mandatory", "sunk", "value", "value_sd", "currency")
COLUMN_GROUPS = ("uses", "frees", "benefits", "cashable", "exit", "tags")
ROW_KEYS = ("equals", "latest", "positive")
YES, NO = {"yes", "true", "1", "y"}, {"no", "false", "0", "n", ""}


@dataclass(frozen=True, slots=True)
class TabularProblem:
    """A problem read from a table; `left_out` says how many rows each condition of the mapping left out."""

    problem: Problem
    rows: int
    left_out: Mapping[str, int]


def read_portfolio_table(table: Path, mapping: Path) -> TabularProblem:
    """Read a portfolio table by its mapping.

    Raises:
        InputError: a column that is mapped but missing, a cell that is not a number, an id that stands twice without
            an option column, a currency without a rate …, with file, row, column, value and remedy.
    """
    given = read_mapping(mapping)
    columns = mapping_at(given["columns"], "columns")
    groups = {name: mapping_at(columns.get(name, {}), f"columns.{name}") for name in COLUMN_GROUPS}
    wanted = [str(columns[name]) for name in COLUMN_KEYS if name in columns]
    wanted += [str(theirs) for group in groups.values() for theirs in group.values()]
    frame = read_table(table, list(dict.fromkeys(wanted)), encoding=given.get("encoding"))
    total = len(frame)
    frame, left_out = _kept_rows(frame, mapping_at(given.get("rows", {}), "rows"), table)
    reader = _RowReader(given, columns, groups, str(table))
    candidates: dict[str, dict[str, Any]] = {}
    for index, record in zip(frame.index.tolist(), frame.to_dict("records"), strict=True):
        reader.add(candidates, {str(name): cell for name, cell in record.items()}, line_of(index))
    problem = {key: amount for key, amount in given.items() if key not in TABLE_KEYS}
    problem["candidates"] = list(candidates.values())
    problem["limits"] = _limits(mapping_at(given["limits"], "limits"), problem["candidates"])
    problem.setdefault("objective", {"kind": "expected_value"})
    try:
        return TabularProblem(parse_problem(problem), total, left_out)
    except InputError as error:
        raise error.at(file=f"{table} by {mapping.name}") from None


def read_mapping(path: Path) -> dict[str, Any]:
    """Read the TOML that maps a portfolio table.

    Raises:
        InputError: not TOML, an unknown key, or one that is missing.
    """
    try:
        given = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise FileError(f"is not TOML: {error}", file=str(path), remedy="correct the syntax") from None
    try:
        known_keys(given, MAPPING_KEYS, "", required=("name", "currency", "columns", "limits"))
        columns = mapping_at(given["columns"], "columns")
        known_keys(columns, (*COLUMN_KEYS, *COLUMN_GROUPS), "columns", required=("id",))
        known_keys(mapping_at(given.get("rows", {}), "rows"), ROW_KEYS, "rows")
        amounts_at(given.get("rates", {}), "rates")
        number_at(given.get("scale", 1), "scale", least=1e-12)
    except InputError as error:
        raise error.at(file=str(path)) from None
    return given


def _kept_rows(frame: pd.DataFrame, rules: Mapping[str, Any], table: Path) -> tuple[pd.DataFrame, dict[str, int]]:
    left_out: dict[str, int] = {}

    def keep(mask: "pd.Series[bool]", why: str) -> None:
        nonlocal frame
        left_out[why] = int((~mask).sum())
        frame = frame[mask]

    def column(name: str) -> "pd.Series[Any]":
        if name not in frame.columns:
            raise SchemaError("missing column", file=str(table), row=1, field=name, remedy="correct 'rows'")
        found: pd.Series[Any] = frame[name]
        return found

    for name, wanted in mapping_at(rules.get("equals", {}), "rows.equals").items():
        keep(column(name).astype(str) == str(wanted), f"{name} is not {wanted}")
    if "latest" in rules:
        name = text_at(rules["latest"], "rows.latest")
        last = column(name).astype(str).max()
        keep(column(name).astype(str) == last, f"{name} is before {last}")
    for name in list_at(rules.get("positive", []), "rows.positive"):
        numbers = [_number(cell, str(table), line_of(int(str(index))), name) for index, cell in column(name).items()]
        mask = pd.Series([bool(number and number > 0) for number in numbers], index=frame.index, dtype=bool)
        keep(mask, f"{name} is blank or not positive")
    if frame.empty:
        raise FileError("no row is left", file=str(table), remedy=f"left out: {listed(left_out)}")
    return frame, left_out


def _number(cell: object, file: str, row: Any, field: str) -> Decimal | None:
    if cell is None or cell == "" or cell != cell:
        return None
    try:
        return plain_decimal(cell)
    except (ValueError, ArithmeticError):
        raise ValueFormatError(
            "is not a number", file=file, row=int(row), field=field, value=cell, remedy="correct the cell"
        ) from None


class _RowReader:
    """Turns one row after the other into options of candidates."""

    def __init__(
        self, given: Mapping[str, Any], columns: Mapping[str, Any], groups: Mapping[str, Mapping[str, Any]], file: str
    ) -> None:
        self.currency = given["currency"]
        self.scale = Decimal(str(given.get("scale", 1)))
        self.rates = mapping_at(given.get("rates", {}), "rates")
        self.columns, self.groups, self.file = columns, groups, file

    def add(self, candidates: dict[str, dict[str, Any]], record: Mapping[str, Any], row: int) -> None:
        """Add a row as a new candidate, or as one more option of a candidate when options are mapped."""
        identity = self._text(record, "id")
        if not identity:
            raise ValueFormatError("is blank", file=self.file, row=row, field=self.columns["id"], remedy="give an id")
        option = self._option(record, row)
        if identity in candidates:
            if "option" not in self.columns:
                raise DuplicateError(
                    "stands twice",
                    file=self.file,
                    row=row,
                    field=str(self.columns["id"]),
                    value=identity,
                    remedy="keep one row, or map an 'option' column",
                )
            candidates[identity]["options"].append(option)
            return
        candidate: dict[str, Any] = {"id": identity, "options": [option]}
        for name in TEXT_COLUMNS:
            if text := self._text(record, name):
                candidate[name] = text
        tags = {name: str(record[theirs]).strip() for name, theirs in self.groups["tags"].items()}
        candidate["tags"] = {name: tag for name, tag in tags.items() if tag}
        candidate["exit"] = self._amounts(record, "exit", row)
        if "sunk" in self.columns:
            candidate["sunk"] = float(self._amount(record, str(self.columns["sunk"]), row, money=True) or 0)
        if "mandatory" in self.columns:
            candidate["mandatory"] = self._yes(record, row)
        candidates[identity] = candidate

    def _option(self, record: Mapping[str, Any], row: int) -> dict[str, Any]:
        option: dict[str, Any] = {"id": self._text(record, "option") or "full"}
        for name in ("uses", "frees", "cashable"):
            option[name] = self._amounts(record, name, row)
        for name in ("value", "value_sd"):
            if name in self.columns:
                amount = self._amount(record, str(self.columns[name]), row, money=True)
                if amount is not None:
                    option[name] = float(amount)
        if self.groups["benefits"]:
            option["benefits"] = self._amounts(record, "benefits", row)
        return option

    def _amounts(self, record: Mapping[str, Any], group: str, row: int) -> dict[str, float]:
        found = {}
        for key, theirs in self.groups[group].items():
            money = group in {"benefits", "cashable"} or key.partition(":")[0] in {"capex", "opex"}
            amount = self._amount(record, str(theirs), row, money=money)
            if amount is not None:
                found[key] = float(amount)
        return found

    def _amount(self, record: Mapping[str, Any], theirs: str, row: int, *, money: bool) -> Decimal | None:
        number = _number(record[theirs], self.file, row, theirs)
        return number if number is None or not money else number * self.scale * self._rate(record, row)

    def _rate(self, record: Mapping[str, Any], row: int) -> Decimal:
        currency = self._text(record, "currency") or self.currency
        if currency == self.currency:
            return Decimal(1)
        if currency not in self.rates:
            raise RateMissingError(
                f"no rate from {currency} to {self.currency}",
                file=self.file,
                row=row,
                field=str(self.columns["currency"]),
                value=currency,
                remedy=f"add {currency} under [rates] of the mapping: {self.currency} for one {currency}",
            )
        return Decimal(str(self.rates[currency]))

    def _text(self, record: Mapping[str, Any], name: str) -> str:
        if name not in self.columns:
            return ""
        cell = record[str(self.columns[name])]
        return "" if cell is None or cell != cell else str(cell).strip()

    def _yes(self, record: Mapping[str, Any], row: int) -> bool:
        text = self._text(record, "mandatory").lower()
        if text not in YES | NO:
            raise ValueFormatError(
                "is not yes or no", file=self.file, row=row, field=str(self.columns["mandatory"]), value=text
            )
        return text in YES


def _limits(given: Mapping[str, Any], candidates: list[dict[str, Any]]) -> dict[str, Any]:
    """Limits of the mapping; `share_of_total` asks for a share of what all candidates together would use at most."""
    limits = {}
    for name, item in given.items():
        limit = dict(mapping_at(item, f"limits.{name}"))
        if "share_of_total" in limit:
            share = number_at(limit.pop("share_of_total"), f"limits.{name}.share_of_total", least=0)
            keys = list(mapping_at(limit.get("of", {name: 1}), f"limits.{name}.of").items())
            most = [
                max(sum(float(weight) * one["uses"].get(key, 0.0) for key, weight in keys) for one in entry["options"])
                for entry in candidates
            ]
            limit["max"] = share * sum(most)
        limits[name] = limit
    return limits
