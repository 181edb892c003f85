"""The API's description as a whole: what every operation takes and refuses, said once.

Role: adds to FastAPI's OpenAPI 3.1 document the headers and the problem that all operations share.
Must not know: any operation.
"""

from typing import Any

from fastapi import FastAPI

from service.api.describing import PROBLEM
from service.api.repeating import HEADER as KEY
from service.api.serving import ACTOR, ORGANISATION

WORDS = """Demand peaks, funded portfolio and realised value. Every operation answers with what stands behind the
command of the same name; errors are `application/problem+json` (RFC 9457) with a stable `type`, and `errors` that point
to the field. Lists are paged by `cursor` and `limit`, sorted by `sort`, thinned by `fields`, read incrementally by
`updated_since`, and given as JSON, CSV, Parquet or an Arrow stream by `Accept`."""
READS = ("get", "head")
WITHOUT_EFFECT = ("/api/v1/peaks", "/api/v1/readings")
"""They keep nothing: sent again, they are computed again."""
SHARED_PARAMETERS: dict[str, dict[str, Any]] = {
    "organisation": {
        "name": ORGANISATION,
        "in": "header",
        "required": False,
        "description": "Whose records are meant; the server's own organisation without it.",
        "schema": {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]{0,62}$"},
        "example": "main",
    },
    "actor": {
        "name": ACTOR,
        "in": "header",
        "required": False,
        "description": "Who acts, for the audit.",
        "schema": {"type": "string", "pattern": "^[ -~]{1,100}$"},
        "example": "j.doe",
    },
    "key": {
        "name": KEY,
        "in": "header",
        "required": False,
        "description": "The same key and request have one effect and one answer, for 7 days.",
        "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
    },
}
PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "Stable name of the kind of problem."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong, where, with which value, and the remedy."},
        "instance": {"type": "string", "description": "The request."},
        "source": {"type": "string", "description": "File or body it was found in."},
        "row": {"type": "integer", "description": "Line of the file; the header is 1."},
        "field": {"type": "string"},
        "value": {"type": "string"},
        "remedy": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "RFC 6901 pointer into the body."},
                    "parameter": {"type": "string"},
                    "header": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
    "example": {
        "type": "urn:waterline:problem:bad-value",
        "title": "A value is not what it must be",
        "status": 422,
        "detail": "'limits.capex:2027.max': is not a number (found 'ten'); give digits only",
        "errors": [{"pointer": "/limits/capex:2027/max", "detail": "is not a number"}],
    },
}


SPELLING = str.maketrans("/-", "__", "{}")
MADE: dict[tuple[str, str], tuple[str, str]] = {
    ("/api/v1/uploads", "201"): ("data/0/id", "/api/v1/uploads/{id}"),
    ("/api/v1/panels", "201"): ("panel/id", "/api/v1/panels/{id}"),
    ("/api/v1/portfolios", "201"): ("portfolio/id", "/api/v1/portfolios/{id}"),
    ("/api/v1/scenarios", "201"): ("scenario/id", "/api/v1/scenarios/{id}"),
    ("/api/v1/reports", "202"): ("reports/0/id", "/api/v1/reports/{id}"),
    ("/api/v1/imports", "202"): ("job/id", "/api/v1/jobs/{id}"),
    ("/api/v1/panels/{id}/forecasts", "202"): ("job/id", "/api/v1/jobs/{id}"),
}
"""Where the answer of a POST names what it made, and below which paths that is found."""


def install_description(app: FastAPI) -> None:
    """Make `app` describe itself with the shared parts."""
    app.description = WORDS
    plain = app.openapi

    def whole() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = plain()
            _complete(document)
            if "/api/v1/uploads" in document["paths"]:
                _link(document)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = whole  # type: ignore[method-assign]


def _link(document: dict[str, Any]) -> None:
    """Say with OpenAPI links where what was made can be found."""
    for (path, status), (member, below) in MADE.items():
        links = document["paths"][path]["post"]["responses"][status].setdefault("links", {})
        for other, operations in document["paths"].items():
            if other == below or other.startswith(below + "/"):
                for method in operations:
                    name = _named(method, other)
                    links[name] = {"operationId": name, "parameters": {"id": f"$response.body#/{member}"}}


def _named(method: str, path: str) -> str:
    return method + path.removeprefix("/api/v1").translate(SPELLING)


def _complete(document: dict[str, Any]) -> None:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = PROBLEM_SCHEMA
    components["parameters"] = SHARED_PARAMETERS
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    components["responses"] = {"Problem": {"description": "The request is refused, and why.", "content": content}}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = {"$ref": "#/components/responses/Problem"}
            operation["operationId"] = _named(method, path)
            if path.startswith("/api/"):
                has_effect = method not in READS and path not in WITHOUT_EFFECT
                shared = tuple(SHARED_PARAMETERS) if has_effect else ("organisation",)
                named = [{"$ref": f"#/components/parameters/{name}"} for name in shared]
                operation["parameters"] = [*operation.get("parameters", []), *named]
