"""Tables of what an organisation hands in."""

import sqlalchemy as sa
from alembic import op

from service.store.schema import Body, Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "candidates",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("portfolio", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("solution", sa.Text(), nullable=False),
        sa.Column("tower", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("business_owner", sa.Text(), nullable=False),
        sa.Column("technology_owner", sa.Text(), nullable=False),
        sa.Column("mandatory", sa.Boolean(), nullable=False),
        sa.Column("body", Body, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_candidates_organisation")),
        sa.PrimaryKeyConstraint("organisation", "portfolio", "id", name=op.f("pk_candidates")),
    )
    op.create_index(
        op.f("ix_candidates_organisation_portfolio_position"),
        "candidates",
        ["organisation", "portfolio", "position"],
        unique=False,
    )
    op.create_table(
        "imports",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("latest", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("digits", sa.Integer(), nullable=False),
        sa.Column("first_month", sa.Text(), nullable=False),
        sa.Column("last_month", sa.Text(), nullable=False),
        sa.Column("closed_through", sa.Text(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("rows_in", sa.BigInteger(), nullable=False),
        sa.Column("rows_out", sa.BigInteger(), nullable=False),
        sa.Column("reconciled", sa.Boolean(), nullable=False),
        sa.Column("unmapped_share", sa.Text(), nullable=False),
        sa.Column("sources", Body, nullable=False),
        sa.Column("facts", Body, nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_imports_organisation")),
        sa.PrimaryKeyConstraint("organisation", "id", name=op.f("pk_imports")),
    )
    op.create_index(
        op.f("ix_imports_organisation_name_version"), "imports", ["organisation", "name", "version"], unique=True
    )
    op.create_index(op.f("ix_imports_organisation_sequence"), "imports", ["organisation", "sequence"], unique=True)
    op.create_table(
        "inputs",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("latest", sa.Boolean(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("settings", Body, nullable=False),
        sa.Column("facts", Body, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_inputs_organisation")),
        sa.PrimaryKeyConstraint("organisation", "id", name=op.f("pk_inputs")),
    )
    op.create_index(
        op.f("ix_inputs_organisation_kind_name_version"),
        "inputs",
        ["organisation", "kind", "name", "version"],
        unique=True,
    )
    op.create_index(op.f("ix_inputs_organisation_sequence"), "inputs", ["organisation", "sequence"], unique=True)
    op.create_table(
        "ledger_lines",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("sub_pool", sa.Text(), nullable=False),
        sa.Column("tower", sa.Text(), nullable=False),
        sa.Column("sub_tower", sa.Text(), nullable=False),
        sa.Column("solution", sa.Text(), nullable=False),
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("expenditure", sa.Text(), nullable=False),
        sa.Column("dimensions", Body, nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("billed", sa.BigInteger(), nullable=True),
        sa.Column("listed", sa.BigInteger(), nullable=True),
        sa.Column("contracted", sa.BigInteger(), nullable=True),
        sa.Column("original", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_ledger_lines_organisation")),
        sa.PrimaryKeyConstraint("organisation", "import_id", "line", name=op.f("pk_ledger_lines")),
    )
    op.create_index(
        op.f("ix_ledger_lines_organisation_import_id_month"),
        "ledger_lines",
        ["organisation", "import_id", "month"],
        unique=False,
    )
    op.create_table(
        "panel_rows",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("panel", sa.Text(), nullable=False),
        sa.Column("unique_id", sa.Text(), nullable=False),
        sa.Column("ds", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.Column("y", sa.Float(), nullable=True),
        sa.Column("tower", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Float(), nullable=True),
        sa.Column("censored", sa.Boolean(), nullable=True),
        sa.Column("statistic", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_panel_rows_organisation")),
        sa.PrimaryKeyConstraint("organisation", "panel", "unique_id", "ds", "version", name=op.f("pk_panel_rows")),
    )
    op.create_index(
        op.f("ix_panel_rows_organisation_panel_until_sequence"),
        "panel_rows",
        ["organisation", "panel", "until", "sequence"],
        unique=False,
    )
    op.create_table(
        "panel_versions",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("panel", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("rows_new", sa.BigInteger(), nullable=False),
        sa.Column("rows_changed", sa.BigInteger(), nullable=False),
        sa.Column("rows_same", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_panel_versions_organisation")),
        sa.PrimaryKeyConstraint("organisation", "panel", "version", name=op.f("pk_panel_versions")),
    )
    op.create_table(
        "panels",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("settings", Body, nullable=False),
        sa.Column("series", sa.Integer(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("first_ds", sa.Text(), nullable=False),
        sa.Column("last_ds", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_panels_organisation")),
        sa.PrimaryKeyConstraint("organisation", "id", name=op.f("pk_panels")),
    )
    op.create_index(op.f("ix_panels_organisation_name"), "panels", ["organisation", "name"], unique=True)
    op.create_index(op.f("ix_panels_organisation_sequence"), "panels", ["organisation", "sequence"], unique=True)
    op.create_table(
        "portfolios",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("latest", sa.Boolean(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("candidates", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("problem", Body, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_portfolios_organisation")),
        sa.PrimaryKeyConstraint("organisation", "id", name=op.f("pk_portfolios")),
    )
    op.create_index(
        op.f("ix_portfolios_organisation_name_version"), "portfolios", ["organisation", "name", "version"], unique=True
    )
    op.create_index(
        op.f("ix_portfolios_organisation_sequence"), "portfolios", ["organisation", "sequence"], unique=True
    )
    op.create_table(
        "solutions",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("input", sa.Text(), nullable=False),
        sa.Column("body", Body, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_solutions_organisation")),
        sa.PrimaryKeyConstraint("organisation", "id", name=op.f("pk_solutions")),
    )
    op.create_index(op.f("ix_solutions_organisation_sequence"), "solutions", ["organisation", "sequence"], unique=True)
    op.create_table(
        "view_rows",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("view", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("expenditure", sa.Text(), nullable=False),
        sa.Column("tower", sa.Text(), nullable=False),
        sa.Column("solution", sa.Text(), nullable=False),
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("plan", sa.BigInteger(), nullable=True),
        sa.Column("metered", sa.BigInteger(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_view_rows_organisation")),
        sa.PrimaryKeyConstraint("organisation", "import_id", "view", "line", name=op.f("pk_view_rows")),
    )
    op.create_index(
        op.f("ix_view_rows_organisation_import_id_view_month"),
        "view_rows",
        ["organisation", "import_id", "view", "month"],
        unique=False,
    )


def downgrade() -> None:
    """Refuse: restore a backup instead."""
    raise NotImplementedError
