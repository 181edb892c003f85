"""Tables of results, and the guards of history."""

import sqlalchemy as sa
from alembic import op

from service.store.migrations.guards import guard
from service.store.schema import Body, Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and have the database itself refuse to change history."""
    op.create_table(
        "event_reviews",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("before", Body, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_event_reviews_organisation")),
        sa.PrimaryKeyConstraint("organisation", "event", "version", name=op.f("pk_event_reviews")),
    )
    op.create_table(
        "findings",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("layer", sa.Text(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("stake", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("evidence", Body, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_findings_organisation")),
        sa.PrimaryKeyConstraint("organisation", "id", name=op.f("pk_findings")),
    )
    op.create_index(
        op.f("ix_findings_organisation_import_id_stake"),
        "findings",
        ["organisation", "import_id", "stake"],
        unique=False,
    )
    op.create_index(op.f("ix_findings_organisation_sequence"), "findings", ["organisation", "sequence"], unique=True)
    op.create_table(
        "forecast_rows",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("forecast", sa.Text(), nullable=False),
        sa.Column("unique_id", sa.Text(), nullable=False),
        sa.Column("ds", sa.Text(), nullable=False),
        sa.Column("point", sa.Float(), nullable=True),
        sa.Column("mean", sa.Float(), nullable=True),
        sa.Column("quantiles", Body, nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("fallback", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_forecast_rows_organisation")),
        sa.PrimaryKeyConstraint("organisation", "forecast", "unique_id", "ds", name=op.f("pk_forecast_rows")),
    )
    op.create_table(
        "forecasts",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("panel", sa.Text(), nullable=False),
        sa.Column("panel_version", sa.Integer(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("model_version", sa.Text(), nullable=False),
        sa.Column("settings", Body, nullable=False),
        sa.Column("as_of", sa.Text(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("refused", Body, nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_forecasts_organisation")),
        sa.PrimaryKeyConstraint("organisation", "id", name=op.f("pk_forecasts")),
    )
    op.create_index(
        op.f("ix_forecasts_organisation_panel_kind_sequence"),
        "forecasts",
        ["organisation", "panel", "kind", "sequence"],
        unique=False,
    )
    op.create_index(op.f("ix_forecasts_organisation_sequence"), "forecasts", ["organisation", "sequence"], unique=True)
    op.create_table(
        "peak_rows",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("forecast", sa.Text(), nullable=False),
        sa.Column("unique_id", sa.Text(), nullable=False),
        sa.Column("window", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("tower", sa.Text(), nullable=False),
        sa.Column("statistic", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Text(), nullable=False),
        sa.Column("window_start", sa.Text(), nullable=False),
        sa.Column("window_end", sa.Text(), nullable=False),
        sa.Column("quantiles", Body, nullable=False),
        sa.Column("mean", sa.Float(), nullable=True),
        sa.Column("peak_at", sa.Text(), nullable=False),
        sa.Column("peak_at_probability", sa.Float(), nullable=True),
        sa.Column("capacity", sa.Float(), nullable=True),
        sa.Column("exceedance", sa.Float(), nullable=True),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("calibrated", sa.Integer(), nullable=False),
        sa.Column("more", Body, nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_peak_rows_organisation")),
        sa.PrimaryKeyConstraint("organisation", "forecast", "unique_id", "window", "unit", name=op.f("pk_peak_rows")),
    )
    op.create_index(
        op.f("ix_peak_rows_organisation_forecast_tower_window"),
        "peak_rows",
        ["organisation", "forecast", "tower", "window"],
        unique=False,
    )
    op.create_table(
        "recommendations",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("portfolio", sa.Text(), nullable=False),
        sa.Column("problem_sha256", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("objective", sa.Float(), nullable=True),
        sa.Column("solver", sa.Text(), nullable=False),
        sa.Column("settings", Body, nullable=False),
        sa.Column("body", Body, nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_recommendations_organisation")),
        sa.PrimaryKeyConstraint("organisation", "id", name=op.f("pk_recommendations")),
    )
    op.create_index(
        op.f("ix_recommendations_organisation_sequence"), "recommendations", ["organisation", "sequence"], unique=True
    )
    op.create_table(
        "reports",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("published", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("body", Body, nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("catalogue_version", sa.Text(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("read_at", Moment(), nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_reports_organisation")),
        sa.PrimaryKeyConstraint("organisation", "id", name=op.f("pk_reports")),
    )
    op.create_index(op.f("ix_reports_organisation_sequence"), "reports", ["organisation", "sequence"], unique=True)
    op.create_index(op.f("ix_reports_organisation_sha256"), "reports", ["organisation", "sha256"], unique=False)
    op.create_table(
        "scenario_versions",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("scenario", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", Body, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_scenario_versions_organisation")),
        sa.PrimaryKeyConstraint("organisation", "scenario", "version", name=op.f("pk_scenario_versions")),
    )
    op.create_table(
        "value_events",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("solution", sa.Text(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("per", sa.Text(), nullable=False),
        sa.Column("period_from", sa.Text(), nullable=False),
        sa.Column("period_to", sa.Text(), nullable=False),
        sa.Column("business_unit", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("band", sa.Text(), nullable=False),
        sa.Column("assurance", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", Body, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_value_events_organisation")),
        sa.PrimaryKeyConstraint("organisation", "id", name=op.f("pk_value_events")),
    )
    op.create_index(
        op.f("ix_value_events_organisation_report"), "value_events", ["organisation", "report"], unique=False
    )
    op.create_index(
        op.f("ix_value_events_organisation_sequence"), "value_events", ["organisation", "sequence"], unique=True
    )
    op.create_index(
        op.f("ix_value_events_organisation_solution_state"),
        "value_events",
        ["organisation", "solution", "state"],
        unique=False,
    )
    op.create_table(
        "scenarios",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("portfolio", sa.Text(), nullable=False),
        sa.Column("changes", Body, nullable=False),
        sa.Column("recommendation", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("signed_business", sa.Text(), nullable=False),
        sa.Column("signed_technology", sa.Text(), nullable=False),
        sa.Column("adopted_at", Moment(), nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation", "parent"],
            ["scenarios.organisation", "scenarios.id"],
            name=op.f("fk_scenarios_organisation_parent"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["organisation", "portfolio"],
            ["portfolios.organisation", "portfolios.id"],
            name=op.f("fk_scenarios_organisation_portfolio"),
        ),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_scenarios_organisation")),
        sa.PrimaryKeyConstraint("organisation", "id", name=op.f("pk_scenarios")),
    )
    op.create_index(op.f("ix_scenarios_organisation_sequence"), "scenarios", ["organisation", "sequence"], unique=True)
    guard(op)


def downgrade() -> None:
    """Refuse: restore a backup instead."""
    raise NotImplementedError
