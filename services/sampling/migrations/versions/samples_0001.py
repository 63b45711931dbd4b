"""Sampling tasks, samples with their histories, who did what for them"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "samples_0001"
down_revision = None
branch_labels = None
depends_on = ("sites_0001", "whistles_0001")


def upgrade() -> None:
    op.create_table(
        "sampling_tasks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=True),
        sa.Column("statutory_task_id", sa.Uuid(), nullable=True),
        sa.Column("stream", sa.String(32), nullable=False),
        sa.Column("link", sa.String(32), nullable=False),
        sa.Column("task_source", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("bureau_code", sa.Text(), nullable=False),
        sa.Column("category_code", sa.Text(), nullable=True),
        sa.Column("food_name", sa.Text(), nullable=True),
        sa.Column("business_id", sa.Uuid(), nullable=True),
        sa.Column("business_name", sa.Text(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("instructions", sa.Text(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_because", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name="ck_sampling_tasks_quantity_positive"),
        sa.ForeignKeyConstraint(
            ["statutory_task_id"], ["statutory_tasks.id"], name="fk_sampling_tasks_statutory_task_id_statutory_tasks"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sampling_tasks"),
    )
    op.create_index("ix_sampling_tasks_number", "sampling_tasks", ["number"], unique=True)
    op.create_index("ix_sampling_tasks_plan_id", "sampling_tasks", ["plan_id"])
    op.create_index("ix_sampling_tasks_region_code_id", "sampling_tasks", ["region_code", "id"])
    op.create_index(
        "ix_sampling_tasks_statutory_task_id",
        "sampling_tasks",
        ["statutory_task_id"],
        unique=True,
        postgresql_where=sa.text("statutory_task_id IS NOT NULL"),
    )
    op.create_table(
        "samples",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("blind_code", sa.Text(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("stream", sa.String(32), nullable=False),
        sa.Column("link", sa.String(32), nullable=False),
        sa.Column("task_source", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("bureau_code", sa.Text(), nullable=False),
        sa.Column("category_code", sa.Text(), nullable=True),
        sa.Column("food_name", sa.Text(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=True),
        sa.Column("sampled_party_name", sa.Text(), nullable=False),
        sa.Column("sampled_party_uscc", sa.Text(), nullable=True),
        sa.Column("producer_name", sa.Text(), nullable=True),
        sa.Column("producer_uscc", sa.Text(), nullable=True),
        sa.Column("lot_code", sa.Text(), nullable=True),
        sa.Column("production_date", sa.Date(), nullable=True),
        sa.Column("sampled_on", sa.Date(), nullable=False),
        sa.Column("form", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("laboratory_id", sa.Uuid(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("conclusion", sa.String(32), nullable=True),
        sa.Column("concluded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'concluded') = (conclusion IS NOT NULL)", name="ck_samples_conclusion_iff_concluded"
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'refused', 'voided') OR number IS NOT NULL", name="ck_samples_numbered_once_taken"
        ),
        sa.ForeignKeyConstraint(["task_id"], ["sampling_tasks.id"], name="fk_samples_task_id_sampling_tasks"),
        sa.PrimaryKeyConstraint("id", name="pk_samples"),
    )
    op.create_index("ix_samples_blind_code", "samples", ["blind_code"], unique=True)
    op.create_index("ix_samples_bureau_code_sampled_on", "samples", ["bureau_code", "sampled_on"])
    op.create_index(
        "ix_samples_business_id", "samples", ["business_id"], postgresql_where=sa.text("business_id IS NOT NULL")
    )
    op.create_index("ix_samples_number", "samples", ["number"], unique=True)
    op.create_index("ix_samples_region_code_id", "samples", ["region_code", "id"])
    op.create_index("ix_samples_task_id", "samples", ["task_id"])
    op.create_table(
        "sample_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["sample_id"], ["samples.id"], name="fk_sample_entries_sample_id_samples"),
        sa.PrimaryKeyConstraint("id", name="pk_sample_entries"),
    )
    op.create_index("ix_sample_entries_sample_id_number", "sample_entries", ["sample_id", "number"], unique=True)
    op.create_table(
        "sample_participations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("duty", sa.String(32), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["sample_id"], ["samples.id"], name="fk_sample_participations_sample_id_samples"),
        sa.PrimaryKeyConstraint("id", name="pk_sample_participations"),
    )
    op.create_index(
        "ix_sample_participations_sample_id_duty_user_id",
        "sample_participations",
        ["sample_id", "duty", "user_id"],
        unique=True,
    )


def downgrade() -> None:
    op.drop_table("sample_participations")
    op.drop_table("sample_entries")
    op.drop_table("samples")
    op.drop_table("sampling_tasks")
