"""Tables of operation: organisations, contents, jobs, schedules, repeated requests, audit.

Role: what the service needs to keep its promises, whatever it is used for.
Must not know: costs, demand, portfolios or reports.
"""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, LargeBinary, Table, Text

from service.store.schema import Body, Moment, metadata, organisation, stamps

organisations = Table(
    "organisations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("clock", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
)
"""`sequence` and `clock` are the last stamp given out: every change of the organisation takes the next."""

contents = Table(
    "contents",
    metadata,
    organisation(),
    Column("sha256", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("created_at", Moment, nullable=False),
)
content_pieces = Table(
    "content_pieces",
    metadata,
    organisation(),
    Column("sha256", Text, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("bytes", LargeBinary, nullable=False),
)
"""Bytes by their hash, in pieces; a content exists only when its row in `contents` does."""

jobs = Table(
    "jobs",
    metadata,
    organisation(),
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("parameters", Body, nullable=False),
    Column("state", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("asked", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("attempts_left", Integer, nullable=False),
    Column("run_after", Moment, nullable=False),
    Column("percent", Float, nullable=False),
    Column("stage", Text, nullable=False),
    Column("eta_s", Float),
    Column("worker", Text, nullable=False),
    Column("beat", BigInteger, nullable=False),
    Column("cancel_requested", Boolean, nullable=False),
    Column("error", Body),
    Column("result", Body),
    Column("request_id", Text, nullable=False),
    Column("started_at", Moment),
    Column("finished_at", Moment),
    *stamps(),
    Index(None, "state", "priority", "sequence"),
    Index(None, "organisation", "sequence", unique=True),
)
"""`id` is a hash of kind, parameters and organisation: the same work is the same row."""

schedules = Table(
    "schedules",
    metadata,
    organisation(),
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("parameters", Body, nullable=False),
    Column("every", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("next_at", Moment, nullable=False),
    Column("last_due", Moment),
    Column("last_job", Text),
    *stamps(),
    Index(None, "enabled", "next_at"),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    organisation(),
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", Body, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Column("created_at", Moment, nullable=False),
    Index(None, "created_at"),
)
"""The answer of a request that a client may repeat; written in the transaction of its effect."""

audit = Table(
    "audit",
    metadata,
    organisation(),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("detail", Body, nullable=False),
    Index(None, "organisation", "subject"),
)
"""Who did what, in order; the database refuses to change or remove a row."""
