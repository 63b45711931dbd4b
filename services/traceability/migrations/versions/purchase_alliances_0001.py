"""Who buys together, and from whom"""

import sqlalchemy as sa
from alembic import op

revision = "purchase_alliances_0001"
down_revision = None
branch_labels = None
depends_on = "subjects_0001"


def upgrade() -> None:
    op.create_table(
        "purchase_alliances",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_purchase_alliances"),
    )
    op.create_index("ix_purchase_alliances_region_code_id", "purchase_alliances", ["region_code", "id"])
    op.create_table(
        "purchase_alliance_parties",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("alliance_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("until >= since", name="ck_purchase_alliance_parties_ends_after_it_begins"),
        sa.ForeignKeyConstraint(
            ["alliance_id"],
            ["purchase_alliances.id"],
            name="fk_purchase_alliance_parties_alliance_id_purchase_alliances",
        ),
        sa.ForeignKeyConstraint(
            ["business_id"], ["subjects.id"], name="fk_purchase_alliance_parties_business_id_subjects"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_purchase_alliance_parties"),
    )
    op.create_index(
        "ix_purchase_alliance_parties_alliance_id_role", "purchase_alliance_parties", ["alliance_id", "role"]
    )
    op.create_index("ix_purchase_alliance_parties_business_id", "purchase_alliance_parties", ["business_id"])


def downgrade() -> None:
    op.drop_table("purchase_alliance_parties")
    op.drop_table("purchase_alliances")
