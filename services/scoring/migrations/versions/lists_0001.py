"""Lists and stars"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "lists_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "list_rules",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name="pk_list_rules"),
        sa.UniqueConstraint("code", "valid_from", "recorded_at", name="uq_list_rules_code_valid_from_recorded_at"),
    )
    op.create_table(
        "list_rounds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("outcomes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["rule_id"], ["list_rules.id"], name="fk_list_rounds_rule_id_list_rules"),
        sa.PrimaryKeyConstraint("id", name="pk_list_rounds"),
    )
    op.create_index("ix_list_rounds_region_code_id", "list_rounds", ["region_code", "id"])
    op.create_table(
        "listings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("subject_name", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("entry_label", sa.Text(), nullable=False),
        sa.Column("favourable", sa.Boolean(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("appeal_until", sa.Date(), nullable=False),
        sa.Column("appeal", sa.Text(), nullable=True),
        sa.Column("appeal_answer", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("left_why", sa.Text(), nullable=True),
        sa.Column("locked_until", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state <> 'listed' OR starts_on IS NOT NULL", name="ck_listings_listed_says_from_when"),
        sa.CheckConstraint("(starts_on IS NULL) = (ends_on IS NULL)", name="ck_listings_a_term_has_both_ends"),
        sa.ForeignKeyConstraint(["round_id"], ["list_rounds.id"], name="fk_listings_round_id_list_rounds"),
        sa.PrimaryKeyConstraint("id", name="pk_listings"),
    )
    op.create_index("ix_listings_code_subject_id", "listings", ["code", "subject_id"])
    op.create_index("ix_listings_region_code_id", "listings", ["region_code", "id"])
    op.create_index(
        "uq_listings_one_listed",
        "listings",
        ["code", "subject_id"],
        unique=True,
        postgresql_where=sa.text("state = 'listed'"),
    )


def downgrade() -> None:
    op.drop_table("listings")
    op.drop_table("list_rounds")
    op.drop_table("list_rules")
