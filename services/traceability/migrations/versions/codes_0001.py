"""Codes: batches, codes, what happened to them"""

import sqlalchemy as sa
from alembic import op

revision = "codes_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "code_batches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("scheme", sa.String(32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=True),
        sa.Column("issuer_business_id", sa.Uuid(), nullable=True),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_code_batches"),
    )
    op.create_index("ix_code_batches_business_id", "code_batches", ["business_id"])
    op.create_index("ix_code_batches_issuer_business_id", "code_batches", ["issuer_business_id"])
    op.create_index("ix_code_batches_region_code_id", "code_batches", ["region_code", "id"])
    op.create_table(
        "trace_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("class_key", sa.Text(), nullable=True),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=True),
        sa.Column("issuer_business_id", sa.Uuid(), nullable=True),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sold_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'voided') = (voided_at IS NOT NULL)", name="ck_trace_codes_voided_says_when"),
        sa.CheckConstraint("state <> 'issued' OR activated_at IS NULL", name="ck_trace_codes_issued_is_not_activated"),
        sa.ForeignKeyConstraint(["batch_id"], ["code_batches.id"], name="fk_trace_codes_batch_id_code_batches"),
        sa.PrimaryKeyConstraint("id", name="pk_trace_codes"),
    )
    op.create_index("ix_trace_codes_batch_id_id", "trace_codes", ["batch_id", "id"])
    op.create_index("ix_trace_codes_business_id_id", "trace_codes", ["business_id", "id"])
    op.create_index(
        "ix_trace_codes_class_key", "trace_codes", ["class_key"], postgresql_where=sa.text("class_key IS NOT NULL")
    )
    op.create_index("ix_trace_codes_key", "trace_codes", ["key"], unique=True)
    op.create_index("ix_trace_codes_region_code_id", "trace_codes", ["region_code", "id"])
    op.create_table(
        "code_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("code_id", sa.Uuid(), nullable=True),
        sa.Column("step", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["code_batches.id"], name="fk_code_entries_batch_id_code_batches"),
        sa.ForeignKeyConstraint(["code_id"], ["trace_codes.id"], name="fk_code_entries_code_id_trace_codes"),
        sa.PrimaryKeyConstraint("id", name="pk_code_entries"),
    )
    op.create_index("ix_code_entries_batch_id_id", "code_entries", ["batch_id", "id"])
    op.create_index("ix_code_entries_code_id_id", "code_entries", ["code_id", "id"])


def downgrade() -> None:
    op.drop_table("code_entries")
    op.drop_table("trace_codes")
    op.drop_table("code_batches")
