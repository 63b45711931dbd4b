"""Who told of an event, and how; anybody's declaration of an error has a row of its own

Until now an office was who captured without a business. What the platform wrote down from a record is known by having
come through no capture, under an id made of the record's.
"""

import sqlalchemy as sa
from alembic import op

revision = "epcis_0006"
down_revision = "epcis_0005"
branch_labels = None
depends_on = None

NAME, TABLE = "uq_epcis_events_event_id_declared", "epcis_events"
DECLARED = sa.text("error_declared_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("epcis_captures", sa.Column("captured_as", sa.Text(), server_default="capturer", nullable=False))
    op.execute("UPDATE epcis_captures SET captured_as = 'office' WHERE business_id IS NULL")
    op.execute("UPDATE epcis_event_parties SET part = 'office' WHERE part = 'capturer' AND business_id IS NULL")
    op.execute(
        "UPDATE epcis_event_parties party SET part = 'record' FROM epcis_events event "
        "WHERE party.event_pk = event.id AND party.part = 'capturer' AND party.business_id = event.business_id "
        "AND event.capture_id IS NULL AND event.organisation_id IS NULL AND event.error_declared_at IS NULL "
        "AND event.event_id LIKE 'urn:uuid:________-____-5___-____-____________'"
    )
    op.drop_index(NAME, table_name=TABLE)
    op.create_index(
        NAME,
        TABLE,
        ["event_id", "business_id", "organisation_id", "region_code"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=DECLARED,
    )


def downgrade() -> None:
    op.drop_index(NAME, table_name=TABLE)
    op.create_index(NAME, TABLE, ["event_id"], unique=True, postgresql_where=DECLARED)
    op.execute("UPDATE epcis_event_parties SET part = 'capturer' WHERE part IN ('office', 'record')")
    op.drop_column("epcis_captures", "captured_as")
