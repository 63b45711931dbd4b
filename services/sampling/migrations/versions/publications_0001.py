"""Announced tables of results with their rows and corrections"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "publications_0001"
down_revision = None
branch_labels = None
depends_on = "samples_0001"


def upgrade() -> None:
    op.create_table(
        "publications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("task_source", sa.Text(), nullable=True),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("announced_on", sa.Date(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'published') = (announced_on IS NOT NULL)", name="ck_publications_published_says_when"
        ),
        sa.CheckConstraint("period_from <= period_to", name="ck_publications_period_in_order"),
        sa.PrimaryKeyConstraint("id", name="pk_publications"),
        sa.UniqueConstraint(
            "region_code", "number", "kind", "title", name="uq_publications_region_code_number_kind_title"
        ),
    )
    op.create_index("ix_publications_state_announced_on_id", "publications", ["state", "announced_on", "id"])
    op.create_table(
        "publication_rows",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("sample_version", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("cells", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("edition = 1 OR reason <> ''", name="ck_publication_rows_correction_says_why"),
        sa.CheckConstraint(
            "(edition = 1) = (corrects_id IS NULL)", name="ck_publication_rows_first_edition_corrects_nothing"
        ),
        sa.CheckConstraint("edition > 1 OR NOT withdrawn", name="ck_publication_rows_first_edition_stands"),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["publication_rows.id"], name="fk_publication_rows_corrects_id_publication_rows"
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publications.id"], name="fk_publication_rows_publication_id_publications"
        ),
        sa.ForeignKeyConstraint(["sample_id"], ["samples.id"], name="fk_publication_rows_sample_id_samples"),
        sa.PrimaryKeyConstraint("id", name="pk_publication_rows"),
    )
    op.create_index(
        "ix_publication_rows_corrects_id",
        "publication_rows",
        ["corrects_id"],
        unique=True,
        postgresql_where=sa.text("corrects_id IS NOT NULL"),
    )
    op.create_index(
        "ix_publication_rows_publication_id_number_edition",
        "publication_rows",
        ["publication_id", "number", "edition"],
        unique=True,
    )
    op.create_index(
        "ix_publication_rows_sample_id",
        "publication_rows",
        ["sample_id"],
        unique=True,
        postgresql_where=sa.text("corrects_id IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("publication_rows")
    op.drop_table("publications")
