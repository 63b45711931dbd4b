"""Samplers of sampling tasks, attachments of samples, running numbers"""

import sqlalchemy as sa
from alembic import op

revision = "samples_0002"
down_revision = None
branch_labels = None
depends_on = "samples_0001"


def upgrade() -> None:
    op.execute("CREATE SEQUENCE sampling_task_numbers")
    op.execute("CREATE SEQUENCE sample_numbers")
    op.create_table(
        "sampling_task_samplers",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("assigned_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("assigned_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["task_id"], ["sampling_tasks.id"], name="fk_sampling_task_samplers_task_id_sampling_tasks"
        ),
        sa.PrimaryKeyConstraint("task_id", "user_id", name="pk_sampling_task_samplers"),
    )
    op.create_index("ix_sampling_task_samplers_user_id_task_id", "sampling_task_samplers", ["user_id", "task_id"])
    op.create_table(
        "sample_attachments",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_sample_attachments"),
    )
    op.add_column("samples", sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
    op.alter_column("samples", "revision", server_default=None)
    op.add_column("samples", sa.Column("created_by", sa.Uuid(), nullable=True))
    op.create_index("ix_samples_created_by_id", "samples", ["created_by", "id"])
    op.create_index(
        "ix_samples_form", "samples", ["form"], postgresql_using="gin", postgresql_ops={"form": "jsonb_path_ops"}
    )


def downgrade() -> None:
    op.drop_index("ix_samples_form", "samples")
    op.drop_index("ix_samples_created_by_id", "samples")
    op.drop_column("samples", "created_by")
    op.drop_column("samples", "revision")
    op.drop_table("sample_attachments")
    op.drop_table("sampling_task_samplers")
    op.execute("DROP SEQUENCE sample_numbers")
    op.execute("DROP SEQUENCE sampling_task_numbers")
