"""Parties of events in the order of time, covering; strict captures"""

import sqlalchemy as sa
from alembic import op

revision = "epcis_0002"
down_revision = "epcis_0001"
branch_labels = None
depends_on = None

TABLE = "epcis_event_parties"
COLUMNS = ("business_id", "gln_key", "region_code")


def upgrade() -> None:
    # The new index first: whatever asks in between has one of the two.
    for column in COLUMNS:
        op.create_index(
            f"ix_{TABLE}_{column}_event_time_event_pk",
            TABLE,
            [column, "event_time", "event_pk"],
            postgresql_where=sa.text(f"{column} IS NOT NULL"),
        )
        op.drop_index(f"ix_{TABLE}_{column}_event_time", table_name=TABLE)
    op.add_column("epcis_captures", sa.Column("strict", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    op.drop_column("epcis_captures", "strict")
    for column in COLUMNS:
        op.create_index(
            f"ix_{TABLE}_{column}_event_time",
            TABLE,
            [column, "event_time"],
            postgresql_where=sa.text(f"{column} IS NOT NULL"),
        )
        op.drop_index(f"ix_{TABLE}_{column}_event_time_event_pk", table_name=TABLE)
