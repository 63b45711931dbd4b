"""Checks of what is called back"""

import sqlalchemy as sa
from alembic import op

revision = "recall_checks_0001"
down_revision = None
branch_labels = None
depends_on = "inspection_0001"


def upgrade() -> None:
    op.create_table(
        "recall_checks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recall_id", sa.Uuid(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("business_name", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("product_name", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("level", sa.String(32), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("scheduled_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_by", sa.Uuid(), nullable=True),
        sa.Column("checked_by_name", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'completed') = (checked_at IS NOT NULL)", name="ck_recall_checks_completed_has_a_time"
        ),
        sa.CheckConstraint(
            "(checked_at IS NULL) = (outcome IS NULL)", name="ck_recall_checks_completed_has_an_outcome"
        ),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name="fk_recall_checks_business_id_businesses"),
        sa.PrimaryKeyConstraint("id", name="pk_recall_checks"),
        sa.UniqueConstraint("recall_id", "business_id", name="uq_recall_checks_recall_id_business_id"),
    )
    op.create_index("ix_recall_checks_business_id", "recall_checks", ["business_id"])
    op.create_index("ix_recall_checks_region_code_id", "recall_checks", ["region_code", "id"])


def downgrade() -> None:
    op.drop_table("recall_checks")
