"""Cold consignments, readings and limits"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "cold_chain_0001"
down_revision = None
branch_labels = None
depends_on = "tickets_0001"


def upgrade() -> None:
    op.create_table(
        "cold_consignments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("storage_class", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("declaration_number", sa.Text(), nullable=True),
        sa.Column("certificates", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cold_consignments"),
    )
    op.create_index("ix_cold_consignments_business_id_entered_at", "cold_consignments", ["business_id", "entered_at"])
    op.create_index("ix_cold_consignments_region_code_entered_at", "cold_consignments", ["region_code", "entered_at"])
    op.create_table(
        "temperature_limits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("storage_class", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("least", sa.Numeric(), nullable=True),
        sa.Column("most", sa.Numeric(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("least IS NOT NULL OR most IS NOT NULL", name="ck_temperature_limits_bounds_something"),
        sa.PrimaryKeyConstraint("id", name="pk_temperature_limits"),
        sa.UniqueConstraint(
            "storage_class",
            "valid_from",
            "recorded_at",
            name="uq_temperature_limits_storage_class_valid_from_recorded_at",
        ),
    )
    op.create_table(
        "cold_lots",
        sa.Column("consignment_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("product_name", sa.Text(), nullable=False),
        sa.Column("lot_key", sa.Text(), nullable=False),
        sa.Column("lot_code", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("produced_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["consignment_id"], ["cold_consignments.id"], name="fk_cold_lots_consignment_id_cold_consignments"
        ),
        sa.PrimaryKeyConstraint("consignment_id", "number", name="pk_cold_lots"),
    )
    op.create_index("ix_cold_lots_lot_key", "cold_lots", ["lot_key"])
    op.create_table(
        "cold_readings",
        sa.Column("consignment_id", sa.Uuid(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("value", sa.Numeric(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["consignment_id"], ["cold_consignments.id"], name="fk_cold_readings_consignment_id_cold_consignments"
        ),
        sa.PrimaryKeyConstraint("consignment_id", "business_id", "device", "at", "value", name="pk_cold_readings"),
    )


def downgrade() -> None:
    op.drop_table("cold_readings")
    op.drop_table("cold_lots")
    op.drop_table("temperature_limits")
    op.drop_table("cold_consignments")
