"""Laboratories and samplers, random draws, which laboratory a sample goes to"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "laboratories_0001"
down_revision = None
branch_labels = None
depends_on = "samples_0001"


def upgrade() -> None:
    op.create_table(
        "laboratories",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("cma_number", sa.Text(), nullable=False),
        sa.Column("cma_valid_from", sa.Date(), nullable=False),
        sa.Column("cma_valid_to", sa.Date(), nullable=False),
        sa.Column("scope", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("serves", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("on_retest_roster", sa.Boolean(), nullable=False),
        sa.Column("contact_name", sa.Text(), nullable=False),
        sa.Column("contact_phone", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("cma_valid_to >= cma_valid_from", name="ck_laboratories_cma_valid_in_order"),
        sa.PrimaryKeyConstraint("id", name="pk_laboratories"),
    )
    op.create_index("ix_laboratories_region_code_id", "laboratories", ["region_code", "id"])
    op.create_table(
        "samplers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_name", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("leaves", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("valid_to >= valid_from", name="ck_samplers_valid_in_order"),
        sa.PrimaryKeyConstraint("id", name="pk_samplers"),
    )
    op.create_index("ix_samplers_region_code_id", "samplers", ["region_code", "id"])
    op.create_table(
        "assignment_draws",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("algorithm", sa.Text(), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("seed_source", sa.Text(), nullable=True),
        sa.Column("sampling_on", sa.Date(), nullable=False),
        sa.Column("items", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("roster", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("roster_sha256", sa.Text(), nullable=False),
        sa.Column("tickets", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sampler_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("laboratory_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drawn_by", sa.Uuid(), nullable=False),
        sa.Column("drawn_by_name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["laboratory_id"], ["laboratories.id"], name="fk_assignment_draws_laboratory_id_laboratories"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_assignment_draws"),
    )
    op.create_index(
        "ix_assignment_draws_purpose_subject_id_number",
        "assignment_draws",
        ["purpose", "subject_id", "number"],
        unique=True,
    )
    op.create_index("ix_assignment_draws_region_code_id", "assignment_draws", ["region_code", "id"])
    op.create_table(
        "laboratory_assignments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("laboratory_id", sa.Uuid(), nullable=False),
        sa.Column("items", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("draw_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assigned_by", sa.Uuid(), nullable=False),
        sa.Column("assigned_by_name", sa.Text(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["draw_id"], ["assignment_draws.id"], name="fk_laboratory_assignments_draw_id_assignment_draws"
        ),
        sa.ForeignKeyConstraint(
            ["laboratory_id"], ["laboratories.id"], name="fk_laboratory_assignments_laboratory_id_laboratories"
        ),
        sa.ForeignKeyConstraint(["sample_id"], ["samples.id"], name="fk_laboratory_assignments_sample_id_samples"),
        sa.PrimaryKeyConstraint("id", name="pk_laboratory_assignments"),
    )
    op.create_index(
        "ix_laboratory_assignments_current",
        "laboratory_assignments",
        ["sample_id"],
        unique=True,
        postgresql_where=sa.text("current"),
    )
    op.create_index(
        "ix_laboratory_assignments_laboratory_id_sample_id",
        "laboratory_assignments",
        ["laboratory_id", "sample_id"],
        postgresql_where=sa.text("current"),
    )
    op.create_index(
        "ix_laboratory_assignments_sample_id_number", "laboratory_assignments", ["sample_id", "number"], unique=True
    )


def downgrade() -> None:
    op.drop_table("laboratory_assignments")
    op.drop_table("assignment_draws")
    op.drop_table("samplers")
    op.drop_table("laboratories")
