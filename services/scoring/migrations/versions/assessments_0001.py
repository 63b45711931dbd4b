"""Assessments and targets of plans"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "assessments_0001"
down_revision = None
branch_labels = None
depends_on = "schemes_0001"


def upgrade() -> None:
    op.create_table(
        "assessment_rules",
        sa.Column("weight_at_least", sa.Numeric(), nullable=False),
        sa.Column("talk_after", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("weight_at_least BETWEEN 0 AND 1", name="ck_assessment_rules_weight_is_a_share"),
        sa.PrimaryKeyConstraint("id", name="pk_assessment_rules"),
        sa.UniqueConstraint("valid_from", "recorded_at", name="uq_assessment_rules_valid_from_recorded_at"),
    )
    op.create_table(
        "target_plans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_target_plans"),
        sa.UniqueConstraint("region_code", "title", name="uq_target_plans_region_code_title"),
    )
    op.create_index("ix_target_plans_region_code_id", "target_plans", ["region_code", "id"])
    op.create_table(
        "assessment_rounds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.String(32), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("scheme_id", sa.Uuid(), nullable=False),
        sa.Column("scheme_code", sa.Text(), nullable=False),
        sa.Column("scheme_number", sa.Integer(), nullable=False),
        sa.Column("scheme_sha256", sa.Text(), nullable=False),
        sa.Column("official", sa.Boolean(), nullable=False),
        sa.Column("weight", sa.Numeric(), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("weight BETWEEN 0 AND 1", name="ck_assessment_rounds_weight_is_a_share"),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["assessment_rules.id"], name="fk_assessment_rounds_rule_id_assessment_rules"
        ),
        sa.ForeignKeyConstraint(
            ["scheme_id"], ["scoring_schemes.id"], name="fk_assessment_rounds_scheme_id_scoring_schemes"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_assessment_rounds"),
        sa.UniqueConstraint(
            "region_code",
            "scheme_code",
            "subject_kind",
            "period",
            name="uq_assessment_rounds_one_a_period",
        ),
    )
    op.create_index("ix_assessment_rounds_region_code_id", "assessment_rounds", ["region_code", "id"])
    op.create_table(
        "plan_targets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("aim", sa.String(32), nullable=False),
        sa.Column("target", sa.Numeric(), nullable=True),
        sa.Column("base", sa.Numeric(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("(aim = 'fact') = (target IS NULL)", name="ck_plan_targets_a_fact_promises_nothing"),
        sa.ForeignKeyConstraint(["plan_id"], ["target_plans.id"], name="fk_plan_targets_plan_id_target_plans"),
        sa.PrimaryKeyConstraint("id", name="pk_plan_targets"),
        sa.UniqueConstraint("plan_id", "code", name="uq_plan_targets_plan_id_code"),
    )
    op.create_table(
        "assessed_subjects",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("input", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("input_sha256", sa.Text(), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("vetoes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("low", sa.Numeric(), nullable=False),
        sa.Column("high", sa.Numeric(), nullable=False),
        sa.Column("maximum", sa.Numeric(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=True),
        sa.Column("vetoed", sa.Boolean(), nullable=False),
        sa.Column("best_place", sa.Integer(), nullable=True),
        sa.Column("worst_place", sa.Integer(), nullable=True),
        sa.Column("talk", sa.Boolean(), nullable=False),
        sa.Column("talk_held_on", sa.Date(), nullable=True),
        sa.Column("talk_demands", sa.Text(), nullable=True),
        sa.Column("talk_until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(talk_held_on IS NULL) = (talk_demands IS NULL)", name="ck_assessed_subjects_talk_says_what"
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["assessment_rounds.id"], name="fk_assessed_subjects_round_id_assessment_rounds"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_assessed_subjects"),
        sa.UniqueConstraint("round_id", "code", name="uq_assessed_subjects_round_id_code"),
    )
    op.create_table(
        "target_readings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("value", sa.Numeric(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["target_id"], ["plan_targets.id"], name="fk_target_readings_target_id_plan_targets"),
        sa.PrimaryKeyConstraint("id", name="pk_target_readings"),
    )
    op.create_index("ix_target_readings_target_id_on", "target_readings", ["target_id", "on"])


def downgrade() -> None:
    op.drop_table("target_readings")
    op.drop_table("assessed_subjects")
    op.drop_table("plan_targets")
    op.drop_table("assessment_rounds")
    op.drop_table("target_plans")
    op.drop_table("assessment_rules")
