"""How old the day on a form may be"""

import sqlalchemy as sa
from alembic import op

revision = "sampling_day_bounds_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sampling_day_bounds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("years_back", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("years_back BETWEEN 0 AND 30", name="ck_sampling_day_bounds_years_back_in_a_lifetime"),
        sa.PrimaryKeyConstraint("id", name="pk_sampling_day_bounds"),
    )


def downgrade() -> None:
    op.drop_table("sampling_day_bounds")
