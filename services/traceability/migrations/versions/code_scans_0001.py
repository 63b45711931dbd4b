"""Scans of codes, what they say against labels, and the numbers that decide"""

import sqlalchemy as sa
from alembic import op

revision = "code_scans_0001"
down_revision = None
branch_labels = None
depends_on = "codes_0001"


def upgrade() -> None:
    op.create_table(
        "scan_thresholds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("value", sa.Numeric(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("value > 0", name="ck_scan_thresholds_value_positive"),
        sa.PrimaryKeyConstraint("id", name="pk_scan_thresholds"),
        sa.UniqueConstraint("name", "valid_from", "recorded_at", name="uq_scan_thresholds_name_valid_from_recorded_at"),
    )
    op.create_table(
        "code_findings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("settled_by_name", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(settled_at IS NULL) = (outcome IS NULL)", name="ck_code_findings_settled_says_how"),
        sa.ForeignKeyConstraint(["code_id"], ["trace_codes.id"], name="fk_code_findings_code_id_trace_codes"),
        sa.PrimaryKeyConstraint("id", name="pk_code_findings"),
    )
    op.create_index("ix_code_findings_region_code_id", "code_findings", ["region_code", "id"])
    op.create_index(
        "uq_code_findings_open",
        "code_findings",
        ["code_id", "kind"],
        unique=True,
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_table(
        "code_scan_counts",
        sa.Column("code_id", sa.Uuid(), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cell", sa.Text(), nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["code_id"], ["trace_codes.id"], name="fk_code_scan_counts_code_id_trace_codes"),
        sa.PrimaryKeyConstraint("code_id", "hour", "cell", "purpose", name="pk_code_scan_counts"),
    )


def downgrade() -> None:
    op.drop_table("code_scan_counts")
    op.drop_table("code_findings")
    op.drop_table("scan_thresholds")
