"""Laboratory equipment with its statements, meetings with their records"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "capacity_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "laboratory_equipment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("laboratory_name", sa.Text(), nullable=False),
        sa.Column("item_name", sa.Text(), nullable=False),
        sa.Column("list_name", sa.Text(), nullable=False),
        sa.Column("required", sa.Integer(), nullable=False),
        sa.Column("owned", sa.Integer(), nullable=True),
        sa.Column("stated_on", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("owned >= 0", name="ck_laboratory_equipment_owned_not_negative"),
        sa.CheckConstraint("required >= 0", name="ck_laboratory_equipment_required_not_negative"),
        sa.PrimaryKeyConstraint("id", name="pk_laboratory_equipment"),
        sa.UniqueConstraint(
            "region_code",
            "laboratory_name",
            "item_name",
            name="uq_laboratory_equipment_region_code_laboratory_name_item_name",
        ),
    )
    op.create_index("ix_laboratory_equipment_region_code_id", "laboratory_equipment", ["region_code", "id"])
    op.create_table(
        "meetings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_meetings"),
    )
    op.create_index("ix_meetings_region_code_id", "meetings", ["region_code", "id"])
    op.create_table(
        "equipment_statements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("equipment_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("required", sa.Integer(), nullable=False),
        sa.Column("owned", sa.Integer(), nullable=True),
        sa.Column("in_place_change", sa.Integer(), nullable=False),
        sa.Column("required_change", sa.Integer(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["equipment_id"],
            ["laboratory_equipment.id"],
            name="fk_equipment_statements_equipment_id_laboratory_equipment",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_equipment_statements"),
    )
    op.create_index(
        "ix_equipment_statements_equipment_id_number", "equipment_statements", ["equipment_id", "number"], unique=True
    )
    op.create_table(
        "meeting_records",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("attendees", sa.Integer(), nullable=False),
        sa.Column("topics", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("minutes_sha256", sa.Text(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("number = 1 OR reason <> ''", name="ck_meeting_records_correction_says_why"),
        sa.CheckConstraint("attendees > 1", name="ck_meeting_records_more_than_one_attends"),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name="fk_meeting_records_meeting_id_meetings"),
        sa.PrimaryKeyConstraint("id", name="pk_meeting_records"),
    )
    op.create_index("ix_meeting_records_meeting_id_number", "meeting_records", ["meeting_id", "number"], unique=True)


def downgrade() -> None:
    op.drop_table("meeting_records")
    op.drop_table("equipment_statements")
    op.drop_table("meetings")
    op.drop_table("laboratory_equipment")
