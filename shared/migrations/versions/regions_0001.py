"""The division tree: regions, their closure, populations."""

import sqlalchemy as sa
from alembic import op

revision = "regions_0001"
down_revision = None
branch_labels = ("regions",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "regions",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("short_name", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("parent_code", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("successor_code", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_version", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("code ~ '^[0-9]{12}$'", name=op.f("ck_regions_code_has_12_digits")),
        sa.CheckConstraint("level BETWEEN 1 AND 5", name=op.f("ck_regions_level_between_1_and_5")),
        sa.CheckConstraint("kind IN ('official', 'own')", name=op.f("ck_regions_kind_known")),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_regions_valid_to_after_valid_from")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_regions")),
    )
    op.create_index(op.f("ix_regions_parent_code"), "regions", ["parent_code"])
    op.create_table(
        "region_ancestors",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("ancestor_code", sa.Text(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["code"], ["regions.code"], ondelete="CASCADE", name=op.f("fk_region_ancestors_code_regions")
        ),
        sa.PrimaryKeyConstraint("code", "ancestor_code", name=op.f("pk_region_ancestors")),
    )
    op.create_index(op.f("ix_region_ancestors_ancestor_code_code"), "region_ancestors", ["ancestor_code", "code"])
    op.create_table(
        "region_populations",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("persons >= 0", name=op.f("ck_region_populations_persons_not_negative")),
        sa.CheckConstraint("basis IN ('resident', 'registered')", name=op.f("ck_region_populations_basis_known")),
        sa.PrimaryKeyConstraint("code", "year", "basis", name=op.f("pk_region_populations")),
    )


def downgrade() -> None:
    op.drop_table("region_populations")
    op.drop_table("region_ancestors")
    op.drop_table("regions")
