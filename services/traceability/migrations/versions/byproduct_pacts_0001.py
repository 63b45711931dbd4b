"""To which plant by-products are handed"""

import sqlalchemy as sa
from alembic import op

revision = "byproduct_pacts_0001"
down_revision = None
branch_labels = None
depends_on = "subjects_0001"


def upgrade() -> None:
    op.create_table(
        "byproduct_pacts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("processor_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("source_id <> processor_id", name="ck_byproduct_pacts_between_two"),
        sa.CheckConstraint("until >= since", name="ck_byproduct_pacts_ends_after_it_begins"),
        sa.ForeignKeyConstraint(["processor_id"], ["subjects.id"], name="fk_byproduct_pacts_processor_id_subjects"),
        sa.ForeignKeyConstraint(["source_id"], ["subjects.id"], name="fk_byproduct_pacts_source_id_subjects"),
        sa.PrimaryKeyConstraint("id", name="pk_byproduct_pacts"),
    )
    op.create_index("ix_byproduct_pacts_processor_id", "byproduct_pacts", ["processor_id"])
    op.create_index("ix_byproduct_pacts_region_code_id", "byproduct_pacts", ["region_code", "id"])
    op.create_index("ix_byproduct_pacts_source_id", "byproduct_pacts", ["source_id"])


def downgrade() -> None:
    op.drop_table("byproduct_pacts")
