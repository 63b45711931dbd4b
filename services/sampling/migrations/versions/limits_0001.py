"""Food categories, standards and limits"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "limits_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "food_categories",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("parent_code", sa.Text(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("aliases", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("excluded_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("date_basis", sa.String(32), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(level = 1) = (parent_code IS NULL)", name="ck_food_categories_parent_unless_top"),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name="ck_food_categories_level_one_to_four"),
        sa.ForeignKeyConstraint(
            ["parent_code"], ["food_categories.code"], name="fk_food_categories_parent_code_food_categories"
        ),
        sa.PrimaryKeyConstraint("code", name="pk_food_categories"),
    )
    op.create_index("ix_food_categories_parent_code", "food_categories", ["parent_code"])
    op.create_table(
        "food_standards",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("valid_to > valid_from", name="ck_food_standards_valid_to_after_valid_from"),
        sa.PrimaryKeyConstraint("id", name="pk_food_standards"),
    )
    op.create_index("ix_food_standards_code_recorded_at", "food_standards", ["code", "recorded_at"])
    op.create_table(
        "food_limits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("standard_code", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("item_aliases", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("category_code", sa.Text(), nullable=False),
        sa.Column("excluded_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("link", sa.String(32), nullable=True),
        sa.Column("form", sa.String(32), nullable=False),
        sa.Column("minimum", sa.Numeric(), nullable=True),
        sa.Column("minimum_open", sa.Boolean(), nullable=False),
        sa.Column("maximum", sa.Numeric(), nullable=True),
        sa.Column("maximum_open", sa.Boolean(), nullable=False),
        sa.Column("plan_n", sa.Integer(), nullable=True),
        sa.Column("plan_c", sa.Integer(), nullable=True),
        sa.Column("plan_m", sa.Numeric(), nullable=True),
        sa.Column("plan_upper", sa.Numeric(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("comparison", sa.String(32), nullable=False),
        sa.Column("expressed_as", sa.Text(), nullable=False),
        sa.Column("residue_definition", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("valid_to > valid_from", name="ck_food_limits_valid_to_after_valid_from"),
        sa.ForeignKeyConstraint(
            ["category_code"], ["food_categories.code"], name="fk_food_limits_category_code_food_categories"
        ),
        sa.ForeignKeyConstraint(["supersedes_id"], ["food_limits.id"], name="fk_food_limits_supersedes_id_food_limits"),
        sa.PrimaryKeyConstraint("id", name="pk_food_limits"),
    )
    op.create_index("ix_food_limits_item_category_code", "food_limits", ["item", "category_code"])
    op.create_index("ix_food_limits_standard_code", "food_limits", ["standard_code"])
    op.create_index("ix_food_limits_supersedes_id", "food_limits", ["supersedes_id"], unique=True)


def downgrade() -> None:
    op.drop_table("food_limits")
    op.drop_table("food_standards")
    op.drop_table("food_categories")
