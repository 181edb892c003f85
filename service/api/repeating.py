"""Requests that may be repeated: one effect, one answer, however often a client sends the same key.

Role: `Idempotency-Key`. The answer is kept in the transaction of its effect: no crash can part them.
Must not know: what the effect is.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic_core import to_json

from service.api.formats import JSON
from service.api.refusals import BadParameter
from service.api.serving import Caller
from service.store import Unit
from service.store.idempotency import KeptAnswer

HEADER = "Idempotency-Key"
ALLOWED = re.compile(r"[\x21-\x7e]{1,255}")
REPEATED = "Idempotency-Replayed"


@dataclass(frozen=True, slots=True)
class Reply:
    """What an operation that changes something answers."""

    value: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Repeat:
    """A request's key (None: it may not be repeated) and the fingerprint of what it asks for."""

    key: str | None
    fingerprint: str


def repeat_of(request: Request, content: bytes | str) -> Repeat:
    """The key of a request whose body is, or hashes to, `content`.

    Raises:
        BadParameter: the key is not 1 to 255 visible ASCII characters.
    """
    key = request.headers.get(HEADER)
    if key is not None and not ALLOWED.fullmatch(key):
        raise BadParameter("is not a key", field=HEADER, value=key, remedy="1 to 255 visible ASCII characters")
    told = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    raw = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    return Repeat(key, hashlib.sha256(told + raw).hexdigest())


async def known_answer(caller: Caller, repeat: Repeat) -> Response | None:
    """What was answered before, for operations that compute long before they write.

    Raises:
        ConflictError: the key belongs to another request.
    """
    if repeat.key is None:
        return None
    kept = await caller.read(lambda unit: unit.idempotency.find(repeat.key or "", repeat.fingerprint))
    return None if kept is None else _again(kept)


async def once(caller: Caller, repeat: Repeat, effect: Callable[[Unit], Reply]) -> Response:
    """Do `effect` and answer, or give the answer that the same request got before.

    Raises:
        ConflictError: the key belongs to another request, or the same request is being served at this moment.
    """
    return await run_in_threadpool(_once, caller, repeat, effect)


def _once(caller: Caller, repeat: Repeat, effect: Callable[[Unit], Reply]) -> Response:
    with caller.writing() as unit:
        if repeat.key is not None:
            kept = unit.idempotency.find(repeat.key, repeat.fingerprint)
            if kept is not None:
                return _again(kept)
        reply = effect(unit)
        body = to_json(reply.value, inf_nan_mode="null")
        if repeat.key is not None:
            unit.idempotency.keep(repeat.key, repeat.fingerprint, KeptAnswer(reply.status, reply.headers, body))
    return Response(body, reply.status, dict(reply.headers), media_type=JSON)


def _again(kept: KeptAnswer) -> Response:
    return Response(kept.answer, kept.status, {**kept.headers, REPEATED: "true"}, media_type=JSON)
