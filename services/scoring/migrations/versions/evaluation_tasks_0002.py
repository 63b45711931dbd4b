"""Reminders of tasks by their clock have no actor"""

import sqlalchemy as sa
from alembic import op

revision = "evaluation_tasks_0002"
down_revision = "evaluation_tasks_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("evaluation_task_entries", "actor_id", existing_type=sa.Uuid(), nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM evaluation_task_entries WHERE actor_id IS NULL")
    op.alter_column("evaluation_task_entries", "actor_id", existing_type=sa.Uuid(), nullable=False)
