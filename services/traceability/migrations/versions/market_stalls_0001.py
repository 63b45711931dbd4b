"""Stalls in markets, as the register of businesses has them"""

import sqlalchemy as sa
from alembic import op

revision = "market_stalls_0001"
down_revision = None
branch_labels = None
depends_on = "subjects_0001"


def upgrade() -> None:
    op.create_table(
        "market_stalls",
        sa.Column("relation_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("market_business_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("relation_id", name="pk_market_stalls"),
    )
    op.create_index(
        "ix_market_stalls_market_business_id_business_id", "market_stalls", ["market_business_id", "business_id"]
    )


def downgrade() -> None:
    op.drop_table("market_stalls")
