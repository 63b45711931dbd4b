"""Codes: whether an office has seen whose product number it is"""

import sqlalchemy as sa
from alembic import op

revision = "codes_0002"
down_revision = "codes_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("trace_codes", sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("trace_codes", sa.Column("verified_by", sa.Uuid(), nullable=True))
    op.create_check_constraint(
        "ck_trace_codes_verified_by_somebody", "trace_codes", "(verified_at IS NULL) = (verified_by IS NULL)"
    )


def downgrade() -> None:
    op.drop_column("trace_codes", "verified_by")
    op.drop_column("trace_codes", "verified_at")
