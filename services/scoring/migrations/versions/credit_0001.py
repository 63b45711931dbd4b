"""Credit signals."""

import sqlalchemy as sa
from alembic import op

revision = "credit_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "credit_signals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind", sa.Enum("rapid_test_failed", name="signalkind", native_enum=False, length=32), nullable=False
        ),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=True),
        sa.Column("business_uscc", sa.Text(), nullable=True),
        sa.Column("business_name", sa.Text(), nullable=True),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("severe", sa.Boolean(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "confirmed", "dismissed", "unsettled", name="signalstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("settlement_id", sa.Uuid(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settlement_recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'open') = (settled_at IS NULL)", name="ck_credit_signals_settled_says_when"),
        sa.PrimaryKeyConstraint("id", name="pk_credit_signals"),
    )
    op.create_index(
        "ix_credit_signals_business_id_occurred_at", "credit_signals", ["business_id", "occurred_at"], unique=False
    )
    op.create_index("ix_credit_signals_region_code_id", "credit_signals", ["region_code", "id"], unique=False)
    op.create_index("uq_credit_signals_kind_source_id", "credit_signals", ["kind", "source_id"], unique=True)


def downgrade() -> None:
    op.drop_table("credit_signals")
