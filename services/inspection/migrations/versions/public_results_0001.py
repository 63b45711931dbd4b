"""Public results"""

import sqlalchemy as sa
from alembic import op

revision = "public_results_0001"
down_revision = None
branch_labels = None
depends_on = ("visit_records_0001", "businesses_0002")


def upgrade() -> None:
    op.create_table(
        "lives_bundles",
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("businesses", sa.Integer(), nullable=False),
        sa.Column("inspections", sa.Integer(), nullable=False),
        sa.Column("violations", sa.Integer(), nullable=False),
        sa.CheckConstraint("octet_length(content) > 0", name="ck_lives_bundles_has_content"),
        sa.PrimaryKeyConstraint("region_code", name="pk_lives_bundles"),
    )
    op.create_index("ix_visit_publications_region_code_id", "visit_publications", ["region_code", "id"])


def downgrade() -> None:
    op.drop_index("ix_visit_publications_region_code_id")
    op.drop_table("lives_bundles")
