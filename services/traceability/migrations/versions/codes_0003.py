"""Codes: the number under which a maker knows the lot they stand on"""

import sqlalchemy as sa
from alembic import op

revision = "codes_0003"
down_revision = "codes_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("code_batches", sa.Column("lot", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("code_batches", "lot")
