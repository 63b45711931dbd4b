"""Inspections on paper"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "paper_checks_0001"
down_revision = None
branch_labels = None
depends_on = ("inspection_0001", "grid_0001", "visit_records_0001", "figures_0001")

# Visits that were complete before the share was told count in it.
COUNT_VISITS = """
    WITH counted AS (
        INSERT INTO grid_counts (id, figure, subject, label, region_code, day, numerator, denominator, link)
        SELECT gen_random_uuid(), 'inspection.terminal_use_rate', 'visit/' || id, '检查记录', region_code,
               (ended_at AT TIME ZONE 'Asia/Shanghai')::date, 1, 1, '/v1/visit-records/' || id
          FROM visit_records
         WHERE formed_at IS NOT NULL AND ended_at IS NOT NULL
     RETURNING figure, region_code, day
    )
    INSERT INTO figure_deltas (code, region_code, day, numerator, denominator)
    SELECT figure, region_code, day, count(*), count(*) FROM counted GROUP BY figure, region_code, day
"""


def upgrade() -> None:
    op.create_table(
        "paper_checks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("document_number", sa.Text(), nullable=False),
        sa.Column("inspectors", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("why_on_paper", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_by_name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawal_reason = '')", name="ck_paper_checks_withdrawal_has_reason"
        ),
        sa.CheckConstraint("business_id IS NOT NULL OR place <> ''", name="ck_paper_checks_was_somewhere"),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name="fk_paper_checks_business_id_businesses"),
        sa.PrimaryKeyConstraint("id", name="pk_paper_checks"),
    )
    op.create_index("ix_paper_checks_business_id", "paper_checks", ["business_id"])
    op.create_index(
        "ix_paper_checks_region_code_document_number",
        "paper_checks",
        ["region_code", "document_number"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_index("ix_paper_checks_region_code_id", "paper_checks", ["region_code", "id"])
    op.execute(COUNT_VISITS)


def downgrade() -> None:
    op.execute("DELETE FROM figure_rollups WHERE code = 'inspection.terminal_use_rate'")
    op.execute("DELETE FROM figure_deltas WHERE code = 'inspection.terminal_use_rate'")
    op.execute("DELETE FROM grid_counts WHERE figure = 'inspection.terminal_use_rate'")
    op.drop_table("paper_checks")
