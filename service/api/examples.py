"""Request bodies as the API's description shows them: small, whole and runnable.

Role: the documented examples; tests send every one of them.
Must not know: how an operation is served.
"""

from typing import Any

PANEL = "unique_id,ds,y,tower,unit,capacity\n" + "".join(
    f"cpu,2026-01-{day:02d},{40 + 8 * (day % 7) + day % 3},Compute,cores,120\n" for day in range(1, 31)
)

PROBLEM: dict[str, Any] = {
    "name": "Two projects, one budget",
    "currency": "EUR",
    "candidates": [
        {"id": "P-1", "options": [{"id": "full", "uses": {"capex:2027": 700000}, "value": 400000, "value_sd": 90000}]},
        {"id": "P-2", "options": [{"id": "full", "uses": {"capex:2027": 500000}, "value": 260000, "value_sd": 60000}]},
    ],
    "limits": {"capex:2027": {"max": 1000000}},
    "objective": {"kind": "expected_value"},
}

DOCUMENTS: dict[str, Any] = {
    "documents": [
        {
            "id": "review-q2",
            "published": "2025-07-10",
            "text": "Payments review, second quarter. The Fraud Analytics Platform saved $1.2m in manual checks.",
        }
    ],
    "catalogue": [
        {
            "id": "sol-antifraud",
            "names": {"en": "Fraud Analytics Platform", "zh": "反欺诈分析平台"},
            "aliases": ["FAP"],
            "description": {"en": "Scores payments and holds suspicious ones."},
        }
    ],
}


PEAK_ROWS: dict[str, Any] = {
    "source_sha256": "9f86d081884c7d65",
    "input_rows": 30,
    "rows": [{"unique_id": "cpu", "tower": "Compute", "window": "7d", "q50": 92.1, "q95": 99.4, "capacity": 120.0}],
}
READ: dict[str, Any] = {
    "readings": [
        {
            "id": "review-q2",
            "events": [
                {"evidence": [33, 91], "solution": "sol-antifraud", "metric": "cost_saving", "value": "1200000",
                 "unit": "money", "currency": "USD", "band": "review"}
            ],
            "risks": [],
        }
    ]
}  # fmt: skip


def _body(media_type: str, schema: dict[str, Any], example: Any, answer: Any) -> dict[str, Any]:
    given = {"200": {"content": {"application/json": {"example": answer}}}}
    body = {"required": True, "content": {media_type: {"schema": schema, "example": example}}}
    return {"requestBody": body, "responses": given}


PEAKS = _body("text/csv", {"type": "string", "description": "Demand panel: unique_id, ds, y, …"}, PANEL, PEAK_ROWS)
READINGS = _body("application/json", {"type": "object", "description": "Documents and a catalogue"}, DOCUMENTS, READ)
