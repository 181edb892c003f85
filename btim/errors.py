"""The exception tree: every refusal Waterline makes, drawn in one file.

Role: one class per kind of refusal, each carrying where it happened, the offending value and the remedy.
Must not know: HTTP, exit codes or how an error is printed.

    WaterlineError
    ├── InputError                 what a user handed in is wrong
    │   ├── FileError              the file itself: missing, a directory, empty, unreadable encoding
    │   ├── SchemaError            a column, key or option is missing or unknown
    │   ├── ValueFormatError       a cell or field does not hold what it must
    │   ├── DuplicateError         an identifier or key stands twice
    │   ├── UnknownReferenceError  something named does not exist
    │   ├── RateMissingError       an exchange rate is needed and absent
    │   └── RuleError              rules or settings contradict each other
    ├── InsufficientHistoryError   too few observations for what was asked
    ├── ModelFailure               a forecasting or reading model could not be fitted
    ├── SolverFailure              a solver gave no usable answer
    ├── NotFoundError              the record that was asked for does not exist
    ├── ConflictError              the record changed meanwhile, or may not change any more
    └── StoreError                 the store cannot be used now: busy, full, unreachable, of another version
"""

from collections.abc import Iterable


class WaterlineError(Exception):
    """Root of every refusal. `str(error)` is one line: place, what is wrong, the value, the remedy."""

    def __init__(
        self,
        what: str,
        *,
        file: str | None = None,
        row: int | None = None,
        field: str | None = None,
        value: object = None,
        remedy: str | None = None,
    ) -> None:
        """Keep the parts apart for machines; `row` counts lines of the file, the header being row 1."""
        self.what = what
        self.file = file
        self.row = row
        self.field = field
        self.value = value
        self.remedy = remedy
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        place = ", ".join(
            part
            for part in (
                self.file,
                None if self.row is None else f"row {self.row}",
                None if self.field is None else f"'{self.field}'",
            )
            if part
        )
        found = "" if self.value is None else f" (found {_shown(self.value)})"
        remedy = f"; {self.remedy}" if self.remedy else ""
        return f"{place}: {self.what}{found}{remedy}" if place else f"{self.what}{found}{remedy}"

    def at(self, *, file: str | None = None, row: int | None = None, field: str | None = None) -> "WaterlineError":
        """Return the same error with a place filled in where it had none (a reader knows its file)."""
        return type(self)(
            self.what,
            file=self.file or file,
            row=self.row if self.row is not None else row,
            field=self.field or field,
            value=self.value,
            remedy=self.remedy,
        )


class InputError(WaterlineError):
    """What a user handed in is wrong."""


class FileError(InputError):
    """The file itself cannot be used."""


class SchemaError(InputError):
    """A column, key or option is missing or unknown."""


class ValueFormatError(InputError):
    """A cell or field does not hold what it must."""


class DuplicateError(InputError):
    """An identifier or key stands twice."""


class UnknownReferenceError(InputError):
    """Something that is named does not exist."""


class RateMissingError(InputError):
    """An exchange rate is needed and absent."""


class RuleError(InputError):
    """Rules or settings contradict each other."""


class InsufficientHistoryError(WaterlineError):
    """Too few observations for what was asked."""


class ModelFailure(WaterlineError):  # noqa: N818 - a failure of a model, reported in results as well as raised
    """A model could not be fitted or applied."""


class SolverFailure(WaterlineError):  # noqa: N818
    """A solver gave no usable answer."""


class NotFoundError(WaterlineError):
    """The record that was asked for does not exist, or belongs to another organisation."""


class ConflictError(WaterlineError):
    """The record changed meanwhile, or may not change any more."""


class StoreError(WaterlineError):
    """The store cannot be used now: busy, full, unreachable, or of another version."""


def _shown(value: object, width: int = 60) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= width else text[: width - 1] + "…"


def listed(names: Iterable[object], most: int = 8) -> str:
    """Join names for a message, saying how many were left out."""
    items = [str(name) for name in names]
    tail = f" and {len(items) - most} more" if len(items) > most else ""
    return ", ".join(items[:most]) + tail
