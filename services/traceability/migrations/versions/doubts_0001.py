"""Doubts of consumers about scanned codes"""

import sqlalchemy as sa
from alembic import op

revision = "doubts_0001"
down_revision = None
branch_labels = None
depends_on = "codes_0001"


def upgrade() -> None:
    op.create_table(
        "doubts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("code_id", sa.Uuid(), nullable=False),
        sa.Column("code_text", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clue_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'answered') = (outcome IS NOT NULL)", name="ck_doubts_answered_says_what"),
        sa.ForeignKeyConstraint(["code_id"], ["trace_codes.id"], name="fk_doubts_code_id_trace_codes"),
        sa.PrimaryKeyConstraint("id", name="pk_doubts"),
    )
    op.create_index("ix_doubts_code_id_raised_at", "doubts", ["code_id", "raised_at"])
    op.create_index("ix_doubts_receipt", "doubts", ["receipt"], unique=True)


def downgrade() -> None:
    op.drop_table("doubts")
