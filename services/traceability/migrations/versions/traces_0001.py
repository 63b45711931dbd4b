"""Limits by which traces are judged"""

import sqlalchemy as sa
from alembic import op

revision = "traces_0001"
down_revision = None
branch_labels = None
depends_on = "epcis_0001"


def upgrade() -> None:
    op.create_table(
        "trace_limits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("product_key", sa.Text(), nullable=False),
        sa.Column("value", sa.Numeric(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("value >= 0", name="ck_trace_limits_value_not_negative"),
        sa.PrimaryKeyConstraint("id", name="pk_trace_limits"),
        sa.UniqueConstraint(
            "name",
            "product_key",
            "valid_from",
            "recorded_at",
            name="uq_trace_limits_name_product_key_valid_from_recorded_at",
        ),
    )


def downgrade() -> None:
    op.drop_table("trace_limits")
