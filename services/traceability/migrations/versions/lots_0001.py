"""Lots and their holds."""

import sqlalchemy as sa
from alembic import op

revision = "lots_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lots",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("holder_key", sa.Text(), nullable=False),
        sa.Column("product_name", sa.Text(), nullable=False),
        sa.Column("holder_business_id", sa.Uuid(), nullable=True),
        sa.Column("holder_uscc", sa.Text(), nullable=True),
        sa.Column("holder_name", sa.Text(), nullable=True),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("origin IN ('registered', 'named')", name="ck_lots_origin_known"),
        sa.PrimaryKeyConstraint("id", name="pk_lots"),
        sa.UniqueConstraint("code", "holder_key", name="uq_lots_code_holder_key"),
    )
    op.create_index("ix_lots_region_code_id", "lots", ["region_code", "id"], unique=False)
    op.create_table(
        "lot_holds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column(
            "state", sa.Enum("in_force", "released", name="holdstate", native_enum=False, length=32), nullable=False
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("whistle_id", sa.Uuid(), nullable=True),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("release_id", sa.Uuid(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.Uuid(), nullable=True),
        sa.Column("release_recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("release_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'released') = (released_at IS NOT NULL AND release_id IS NOT NULL)",
            name="ck_lot_holds_released_says_when",
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name="fk_lot_holds_lot_id_lots"),
        sa.PrimaryKeyConstraint("id", name="pk_lot_holds"),
        sa.UniqueConstraint("whistle_id", name="uq_lot_holds_whistle_id"),
    )
    op.create_index("ix_lot_holds_lot_id", "lot_holds", ["lot_id"], unique=False)
    op.create_index("ix_lot_holds_state_region_code_id", "lot_holds", ["state", "region_code", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("lot_holds")
    op.drop_table("lots")
