"""Risk grades: schemes, facts, inspections, profiles, proposals, grades, replays; plans of inspections"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "risk_grades_0001"
down_revision = None
branch_labels = None
depends_on = "inspection_0001"


def upgrade() -> None:
    op.create_table(
        "inspection_plans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("inputs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("inputs_sha256", sa.Text(), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_inspection_plans"),
    )
    op.create_index("ix_inspection_plans_region_code_id", "inspection_plans", ["region_code", "id"])
    op.create_table(
        "planning_rules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("value > 0", name="ck_planning_rules_value_positive"),
        sa.PrimaryKeyConstraint("id", name="pk_planning_rules"),
    )
    op.create_index("ix_planning_rules_code_valid_from", "planning_rules", ["code", "valid_from"], unique=True)
    op.create_table(
        "risk_schemes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kinds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("variant", sa.Text(), nullable=True),
        sa.Column("region_code", sa.Text(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(32), nullable=False),
        sa.Column("applies_from", sa.Date(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'draft') = (applies_from IS NULL)", name="ck_risk_schemes_applies_from_unless_draft"
        ),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="ck_risk_schemes_withdrawn_at_if_withdrawn"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_risk_schemes"),
        sa.UniqueConstraint("code", "number", name="uq_risk_schemes_code_number"),
    )
    op.create_index(
        "ix_risk_schemes_one_draft", "risk_schemes", ["code"], unique=True, postgresql_where=sa.text("state = 'draft'")
    )
    op.create_table(
        "planned_inspections",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("by", sa.Date(), nullable=False),
        sa.Column("for_coverage", sa.Boolean(), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name="fk_planned_inspections_business_id_businesses"
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["inspection_plans.id"], name="fk_planned_inspections_plan_id_inspection_plans"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_planned_inspections"),
    )
    op.create_index(
        "ix_planned_inspections_plan_id_month_business_id",
        "planned_inspections",
        ["plan_id", "month", "business_id"],
        unique=True,
    )
    op.create_table(
        "risk_checks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("source_version", sa.Integer(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("full_items", sa.Boolean(), nullable=False),
        sa.Column("key_checked", sa.Integer(), nullable=False),
        sa.Column("key_failed", sa.Integer(), nullable=False),
        sa.Column("key_open", sa.Integer(), nullable=False),
        sa.Column("general_checked", sa.Integer(), nullable=False),
        sa.Column("general_failed", sa.Integer(), nullable=False),
        sa.Column("general_open", sa.Integer(), nullable=False),
        sa.Column("score_share", sa.Numeric(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name="fk_risk_checks_business_id_businesses"),
        sa.PrimaryKeyConstraint("id", name="pk_risk_checks"),
        sa.UniqueConstraint("source_id", "source_version", name="uq_risk_checks_source_id_source_version"),
    )
    op.create_index("ix_risk_checks_business_id_checked_on", "risk_checks", ["business_id", "checked_on"])
    op.create_table(
        "risk_facts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("source_version", sa.Integer(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=True),
        sa.Column("business_name", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("recorded_by IS NULL OR evidence <> ''", name="ck_risk_facts_officer_shows_evidence"),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name="fk_risk_facts_business_id_businesses"),
        sa.PrimaryKeyConstraint("id", name="pk_risk_facts"),
        sa.UniqueConstraint("kind", "source_id", "source_version", name="uq_risk_facts_kind_source_id_source_version"),
    )
    op.create_index("ix_risk_facts_business_id", "risk_facts", ["business_id"])
    op.create_index("ix_risk_facts_region_code_id", "risk_facts", ["region_code", "id"])
    op.create_table(
        "risk_figure_rows",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("numerator", sa.Numeric(), nullable=False),
        sa.Column("denominator", sa.Numeric(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name="fk_risk_figure_rows_business_id_businesses"),
        sa.PrimaryKeyConstraint("id", name="pk_risk_figure_rows"),
    )
    op.create_index("ix_risk_figure_rows_business_id", "risk_figure_rows", ["business_id"])
    op.create_index("ix_risk_figure_rows_code_region_code", "risk_figure_rows", ["code", "region_code"])
    op.create_table(
        "risk_profiles",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("variant", sa.Text(), nullable=True),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name="fk_risk_profiles_business_id_businesses"),
        sa.PrimaryKeyConstraint("id", name="pk_risk_profiles"),
        sa.UniqueConstraint("business_id", "number", name="uq_risk_profiles_business_id_number"),
    )
    op.create_table(
        "risk_proposals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("business_name", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("scheme_id", sa.Uuid(), nullable=False),
        sa.Column("scheme_sha256", sa.Text(), nullable=False),
        sa.Column("inputs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("inputs_sha256", sa.Text(), nullable=False),
        sa.Column("score", sa.Numeric(), nullable=False),
        sa.Column("by_score", sa.String(32), nullable=False),
        sa.Column("grade", sa.String(32), nullable=False),
        sa.Column("present", sa.String(32), nullable=True),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("confirmed_grade", sa.String(32), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_by_name", sa.Text(), nullable=False),
        sa.Column("decision_reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'confirmed') = (confirmed_grade IS NOT NULL)", name="ck_risk_proposals_confirmed_says_what"
        ),
        sa.CheckConstraint(
            "(state IN ('confirmed', 'refused')) = (decided_at IS NOT NULL)", name="ck_risk_proposals_decided_says_when"
        ),
        sa.CheckConstraint("decided_at IS NULL OR decision_reason <> ''", name="ck_risk_proposals_decided_says_why"),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name="fk_risk_proposals_business_id_businesses"),
        sa.ForeignKeyConstraint(["scheme_id"], ["risk_schemes.id"], name="fk_risk_proposals_scheme_id_risk_schemes"),
        sa.PrimaryKeyConstraint("id", name="pk_risk_proposals"),
    )
    op.create_index(
        "ix_risk_proposals_one_open",
        "risk_proposals",
        ["business_id", "valid_from"],
        unique=True,
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_index("ix_risk_proposals_business_id", "risk_proposals", ["business_id"])
    op.create_index("ix_risk_proposals_region_code_id", "risk_proposals", ["region_code", "id"])
    op.create_index("ix_risk_proposals_scheme_id", "risk_proposals", ["scheme_id"])
    op.create_table(
        "risk_replays",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("scheme_id", sa.Uuid(), nullable=False),
        sa.Column("scheme_code", sa.Text(), nullable=False),
        sa.Column("scheme_number", sa.Integer(), nullable=False),
        sa.Column("inputs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("inputs_sha256", sa.Text(), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("result_sha256", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["scheme_id"], ["risk_schemes.id"], name="fk_risk_replays_scheme_id_risk_schemes"),
        sa.PrimaryKeyConstraint("id", name="pk_risk_replays"),
    )
    op.create_index("ix_risk_replays_region_code_id", "risk_replays", ["region_code", "id"])
    op.create_table(
        "risk_grades",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("grade", sa.String(32), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Numeric(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=False),
        sa.Column("confirmed_by_name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name="fk_risk_grades_business_id_businesses"),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["risk_proposals.id"], name="fk_risk_grades_proposal_id_risk_proposals"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_risk_grades"),
        sa.UniqueConstraint("proposal_id", name="uq_risk_grades_proposal_id"),
    )
    op.create_index("ix_risk_grades_business_id_valid_from", "risk_grades", ["business_id", "valid_from"])


def downgrade() -> None:
    op.drop_table("risk_grades")
    op.drop_table("risk_replays")
    op.drop_table("risk_proposals")
    op.drop_table("risk_profiles")
    op.drop_table("risk_figure_rows")
    op.drop_table("risk_facts")
    op.drop_table("risk_checks")
    op.drop_table("planned_inspections")
    op.drop_table("risk_schemes")
    op.drop_table("planning_rules")
    op.drop_table("inspection_plans")
