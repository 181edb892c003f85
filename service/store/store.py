"""The store: transactions of one organisation, each giving the repositories that work in it.

Role: opens a database, begins and ends transactions, hands out ids and stamps.
Must not know: HTTP, jobs or what is computed.
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property

from sqlalchemy import Connection, Engine, text

from service.store.audit import Audit
from service.store.contents import Contents
from service.store.engine import WRITING, make_engine, own_words, reader_of
from service.store.findings import Findings
from service.store.forecasts import Forecasts
from service.store.idempotency import Idempotency
from service.store.inputs import Inputs
from service.store.jobs import Jobs
from service.store.ledgers import Ledgers
from service.store.listing import Listings
from service.store.organisations import Organisations
from service.store.panels import Panels
from service.store.portfolios import Portfolios, Solutions
from service.store.reports import Reports, ValueEvents
from service.store.scenarios import Recommendations, Scenarios
from service.store.schedules import Schedules
from service.store.scope import Scope

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Now, by the machine's clock."""
    return datetime.now(UTC)


def new_id(prefix: str) -> str:
    """A fresh identifier that tells what it names: `pan_5f1c…`."""
    return f"{prefix}_{uuid.uuid4().hex}"


class Unit:
    """One transaction of one organisation: what it reads is one state, what it writes is kept whole or not at all."""

    def __init__(self, scope: Scope) -> None:
        """Bind the repositories to a connection and an organisation."""
        self._scope = scope

    @property
    def organisation(self) -> str:
        """Whose records this transaction sees."""
        return self._scope.organisation

    @property
    def now(self) -> datetime:
        """The time of the transaction."""
        return self._scope.now

    @cached_property
    def lists(self) -> Listings:
        """Pages and single records of every kind, by allow-lists."""
        return Listings(self._scope)

    @cached_property
    def contents(self) -> Contents:
        """Bytes by their hash."""
        return Contents(self._scope)

    @cached_property
    def inputs(self) -> Inputs:
        """Uploaded files and their versions."""
        return Inputs(self._scope)

    @cached_property
    def jobs(self) -> Jobs:
        """Work to be done and its progress."""
        return Jobs(self._scope)

    @cached_property
    def idempotency(self) -> Idempotency:
        """Answers to requests that may be repeated."""
        return Idempotency(self._scope)

    @cached_property
    def audit(self) -> Audit:
        """Who did what."""
        return Audit(self._scope)

    @cached_property
    def panels(self) -> Panels:
        """Demand panels and their history."""
        return Panels(self._scope)

    @cached_property
    def ledgers(self) -> Ledgers:
        """Imported ledgers and their views."""
        return Ledgers(self._scope)

    @cached_property
    def portfolios(self) -> Portfolios:
        """Portfolios of candidates."""
        return Portfolios(self._scope)

    @cached_property
    def solutions(self) -> Solutions:
        """The catalogue in force."""
        return Solutions(self._scope)

    @cached_property
    def scenarios(self) -> Scenarios:
        """What-ifs."""
        return Scenarios(self._scope)

    @cached_property
    def recommendations(self) -> Recommendations:
        """Answers of the optimiser."""
        return Recommendations(self._scope)

    @cached_property
    def forecasts(self) -> Forecasts:
        """Forecasts and peaks."""
        return Forecasts(self._scope)

    @cached_property
    def reports(self) -> Reports:
        """Reports."""
        return Reports(self._scope)

    @cached_property
    def value_events(self) -> ValueEvents:
        """Value events and their reviews."""
        return ValueEvents(self._scope)

    @cached_property
    def findings(self) -> Findings:
        """What deserves a decision."""
        return Findings(self._scope)

    @cached_property
    def schedules(self) -> Schedules:
        """Work that is asked for again and again."""
        return Schedules(self._scope)


class Store:
    """A database of Waterline. Open one a process and share it: transactions of several threads do not disturb."""

    def __init__(self, engine: Engine, *, clock: Clock = system_clock, make_id: Callable[[str], str] = new_id) -> None:
        """Use an engine that `make_engine` opened."""
        self._engine = engine
        self._reader = reader_of(engine)
        self._writer = engine.execution_options(**{WRITING: True})
        self._clock = clock
        self._make_id = make_id

    @classmethod
    def open(
        cls, url: str, *, busy_timeout_s: float = 10.0, pool_size: int = 10, clock: Clock = system_clock
    ) -> "Store":
        """Open a database by its URL; its tables must exist (`service.store.upgrading`)."""
        return cls(make_engine(url, busy_timeout_s=busy_timeout_s, pool_size=pool_size), clock=clock)

    @property
    def engine(self) -> Engine:
        """The engine, for upgrades and backups."""
        return self._engine

    @property
    def writer(self) -> Engine:
        """The engine whose transactions write from their start."""
        return self._writer

    @contextmanager
    def reading(self, organisation: str) -> Iterator[Unit]:
        """Begin a transaction that only reads.

        Raises:
            StoreError: see `service.store.engine.own_words`.
        """
        with own_words(), self._reader.connect() as connection, connection.begin():
            yield Unit(self._scope(connection, organisation))

    @contextmanager
    def writing(self, organisation: str) -> Iterator[Unit]:
        """Begin a transaction that writes; it is committed when the block ends without an error.

        Raises:
            ConflictError: a key exists already.
            StoreError: see `service.store.engine.own_words`.
        """
        with own_words(), self._writer.connect() as connection, connection.begin():
            yield Unit(self._scope(connection, organisation))

    @contextmanager
    def operating(self) -> Iterator[Organisations]:
        """Begin a writing transaction over all organisations: for workers and schedules, never for a request."""
        with own_words(), self._writer.connect() as connection, connection.begin():
            yield Organisations(connection, self._clock(), self._make_id)

    @contextmanager
    def overseeing(self) -> Iterator[Organisations]:
        """Begin a reading transaction over all organisations."""
        with own_words(), self._reader.connect() as connection, connection.begin():
            yield Organisations(connection, self._clock(), self._make_id)

    def check(self) -> None:
        """Answer when the database does.

        Raises:
            StoreError: it does not.
        """
        with own_words(), self._engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Give every connection back."""
        self._engine.dispose()

    def _scope(self, connection: Connection, organisation: str) -> Scope:
        return Scope(connection, organisation, self._clock(), self._make_id)
