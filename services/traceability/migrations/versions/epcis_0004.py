"""Whom an event concerns is read from the key of its parties alone"""

from alembic import op

revision = "epcis_0004"
down_revision = "epcis_0003"
branch_labels = None
depends_on = None

TABLE, KEY = "epcis_event_parties", "event_pk, number"


def upgrade() -> None:
    op.execute(
        f"ALTER TABLE {TABLE} DROP CONSTRAINT pk_{TABLE}, "
        f"ADD CONSTRAINT pk_{TABLE} PRIMARY KEY ({KEY}) INCLUDE (region_code, gln_key, business_id, organisation_id)"
    )


def downgrade() -> None:
    op.execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT pk_{TABLE}, ADD CONSTRAINT pk_{TABLE} PRIMARY KEY ({KEY})")
