"""Inspection reports, rules of serious findings, files of results"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "reports_0001"
down_revision = None
branch_labels = None
depends_on = "samples_0001"


def upgrade() -> None:
    op.create_table(
        "result_upload_rows",
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("sheet", sa.Text(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("sample", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=True),
        sa.Column("cells", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("errors", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("upload_id", "sheet", "row_number", name="pk_result_upload_rows"),
    )
    op.create_table(
        "result_uploads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=False),
        sa.Column("actor", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_size", sa.Integer(), nullable=False),
        sa.Column("content_key", sa.LargeBinary(), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("report_date", sa.Date(), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("preview", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("problem", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("rows_expected", sa.Integer(), nullable=True),
        sa.Column("rows_done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reports_accepted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reports_duplicate", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reports_rejected", sa.Integer(), server_default="0", nullable=False),
        sa.Column("items", sa.Integer(), server_default="0", nullable=False),
        sa.Column("in_doubt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_result_uploads"),
    )
    op.create_index(
        "ix_result_uploads_content_key",
        "result_uploads",
        ["content_key"],
        unique=True,
        postgresql_where=sa.text("NOT dry_run AND state NOT IN ('failed', 'cancelled')"),
    )
    op.create_index("ix_result_uploads_uploaded_by_id", "result_uploads", ["uploaded_by", "id"])
    op.create_table(
        "serious_finding_rules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("names", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("factor", sa.Numeric(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'excess') = (factor IS NOT NULL)", name="ck_serious_finding_rules_factor_iff_excess"
        ),
        sa.CheckConstraint("origin IN ('seed', 'bureau')", name="ck_serious_finding_rules_origin_known"),
        sa.PrimaryKeyConstraint("id", name="pk_serious_finding_rules"),
    )
    op.create_index("ix_serious_finding_rules_code_version", "serious_finding_rules", ["code", "version"], unique=True)
    op.create_table(
        "reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("laboratory_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("stream", sa.String(32), nullable=False),
        sa.Column("upload_id", sa.Uuid(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("report_date", sa.Date(), nullable=True),
        sa.Column("tested_by", sa.Text(), nullable=True),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("stated_conclusion", sa.String(32), nullable=True),
        sa.Column("stated_class", sa.String(32), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=False),
        sa.Column("conclusion", sa.String(32), nullable=True),
        sa.Column("report_class", sa.String(32), nullable=True),
        sa.Column("serious_because", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("doubts", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("concluded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_conclusion", sa.String(32), nullable=True),
        sa.Column("decided_because", sa.Text(), nullable=True),
        sa.Column("retested_conclusion", sa.String(32), nullable=True),
        sa.Column("retested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_because", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'returned') = (returned_at IS NOT NULL)", name="ck_reports_returned_says_when"),
        sa.CheckConstraint(
            "(state IN ('draft', 'in_review', 'reviewed')) = (issued_at IS NULL)", name="ck_reports_issued_says_when"
        ),
        sa.CheckConstraint("state <> 'accepted' OR accepted_at IS NOT NULL", name="ck_reports_accepted_says_when"),
        sa.ForeignKeyConstraint(["sample_id"], ["samples.id"], name="fk_reports_sample_id_samples"),
        sa.PrimaryKeyConstraint("id", name="pk_reports"),
    )
    op.create_index("ix_reports_region_code_issued_at_id", "reports", ["region_code", "issued_at", "id"])
    op.create_index("ix_reports_sample_id_edition", "reports", ["sample_id", "edition"], unique=True)
    op.create_index("ix_reports_upload_id", "reports", ["upload_id"], postgresql_where=sa.text("upload_id IS NOT NULL"))
    op.create_index(
        "uq_reports_under_way", "reports", ["sample_id"], unique=True, postgresql_where=sa.text("state <> 'returned'")
    )
    op.create_table(
        "report_entries",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name="fk_report_entries_report_id_reports"),
        sa.PrimaryKeyConstraint("report_id", "number", name="pk_report_entries"),
    )
    op.create_table(
        "report_items",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("item_code", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("requirement", sa.Text(), nullable=True),
        sa.Column("requirement_unit", sa.Text(), nullable=True),
        sa.Column("stated_limits", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("stated_verdict", sa.String(32), nullable=True),
        sa.Column("reference", sa.Boolean(), nullable=False),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("basis", sa.Text(), nullable=True),
        sa.Column("lod_value", sa.Text(), nullable=True),
        sa.Column("lod_unit", sa.Text(), nullable=True),
        sa.Column("lod_kind", sa.String(32), nullable=True),
        sa.Column("format_rule", sa.Text(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("verdict", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("steps", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("contradicts", sa.Boolean(), nullable=False),
        sa.Column("format_fault", sa.Text(), nullable=True),
        sa.Column("limit", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name="fk_report_items_report_id_reports"),
        sa.PrimaryKeyConstraint("report_id", "number", name="pk_report_items"),
    )


def downgrade() -> None:
    op.drop_table("report_items")
    op.drop_table("report_entries")
    op.drop_table("reports")
    op.drop_table("serious_finding_rules")
    op.drop_table("result_uploads")
    op.drop_table("result_upload_rows")
