"""Recall requests of disposal cases"""

import sqlalchemy as sa
from alembic import op

revision = "recall_requests_0001"
down_revision = None
branch_labels = None
depends_on = "lots_0001"


def upgrade() -> None:
    op.create_table(
        "recall_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("facts_version", sa.Integer(), nullable=False),
        sa.Column("sample_number", sa.Text(), nullable=True),
        sa.Column("stream", sa.String(32), nullable=False),
        sa.Column("link", sa.String(32), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("food_name", sa.Text(), nullable=False),
        sa.Column("category_code", sa.Text(), nullable=True),
        sa.Column("sampled_on", sa.Date(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=True),
        sa.Column("sampled_party_name", sa.Text(), nullable=False),
        sa.Column("sampled_party_uscc", sa.Text(), nullable=True),
        sa.Column("producer_name", sa.Text(), nullable=True),
        sa.Column("producer_uscc", sa.Text(), nullable=True),
        sa.Column("lot_code", sa.Text(), nullable=True),
        sa.Column("production_date", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("hold_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_by_name", sa.Text(), nullable=False),
        sa.Column("decision_note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'pending') = (decided_at IS NULL)", name="ck_recall_requests_decided_says_when"),
        sa.CheckConstraint("state <> 'declined' OR decision_note <> ''", name="ck_recall_requests_declined_says_why"),
        sa.ForeignKeyConstraint(["hold_id"], ["lot_holds.id"], name="fk_recall_requests_hold_id_lot_holds"),
        sa.PrimaryKeyConstraint("id", name="pk_recall_requests"),
    )
    op.create_index("ix_recall_requests_case_id", "recall_requests", ["case_id"], unique=True)
    op.create_index("ix_recall_requests_region_code_id", "recall_requests", ["region_code", "id"])
    op.create_index("ix_recall_requests_sample_id", "recall_requests", ["sample_id"])


def downgrade() -> None:
    op.drop_table("recall_requests")
