"""Recalls: frozen scopes, notices, what holders answer"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "recalls_0001"
down_revision = None
branch_labels = None
depends_on = ("recall_requests_0001", "lots_0001")


def upgrade() -> None:
    op.create_table(
        "recalls",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rehearsal", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("level", sa.String(32), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("product_name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        sa.Column("opened_by_name", sa.Text(), nullable=False),
        sa.Column("notified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_name", sa.Text(), nullable=False),
        sa.Column("close_note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(closed_at IS NULL) = (state IN ('open', 'notified'))", name="ck_recalls_closed_says_when"),
        sa.CheckConstraint("state <> 'notified' OR notified_at IS NOT NULL", name="ck_recalls_notified_says_when"),
        sa.CheckConstraint("NOT rehearsal OR notified_at IS NULL", name="ck_recalls_rehearsal_tells_nobody"),
        sa.ForeignKeyConstraint(["request_id"], ["recall_requests.id"], name="fk_recalls_request_id_recall_requests"),
        sa.PrimaryKeyConstraint("id", name="pk_recalls"),
    )
    op.create_index("ix_recalls_region_code_id", "recalls", ["region_code", "id"])
    op.create_index(
        "ix_recalls_request_id",
        "recalls",
        ["request_id"],
        unique=True,
        postgresql_where=sa.text("request_id IS NOT NULL"),
    )
    op.create_table(
        "recall_notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recall_id", sa.Uuid(), nullable=False),
        sa.Column("holder_key", sa.Text(), nullable=False),
        sa.Column("holder_name", sa.Text(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=True),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["recall_id"], ["recalls.id"], name="fk_recall_notices_recall_id_recalls"),
        sa.PrimaryKeyConstraint("id", name="pk_recall_notices"),
        sa.UniqueConstraint("recall_id", "holder_key", name="uq_recall_notices_recall_id_holder_key"),
    )
    op.create_index(
        "ix_recall_notices_business_id",
        "recall_notices",
        ["business_id"],
        postgresql_where=sa.text("business_id IS NOT NULL"),
    )
    op.create_index("ix_recall_notices_region_code_id", "recall_notices", ["region_code", "id"])
    op.create_table(
        "recall_scopes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recall_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("links", sa.Integer(), nullable=False),
        sa.Column("gaps", sa.Integer(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("made_by_name", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["recall_id"], ["recalls.id"], name="fk_recall_scopes_recall_id_recalls"),
        sa.PrimaryKeyConstraint("id", name="pk_recall_scopes"),
        sa.UniqueConstraint("recall_id", "number", name="uq_recall_scopes_recall_id_number"),
    )
    op.create_table(
        "recall_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recall_id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=True),
        sa.Column("step", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["recall_notices.id"], name="fk_recall_entries_notice_id_recall_notices"
        ),
        sa.ForeignKeyConstraint(["recall_id"], ["recalls.id"], name="fk_recall_entries_recall_id_recalls"),
        sa.PrimaryKeyConstraint("id", name="pk_recall_entries"),
    )
    op.create_index("ix_recall_entries_recall_id_id", "recall_entries", ["recall_id", "id"])
    op.create_table(
        "recall_holds",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["hold_id"], ["lot_holds.id"], name="fk_recall_holds_hold_id_lot_holds"),
        sa.ForeignKeyConstraint(["notice_id"], ["recall_notices.id"], name="fk_recall_holds_notice_id_recall_notices"),
        sa.PrimaryKeyConstraint("notice_id", "hold_id", name="pk_recall_holds"),
    )
    op.create_table(
        "recall_lines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("taken_in", sa.Numeric(), nullable=False),
        sa.Column("left_by_records", sa.Numeric(), nullable=True),
        sa.Column("sold", sa.Numeric(), nullable=False),
        sa.Column("stock", sa.Numeric(), nullable=True),
        sa.Column("returned", sa.Numeric(), nullable=True),
        sa.Column("destroyed", sa.Numeric(), nullable=True),
        sa.ForeignKeyConstraint(["notice_id"], ["recall_notices.id"], name="fk_recall_lines_notice_id_recall_notices"),
        sa.PrimaryKeyConstraint("id", name="pk_recall_lines"),
        sa.UniqueConstraint("notice_id", "key", "unit", name="uq_recall_lines_notice_id_key_unit"),
    )


def downgrade() -> None:
    op.drop_table("recall_lines")
    op.drop_table("recall_holds")
    op.drop_table("recall_entries")
    op.drop_table("recall_scopes")
    op.drop_table("recall_notices")
    op.drop_table("recalls")
