"""Disposal cases with timelines, results to be served, what a closure must show"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "disposals_0001"
down_revision = None
branch_labels = None
depends_on = "samples_0001"


def upgrade() -> None:
    op.create_table(
        "closure_requirements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.String(32), nullable=False),
        sa.Column("handling", sa.String(32), nullable=False),
        sa.Column("topic", sa.String(32), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("only_if_filed", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_closure_requirements"),
    )
    op.create_index(
        "ix_closure_requirements_side_handling_topic", "closure_requirements", ["side", "handling", "topic"]
    )
    op.create_table(
        "disposal_cases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.String(32), nullable=False),
        sa.Column("handling", sa.String(32), nullable=False),
        sa.Column("authority", sa.String(32), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("bureau_code", sa.Text(), nullable=False),
        sa.Column("food_name", sa.Text(), nullable=False),
        sa.Column("lot_code", sa.Text(), nullable=True),
        sa.Column("party_name", sa.Text(), nullable=False),
        sa.Column("party_uscc", sa.Text(), nullable=True),
        sa.Column("party_business_id", sa.Uuid(), nullable=True),
        sa.Column("report_number", sa.Text(), nullable=False),
        sa.Column("report_class", sa.String(32), nullable=False),
        sa.Column("conclusion", sa.String(32), nullable=False),
        sa.Column("unqualified_items", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("stop_sale", sa.String(32), nullable=True),
        sa.Column("recall_requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("case_requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("filing_number", sa.Text(), nullable=True),
        sa.Column("not_filed_because", sa.Text(), nullable=True),
        sa.Column("ended_because", sa.String(32), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counted_on", sa.Date(), nullable=True),
        sa.Column("counted_as_on_time", sa.Boolean(), nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL)", name="ck_disposal_cases_closed_at_iff_closed"
        ),
        sa.CheckConstraint("(state = 'closed') = (ended_because IS NOT NULL)", name="ck_disposal_cases_end_iff_closed"),
        sa.CheckConstraint(
            "NOT (handling = 'elsewhere' AND filing_number IS NOT NULL)", name="ck_disposal_cases_filed_is_own"
        ),
        sa.CheckConstraint("handling = 'own' OR side = 'producer'", name="ck_disposal_cases_only_producers_elsewhere"),
        sa.ForeignKeyConstraint(["sample_id"], ["samples.id"], name="fk_disposal_cases_sample_id_samples"),
        sa.PrimaryKeyConstraint("id", name="pk_disposal_cases"),
    )
    op.create_index(
        "ix_disposal_cases_party_business_id",
        "disposal_cases",
        ["party_business_id"],
        postgresql_where=sa.text("party_business_id IS NOT NULL"),
    )
    op.create_index("ix_disposal_cases_region_code_id", "disposal_cases", ["region_code", "id"])
    op.create_index("ix_disposal_cases_sample_id_side", "disposal_cases", ["sample_id", "side"], unique=True)
    op.create_table(
        "disposal_entries",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("quantity", sa.Numeric(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("filed_change", sa.Integer(), nullable=False),
        sa.Column("cases_change", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("evidence", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["disposal_cases.id"], name="fk_disposal_entries_case_id_disposal_cases"),
        sa.PrimaryKeyConstraint("id", name="pk_disposal_entries"),
    )
    op.create_index("ix_disposal_entries_case_id_number", "disposal_entries", ["case_id", "number"], unique=True)
    op.create_index(
        "ix_disposal_entries_id",
        "disposal_entries",
        ["id"],
        postgresql_where=sa.text("cases_change <> 0 OR filed_change <> 0"),
    )
    op.create_table(
        "result_notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("recipient", sa.String(32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("served_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("method", sa.String(32), nullable=True),
        sa.Column("proof", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint("(served_at IS NULL) = (method IS NULL)", name="ck_result_notices_method_iff_served"),
        sa.ForeignKeyConstraint(["case_id"], ["disposal_cases.id"], name="fk_result_notices_case_id_disposal_cases"),
        sa.PrimaryKeyConstraint("id", name="pk_result_notices"),
    )
    op.create_index("ix_result_notices_case_id", "result_notices", ["case_id"])


def downgrade() -> None:
    op.drop_table("result_notices")
    op.drop_table("disposal_entries")
    op.drop_table("disposal_cases")
    op.drop_table("closure_requirements")
