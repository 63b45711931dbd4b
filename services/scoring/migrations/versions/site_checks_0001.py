"""Site checks: the draw, visits and what they found"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "site_checks_0001"
down_revision = None
branch_labels = None
depends_on = "evaluations_0001"


def upgrade() -> None:
    op.create_table(
        "site_town_rules",
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("numerator", sa.Integer(), nullable=False),
        sa.Column("denominator", sa.Integer(), nullable=False),
        sa.Column("at_least", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("at_least >= 0", name="ck_site_town_rules_not_negative"),
        sa.CheckConstraint(
            "numerator BETWEEN 0 AND denominator AND denominator > 0", name="ck_site_town_rules_share_is_a_share"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_site_town_rules"),
        sa.UniqueConstraint("kind", "valid_from", "recorded_at", name="uq_site_town_rules_kind_valid_from_recorded_at"),
    )
    op.create_table(
        "site_plans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("evaluation_id", sa.Uuid(), nullable=False),
        sa.Column("algorithm", sa.Text(), nullable=False),
        sa.Column("frame", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("frame_sha256", sa.Text(), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("form_list", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("aggregate", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drawn_by", sa.Uuid(), nullable=False),
        sa.Column("drawn_by_name", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["evaluation_id"], ["evaluations.id"], name="fk_site_plans_evaluation_id_evaluations"),
        sa.PrimaryKeyConstraint("id", name="pk_site_plans"),
        sa.UniqueConstraint("evaluation_id", name="uq_site_plans_evaluation_id"),
    )
    op.create_table(
        "site_visits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("town_code", sa.Text(), nullable=False),
        sa.Column("town_name", sa.Text(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("unit_name", sa.Text(), nullable=False),
        sa.Column("scoring_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["site_plans.id"], name="fk_site_visits_plan_id_site_plans"),
        sa.PrimaryKeyConstraint("id", name="pk_site_visits"),
        sa.UniqueConstraint("plan_id", "number", name="uq_site_visits_plan_id_number"),
        sa.UniqueConstraint("plan_id", "unit_code", name="uq_site_visits_plan_id_unit_code"),
    )
    op.create_table(
        "site_scorings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("replaces", sa.Uuid(), nullable=True),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("points", sa.Numeric(), nullable=True),
        sa.Column("maximum", sa.Numeric(), nullable=True),
        sa.Column("visited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_by_name", sa.Text(), nullable=False),
        sa.CheckConstraint("(points IS NULL) = (maximum IS NULL)", name="ck_site_scorings_points_of_a_maximum"),
        sa.CheckConstraint("points BETWEEN 0 AND maximum", name="ck_site_scorings_within_the_maximum"),
        sa.ForeignKeyConstraint(["visit_id"], ["site_visits.id"], name="fk_site_scorings_visit_id_site_visits"),
        sa.PrimaryKeyConstraint("id", name="pk_site_scorings"),
    )
    op.create_index("ix_site_scorings_visit_id", "site_scorings", ["visit_id"])


def downgrade() -> None:
    op.drop_table("site_scorings")
    op.drop_table("site_visits")
    op.drop_table("site_plans")
    op.drop_table("site_town_rules")
