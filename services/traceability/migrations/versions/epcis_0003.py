"""Captures remember how strictly they are read"""

import sqlalchemy as sa
from alembic import op

revision = "epcis_0003"
down_revision = "epcis_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("epcis_captures", sa.Column("handling", sa.Text(), server_default="usual", nullable=False))
    op.execute("UPDATE epcis_captures SET handling = 'strict' WHERE strict")
    op.drop_column("epcis_captures", "strict")


def downgrade() -> None:
    op.add_column("epcis_captures", sa.Column("strict", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute("UPDATE epcis_captures SET strict = true WHERE handling = 'strict'")
    op.drop_column("epcis_captures", "handling")
