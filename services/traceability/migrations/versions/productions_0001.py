"""Productions and bands of yields"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "productions_0001"
down_revision = None
branch_labels = None
depends_on = "tickets_0001"


def upgrade() -> None:
    op.create_table(
        "productions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("process", sa.Text(), nullable=True),
        sa.Column("losses", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("yield_percent", sa.Numeric(), nullable=True),
        sa.Column("yield_outside", sa.Boolean(), nullable=False),
        sa.Column("release_passed", sa.Boolean(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("release_paper", sa.Text(), nullable=True),
        sa.Column("release_items", sa.Text(), nullable=True),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(release_passed IS NULL) = (released_at IS NULL)", name="ck_productions_release_says_when"),
        sa.PrimaryKeyConstraint("id", name="pk_productions"),
    )
    op.create_index("ix_productions_business_id_done_at", "productions", ["business_id", "done_at"])
    op.create_index("ix_productions_region_code_done_at", "productions", ["region_code", "done_at"])
    op.create_table(
        "yield_bands",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("least", sa.Numeric(), nullable=False),
        sa.Column("most", sa.Numeric(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("least >= 0 AND least < most", name="ck_yield_bands_least_below_most"),
        sa.PrimaryKeyConstraint("id", name="pk_yield_bands"),
        sa.UniqueConstraint(
            "process", "valid_from", "recorded_at", name="uq_yield_bands_process_valid_from_recorded_at"
        ),
    )
    op.create_table(
        "production_parts",
        sa.Column("production_id", sa.Uuid(), nullable=False),
        sa.Column("is_output", sa.Boolean(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("product_name", sa.Text(), nullable=False),
        sa.Column("lot_key", sa.Text(), nullable=False),
        sa.Column("lot_code", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("produced_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("certificates", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["production_id"], ["productions.id"], name="fk_production_parts_production_id_productions"
        ),
        sa.PrimaryKeyConstraint("production_id", "is_output", "number", name="pk_production_parts"),
    )
    op.create_index("ix_production_parts_lot_key", "production_parts", ["lot_key"])


def downgrade() -> None:
    op.drop_table("production_parts")
    op.drop_table("yield_bands")
    op.drop_table("productions")
