"""Checklists and their versions"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "checklists_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "checklists",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kinds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=True),
        sa.Column("source", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("superseded_on", sa.Date(), nullable=True),
        sa.Column("superseded_by", sa.Text(), nullable=True),
        sa.Column("origin", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_checklists"),
        sa.UniqueConstraint("code", name="uq_checklists_code"),
    )
    op.create_table(
        "checklist_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("checklist_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(32), nullable=False),
        sa.Column("applies_from", sa.Date(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'draft') = (applies_from IS NULL)", name="ck_checklist_versions_applies_from_unless_draft"
        ),
        sa.CheckConstraint(
            "(state = 'draft') = (published_at IS NULL)", name="ck_checklist_versions_published_at_unless_draft"
        ),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="ck_checklist_versions_withdrawn_at_if_withdrawn"
        ),
        sa.ForeignKeyConstraint(
            ["checklist_id"], ["checklists.id"], name="fk_checklist_versions_checklist_id_checklists"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_checklist_versions"),
        sa.UniqueConstraint("checklist_id", "number", name="uq_checklist_versions_checklist_id_number"),
    )
    op.create_index(
        "ix_checklist_versions_one_draft",
        "checklist_versions",
        ["checklist_id"],
        unique=True,
        postgresql_where=sa.text("state = 'draft'"),
    )


def downgrade() -> None:
    op.drop_table("checklist_versions")
    op.drop_table("checklists")
