"""Farm inputs and what they were used on"""

import sqlalchemy as sa
from alembic import op

revision = "farm_inputs_0001"
down_revision = None
branch_labels = None
depends_on = "subjects_0001"


def upgrade() -> None:
    op.create_table(
        "farm_inputs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("registration_number", sa.Text(), nullable=True),
        sa.Column("safe_interval_days", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("safe_interval_days >= 0", name="ck_farm_inputs_interval_not_negative"),
        sa.PrimaryKeyConstraint("id", name="pk_farm_inputs"),
    )
    op.create_index("ix_farm_inputs_business_id_id", "farm_inputs", ["business_id", "id"])
    op.create_index("ix_farm_inputs_region_code_id", "farm_inputs", ["region_code", "id"])
    op.create_table(
        "farm_input_uses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("farm_input_id", sa.Uuid(), nullable=False),
        sa.Column("lot_key", sa.Text(), nullable=False),
        sa.Column("lot_code", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("target_key", sa.Text(), nullable=False),
        sa.Column("target_code", sa.Text(), nullable=False),
        sa.Column("target_name", sa.Text(), nullable=False),
        sa.Column("plot", sa.Text(), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("harvest_from", sa.Date(), nullable=True),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["farm_input_id"], ["farm_inputs.id"], name="fk_farm_input_uses_farm_input_id_farm_inputs"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_farm_input_uses"),
    )
    op.create_index("ix_farm_input_uses_business_id_target_key", "farm_input_uses", ["business_id", "target_key"])
    op.create_index("ix_farm_input_uses_business_id_used_at", "farm_input_uses", ["business_id", "used_at"])
    op.create_index("ix_farm_input_uses_lot_key", "farm_input_uses", ["lot_key"])
    op.create_index("ix_farm_input_uses_region_code_used_at", "farm_input_uses", ["region_code", "used_at"])


def downgrade() -> None:
    op.drop_table("farm_input_uses")
    op.drop_table("farm_inputs")
