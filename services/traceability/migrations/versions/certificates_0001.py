"""Certificates, their sources and forms"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "certificates_0001"
down_revision = None
branch_labels = None
depends_on = "productions_0001"


def upgrade() -> None:
    op.create_table(
        "certificate_forms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("commitment", sa.Text(), nullable=False),
        sa.Column("keep_months", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("keep_months > 0", name="ck_certificate_forms_kept_for_some_time"),
        sa.PrimaryKeyConstraint("id", name="pk_certificate_forms"),
        sa.UniqueConstraint(
            "role", "valid_from", "recorded_at", name="uq_certificate_forms_role_valid_from_recorded_at"
        ),
    )
    op.create_table(
        "certificates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("role", sa.String(32), nullable=True),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("issuer_name", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("product_name", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=True),
        sa.Column("lot_key", sa.Text(), nullable=False),
        sa.Column("lot_code", sa.Text(), nullable=False),
        sa.Column("basis", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("commitment", sa.Text(), nullable=True),
        sa.Column("production_id", sa.Uuid(), nullable=True),
        sa.Column("number_verified", sa.Boolean(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(kind = 'commitment') = (role IS NOT NULL)", name="ck_certificates_commitment_has_a_form"),
        sa.PrimaryKeyConstraint("id", name="pk_certificates"),
    )
    op.create_index("ix_certificates_business_id_issued_at", "certificates", ["business_id", "issued_at"])
    op.create_index("ix_certificates_lot_key", "certificates", ["lot_key"])
    op.create_index("ix_certificates_region_code_issued_at", "certificates", ["region_code", "issued_at"])
    op.create_index(
        "uq_certificates_one_commitment_a_batch",
        "certificates",
        ["business_id", "lot_key"],
        unique=True,
        postgresql_where=sa.text("kind = 'commitment' AND voided_at IS NULL"),
    )
    op.create_table(
        "certificate_sources",
        sa.Column("certificate_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("producer_name", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificates.id"], name="fk_certificate_sources_certificate_id_certificates"
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["certificates.id"], name="fk_certificate_sources_source_id_certificates"
        ),
        sa.PrimaryKeyConstraint("certificate_id", "place", name="pk_certificate_sources"),
    )
    op.create_index(
        "ix_certificate_sources_source_id",
        "certificate_sources",
        ["source_id"],
        postgresql_where=sa.text("source_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_table("certificate_sources")
    op.drop_table("certificates")
    op.drop_table("certificate_forms")
