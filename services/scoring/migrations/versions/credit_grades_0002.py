"""Credit accounts follow the register of businesses"""

import sqlalchemy as sa
from alembic import op

revision = "credit_grades_0002"
down_revision = "credit_grades_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("credit_accounts", sa.Column("register_version", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("credit_accounts", "register_version")
