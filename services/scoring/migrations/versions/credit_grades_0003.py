"""Credit accounts follow merged files"""

import sqlalchemy as sa
from alembic import op

revision = "credit_grades_0003"
down_revision = "credit_grades_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("credit_accounts", sa.Column("merged_into", sa.Uuid(), nullable=True))
    op.create_index("ix_credit_accounts_merged_into", "credit_accounts", ["merged_into"])


def downgrade() -> None:
    op.drop_column("credit_accounts", "merged_into")
