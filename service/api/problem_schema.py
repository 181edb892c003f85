"""The portfolio problem as JSON Schema: what the exchange format allows, field by field.

Role: describes bodies; the optimiser's own reader checks them.
Must not know: what any field leads to.
"""

from typing import Any

AMOUNT: dict[str, Any] = {
    "anyOf": [{"type": "number"}, {"type": "string", "pattern": "^-?[0-9]{1,15}(\\.[0-9]{1,6})?$"}],
    "description": "A number, or a decimal as text.",
}
POSITIVE: dict[str, Any] = {
    "anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": "^[0-9]{1,15}(\\.[0-9]{1,6})?$"}],
    "description": "A number of at least 0, or a decimal as text.",
}
NAME: dict[str, Any] = {"type": "string", "minLength": 1, "pattern": "\\S"}
AMOUNTS: dict[str, Any] = {"type": "object", "additionalProperties": POSITIVE, "propertyNames": NAME}
SIGNED: dict[str, Any] = {"type": "object", "additionalProperties": AMOUNT, "propertyNames": NAME}


def _object(required: list[str], properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


OPTION = _object(
    ["id"],
    {
        "id": NAME, "uses": AMOUNTS, "frees": AMOUNTS, "value": AMOUNT, "value_sd": POSITIVE,
        "benefits": SIGNED, "cashable": SIGNED,
    },
)  # fmt: skip
CANDIDATE = _object(
    ["id", "options"],
    {
        **dict.fromkeys(
            ("id", "name", "solution", "tower", "category", "business_owner", "technology_owner"), NAME
        ),
        "tags": {"type": "object", "additionalProperties": {"type": "string"}, "propertyNames": NAME},
        "mandatory": {"type": "boolean"},
        "sunk": POSITIVE,
        "exit": AMOUNTS,
        "options": {"type": "array", "minItems": 1, "items": OPTION},
    },
)  # fmt: skip
PROBLEM_SCHEMA: dict[str, Any] = _object(
    ["name", "currency", "candidates", "limits", "objective"],
    {
        "name": NAME,
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        "periods": {"type": "array", "items": NAME, "uniqueItems": True, "minItems": 1},
        "discount_rate": {"type": "number", "minimum": 0, "maximum": 1},
        "timing": {"type": "string", "enum": ["start", "mid", "end"]},
        "candidates": {"type": "array", "minItems": 1, "items": CANDIDATE},
        "committed": {"type": "array", "items": _object(["name", "uses"], {"name": NAME, "uses": AMOUNTS})},
        "limits": {
            "type": "object",
            "propertyNames": NAME,
            "additionalProperties": _object(
                ["max"], {"max": AMOUNT, "unit": NAME, "of": AMOUNTS, "where": {"type": "object"}}
            ),
        },
        "rules": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["kind"],
                "properties": {
                    "id": NAME,
                    "kind": {"enum": ["requires", "exclusive", "count", "share", "forbid", "synergy"]},
                },
            },
        },
        "objective": {
            "type": "object",
            "required": ["kind"],
            "properties": {"kind": {"enum": ["expected_value", "roi", "risk_adjusted"]}},
        },
        "baseline": _object(
            ["funded"],
            {"funded": {"type": "object", "additionalProperties": NAME}, "change_penalty": POSITIVE},
        ),
        "solver": _object(
            [],
            {
                "gap": {"type": "number", "minimum": 0, "maximum": 1},
                "time_limit_s": {"type": "number", "minimum": 0.1},
                "threads": {"type": "integer", "minimum": 1},
            },
        ),
    },
) | {"description": "Portfolio problem (docs/portfolio.md)."}  # fmt: skip
