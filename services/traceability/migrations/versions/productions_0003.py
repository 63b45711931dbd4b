"""What one piece of a lot holds, so that loose goods and the boxes they were put into can be set against each other"""

import sqlalchemy as sa
from alembic import op

revision = "productions_0003"
down_revision = None
branch_labels = None
depends_on = "productions_0001"


def upgrade() -> None:
    op.add_column("production_parts", sa.Column("content_quantity", sa.Numeric(), nullable=True))
    op.add_column("production_parts", sa.Column("content_unit", sa.Text(), nullable=True))
    op.create_check_constraint(
        "ck_production_parts_content_has_its_unit",
        "production_parts",
        "(content_quantity IS NULL) = (content_unit IS NULL)",
    )


def downgrade() -> None:
    op.drop_constraint("ck_production_parts_content_has_its_unit", "production_parts")
    op.drop_column("production_parts", "content_unit")
    op.drop_column("production_parts", "content_quantity")
