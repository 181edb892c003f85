"""Who asks, and what the application holds for them: the store, bounds, and the organisation of a request.

Role: from a request to a `Caller`, through whom every operation reads and writes.
Must not know: any operation.
"""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TypeVar

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from btim.errors import NotFoundError
from service.api.refusals import BadParameter
from service.api.request_ids import current_request_id
from service.opened_ledgers import OpenedLedgers
from service.solver_crews import SolverCrews
from service.store import Store, Unit

ORGANISATION = "Waterline-Organisation"
ACTOR = "Waterline-Actor"
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
PERSON = re.compile(r"[ -~]{1,100}")
NOBODY = "anonymous"
Found = TypeVar("Found")


@dataclass(slots=True)
class Serving:
    """What every request shares. `organisation` is the one of requests that name none; bounds are in bytes."""

    store: Store
    organisation: str = "main"
    max_upload: int = 2 * 1024**3
    max_body: int = 64 * 1024**2
    crews: SolverCrews = field(default_factory=SolverCrews)
    known: set[str] = field(default_factory=set)
    ledgers: OpenedLedgers = field(init=False)

    def __post_init__(self) -> None:
        """Keep opened ledgers beside the store they come from."""
        self.ledgers = OpenedLedgers(self.store)

    def close(self) -> None:
        """End solver children and remove opened ledgers; the store is left to whoever opened it."""
        self.crews.close()
        self.ledgers.close()


@dataclass(frozen=True, slots=True)
class Caller:
    """One request's side: whose records it may see, and in whose name it changes them."""

    serving: Serving
    organisation: str
    actor: str
    request_id: str

    def reading(self) -> AbstractContextManager[Unit]:
        """A transaction that only reads."""
        return self.serving.store.reading(self.organisation)

    def writing(self) -> AbstractContextManager[Unit]:
        """A transaction that writes."""
        return self.serving.store.writing(self.organisation)

    async def read(self, question: Callable[[Unit], Found]) -> Found:
        """Answer a question in a reading transaction, beside the event loop."""

        def asked() -> Found:
            with self.reading() as unit:
                return question(unit)

        return await run_in_threadpool(asked)


async def caller_of(request: Request) -> Caller:
    """Whoever sent the request.

    Raises:
        BadParameter: the organisation's name cannot be one.
        NotFoundError: there is no such organisation.
    """
    serving: Serving = request.app.state.serving
    name = request.headers.get(ORGANISATION, serving.organisation)
    if name not in serving.known:
        await run_in_threadpool(_meet, serving, name)
    actor = request.headers.get(ACTOR, NOBODY)
    if not PERSON.fullmatch(actor):
        raise BadParameter("is not a name", field=ACTOR, value=actor, remedy="1 to 100 printable ASCII characters")
    return Caller(serving, name, actor, current_request_id() or "")


async def refuse_strangers(request: Request) -> None:
    """Check who asks also where nothing is kept; without a store there are no organisations.

    Raises:
        BadParameter, NotFoundError: see `caller_of`.
    """
    if getattr(request.app.state, "serving", None) is not None:
        await caller_of(request)


def checked_organisation(name: str) -> str:
    """A name that an organisation may have.

    Raises:
        BadParameter: lower case letters, digits, `-` and `_` only, 63 at most.
    """
    if not NAME.fullmatch(name):
        raise BadParameter(
            "is not the name of an organisation",
            field=ORGANISATION,
            value=name,
            remedy="lower case letters, digits, - and _; at most 63",
        )
    return name


def _meet(serving: Serving, name: str) -> None:
    checked_organisation(name)
    with serving.store.overseeing() as everyone:
        serving.known.update(everyone.names())
    if name not in serving.known:
        raise NotFoundError("no such organisation", field=ORGANISATION, value=name, remedy="make it first")
