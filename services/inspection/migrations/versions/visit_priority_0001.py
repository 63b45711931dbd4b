"""Order of visits: runs and places"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "visit_priority_0001"
down_revision = None
branch_labels = None
depends_on = "inspection_0001"


def upgrade() -> None:
    op.create_table(
        "priority_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("method", sa.String(32), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("businesses", sa.Integer(), nullable=False),
        sa.Column("training", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("inspectors", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_priority_runs"),
    )
    op.create_index("ix_priority_runs_region_code_id", "priority_runs", ["region_code", "id"])
    op.create_table(
        "priority_places",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name="fk_priority_places_business_id_businesses"),
        sa.ForeignKeyConstraint(["run_id"], ["priority_runs.id"], name="fk_priority_places_run_id_priority_runs"),
        sa.PrimaryKeyConstraint("run_id", "number", name="pk_priority_places"),
    )
    op.create_index("ix_priority_places_run_id_business_id", "priority_places", ["run_id", "business_id"], unique=True)


def downgrade() -> None:
    op.drop_table("priority_places")
    op.drop_table("priority_runs")
