"""API clients: when they and their keys were last used."""

import sqlalchemy as sa
from alembic import op

revision = "api_clients_0001"
down_revision = None
branch_labels = None
depends_on = "identity_0001"


def upgrade() -> None:
    for table in ("api_clients", "api_keys"):
        op.add_column(table, sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for table in ("api_keys", "api_clients"):
        op.drop_column(table, "last_used_at")
