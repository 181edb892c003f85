"""Tables of what Waterline found: forecasts, peaks, recommendations, scenarios, reports, value events, findings.

Role: where results are kept beside the data and model versions they rest on.
Must not know: how a result is computed.
"""

from sqlalchemy import BigInteger, Column, Float, ForeignKeyConstraint, Index, Integer, Table, Text

from service.store.schema import Body, Moment, metadata, organisation, stamps

forecasts = Table(
    "forecasts",
    metadata,
    organisation(),
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("panel", Text, nullable=False),
    Column("panel_version", Integer, nullable=False),
    Column("model", Text, nullable=False),
    Column("model_version", Text, nullable=False),
    Column("settings", Body, nullable=False),
    Column("as_of", Text, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("refused", Body, nullable=False),
    Column("job", Text, nullable=False),
    *stamps(),
    Index(None, "organisation", "panel", "kind", "sequence"),
    Index(None, "organisation", "sequence", unique=True),
)
"""A forecast run (`forecast`, `peaks` or `cost_outlook`). `refused`: series that could not be forecast, and why."""

forecast_rows = Table(
    "forecast_rows",
    metadata,
    organisation(),
    Column("forecast", Text, primary_key=True),
    Column("unique_id", Text, primary_key=True),
    Column("ds", Text, primary_key=True),
    Column("point", Float),
    Column("mean", Float),
    Column("quantiles", Body, nullable=False),
    Column("model", Text, nullable=False),
    Column("fallback", Text),
)
peak_rows = Table(
    "peak_rows",
    metadata,
    organisation(),
    Column("forecast", Text, primary_key=True),
    Column("unique_id", Text, primary_key=True),
    Column("window", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("tower", Text, nullable=False),
    Column("statistic", Text, nullable=False),
    Column("as_of", Text, nullable=False),
    Column("window_start", Text, nullable=False),
    Column("window_end", Text, nullable=False),
    Column("quantiles", Body, nullable=False),
    Column("mean", Float),
    Column("peak_at", Text, nullable=False),
    Column("peak_at_probability", Float),
    Column("capacity", Float),
    Column("exceedance", Float),
    Column("model", Text, nullable=False),
    Column("calibrated", Integer, nullable=False),
    Column("more", Body, nullable=False),
    Index(None, "organisation", "forecast", "tower", "window"),
)
"""A series' or tower total's peak over one window; `quantiles` by level: {"0.95": 812.4}. A tower with resources in
several units has a total in each."""

recommendations = Table(
    "recommendations",
    metadata,
    organisation(),
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("portfolio", Text, nullable=False),
    Column("problem_sha256", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("objective", Float),
    Column("solver", Text, nullable=False),
    Column("settings", Body, nullable=False),
    Column("body", Body, nullable=False),
    Column("job", Text, nullable=False),
    *stamps(),
    Index(None, "organisation", "sequence", unique=True),
)
"""An answer of the optimiser: `recommendation` or `frontier`; `body` is the exchange format."""

scenarios = Table(
    "scenarios",
    metadata,
    organisation(),
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("parent", Text),
    Column("portfolio", Text, nullable=False),
    Column("changes", Body, nullable=False),
    Column("recommendation", Text),
    Column("note", Text, nullable=False),
    Column("signed_business", Text, nullable=False),
    Column("signed_technology", Text, nullable=False),
    Column("adopted_at", Moment),
    *stamps(),
    ForeignKeyConstraint(
        ["organisation", "parent"], ["scenarios.organisation", "scenarios.id"], deferrable=True, initially="DEFERRED"
    ),
    ForeignKeyConstraint(["organisation", "portfolio"], ["portfolios.organisation", "portfolios.id"]),
    Index(None, "organisation", "sequence", unique=True),
)
"""`state` is `draft` or `adopted`; an adopted scenario is signed by business and technology and never changes."""

scenario_versions = Table(
    "scenario_versions",
    metadata,
    organisation(),
    Column("scenario", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("body", Body, nullable=False),
    Column("actor", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
)

reports = Table(
    "reports",
    metadata,
    organisation(),
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("published", Text),
    Column("source", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("body", Body, nullable=False),
    Column("model", Text, nullable=False),
    Column("catalogue_version", Text, nullable=False),
    Column("job", Text, nullable=False),
    Column("read_at", Moment),
    *stamps(),
    Index(None, "organisation", "sha256"),
    Index(None, "organisation", "sequence", unique=True),
)
"""`state`: `received`, `read` or `refused`; `body` holds risks, notes and, where refused, the problem."""

value_events = Table(
    "value_events",
    metadata,
    organisation(),
    Column("id", Text, primary_key=True),
    Column("report", Text, nullable=False),
    Column("solution", Text, nullable=False),
    Column("metric", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("per", Text, nullable=False),
    Column("period_from", Text, nullable=False),
    Column("period_to", Text, nullable=False),
    Column("business_unit", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("band", Text, nullable=False),
    Column("assurance", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", Body, nullable=False),
    *stamps(),
    Index(None, "organisation", "solution", "state"),
    Index(None, "organisation", "report"),
    Index(None, "organisation", "sequence", unique=True),
)
"""`state`: `posted`, `review`, `dropped` by the reader; `confirmed`, `rejected` by a person. `body`: the contract."""

event_reviews = Table(
    "event_reviews",
    metadata,
    organisation(),
    Column("event", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("actor", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("before", Body, nullable=False),
    Column("created_at", Moment, nullable=False),
)

findings = Table(
    "findings",
    metadata,
    organisation(),
    Column("id", Text, primary_key=True),
    Column("import_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("layer", Text, nullable=False),
    Column("element", Text, nullable=False),
    Column("stake", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("evidence", Body, nullable=False),
    *stamps(),
    Index(None, "organisation", "import_id", "stake"),
    Index(None, "organisation", "sequence", unique=True),
)
