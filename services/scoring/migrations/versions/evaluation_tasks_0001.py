"""Tasks of evaluations"""

import sqlalchemy as sa
from alembic import op

revision = "evaluation_tasks_0001"
down_revision = None
branch_labels = None
depends_on = "evaluations_0001"


def upgrade() -> None:
    op.create_table(
        "evaluation_tasks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("evaluation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("clause_code", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluations.id"], name="fk_evaluation_tasks_evaluation_id_evaluations"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_evaluation_tasks"),
        sa.UniqueConstraint("evaluation_id", "number", name="uq_evaluation_tasks_evaluation_id_number"),
    )
    op.create_index("ix_evaluation_tasks_region_code_id", "evaluation_tasks", ["region_code", "id"])
    op.create_index(
        "uq_evaluation_tasks_one_a_clause",
        "evaluation_tasks",
        ["evaluation_id", "clause_code"],
        unique=True,
        postgresql_where=sa.text("clause_code IS NOT NULL AND state <> 'withdrawn'"),
    )
    op.create_table(
        "evaluation_task_entries",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["task_id"], ["evaluation_tasks.id"], name="fk_evaluation_task_entries_task_id_evaluation_tasks"
        ),
        sa.PrimaryKeyConstraint("task_id", "number", name="pk_evaluation_task_entries"),
    )
    op.create_table(
        "evaluation_task_units",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("part", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(
            ["task_id"], ["evaluation_tasks.id"], name="fk_evaluation_task_units_task_id_evaluation_tasks"
        ),
        sa.PrimaryKeyConstraint("task_id", "position", name="pk_evaluation_task_units"),
    )
    op.create_index("ix_evaluation_task_units_name", "evaluation_task_units", ["name"])


def downgrade() -> None:
    op.drop_table("evaluation_task_units")
    op.drop_table("evaluation_task_entries")
    op.drop_table("evaluation_tasks")
