"""Links of codes"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "resolver_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "resolver_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("anchor", sa.Text(), nullable=False),
        sa.Column("link_type", sa.Text(), nullable=False),
        sa.Column("href", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=True),
        sa.Column("hreflang", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("context", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=True),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("added_by_name", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_by_name", sa.Text(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="ck_resolver_links_ended_says_why"),
        sa.PrimaryKeyConstraint("id", name="pk_resolver_links"),
    )
    op.create_index("ix_resolver_links_anchor_added_at", "resolver_links", ["anchor", "added_at"])
    op.create_index("ix_resolver_links_region_code_id", "resolver_links", ["region_code", "id"])
    op.create_index(
        "uq_resolver_links_default",
        "resolver_links",
        ["anchor"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL AND link_type = 'https://ref.gs1.org/voc/defaultLink'"),
    )


def downgrade() -> None:
    op.drop_table("resolver_links")
