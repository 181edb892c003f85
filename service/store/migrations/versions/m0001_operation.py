"""Tables of operation: organisations, contents, jobs, schedules, repeated requests, audit."""

import sqlalchemy as sa
from alembic import op

from service.store.schema import Body, Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "organisations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("clock", Moment(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
    )
    op.create_table(
        "audit",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("detail", Body, nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_audit_organisation")),
        sa.PrimaryKeyConstraint("organisation", "sequence", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_organisation_subject"), "audit", ["organisation", "subject"], unique=False)
    op.create_table(
        "content_pieces",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_content_pieces_organisation")),
        sa.PrimaryKeyConstraint("organisation", "sha256", "position", name=op.f("pk_content_pieces")),
    )
    op.create_table(
        "contents",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_contents_organisation")),
        sa.PrimaryKeyConstraint("organisation", "sha256", name=op.f("pk_contents")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", Body, nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_idempotency_keys_organisation")),
        sa.PrimaryKeyConstraint("organisation", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(op.f("ix_idempotency_keys_created_at"), "idempotency_keys", ["created_at"], unique=False)
    op.create_table(
        "jobs",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("parameters", Body, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("attempts_left", sa.Integer(), nullable=False),
        sa.Column("run_after", Moment(), nullable=False),
        sa.Column("percent", sa.Float(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("eta_s", sa.Float(), nullable=True),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("beat", sa.BigInteger(), nullable=False),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("error", Body, nullable=True),
        sa.Column("result", Body, nullable=True),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("started_at", Moment(), nullable=True),
        sa.Column("finished_at", Moment(), nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_jobs_organisation")),
        sa.PrimaryKeyConstraint("organisation", "id", name=op.f("pk_jobs")),
    )
    op.create_index(op.f("ix_jobs_organisation_sequence"), "jobs", ["organisation", "sequence"], unique=True)
    op.create_index(op.f("ix_jobs_state_priority_sequence"), "jobs", ["state", "priority", "sequence"], unique=False)
    op.create_table(
        "schedules",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("parameters", Body, nullable=False),
        sa.Column("every", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("next_at", Moment(), nullable=False),
        sa.Column("last_due", Moment(), nullable=True),
        sa.Column("last_job", sa.Text(), nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_schedules_organisation")),
        sa.PrimaryKeyConstraint("organisation", "id", name=op.f("pk_schedules")),
    )
    op.create_index(op.f("ix_schedules_enabled_next_at"), "schedules", ["enabled", "next_at"], unique=False)


def downgrade() -> None:
    """Refuse: restore a backup instead."""
    raise NotImplementedError
