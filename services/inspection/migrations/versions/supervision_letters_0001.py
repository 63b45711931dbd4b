"""Supervision letters"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "supervision_letters_0001"
down_revision = None
branch_labels = None
depends_on = "corrections_0001"


def upgrade() -> None:
    op.create_table(
        "letter_issuers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("abbreviation", sa.Text(), nullable=False),
        sa.Column("issued_count", sa.Integer(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_letter_issuers"),
        sa.UniqueConstraint("abbreviation", name="uq_letter_issuers_abbreviation"),
        sa.UniqueConstraint("name", name="uq_letter_issuers_name"),
    )
    op.create_index("ix_letter_issuers_region_code", "letter_issuers", ["region_code"])
    op.create_table(
        "letter_templates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("paragraphs", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_letter_templates"),
        sa.UniqueConstraint("kind", "number", name="uq_letter_templates_kind_number"),
    )
    op.create_table(
        "supervision_letters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column("template_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=True),
        sa.Column("addressee", sa.Text(), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("correction_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reply_length", sa.Integer(), nullable=True),
        sa.Column("reply_unit", sa.String(32), nullable=True),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("prepared_by", sa.Uuid(), nullable=False),
        sa.Column("prepared_by_name", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("content_sha256", sa.Text(), nullable=True),
        sa.Column("previous_sha256", sa.Text(), nullable=True),
        sa.Column("chain_sha256", sa.Text(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_by_name", sa.Text(), nullable=False),
        sa.Column("served_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("service_method", sa.String(32), nullable=True),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (superseded_by IS NOT NULL)", name="ck_supervision_letters_withdrawn_is_superseded"
        ),
        sa.CheckConstraint(
            "(state IN ('draft', 'submitted')) = (position IS NULL)", name="ck_supervision_letters_issued_has_a_place"
        ),
        sa.CheckConstraint(
            "(position IS NULL) = (content IS NULL)", name="ck_supervision_letters_issued_says_something"
        ),
        sa.CheckConstraint(
            "(position IS NULL) = (chain_sha256 IS NULL)", name="ck_supervision_letters_issued_is_a_link"
        ),
        sa.CheckConstraint(
            "state NOT IN ('served', 'replied') OR served_at IS NOT NULL",
            name="ck_supervision_letters_served_says_when",
        ),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name="fk_supervision_letters_business_id_businesses"
        ),
        sa.ForeignKeyConstraint(
            ["issuer_id"], ["letter_issuers.id"], name="fk_supervision_letters_issuer_id_letter_issuers"
        ),
        sa.ForeignKeyConstraint(
            ["supersedes_id"],
            ["supervision_letters.id"],
            name="fk_supervision_letters_supersedes_id_supervision_letters",
        ),
        sa.ForeignKeyConstraint(
            ["template_id"], ["letter_templates.id"], name="fk_supervision_letters_template_id_letter_templates"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_supervision_letters"),
        sa.UniqueConstraint(
            "issuer_id", "kind", "year", "sequence", name="uq_supervision_letters_issuer_id_kind_year_sequence"
        ),
        sa.UniqueConstraint("issuer_id", "position", name="uq_supervision_letters_issuer_id_position"),
    )
    op.create_index("ix_supervision_letters_business_id_id", "supervision_letters", ["business_id", "id"])
    op.create_index("ix_supervision_letters_region_code_id", "supervision_letters", ["region_code", "id"])
    op.create_table(
        "letter_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("evidence", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["supervision_letters.id"], name="fk_letter_entries_letter_id_supervision_letters"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_letter_entries"),
    )
    op.create_index("ix_letter_entries_letter_id_number", "letter_entries", ["letter_id", "number"], unique=True)


def downgrade() -> None:
    op.drop_table("letter_entries")
    op.drop_table("supervision_letters")
    op.drop_table("letter_templates")
    op.drop_table("letter_issuers")
