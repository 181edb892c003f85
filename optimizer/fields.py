"""Typed reading of a JSON-like mapping, every refusal carrying the path of the field.

Role: the small vocabulary with which `parsing` checks a problem at the door.
Must not know: what the fields mean.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from btim.errors import DuplicateError, SchemaError, ValueFormatError, listed
from btim.money import as_model_float


def mapping_at(value: object, path: str) -> Mapping[str, Any]:
    """Return `value` as a mapping with text keys."""
    if not isinstance(value, Mapping):
        raise ValueFormatError("must be an object", field=path, value=value, remedy="write it as {…}")
    for key in value:
        if not isinstance(key, str) or not key.strip():
            raise ValueFormatError("has a key that is not text", field=path, value=key, remedy="name every key")
    return value


def list_at(value: object, path: str) -> Sequence[Any]:
    """Return `value` as a list."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise ValueFormatError("must be a list", field=path, value=value, remedy="write it as […]")
    return value


def known_keys(given: Mapping[str, Any], allowed: Iterable[str], path: str, required: Iterable[str] = ()) -> None:
    """Refuse a key that is not allowed, then one that is missing, by name."""
    names = list(allowed)
    prefix = f"{path}." if path else ""
    for key in given:
        if key not in names:
            raise SchemaError("unknown key", field=f"{prefix}{key}", remedy=f"known here: {listed(names, most=20)}")
    for key in required:
        if key not in given:
            raise SchemaError("is missing", field=f"{prefix}{key}", remedy="add it")


def number_at(value: object, path: str, *, least: float | None = None) -> float:
    """Read a JSON number or a decimal string as a finite float, at least `least`."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise ValueFormatError("must be a number", field=path, value=value, remedy="give a number or a decimal string")
    try:
        number = as_model_float(Decimal(value.strip()) if isinstance(value, str) else value)
    except (InvalidOperation, OverflowError):
        raise ValueFormatError("is not a number", field=path, value=value, remedy="give digits only") from None
    if not math.isfinite(number):
        raise ValueFormatError("is not a finite number", field=path, value=value, remedy="give a finite number")
    if least is not None and number < least:
        raise ValueFormatError(
            f"must be at least {least:g}", field=path, value=value, remedy="correct the sign or size"
        )
    return number


def whole_at(value: object, path: str, *, least: int) -> int:
    """Read a whole number, at least `least`."""
    number = number_at(value, path, least=least)
    if number != int(number):
        raise ValueFormatError("must be a whole number", field=path, value=value, remedy="round it")
    return int(number)


def text_at(value: object, path: str) -> str:
    """Read a text that is not blank."""
    if not isinstance(value, str) or not value.strip():
        raise ValueFormatError("must be a text", field=path, value=value, remedy="give a name that is not blank")
    return value


def choice_at(value: object, path: str, choices: Sequence[str]) -> str:
    """Read one of a few words."""
    if value not in choices:
        raise ValueFormatError("is not a known word", field=path, value=value, remedy=f"use {listed(choices)}")
    return str(value)


def amounts_at(value: object, path: str, *, least: float | None = 0.0) -> dict[str, float]:
    """Read an object of numbers."""
    given = mapping_at(value, path)
    return {key: number_at(amount, f"{path}.{key}", least=least) for key, amount in given.items()}


def texts_at(value: object, path: str, *, fewest: int = 1) -> tuple[str, ...]:
    """Read a list of different texts."""
    items = tuple(text_at(item, f"{path}[{index}]") for index, item in enumerate(list_at(value, path)))
    if len(items) < fewest:
        raise ValueFormatError(f"needs at least {fewest}", field=path, value=list(items), remedy="add what is missing")
    refuse_twice(items, path)
    return items


def refuse_twice(names: Sequence[str], path: str, suffix: str = "") -> None:
    """Refuse a name that stands twice, naming both places."""
    first: dict[str, int] = {}
    for index, name in enumerate(names):
        if name in first:
            raise DuplicateError(
                f"stands twice (first at {path}[{first[name]}]{suffix})",
                field=f"{path}[{index}]{suffix}",
                value=name,
                remedy="keep one of them or give them different names",
            )
        first[name] = index
