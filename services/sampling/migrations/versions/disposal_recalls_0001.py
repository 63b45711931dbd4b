"""Where the recalls stand that cases asked for"""

import sqlalchemy as sa
from alembic import op

revision = "disposal_recalls_0001"
down_revision = None
branch_labels = None
depends_on = "disposals_0001"


def upgrade() -> None:
    op.create_table(
        "disposal_recalls",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("recall_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("level", sa.String(32), nullable=True),
        sa.Column("holders", sa.Integer(), nullable=True),
        sa.Column("acknowledged", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["disposal_cases.id"], name="fk_disposal_recalls_case_id_disposal_cases"),
        sa.PrimaryKeyConstraint("case_id", name="pk_disposal_recalls"),
    )


def downgrade() -> None:
    op.drop_table("disposal_recalls")
