"""Case requests are withdrawn where the sample passes after all"""

import sqlalchemy as sa
from alembic import op

revision = "case_requests_0002"
down_revision = None
branch_labels = None
depends_on = "case_requests_0001"

BEFORE = {"decided_says_when": "(state = 'pending') = (decided_at IS NULL)"}
AFTER = {
    "decided_says_when": "state NOT IN ('accepted', 'declined') OR decided_at IS NOT NULL",
    "pending_is_undecided": "state <> 'pending' OR decided_at IS NULL",
    "overturned_says_why": "(overturned_at IS NULL) = (overturned_because = '')",
    "withdrawn_says_when": "state <> 'withdrawn' OR overturned_at IS NOT NULL",
}


def upgrade() -> None:
    op.create_table(
        "case_sample_outcomes",
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("conclusion", sa.String(32), nullable=False),
        sa.Column("report_number", sa.Text(), nullable=False),
        sa.Column("concluded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sample_id", name="pk_case_sample_outcomes"),
    )
    op.add_column("case_requests", sa.Column("overturned_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("case_requests", sa.Column("overturned_because", sa.Text(), nullable=False, server_default=""))
    op.alter_column("case_requests", "overturned_because", server_default=None)
    op.create_index("ix_case_requests_sample_id", "case_requests", ["sample_id"])
    _replace(BEFORE, AFTER)


def downgrade() -> None:
    _replace(AFTER, BEFORE)
    op.drop_index("ix_case_requests_sample_id", "case_requests")
    op.drop_column("case_requests", "overturned_because")
    op.drop_column("case_requests", "overturned_at")
    op.drop_table("case_sample_outcomes")


def _replace(old: dict[str, str], new: dict[str, str]) -> None:
    for name in old:
        op.execute(f"ALTER TABLE case_requests DROP CONSTRAINT ck_case_requests_{name}")
    for name, condition in new.items():
        op.execute(f"ALTER TABLE case_requests ADD CONSTRAINT ck_case_requests_{name} CHECK ({condition})")
