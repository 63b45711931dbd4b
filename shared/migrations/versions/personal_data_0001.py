"""Who was shown whose personal data, when and why: only appended to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "personal_data_0001"
down_revision = None
branch_labels = ("personal_data",)
depends_on = "audit_0001"

TABLE = "personal_data_disclosures"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("regions", ARRAY(sa.Text()), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("fields", ARRAY(sa.Text()), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_data_disclosures")),
    )
    op.create_index("ix_personal_data_disclosures_target", TABLE, ["target"])
    for moment, each in (("BEFORE UPDATE OR DELETE", "ROW"), ("BEFORE TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER {TABLE}_append_only_{each.lower()} {moment} ON {TABLE} "
            f"FOR EACH {each} EXECUTE FUNCTION refuse_change_of_audit_log()"
        )


def downgrade() -> None:
    op.drop_table(TABLE)
