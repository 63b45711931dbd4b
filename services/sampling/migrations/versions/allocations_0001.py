"""Allocations and the caps of a quarter"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "allocations_0001"
down_revision = None
branch_labels = None
depends_on = ("plans_0001",)


def upgrade() -> None:
    op.create_table(
        "sampling_caps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("maximum", sa.Integer(), nullable=True),
        sa.Column("link", sa.String(32), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("maximum > 0", name="ck_sampling_caps_maximum_positive"),
        sa.PrimaryKeyConstraint("id", name="pk_sampling_caps"),
    )
    op.create_index("ix_sampling_caps_kind_valid_from", "sampling_caps", ["kind", "valid_from"], unique=True)
    op.create_table(
        "sampling_allocations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("method", sa.String(32), nullable=False),
        sa.Column("algorithm", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("inputs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("inputs_sha256", sa.Text(), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("dispatched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dispatched_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["sampling_plans.id"], name="fk_sampling_allocations_plan_id_sampling_plans"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sampling_allocations"),
    )
    op.create_index("ix_sampling_allocations_plan_id_id", "sampling_allocations", ["plan_id", "id"])


def downgrade() -> None:
    op.drop_table("sampling_allocations")
    op.drop_table("sampling_caps")
