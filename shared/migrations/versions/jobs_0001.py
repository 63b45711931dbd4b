"""Jobs, and the queue behind them.

The queue's objects are made by pgqueuer's own statements. When a release of pgqueuer changes them, a further migration
runs its `upgrade`, which does nothing to a queue that is already as it should be.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.jobs.queue import open_queue

revision = "jobs_0001"
down_revision = None
branch_labels = ("jobs",)
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("counts", postgresql.JSONB(), nullable=False),
        sa.Column("result", postgresql.JSONB(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("region_code", sa.Text(), nullable=True),
        sa.Column("created_at", TIME, server_default=sa.func.now(), nullable=False),
        sa.Column("started_at", TIME, nullable=True),
        sa.Column("finished_at", TIME, nullable=True),
        sa.Column("cancel_requested_at", TIME, nullable=True),
        sa.Column("heartbeat_at", TIME, server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')", name=op.f("ck_jobs_state_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    op.create_index(op.f("ix_jobs_actor_id_id"), "jobs", ["actor_id", "id"])
    op.create_index(op.f("ix_jobs_region_code_id"), "jobs", ["region_code", "id"])
    op.create_index(
        op.f("ix_jobs_unfinished"), "jobs", ["id"], postgresql_where=sa.text("state IN ('queued', 'running')")
    )
    op.create_index(op.f("ix_jobs_finished_at"), "jobs", ["finished_at"])
    connection = op.get_bind()
    schema = connection.scalar(sa.text("SELECT current_schema()"))
    driver = connection.connection.dbapi_connection
    assert driver is not None
    driver.run_async(lambda raw: open_queue(raw, schema).install(create_schema=False))


def downgrade() -> None:
    connection = op.get_bind()
    schema = connection.scalar(sa.text("SELECT current_schema()"))
    driver = connection.connection.dbapi_connection
    assert driver is not None
    driver.run_async(lambda raw: open_queue(raw, schema).uninstall())
    op.drop_table("jobs")
