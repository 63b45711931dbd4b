"""Tests and samples are found by the code of their lot"""

import sqlalchemy as sa
from alembic import op

revision = "public_lot_tests_0001"
down_revision = None
branch_labels = None
depends_on = ("rapid_tests_0001", "samples_0001")


def upgrade() -> None:
    for table in ("rapid_tests", "samples"):
        op.create_index(f"ix_{table}_lot_code", table, ["lot_code"], postgresql_where=sa.text("lot_code IS NOT NULL"))


def downgrade() -> None:
    for table in ("rapid_tests", "samples"):
        op.drop_index(f"ix_{table}_lot_code", table)
