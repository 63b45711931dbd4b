"""An own mock run does not bar the run of who evaluates from above"""

import sqlalchemy as sa
from alembic import op

revision = "evaluations_0002"
down_revision = "evaluations_0001"
branch_labels = None
depends_on = None

NAME, OPEN = "uq_evaluations_one_open", sa.text("state = 'open'")
COLUMNS = ["scheme_code", "region_code", "period"]


def upgrade() -> None:
    op.drop_index(NAME, "evaluations")
    op.create_index(NAME, "evaluations", [*COLUMNS, "organiser_region_code"], unique=True, postgresql_where=OPEN)


def downgrade() -> None:
    op.drop_index(NAME, "evaluations")
    op.create_index(NAME, "evaluations", COLUMNS, unique=True, postgresql_where=OPEN)
