"""Case requests of disposals"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "case_requests_0001"
down_revision = None
branch_labels = None
depends_on = "inspection_0001"


def upgrade() -> None:
    op.create_table(
        "case_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.String(32), nullable=False),
        sa.Column("party_name", sa.Text(), nullable=False),
        sa.Column("party_uscc", sa.Text(), nullable=True),
        sa.Column("business_id", sa.Uuid(), nullable=True),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("facts_version", sa.Integer(), nullable=False),
        sa.Column("sample_number", sa.Text(), nullable=True),
        sa.Column("stream", sa.String(32), nullable=False),
        sa.Column("link", sa.String(32), nullable=False),
        sa.Column("food_name", sa.Text(), nullable=False),
        sa.Column("lot_code", sa.Text(), nullable=True),
        sa.Column("production_date", sa.Date(), nullable=True),
        sa.Column("sampled_on", sa.Date(), nullable=False),
        sa.Column("sampled_party_name", sa.Text(), nullable=False),
        sa.Column("producer_name", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("unqualified_items", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("clock_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("filing_number", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_by_name", sa.Text(), nullable=False),
        sa.Column("decision_note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'accepted') = (filing_number IS NOT NULL)", name="ck_case_requests_accepted_says_number"
        ),
        sa.CheckConstraint("(state = 'pending') = (decided_at IS NULL)", name="ck_case_requests_decided_says_when"),
        sa.CheckConstraint("state <> 'declined' OR decision_note <> ''", name="ck_case_requests_declined_says_why"),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name="fk_case_requests_business_id_businesses"),
        sa.PrimaryKeyConstraint("id", name="pk_case_requests"),
    )
    op.create_index("ix_case_requests_business_id", "case_requests", ["business_id"])
    op.create_index("ix_case_requests_case_id", "case_requests", ["case_id"], unique=True)
    op.create_index("ix_case_requests_region_code_id", "case_requests", ["region_code", "id"])


def downgrade() -> None:
    op.drop_table("case_requests")
