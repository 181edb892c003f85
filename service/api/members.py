"""Members of JSON bodies: known by name, texts that say something.

Role: the small checks that operations with small bodies share.
Must not know: any operation.
"""

from collections.abc import Mapping
from typing import Any

from btim.errors import SchemaError, ValueFormatError, listed

LONGEST = 200


def known_keys(body: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    """Refuse a member that the schema does not know, then one that is missing.

    Raises:
        SchemaError: naming it.
    """
    unknown = sorted(set(body) - set(schema["properties"]))
    if unknown:
        raise SchemaError("unknown key", field=unknown[0], remedy=f"known here: {listed(schema['properties'])}")
    for name in schema.get("required", ()):
        if name not in body:
            raise SchemaError("is missing", field=name, remedy="add it")


def text_member(body: Mapping[str, Any], name: str, most: int = LONGEST) -> str:
    """A member that is a text and not blank.

    Raises:
        ValueFormatError: it is something else.
    """
    value = body.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > most:
        raise ValueFormatError(
            f"must be a text of 1 to {most} characters", field=name, value=value, remedy="give one that is not blank"
        )
    return value


def optional_text(body: Mapping[str, Any], name: str, most: int) -> str:
    """A member that is a text, or absent: then blank.

    Raises:
        ValueFormatError: it is something else.
    """
    value = body.get(name, "")
    if not isinstance(value, str) or len(value) > most:
        raise ValueFormatError(
            f"must be a text of at most {most} characters", field=name, value=value, remedy="shorten it"
        )
    return value
