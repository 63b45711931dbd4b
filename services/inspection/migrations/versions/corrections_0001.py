"""Corrections"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "corrections_0001"
down_revision = None
branch_labels = None
depends_on = "inspection_0001"


def upgrade() -> None:
    op.create_table(
        "correction_limits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=True),
        sa.Column("unit", sa.String(32), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_correction_limits"),
    )
    op.create_index("ix_correction_limits_region_code_valid_from", "correction_limits", ["region_code", "valid_from"])
    op.create_table(
        "visit_tallies",
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=True),
        sa.Column("party_name", sa.Text(), nullable=False),
        sa.Column("visited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("problems", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("visit_id", name="pk_visit_tallies"),
    )
    op.create_table(
        "corrections",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("origin", sa.String(32), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("item_number", sa.Text(), nullable=True),
        sa.Column("source_number", sa.Text(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=True),
        sa.Column("party_name", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("requirement", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("is_key", sa.Boolean(), nullable=True),
        sa.Column("affects_safety", sa.Boolean(), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("evidence_before", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("evidence_after", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("case_requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("filing_number", sa.Text(), nullable=True),
        sa.Column("case_declined_because", sa.Text(), nullable=True),
        sa.Column("ended_because", sa.String(32), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counted_on", sa.Date(), nullable=True),
        sa.Column("counted_as_on_time", sa.Boolean(), nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="ck_corrections_closed_at_iff_closed"),
        sa.CheckConstraint("(state = 'closed') = (ended_because IS NOT NULL)", name="ck_corrections_end_iff_closed"),
        sa.CheckConstraint(
            "ended_because <> 'on_the_spot' OR affects_safety = false", name="ck_corrections_safety_not_on_the_spot"
        ),
        sa.CheckConstraint("(counted_on IS NULL) = (counted_as_on_time IS NULL)", name="ck_corrections_counted_whole"),
        sa.CheckConstraint("(visit_id IS NULL) = (item_number IS NULL)", name="ck_corrections_item_of_a_visit"),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name="fk_corrections_business_id_businesses"),
        sa.ForeignKeyConstraint(["visit_id"], ["visit_tallies.visit_id"], name="fk_corrections_visit_id_visit_tallies"),
        sa.PrimaryKeyConstraint("id", name="pk_corrections"),
    )
    op.create_index("ix_corrections_business_id_id", "corrections", ["business_id", "id"])
    op.create_index("ix_corrections_region_code_id", "corrections", ["region_code", "id"])
    op.create_index("ix_corrections_state_id", "corrections", ["state", "id"])
    op.create_index(
        "ix_corrections_visit_id_item_number",
        "corrections",
        ["visit_id", "item_number"],
        unique=True,
        postgresql_where=sa.text("visit_id IS NOT NULL"),
    )
    op.create_table(
        "correction_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("correction_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("evidence", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["correction_id"], ["corrections.id"], name="fk_correction_entries_correction_id_corrections"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_correction_entries"),
    )
    op.create_index(
        "ix_correction_entries_correction_id_number", "correction_entries", ["correction_id", "number"], unique=True
    )
    op.create_table(
        "correction_orders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("correction_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document_number", sa.Text(), nullable=False),
        sa.Column("demand", sa.Text(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(32), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["correction_id"], ["corrections.id"], name="fk_correction_orders_correction_id_corrections"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_correction_orders"),
    )
    op.create_index(
        "ix_correction_orders_correction_id_number", "correction_orders", ["correction_id", "number"], unique=True
    )
    op.create_table(
        "overdue_movements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("correction_id", sa.Uuid(), nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("change IN (-1, 1)", name="ck_overdue_movements_change_by_one"),
        sa.ForeignKeyConstraint(
            ["correction_id"], ["corrections.id"], name="fk_overdue_movements_correction_id_corrections"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_overdue_movements"),
    )
    op.create_index("ix_overdue_movements_correction_id", "overdue_movements", ["correction_id"])


def downgrade() -> None:
    op.drop_table("overdue_movements")
    op.drop_table("correction_orders")
    op.drop_table("correction_entries")
    op.drop_table("corrections")
    op.drop_table("visit_tallies")
    op.drop_table("correction_limits")
