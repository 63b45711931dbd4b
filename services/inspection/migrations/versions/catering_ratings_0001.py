"""Ratings of caterers"""

import sqlalchemy as sa
from alembic import op

revision = "catering_ratings_0001"
down_revision = None
branch_labels = None
depends_on = ("inspection_0001", "grid_0001")


def upgrade() -> None:
    op.create_table(
        "catering_ratings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("grade", sa.String(32), nullable=False),
        sa.Column("score", sa.Numeric(precision=4, scale=1), nullable=True),
        sa.Column("rule_id", sa.Uuid(), nullable=True),
        sa.Column("rated_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_by_name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawal_reason = '')", name="ck_catering_ratings_withdrawal_has_reason"
        ),
        sa.CheckConstraint("(score IS NULL) = (rule_id IS NULL)", name="ck_catering_ratings_score_has_its_rule"),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name="ck_catering_ratings_score_of_a_hundred"),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name="fk_catering_ratings_business_id_businesses"),
        sa.ForeignKeyConstraint(["rule_id"], ["dated_rules.id"], name="fk_catering_ratings_rule_id_dated_rules"),
        sa.PrimaryKeyConstraint("id", name="pk_catering_ratings"),
    )
    op.create_index("ix_catering_ratings_business_id_rated_on", "catering_ratings", ["business_id", "rated_on"])
    op.create_index("ix_catering_ratings_region_code_id", "catering_ratings", ["region_code", "id"])


def downgrade() -> None:
    op.drop_table("catering_ratings")
