"""Rapid tests, the files and submissions in which they came."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "rapid_tests_0001"
down_revision = None
branch_labels = None
depends_on = None

TEXTS = (
    *("stall_number", "seller_name", "seller_licence", "seller_uscc", "food_category", "lot_code", "origin"),
    *("certificate_number", "supplier_name", "quantity_unit", "item_code", "printed_method", "printed_value", "unit"),
    *("printed_limit", "printed_result", "raw_value", "reagent_batch", "device_maker", "device_serial"),
    *("device_record_id", "tester_name", "remark", "verdict_reason", "correction_reason"),
)
NUMBERS = ("quantity_in", "quantity_kept", "quantity_destroyed", "value")
IDS = (
    *("upload_id", "submission_id", "seller_business_id", "device_id", "threshold_id"),
    *("suspected_duplicate_of", "corrects_id", "counted_by"),
)
INSTANTS = ("sampled_at", "counted_at", "superseded_at")


def upgrade() -> None:
    op.create_table(
        "rapid_tests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("product_name", sa.Text(), nullable=False),
        sa.Column("printed_item", sa.Text(), nullable=False),
        sa.Column("method", sa.String(32), nullable=True),
        sa.Column("tested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tested_on", sa.Date(), nullable=False),
        sa.Column("verdict", sa.String(32), nullable=False),
        sa.Column("record_key", sa.LargeBinary(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=True) for name in TEXTS),
        *(sa.Column(name, sa.Numeric(), nullable=True) for name in NUMBERS),
        *(sa.Column(name, sa.Uuid(), nullable=True) for name in IDS),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in INSTANTS),
        sa.PrimaryKeyConstraint("id", name="pk_rapid_tests"),
    )
    op.create_index(
        "ix_rapid_tests_record_key",
        "rapid_tests",
        ["record_key"],
        unique=True,
        postgresql_where=sa.text("record_key IS NOT NULL AND corrects_id IS NULL"),
    )
    op.create_index(
        "ix_rapid_tests_content_hash",
        "rapid_tests",
        ["content_hash"],
        postgresql_where=sa.text("content_hash IS NOT NULL"),
    )
    op.create_index("ix_rapid_tests_site_id_tested_at_id", "rapid_tests", ["site_id", "tested_at", "id"])
    op.create_index("ix_rapid_tests_region_code_tested_on", "rapid_tests", ["region_code", "tested_on"])
    op.create_index("ix_rapid_tests_upload_id_row_number", "rapid_tests", ["upload_id", "row_number"])
    op.create_index(
        "ix_rapid_tests_corrects_id",
        "rapid_tests",
        ["corrects_id"],
        unique=True,
        postgresql_where=sa.text("corrects_id IS NOT NULL"),
    )
    op.create_index(
        "ix_rapid_tests_positives",
        "rapid_tests",
        ["tested_at", "id"],
        postgresql_where=sa.text("verdict = 'suspected_positive'"),
    )
    op.create_table(
        "rapid_test_uploads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("uploaded_by", sa.Uuid(), nullable=False),
        sa.Column("actor", postgresql.JSONB(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_size", sa.Integer(), nullable=False),
        sa.Column("file_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("content_key", sa.LargeBinary(), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("sheet", sa.Text(), nullable=True),
        sa.Column("mapping", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("preview", postgresql.JSONB(), nullable=True),
        sa.Column("rows_expected", sa.Integer(), nullable=True),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in (
                *("rows_done", "accepted", "duplicate", "suspected_duplicate", "rejected"),
                *("positives", "instrument_errors", "undetermined", "version"),
            )
        ),
        sa.Column("problem", postgresql.JSONB(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_rapid_test_uploads"),
    )
    op.create_index(
        "ix_rapid_test_uploads_content_key",
        "rapid_test_uploads",
        ["content_key"],
        unique=True,
        postgresql_where=sa.text("NOT dry_run AND state NOT IN ('failed', 'cancelled')"),
    )
    op.create_index("ix_rapid_test_uploads_site_id_id", "rapid_test_uploads", ["site_id", "id"])
    op.create_index("ix_rapid_test_uploads_uploaded_by_id", "rapid_test_uploads", ["uploaded_by", "id"])
    op.create_table(
        "rapid_test_upload_rows",
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("test_id", sa.Uuid(), nullable=True),
        sa.Column("cells", postgresql.JSONB(), nullable=True),
        sa.Column("errors", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("upload_id", "row_number", name="pk_rapid_test_upload_rows"),
    )
    op.create_table(
        "rapid_test_submissions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("answer", postgresql.JSONB(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rapid_test_submissions"),
    )


def downgrade() -> None:
    for table in ("rapid_test_submissions", "rapid_test_upload_rows", "rapid_test_uploads", "rapid_tests"):
        op.drop_table(table)
