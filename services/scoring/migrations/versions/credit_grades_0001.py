"""Credit accounts and grades"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "credit_grades_0001"
down_revision = None
branch_labels = None
depends_on = "credit_0001"


def upgrade() -> None:
    op.create_table(
        "credit_grade_rules",
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name="pk_credit_grade_rules"),
        sa.UniqueConstraint("valid_from", "recorded_at", name="uq_credit_grade_rules_valid_from_recorded_at"),
    )
    op.create_table(
        "credit_accounts",
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("grade", sa.String(32), nullable=True),
        sa.Column("points", sa.Numeric(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("settled_until", sa.Date(), nullable=True),
        sa.Column("steps", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=True),
        sa.Column("told", sa.String(32), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(grade IS NULL) OR (as_of IS NOT NULL)", name="ck_credit_accounts_graded_says_when"),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["credit_grade_rules.id"], name="fk_credit_accounts_rule_id_credit_grade_rules"
        ),
        sa.PrimaryKeyConstraint("business_id", name="pk_credit_accounts"),
    )
    op.create_index("ix_credit_accounts_region_code_business_id", "credit_accounts", ["region_code", "business_id"])
    op.create_table(
        "credit_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(32), nullable=True),
        sa.Column("end_note", sa.Text(), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(ended_on IS NULL) = (end_reason IS NULL)", name="ck_credit_entries_ended_says_why"),
        sa.ForeignKeyConstraint(
            ["business_id"], ["credit_accounts.business_id"], name="fk_credit_entries_business_id_credit_accounts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_credit_entries"),
    )
    op.create_index("ix_credit_entries_business_id_id", "credit_entries", ["business_id", "id"])
    op.create_table(
        "credit_gradings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("grade", sa.String(32), nullable=True),
        sa.Column("points", sa.Numeric(), nullable=True),
        sa.Column("steps", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id"], ["credit_accounts.business_id"], name="fk_credit_gradings_business_id_credit_accounts"
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["credit_grade_rules.id"], name="fk_credit_gradings_rule_id_credit_grade_rules"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_credit_gradings"),
        sa.UniqueConstraint("business_id", "number", name="uq_credit_gradings_business_id_number"),
    )


def downgrade() -> None:
    op.drop_table("credit_gradings")
    op.drop_table("credit_entries")
    op.drop_table("credit_accounts")
    op.drop_table("credit_grade_rules")
