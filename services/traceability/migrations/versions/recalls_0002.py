"""What is called back is looked up at every sale"""

from alembic import op

revision = "recalls_0002"
down_revision = None
branch_labels = None
depends_on = "recalls_0001"


def upgrade() -> None:
    op.create_index("ix_recalls_key", "recalls", ["key"])
    op.create_index("ix_recall_lines_key", "recall_lines", ["key"])


def downgrade() -> None:
    op.drop_index("ix_recall_lines_key", "recall_lines")
    op.drop_index("ix_recalls_key", "recalls")
