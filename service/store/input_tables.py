"""Tables of what an organisation hands in: files, panels with their history, imported ledgers, portfolios.

Role: where inputs are kept with every version they ever had.
Must not know: what is computed from them.
"""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, Table, Text

from service.store.schema import Body, Moment, metadata, organisation, stamps

inputs = Table(
    "inputs",
    metadata,
    organisation(),
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("latest", Boolean, nullable=False),
    Column("file", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("settings", Body, nullable=False),
    Column("facts", Body, nullable=False),
    *stamps(),
    Index(None, "organisation", "kind", "name", "version", unique=True),
    Index(None, "organisation", "sequence", unique=True),
)
"""One row a version of an uploaded file; the bytes are in `contents`. `facts` is what a check found out about it."""

panels = Table(
    "panels",
    metadata,
    organisation(),
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("settings", Body, nullable=False),
    Column("series", Integer, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("first_ds", Text, nullable=False),
    Column("last_ds", Text, nullable=False),
    *stamps(),
    Index(None, "organisation", "name", unique=True),
    Index(None, "organisation", "sequence", unique=True),
)
"""`settings`: freq, seasons, windows, tz and other options of its forecasts."""

panel_versions = Table(
    "panel_versions",
    metadata,
    organisation(),
    Column("panel", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("sha256", Text, nullable=False),
    Column("rows_new", BigInteger, nullable=False),
    Column("rows_changed", BigInteger, nullable=False),
    Column("rows_same", BigInteger, nullable=False),
    Column("created_at", Moment, nullable=False),
)

panel_rows = Table(
    "panel_rows",
    metadata,
    organisation(),
    Column("panel", Text, primary_key=True),
    Column("unique_id", Text, primary_key=True),
    Column("ds", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("until", Integer, nullable=False),
    Column("y", Float),
    Column("tower", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("capacity", Float),
    Column("censored", Boolean),
    Column("statistic", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Index(None, "organisation", "panel", "until", "sequence"),
)
"""A cell as it was from `version` on, before `until` (`OPEN` where it still is); nothing is overwritten."""
OPEN = 2**31 - 1

imports = Table(
    "imports",
    metadata,
    organisation(),
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("latest", Boolean, nullable=False),
    Column("title", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("digits", Integer, nullable=False),
    Column("first_month", Text, nullable=False),
    Column("last_month", Text, nullable=False),
    Column("closed_through", Text, nullable=False),
    Column("synthetic", Boolean, nullable=False),
    Column("rows_in", BigInteger, nullable=False),
    Column("rows_out", BigInteger, nullable=False),
    Column("reconciled", Boolean, nullable=False),
    Column("unmapped_share", Text, nullable=False),
    Column("sources", Body, nullable=False),
    Column("facts", Body, nullable=False),
    Column("job", Text, nullable=False),
    *stamps(),
    Index(None, "organisation", "name", "version", unique=True),
    Index(None, "organisation", "sequence", unique=True),
)
"""A ledger import. `facts`: months, notes, reconciliation and unmapped lines, as the views print them."""

PLACES = ("pool", "sub_pool", "tower", "sub_tower", "solution", "consumer", "expenditure")
ledger_lines = Table(
    "ledger_lines",
    metadata,
    organisation(),
    Column("import_id", Text, primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("month", Text, nullable=False),
    Column("currency", Text, nullable=False),
    *(Column(name, Text, nullable=False) for name in PLACES),
    Column("dimensions", Body, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("billed", BigInteger),
    Column("listed", BigInteger),
    Column("contracted", BigInteger),
    Column("original", BigInteger, nullable=False),
    Index(None, "organisation", "import_id", "month"),
)
"""Aggregated cost lines of an import, in minor units of its currency."""

view_rows = Table(
    "view_rows",
    metadata,
    organisation(),
    Column("import_id", Text, primary_key=True),
    Column("view", Text, primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("month", Text, nullable=False),
    Column("pool", Text, nullable=False),
    Column("expenditure", Text, nullable=False),
    Column("tower", Text, nullable=False),
    Column("solution", Text, nullable=False),
    Column("consumer", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("plan", BigInteger),
    Column("metered", BigInteger),
    Column("size", BigInteger),
    Index(None, "organisation", "import_id", "view", "month"),
)
"""The three views month by month: sums over months are exact because every month was rounded once."""

portfolios = Table(
    "portfolios",
    metadata,
    organisation(),
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("latest", Boolean, nullable=False),
    Column("currency", Text, nullable=False),
    Column("candidates", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("problem", Body, nullable=False),
    *stamps(),
    Index(None, "organisation", "name", "version", unique=True),
    Index(None, "organisation", "sequence", unique=True),
)
candidates = Table(
    "candidates",
    metadata,
    organisation(),
    Column("portfolio", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("solution", Text, nullable=False),
    Column("tower", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("business_owner", Text, nullable=False),
    Column("technology_owner", Text, nullable=False),
    Column("mandatory", Boolean, nullable=False),
    Column("body", Body, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Index(None, "organisation", "portfolio", "position"),
)

solutions = Table(
    "solutions",
    metadata,
    organisation(),
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("input", Text, nullable=False),
    Column("body", Body, nullable=False),
    *stamps(),
    Index(None, "organisation", "sequence", unique=True),
)
"""The catalogue in force: what money is grouped under and value credited to."""
