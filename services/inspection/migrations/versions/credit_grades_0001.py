"""The credit grade of a business, as scoring tells it"""

import sqlalchemy as sa
from alembic import op

revision = "credit_grades_0001"
down_revision = None
branch_labels = None
depends_on = "businesses_0002"

COLUMNS = (
    sa.Column("credit_grade", sa.String(32)),
    sa.Column("credit_as_of", sa.Date()),
    sa.Column("credit_version", sa.Integer()),
    sa.Column("credit_reason", sa.Text()),
)
WHOLE = "num_nulls(credit_grade, credit_as_of, credit_version, credit_reason) IN (0, 4)"


def upgrade() -> None:
    for column in COLUMNS:
        op.add_column("businesses", column)
    op.create_check_constraint("ck_businesses_credit_whole", "businesses", WHOLE)


def downgrade() -> None:
    op.drop_constraint("ck_businesses_credit_whole", "businesses")
    for column in reversed(COLUMNS):
        op.drop_column("businesses", column.name)
