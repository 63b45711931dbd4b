"""Businesses known to have been merged into another"""

import sqlalchemy as sa
from alembic import op

revision = "sites_0002"
down_revision = None
branch_labels = None
depends_on = "sites_0001"


def upgrade() -> None:
    op.add_column("businesses", sa.Column("merged_into", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_businesses_merged_into", "businesses", ["merged_into"], postgresql_where=sa.text("merged_into IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index("ix_businesses_merged_into", table_name="businesses")
    op.drop_column("businesses", "merged_into")
