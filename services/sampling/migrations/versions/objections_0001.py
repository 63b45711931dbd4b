"""Objections and re-tests with their timelines"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "objections_0001"
down_revision = None
branch_labels = None
depends_on = "disposals_0001"


def upgrade() -> None:
    op.create_table(
        "objections",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("authority", sa.String(32), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("food_name", sa.Text(), nullable=False),
        sa.Column("applicant_name", sa.Text(), nullable=False),
        sa.Column("applicant_business_id", sa.Uuid(), nullable=True),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("ground", sa.String(32), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'sampling_process') = (case_id IS NULL)", name="ck_objections_case_unless_sampling"
        ),
        sa.CheckConstraint("(state = 'refused') = (ground IS NOT NULL)", name="ck_objections_ground_iff_refused"),
        sa.ForeignKeyConstraint(["case_id"], ["disposal_cases.id"], name="fk_objections_case_id_disposal_cases"),
        sa.ForeignKeyConstraint(["sample_id"], ["samples.id"], name="fk_objections_sample_id_samples"),
        sa.PrimaryKeyConstraint("id", name="pk_objections"),
    )
    op.create_index("ix_objections_case_id", "objections", ["case_id"], postgresql_where=sa.text("case_id IS NOT NULL"))
    op.create_index("ix_objections_region_code_id", "objections", ["region_code", "id"])
    op.create_index("ix_objections_sample_id", "objections", ["sample_id"])
    op.create_table(
        "objection_entries",
        sa.Column("objection_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("evidence", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["objection_id"], ["objections.id"], name="fk_objection_entries_objection_id_objections"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_objection_entries"),
    )
    op.create_index(
        "ix_objection_entries_objection_id_number", "objection_entries", ["objection_id", "number"], unique=True
    )
    op.create_table(
        "retests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("authority", sa.String(32), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("food_name", sa.Text(), nullable=False),
        sa.Column("applicant_name", sa.Text(), nullable=False),
        sa.Column("applicant_business_id", sa.Uuid(), nullable=True),
        sa.Column("items", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("ground", sa.String(32), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("backup_expires_on", sa.Date(), nullable=True),
        sa.Column("first_laboratory_id", sa.Uuid(), nullable=True),
        sa.Column("laboratory_id", sa.Uuid(), nullable=True),
        sa.Column("refused_by", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("report_number", sa.Text(), nullable=True),
        sa.Column("results", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("conclusion", sa.String(32), nullable=True),
        sa.Column("overturned", sa.Boolean(), nullable=True),
        sa.Column("payer", sa.String(32), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'refused') = (ground IS NOT NULL)", name="ck_retests_ground_iff_refused"),
        sa.CheckConstraint("NOT overturned OR conclusion = 'qualified'", name="ck_retests_only_a_pass_overturns"),
        sa.CheckConstraint("(conclusion IS NULL) = (payer IS NULL)", name="ck_retests_payer_iff_concluded"),
        sa.CheckConstraint("laboratory_id <> first_laboratory_id", name="ck_retests_another_laboratory"),
        sa.ForeignKeyConstraint(["case_id"], ["disposal_cases.id"], name="fk_retests_case_id_disposal_cases"),
        sa.ForeignKeyConstraint(["notice_id"], ["result_notices.id"], name="fk_retests_notice_id_result_notices"),
        sa.ForeignKeyConstraint(["sample_id"], ["samples.id"], name="fk_retests_sample_id_samples"),
        sa.PrimaryKeyConstraint("id", name="pk_retests"),
    )
    op.create_index("ix_retests_case_id", "retests", ["case_id"])
    op.create_index("ix_retests_region_code_id", "retests", ["region_code", "id"])
    op.create_index(
        "uq_retests_accepted",
        "retests",
        ["sample_id"],
        unique=True,
        postgresql_where=sa.text("accepted_at IS NOT NULL AND state NOT IN ('withdrawn', 'refused')"),
    )
    op.create_table(
        "retest_entries",
        sa.Column("retest_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("evidence", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["retest_id"], ["retests.id"], name="fk_retest_entries_retest_id_retests"),
        sa.PrimaryKeyConstraint("id", name="pk_retest_entries"),
    )
    op.create_index("ix_retest_entries_retest_id_number", "retest_entries", ["retest_id", "number"], unique=True)


def downgrade() -> None:
    op.drop_table("retest_entries")
    op.drop_table("retests")
    op.drop_table("objection_entries")
    op.drop_table("objections")
