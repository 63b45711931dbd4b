"""Figures: deltas, rollups, stated values."""

import sqlalchemy as sa
from alembic import op

revision = "figures_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "figure_deltas",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("numerator", sa.Numeric(), nullable=False),
        sa.Column("denominator", sa.Numeric(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_figure_deltas"),
    )
    op.create_index("ix_figure_deltas_code_region_code_day", "figure_deltas", ["code", "region_code", "day"])
    op.create_table(
        "figure_rollups",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("period_kind", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("numerator", sa.Numeric(), nullable=False),
        sa.Column("denominator", sa.Numeric(), nullable=False),
        sa.PrimaryKeyConstraint("code", "region_code", "period_kind", "first_day", name="pk_figure_rollups"),
    )
    op.create_table(
        "registered_figures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("comparison", sa.Text(), nullable=False),
        sa.Column("value", sa.Numeric(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_date", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("superseded_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("kind IN ('fact', 'target')", name="ck_registered_figures_kind_known"),
        sa.CheckConstraint("comparison IN ('=', '≥', '≤', '')", name="ck_registered_figures_comparison_known"),
        sa.PrimaryKeyConstraint("id", name="pk_registered_figures"),
    )
    op.create_index("ix_registered_figures_region_code_code", "registered_figures", ["region_code", "code"])


def downgrade() -> None:
    op.drop_table("registered_figures")
    op.drop_table("figure_rollups")
    op.drop_table("figure_deltas")
