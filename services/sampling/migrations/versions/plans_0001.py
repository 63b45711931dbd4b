"""Sampling plans with targets, coverage lists, counted samples"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "plans_0001"
down_revision = None
branch_labels = None
depends_on = ("samples_0002", "sites_0001")


def upgrade() -> None:
    op.create_table(
        "sampling_plans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("level", sa.String(32), nullable=False),
        sa.Column("task_source", sa.Text(), nullable=False),
        sa.Column("stream", sa.String(32), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issued_by", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL)", name="ck_sampling_plans_closed_iff_closed_at"
        ),
        sa.CheckConstraint("(state = 'draft') = (issued_at IS NULL)", name="ck_sampling_plans_issued_iff_not_draft"),
        sa.CheckConstraint("quantity > 0", name="ck_sampling_plans_quantity_positive"),
        sa.PrimaryKeyConstraint("id", name="pk_sampling_plans"),
        sa.UniqueConstraint("id", "stream", name="uq_sampling_plans_id_stream"),
    )
    op.create_index(
        "ix_sampling_plans_region_code_year_title", "sampling_plans", ["region_code", "year", "title"], unique=True
    )
    op.create_index("ix_sampling_plans_year_id", "sampling_plans", ["year", "id"])
    op.create_table(
        "plan_category_targets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("link", sa.String(32), nullable=False),
        sa.Column("category_code", sa.Text(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name="ck_plan_category_targets_quantity_positive"),
        sa.ForeignKeyConstraint(
            ["plan_id"],
            ["sampling_plans.id"],
            name="fk_plan_category_targets_plan_id_sampling_plans",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_plan_category_targets"),
        sa.UniqueConstraint(
            "plan_id",
            "link",
            "category_code",
            name="uq_plan_category_targets_plan_id_link_category_code",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "plan_coverage_duties",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("place", sa.String(32), nullable=False),
        sa.Column("kinds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("counted_streams", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint("cardinality(kinds) > 0", name="ck_plan_coverage_duties_some_kind"),
        sa.CheckConstraint("minimum > 0", name="ck_plan_coverage_duties_minimum_positive"),
        sa.ForeignKeyConstraint(
            ["plan_id"],
            ["sampling_plans.id"],
            name="fk_plan_coverage_duties_plan_id_sampling_plans",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_plan_coverage_duties"),
    )
    op.create_index("ix_plan_coverage_duties_plan_id", "plan_coverage_duties", ["plan_id"])
    op.create_table(
        "plan_region_targets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("rate", sa.Numeric(), nullable=False),
        sa.Column("rate_unit", sa.String(32), nullable=False),
        sa.Column("population_basis", sa.String(32), nullable=False),
        sa.Column("population_year", sa.Integer(), nullable=False),
        sa.Column("counted_streams", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("counted_sources", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=True),
        sa.Column("population_source", sa.Text(), nullable=True),
        sa.Column("population_verified", sa.Boolean(), nullable=True),
        sa.CheckConstraint("cardinality(counted_streams) > 0", name="ck_plan_region_targets_some_stream_counts"),
        sa.CheckConstraint("rate > 0", name="ck_plan_region_targets_rate_positive"),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["sampling_plans.id"], name="fk_plan_region_targets_plan_id_sampling_plans", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_plan_region_targets"),
    )
    op.create_index(
        "ix_plan_region_targets_plan_id_region_code", "plan_region_targets", ["plan_id", "region_code"], unique=True
    )
    op.create_table(
        "plan_coverage_places",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("duty_id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("covered_on", sa.Date(), nullable=True),
        sa.Column("covered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["duty_id"], ["plan_coverage_duties.id"], name="fk_plan_coverage_places_duty_id_plan_coverage_duties"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_plan_coverage_places"),
    )
    op.create_index(
        "ix_plan_coverage_places_duty_id_place_id", "plan_coverage_places", ["duty_id", "place_id"], unique=True
    )
    op.create_index("ix_plan_coverage_places_place_id", "plan_coverage_places", ["place_id"])
    op.create_table(
        "counted_samples",
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("stream", sa.String(32), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["sampling_plans.id"], name="fk_counted_samples_plan_id_sampling_plans"),
        sa.ForeignKeyConstraint(["sample_id"], ["samples.id"], name="fk_counted_samples_sample_id_samples"),
        sa.PrimaryKeyConstraint("sample_id", name="pk_counted_samples"),
    )
    op.create_index("ix_counted_samples_day_region_code", "counted_samples", ["day", "region_code"])
    op.create_index("ix_counted_samples_plan_id", "counted_samples", ["plan_id"])
    op.create_foreign_key(
        "fk_sampling_tasks_plan_id_stream_sampling_plans",
        "sampling_tasks",
        "sampling_plans",
        ["plan_id", "stream"],
        ["id", "stream"],
    )


def downgrade() -> None:
    op.drop_constraint("fk_sampling_tasks_plan_id_stream_sampling_plans", "sampling_tasks", type_="foreignkey")
    op.drop_table("counted_samples")
    op.drop_table("plan_coverage_places")
    op.drop_table("plan_region_targets")
    op.drop_table("plan_coverage_duties")
    op.drop_table("plan_category_targets")
    op.drop_table("sampling_plans")
