"""Random draws: a visit to somebody who was not at the registered address"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "random_draws_0002"
down_revision = "random_draws_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("drawn_visits", sa.Column("not_found", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.create_check_constraint(
        "ck_drawn_visits_not_found_says_how", "drawn_visits", "(state = 'not_found') = (not_found IS NOT NULL)"
    )


def downgrade() -> None:
    op.drop_constraint("ck_drawn_visits_not_found_says_how", "drawn_visits")
    op.drop_column("drawn_visits", "not_found")
