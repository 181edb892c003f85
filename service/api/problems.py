"""Refusals over HTTP: the one table from exception class to RFC 9457 problem.

Role: turns every error into `application/problem+json` with a stable type and the field it concerns.
Must not know: which operation failed.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from btim.errors import (
    ConflictError,
    DuplicateError,
    FileError,
    InputError,
    InsufficientHistoryError,
    ModelFailure,
    NotFoundError,
    RateMissingError,
    RuleError,
    SchemaError,
    SolverFailure,
    StoreError,
    UnknownReferenceError,
    ValueFormatError,
    WaterlineError,
)
from service.api import refusals
from service.api.pointers import pointer_of
from service.api.request_ids import HEADER as REQUEST_ID
from service.api.request_ids import current_request_id

logger = logging.getLogger("waterline.api")
MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = "5"
METHOD_NOT_ALLOWED = 405
TYPE_ROOT = "urn:waterline:problem:"


class Kind(NamedTuple):
    """What a class of error is called over HTTP."""

    status: int
    slug: str
    title: str


TABLE: dict[type[WaterlineError], Kind] = {
    FileError: Kind(400, "unreadable-body", "The body cannot be read"),
    SchemaError: Kind(422, "unknown-or-missing-field", "A field is missing or unknown"),
    ValueFormatError: Kind(422, "bad-value", "A value is not what it must be"),
    DuplicateError: Kind(422, "duplicate", "An identifier stands twice"),
    UnknownReferenceError: Kind(422, "unknown-reference", "Something named does not exist"),
    RateMissingError: Kind(422, "rate-missing", "An exchange rate is missing"),
    RuleError: Kind(422, "contradictory-rules", "Rules or settings contradict each other"),
    InsufficientHistoryError: Kind(422, "insufficient-history", "Too few observations"),
    ModelFailure: Kind(422, "model-failure", "A model could not be fitted"),
    NotFoundError: Kind(404, "not-found", "Nothing of that identity exists"),
    ConflictError: Kind(409, "conflict", "Its state does not allow this"),
    StoreError: Kind(503, "store-unavailable", "The store cannot be used now"),
    SolverFailure: Kind(503, "solver-failure", "The solver gave no usable answer"),
    refusals.PayloadTooLarge: Kind(413, "too-large", "The body is too large"),
    refusals.BodyTooSlow: Kind(408, "too-slow", "The body stopped arriving"),
    refusals.NotAcceptable: Kind(406, "not-acceptable", "No accepted media type can be given"),
    refusals.UnsupportedMediaType: Kind(415, "unsupported-media-type", "The body is of a type that is not read"),
    refusals.BadCursor: Kind(404, "no-such-page", "The cursor names no page of this list"),
    refusals.BadParameter: Kind(422, "bad-parameter", "A parameter is wrong"),
    refusals.PreconditionRequired: Kind(428, "precondition-required", "The current version must be named"),
    refusals.PreconditionFailed: Kind(412, "precondition-failed", "It was changed meanwhile"),
    refusals.RequestRefused: Kind(400, "refused", "The request cannot be served"),
    InputError: Kind(422, "bad-input", "The input is wrong"),
    WaterlineError: Kind(500, "failed", "The operation failed"),
}
"""Every class of refusal; a class that is not listed is answered as its nearest listed ancestor."""


def kind_of(error: WaterlineError) -> Kind:
    """Return the row of the nearest listed ancestor of the error's class."""
    return next(TABLE[ancestor] for ancestor in type(error).__mro__ if ancestor in TABLE)


def problem(kind: Kind, detail: str, **more: Any) -> JSONResponse:
    """One problem document; `more` are extension members, left out where they are None.

    `instance` names the request, as `X-Request-Id` of the answer does.
    """
    body = {"type": TYPE_ROOT + kind.slug, "title": kind.title, "status": kind.status, "detail": detail}
    request_id = current_request_id()
    if request_id is not None:
        body["instance"] = f"urn:waterline:request:{request_id}"
    body |= {name: value for name, value in more.items() if value is not None}
    return JSONResponse(body, kind.status, media_type=MEDIA_TYPE)


async def _refused(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, WaterlineError):
        raise error
    value = None if error.value is None else _shown(error.value)
    answer = problem(
        _kind_here(request, error),
        _shown(error, 2000),
        source=error.file,
        row=error.row,
        field=error.field,
        value=value,
        remedy=error.remedy,
        errors=None if error.field is None else [_placed(request, error, error.field)],
    )
    if isinstance(error, StoreError):
        answer.headers["Retry-After"] = RETRY_AFTER_S
    return answer


def _kind_here(request: Request, error: WaterlineError) -> Kind:
    """The kind; what a reading request names and does not exist is not found."""
    is_reading = request.method in {"GET", "HEAD"} and isinstance(error, UnknownReferenceError)
    return TABLE[NotFoundError] if is_reading else kind_of(error)


def _placed(request: Request, error: WaterlineError, field: str) -> dict[str, str]:
    """Where in the request the error lies: a parameter, a header, a column of a table, or a pointer into the body."""
    detail = _shown(error.what, 2000)
    if isinstance(error, refusals.RequestRefused):
        place = "header" if field[:1].isupper() else "parameter"
        return {place: field, "detail": detail}
    if error.row is not None:
        return {"pointer": f"/{error.row}" + pointer_of(field.removeprefix("--")), "detail": detail}
    return {"pointer": pointer_of(field.removeprefix("--"), getattr(request.state, "body", None)), "detail": detail}


def _shown(value: object, most: int = 200) -> str:
    """Text of anything that UTF-8 can carry."""
    return str(value)[:most].encode("utf-8", "backslashreplace").decode()


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    fields = [
        {"pointer": "/" + "/".join(str(part) for part in entry["loc"]), "detail": _shown(entry["msg"])}
        for entry in error.errors()
    ]
    first = "; ".join(f"{field['pointer']}: {field['detail']}" for field in fields[:3])
    return problem(Kind(422, "bad-parameter", "A parameter is wrong"), first, errors=fields)


async def _http(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    kind = Kind(error.status_code, f"http-{error.status_code}", str(error.detail))
    answer = problem(kind, str(error.detail))
    answer.headers.update(error.headers or {})
    if error.status_code == METHOD_NOT_ALLOWED:
        answer.headers["Allow"] = ", ".join(_methods(request))
    return answer


def _methods(request: Request) -> list[str]:
    """Every method of the path, whichever of its operations was asked for."""
    found: set[str] = set()
    for route in request.app.routes:
        if route.matches(request.scope)[0] is not Match.NONE:
            found |= set(getattr(route, "methods", None) or ())
    return sorted(found)


async def _failed(request: Request, error: Exception) -> JSONResponse:
    logger.error("%s %s failed", request.method, request.url.path, exc_info=error)
    answer = problem(
        Kind(500, "defect", "This is a defect"), "the operation failed unexpectedly; the log has the details"
    )
    answer.headers[REQUEST_ID] = current_request_id() or ""
    return answer


def install(app: FastAPI) -> None:
    """Answer every error of `app` with a problem document."""
    handlers: dict[type[Exception], Callable[[Request, Exception], Awaitable[JSONResponse]]] = {
        WaterlineError: _refused,
        RequestValidationError: _invalid,
        HTTPException: _http,
        Exception: _failed,
    }
    for error, handler in handlers.items():
        app.add_exception_handler(error, handler)
