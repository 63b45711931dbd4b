"""EPCIS queries under a name, subscriptions and their deliveries"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "epcis_queries_0001"
down_revision = None
branch_labels = None
depends_on = "epcis_0001"


def upgrade() -> None:
    op.create_table(
        "epcis_named_queries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("given", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("definition", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("namespaces", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_epcis_named_queries"),
    )
    op.create_index("uq_epcis_named_queries_name", "epcis_named_queries", ["owner_key", "name"], unique=True)
    op.create_table(
        "epcis_spent_page_tokens",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_epcis_spent_page_tokens"),
    )
    op.create_index("ix_epcis_spent_page_tokens_expires_at", "epcis_spent_page_tokens", ["expires_at"])
    op.create_table(
        "epcis_subscriptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("query_id", sa.Uuid(), nullable=False),
        sa.Column("owner", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("dest", sa.Text(), nullable=False),
        sa.Column("signature_token", sa.Text(), nullable=True),
        sa.Column("epc_format", sa.Text(), nullable=False),
        sa.Column("stream", sa.Boolean(), nullable=False),
        sa.Column("schedule", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("report_if_empty", sa.Boolean(), nullable=False),
        sa.Column("initial_record_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("reached_in", sa.BigInteger(), nullable=False),
        sa.Column("reached_id", sa.Uuid(), nullable=False),
        sa.Column("pending_in", sa.BigInteger(), nullable=True),
        sa.Column("pending_id", sa.Uuid(), nullable=True),
        sa.Column("min_record_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("batch_size", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("stream = (schedule IS NULL)", name="ck_epcis_subscriptions_stream_or_schedule"),
        sa.ForeignKeyConstraint(
            ["query_id"],
            ["epcis_named_queries.id"],
            name="fk_epcis_subscriptions_query_id_epcis_named_queries",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_epcis_subscriptions"),
    )
    op.create_index(
        "ix_epcis_subscriptions_due", "epcis_subscriptions", ["due_at"], postgresql_where=sa.text("state = 'active'")
    )
    op.create_index("ix_epcis_subscriptions_query_id_id", "epcis_subscriptions", ["query_id", "id"])
    op.create_table(
        "epcis_deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("bytes_sent", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["epcis_subscriptions.id"],
            name="fk_epcis_deliveries_subscription_id_epcis_subscriptions",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_epcis_deliveries"),
    )
    op.create_index("ix_epcis_deliveries_at", "epcis_deliveries", ["at"])
    op.create_index("ix_epcis_deliveries_subscription_id_id", "epcis_deliveries", ["subscription_id", "id"])
    op.create_index("ix_epcis_events_disposition_event_time", "epcis_events", ["disposition", "event_time"])
    op.create_index("ix_epcis_events_event_type_event_time", "epcis_events", ["event_type", "event_time"])


def downgrade() -> None:
    op.drop_index("ix_epcis_events_event_type_event_time")
    op.drop_index("ix_epcis_events_disposition_event_time")
    op.drop_table("epcis_deliveries")
    op.drop_table("epcis_subscriptions")
    op.drop_table("epcis_spent_page_tokens")
    op.drop_table("epcis_named_queries")
