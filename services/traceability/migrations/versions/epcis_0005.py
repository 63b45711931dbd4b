"""Events of a place are found in its index alone"""

from alembic import op

revision = "epcis_0005"
down_revision = "epcis_0004"
branch_labels = None
depends_on = None

TABLE, COLUMNS = "epcis_events", ("biz_location", "read_point")


def upgrade() -> None:
    _index(include=["id"])


def downgrade() -> None:
    _index(include=[])


def _index(include: list[str]) -> None:
    for column in COLUMNS:
        name = f"ix_{TABLE}_{column}_event_time"
        op.drop_index(name, table_name=TABLE)
        op.create_index(name, TABLE, [column, "event_time"], postgresql_include=include)
