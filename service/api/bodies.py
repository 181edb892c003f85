"""Request bodies at the door: bounded, decoded, parsed, refused with a clear error.

Role: the one place that reads what a client sends.
Must not know: what the body means.
"""

import json
from collections.abc import AsyncIterator
from typing import Any

import anyio
from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from btim.errors import FileError, ValueFormatError
from service.api.refusals import BadParameter, BodyTooSlow, PayloadTooLarge, UnsupportedMediaType

MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 64
PATIENCE_S = 30.0
"""How long a client may pause inside its body."""
LARGE = 256 * 1024
"""Bodies from this size on are parsed beside the event loop."""


async def chunks(request: Request, most: int) -> AsyncIterator[bytes]:
    """The body piece by piece, at most `most` bytes of it.

    Raises:
        PayloadTooLarge: more bytes than that were announced or sent.
        UnsupportedMediaType: the body is compressed.
        BodyTooSlow: the client paused for longer than `PATIENCE_S`.
    """
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding != "identity":
        raise UnsupportedMediaType(
            "the body is compressed", field="Content-Encoding", value=encoding, remedy="send it as it is"
        )
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > most:
        raise PayloadTooLarge("the body is too large", value=f"{announced} bytes", remedy=f"at most {most} bytes")
    received = 0
    stream = request.stream().__aiter__()
    while True:
        try:
            with anyio.fail_after(PATIENCE_S):
                chunk = await stream.__anext__()
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise BodyTooSlow("the body stopped arriving", value=f"{received} bytes", remedy="send it again") from None
        except ClientDisconnect:
            raise FileError("the body ended early", value=f"{received} bytes", remedy="send it again") from None
        received += len(chunk)
        if received > most:
            raise PayloadTooLarge("the body is too large", value=f"> {most} bytes", remedy="split it")
        yield chunk


async def text_body(request: Request, most: int = MAX_BYTES) -> str:
    """Read a UTF-8 body of at most `most` bytes.

    Raises:
        PayloadTooLarge: more bytes than that were announced or sent.
        FileError: no body, or not UTF-8.
    """
    raw = bytearray()
    async for chunk in chunks(request, most):
        raw += chunk
    if not raw.strip():
        raise FileError("the body is empty", remedy="send the document as the request body")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileError(f"the body is not UTF-8 at byte {error.start}", remedy="encode it as UTF-8") from None


async def json_body(request: Request, most: int = MAX_BYTES) -> dict[str, Any]:
    """Read a JSON object; NaN, infinities, unpaired surrogates and NUL characters are refused.

    Raises:
        PayloadTooLarge: see `text_body`.
        UnsupportedMediaType: the body says that it is something else.
        FileError: not JSON, nested deeper than `MAX_DEPTH`, or not an object.
        ValueFormatError: it holds a value that JSON or a database cannot carry.
    """
    said = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if said not in {"application/json", "application/merge-patch+json", "text/json", ""}:
        raise UnsupportedMediaType(
            "the body is not JSON", field="Content-Type", value=said, remedy="send application/json"
        )
    text = await text_body(request, most)
    value = await run_in_threadpool(parsed, text) if len(text) > LARGE else parsed(text)
    if not isinstance(value, dict):
        raise FileError("the body is not a JSON object", value=type(value).__name__, remedy="send one object")
    request.state.body = value
    return value


def parsed(text: str) -> Any:
    """Parse JSON text as `json_body` does, whatever its outermost value is."""
    try:
        value = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except json.JSONDecodeError as error:
        raise FileError(f"the body is not JSON: {error.msg}", row=error.lineno, remedy="send a JSON document") from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError:  # the interpreter's bound on the digits of a whole number
        raise ValueFormatError("holds a number of too many digits", remedy="send fewer than 4,300 digits") from None
    if text.count("[") + text.count("{") > MAX_DEPTH or "\\" in text or "\0" in text:
        _check(value)
    return value


def _check(value: Any) -> None:
    """Walk the whole document without recursion: its depth, and the characters that cannot be stored."""
    waiting = [(value, 1)]
    while waiting:
        here, depth = waiting.pop()
        if isinstance(here, str):
            refuse_unstorable(here)
            continue
        inside = [*here.keys(), *here.values()] if isinstance(here, dict) else here if isinstance(here, list) else ()
        if inside and depth > MAX_DEPTH:
            raise _too_deep()
        waiting.extend((each, depth + 1) for each in inside)


def refuse_unstorable(text: str, field: str | None = None) -> None:
    """Refuse text with NUL characters or unpaired surrogates: no database and no UTF-8 file can hold it.

    Raises:
        ValueFormatError: it holds one.
    """
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        shown = text.encode("ascii", "backslashreplace").decode().replace("\0", "\\0")
        raise ValueFormatError("holds a character that no text may hold", field=field, value=shown, remedy="remove it")


def refuse_unknown_parameters(request: Request, known: frozenset[str]) -> None:
    """Refuse a query parameter that the operation does not know, one that stands twice, or one no text may hold.

    Raises:
        BadParameter: naming it.
    """
    seen = set()
    for name, value in request.query_params.multi_items():
        if name not in known:
            raise BadParameter(
                "unknown parameter", field=name, remedy=f"known here: {', '.join(sorted(known)) or 'none'}"
            )
        if name in seen:
            raise BadParameter("stands twice", field=name, remedy="give it once")
        if not value.strip() or "\0" in value:
            raise BadParameter("is blank or holds a NUL character", field=name, remedy="leave it out or give a value")
        seen.add(name)


def _too_deep() -> FileError:
    return FileError("the JSON is nested too deeply", value=f"> {MAX_DEPTH} levels", remedy="send a flatter document")


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise ValueFormatError("is not a finite number", value=digits, remedy="send a number below 1.8e308")
    return number


def _refuse_constant(name: str) -> Any:
    raise ValueFormatError("is not a finite number", value=name, remedy="leave it out or send a number")
