"""Code grammars are dated rules like the others"""

from alembic import op

revision = "dated_rules_0001"
down_revision = None
branch_labels = None
depends_on = "code_grammars_0001"


def upgrade() -> None:
    op.drop_index("ix_code_grammars_code_valid_from", "code_grammars")
    op.create_unique_constraint(
        "uq_code_grammars_code_valid_from_recorded_at", "code_grammars", ["code", "valid_from", "recorded_at"]
    )


def downgrade() -> None:
    op.drop_constraint("uq_code_grammars_code_valid_from_recorded_at", "code_grammars")
    op.create_index("ix_code_grammars_code_valid_from", "code_grammars", ["code", "valid_from"])
