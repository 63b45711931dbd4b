"""Counts behind the figures of scoring"""

import sqlalchemy as sa
from alembic import op

revision = "scoring_counts_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "scoring_counts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("figure", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("numerator", sa.Integer(), nullable=False),
        sa.Column("denominator", sa.Integer(), nullable=False),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("numerator <> 0 OR denominator <> 0", name="ck_scoring_counts_changes_something"),
        sa.PrimaryKeyConstraint("id", name="pk_scoring_counts"),
    )
    op.create_index("ix_scoring_counts_figure_region_code_day", "scoring_counts", ["figure", "region_code", "day"])


def downgrade() -> None:
    op.drop_table("scoring_counts")
