"""Facilities of businesses"""

import sqlalchemy as sa
from alembic import op

revision = "facilities_0001"
down_revision = None
branch_labels = None
depends_on = "inspection_0001"


def upgrade() -> None:
    op.create_table(
        "facilities",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("ending_reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_by_name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(until IS NULL) = (ending_reason = '')", name="ck_facilities_ending_has_reason"),
        sa.CheckConstraint("until > since", name="ck_facilities_ends_after_it_begins"),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name="fk_facilities_business_id_businesses"),
        sa.PrimaryKeyConstraint("id", name="pk_facilities"),
    )
    op.create_index(
        "ix_facilities_business_id_kind",
        "facilities",
        ["business_id", "kind"],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_index("ix_facilities_region_code_kind", "facilities", ["region_code", "kind"])


def downgrade() -> None:
    op.drop_table("facilities")
