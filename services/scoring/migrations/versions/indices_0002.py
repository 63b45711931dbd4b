"""Indices are read from the services"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "indices_0002"
down_revision = "indices_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("index_runs", sa.Column("posted", postgresql.JSONB(), nullable=True))
    op.execute('UPDATE index_runs SET posted = "values"')  # what there is so far was sent by somebody
    op.alter_column("index_runs", "posted", nullable=False)
    op.add_column("index_runs", sa.Column("readings", postgresql.JSONB(), nullable=False, server_default="{}"))
    op.alter_column("index_runs", "readings", server_default=None)
    op.add_column("index_runs", sa.Column("readings_sha256", sa.Text(), nullable=True))


def downgrade() -> None:
    for name in ("readings_sha256", "readings", "posted"):
        op.drop_column("index_runs", name)
