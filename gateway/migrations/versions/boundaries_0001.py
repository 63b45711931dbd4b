"""Boundary files of regions"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "boundaries_0001"
down_revision = None
branch_labels = None
depends_on = "identity_0001"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "region_boundaries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("outlines", postgresql.JSONB(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("approval", sa.Text(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region_boundaries")),
    )
    op.create_index(
        op.f("ix_region_boundaries_region_code_recorded_at"), "region_boundaries", ["region_code", "recorded_at"]
    )


def downgrade() -> None:
    op.drop_table("region_boundaries")
