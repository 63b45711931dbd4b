"""How subjects count in the figures, and what changed in it"""

import sqlalchemy as sa
from alembic import op

revision = "subject_movements_0001"
down_revision = None
branch_labels = None
depends_on = "subjects_0001"


def upgrade() -> None:
    op.create_table(
        "subject_movements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("trading", sa.Integer(), nullable=False),
        sa.Column("activated", sa.Integer(), nullable=False),
        sa.Column("traced", sa.Integer(), nullable=False),
        sa.Column("coded", sa.Integer(), nullable=False),
        sa.Column("certifying", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name="fk_subject_movements_subject_id_subjects"),
        sa.PrimaryKeyConstraint("id", name="pk_subject_movements"),
    )
    op.create_index("ix_subject_movements_kind_region_code", "subject_movements", ["kind", "region_code"])
    op.create_index("ix_subject_movements_subject_id", "subject_movements", ["subject_id"])


def downgrade() -> None:
    op.drop_table("subject_movements")
