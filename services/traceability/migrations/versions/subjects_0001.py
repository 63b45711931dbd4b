"""Subjects of the chain and their stock"""

import sqlalchemy as sa
from alembic import op

revision = "subjects_0001"
down_revision = None
branch_labels = None
depends_on = "lots_0001"


def upgrade() -> None:
    op.create_table(
        "stock_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("lot_key", sa.Text(), nullable=False),
        sa.Column("product_name", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stock_entries"),
    )
    op.create_index("ix_stock_entries_act_id", "stock_entries", ["act_id"])
    op.create_index(
        "ix_stock_entries_business_id_lot_key_unit",
        "stock_entries",
        ["business_id", "lot_key", "unit"],
        postgresql_include=["quantity"],
    )
    op.create_index("ix_stock_entries_lot_key", "stock_entries", ["lot_key"])
    op.create_table(
        "subjects",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=True),
        sa.Column("kind", sa.String(32), nullable=True),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("facts_version", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("place_code", sa.Text(), nullable=True),
        sa.Column("market_business_id", sa.Uuid(), nullable=True),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("activated_by", sa.Uuid(), nullable=True),
        sa.Column("last_act_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(activated_at IS NULL) = (activated_by IS NULL)", name="ck_subjects_activated_says_by_whom"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_subjects"),
    )
    op.create_index(
        "ix_subjects_market_business_id",
        "subjects",
        ["market_business_id"],
        postgresql_where=sa.text("market_business_id IS NOT NULL"),
    )
    op.create_index(
        "ix_subjects_place_code",
        "subjects",
        ["place_code"],
        unique=True,
        postgresql_where=sa.text("place_code IS NOT NULL"),
    )
    op.create_index("ix_subjects_region_code_id", "subjects", ["region_code", "id"])


def downgrade() -> None:
    op.drop_table("subjects")
    op.drop_table("stock_entries")
