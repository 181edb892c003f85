"""The catalogue of technology solutions: what spending is grouped under and value is credited to.

Role: the record of a solution and the reader of a catalogue file (JSON Lines, one solution a line).
Must not know: how text is linked to a solution, or what a solution costs.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from btim.errors import DuplicateError, SchemaError, ValueFormatError
from btim.files import read_text

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Solution:
    """One technology solution: `names` and `description` by language, `aliases` in any language."""

    id: str
    names: Mapping[str, str]
    aliases: tuple[str, ...] = ()
    description: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    business_units: tuple[str, ...] = ()
    towers: tuple[str, ...] = ()

    def surface_forms(self) -> tuple[str, ...]:
        """Every distinct way the catalogue says the solution may be written, names first."""
        return tuple(dict.fromkeys(form.strip() for form in (*self.names.values(), *self.aliases) if form.strip()))


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The solutions of an organisation in file order; ids are unique, names need not be."""

    solutions: tuple[Solution, ...]

    def __iter__(self) -> Iterator[Solution]:
        return iter(self.solutions)

    def __len__(self) -> int:
        return len(self.solutions)

    def ids(self) -> frozenset[str]:
        """The ids that value may be credited to."""
        return frozenset(solution.id for solution in self.solutions)

    def display_names(self) -> dict[str, str]:
        """The first name of each solution, by id: what a person is shown."""
        return {solution.id: next(iter(solution.names.values())) for solution in self.solutions}

    def shared_names(self) -> dict[str, tuple[str, ...]]:
        """Surface forms (case folded) that more than one solution claims, with the ids that claim them."""
        owners: dict[str, list[str]] = {}
        for solution in self.solutions:
            for form in dict.fromkeys(form.casefold() for form in solution.surface_forms()):
                owners.setdefault(form, []).append(solution.id)
        return {form: tuple(ids) for form, ids in owners.items() if len(ids) > 1}


def read_catalogue(path: Path, *, encoding: str | None = None) -> Catalogue:
    """Read a catalogue from JSON Lines.

    Raises:
        FileError: missing, a directory, empty, wrong encoding.
        ValueFormatError: a line is not a JSON object, or a field has the wrong type.
        SchemaError: a solution has no `id` or no name.
        DuplicateError: two lines have one id.
    """
    lines = enumerate(read_text(path, encoding).splitlines(), start=1)
    return catalogue_of(((row, _record(line, str(path), row)) for row, line in lines if line.strip()), str(path))


def catalogue_of(records: Iterable[tuple[int, Any]], file: str) -> Catalogue:
    """Check solutions given as (row, JSON object) pairs; `file` stands in refusals.

    Raises:
        ValueFormatError: a record is not an object, or a field has the wrong type.
        SchemaError: a solution has no `id` or no name.
        DuplicateError: two records have one id.
    """
    seen: dict[str, int] = {}
    solutions: list[Solution] = []
    for row, record in records:
        solution = _checked(record, file, row)
        if solution.id in seen:
            raise DuplicateError(
                f"stands twice (first on row {seen[solution.id]})",
                file=file,
                row=row,
                field="id",
                value=solution.id,
                remedy="give each solution an id of its own",
            )
        seen[solution.id] = row
        solutions.append(solution)
    return Catalogue(tuple(solutions))


def _record(line: str, file: str, row: int) -> Any:
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueFormatError(
            f"is not JSON: {error.msg}", file=file, row=row, value=line, remedy="write one JSON object a line"
        ) from None


def _checked(record: Any, file: str, row: int) -> Solution:
    if not isinstance(record, dict):
        raise ValueFormatError("is not a JSON object", file=file, row=row, value=record, remedy="write {…} a line")
    if not isinstance(record.get("id"), str) or not record["id"].strip():
        raise SchemaError("a solution needs an id", file=file, row=row, field="id", remedy="add a text id")
    names = _texts_by_language(record.get("names", {}), "names", file, row)
    if not names:
        raise SchemaError(
            "a solution needs a name", file=file, row=row, field="names", remedy='add {"en": "…"} or {"zh": "…"}'
        )
    return Solution(
        id=record["id"],
        names=names,
        aliases=_texts(record.get("aliases", []), "aliases", file, row),
        description=_texts_by_language(record.get("description", {}), "description", file, row),
        business_units=_texts(record.get("business_units", []), "business_units", file, row),
        towers=_texts(record.get("towers", []), "towers", file, row),
    )


def _texts_by_language(found: Any, name: str, file: str, row: int) -> Mapping[str, str]:
    if isinstance(found, str):
        return MappingProxyType({"en": found} if found.strip() else {})
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        raise ValueFormatError(
            "is not text by language", file=file, row=row, field=name, value=found, remedy='write {"en": "…"}'
        )
    return MappingProxyType({language: text for language, text in found.items() if text.strip()})


def _texts(found: Any, name: str, file: str, row: int) -> tuple[str, ...]:
    if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
        raise ValueFormatError(
            "is not a list of texts", file=file, row=row, field=name, value=found, remedy='write ["…", "…"]'
        )
    return tuple(found)
