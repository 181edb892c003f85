"""Request bodies at the door: bounded, decoded, parsed, refused with a clear error.

Role: the one place that reads what a client sends.
Must not know: what the body means.
"""

import json
from typing import Any

from fastapi import Request

from btim.errors import FileError, ValueFormatError
from service.api.problems import PayloadTooLarge

MAX_BYTES = 64 * 1024 * 1024


async def text_body(request: Request) -> str:
    """Read a UTF-8 body of at most `MAX_BYTES` bytes.

    Raises:
        PayloadTooLarge: more bytes than that were announced or sent.
        FileError: no body, or not UTF-8.
    """
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MAX_BYTES:
            raise PayloadTooLarge("the body is too large", value=f"> {MAX_BYTES} bytes", remedy="split it")
    if not raw.strip():
        raise FileError("the body is empty", remedy="send the document as the request body")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileError(f"the body is not UTF-8 at byte {error.start}", remedy="encode it as UTF-8") from None


async def json_body(request: Request) -> dict[str, Any]:
    """Read a JSON object; NaN and infinities are refused.

    Raises:
        PayloadTooLarge: see `text_body`.
        FileError: not JSON, nested too deeply, or not an object.
        ValueFormatError: it holds NaN or an infinity.
    """
    text = await text_body(request)
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise FileError(f"the body is not JSON: {error.msg}", row=error.lineno, remedy="send a JSON document") from None
    except RecursionError:
        raise FileError("the JSON is nested too deeply", remedy="send a flatter document") from None
    if not isinstance(value, dict):
        raise FileError("the body is not a JSON object", value=type(value).__name__, remedy="send one object")
    return value


def _refuse_constant(name: str) -> Any:
    raise ValueFormatError("is not a finite number", value=name, remedy="leave it out or send a number")
