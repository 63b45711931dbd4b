"""Tickets, receipts, scales and legal records"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "tickets_0001"
down_revision = None
branch_labels = None
depends_on = "subjects_0001"


def upgrade() -> None:
    op.create_table(
        "record_rules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("months_after_expiry", sa.Integer(), nullable=True),
        sa.Column("months_without_expiry", sa.Integer(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("months_without_expiry > 0", name="ck_record_rules_kept_for_some_time"),
        sa.PrimaryKeyConstraint("id", name="pk_record_rules"),
        sa.UniqueConstraint("kind", "valid_from", "recorded_at", name="uq_record_rules_kind_valid_from_recorded_at"),
    )
    op.create_table(
        "scales",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("maker", sa.Text(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_scales"),
        sa.UniqueConstraint("maker", "serial", name="uq_scales_maker_serial"),
    )
    op.create_index("ix_scales_business_id", "scales", ["business_id"])
    op.create_table(
        "ticket_receipts",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("buyer_business_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("documents_checked", sa.Boolean(), nullable=False),
        sa.Column("goods_in_order", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("matched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("ticket_id", "buyer_business_id", name="pk_ticket_receipts"),
    )
    op.create_table(
        "record_checks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("required", sa.Integer(), nullable=False),
        sa.Column("missing", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("missing_count", sa.Integer(), nullable=False),
        sa.Column("keep_until", sa.Date(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("required > 0", name="ck_record_checks_something_required"),
        sa.ForeignKeyConstraint(["rule_id"], ["record_rules.id"], name="fk_record_checks_rule_id_record_rules"),
        sa.PrimaryKeyConstraint("id", name="pk_record_checks"),
    )
    op.create_index("ix_record_checks_act_id", "record_checks", ["act_id"])
    op.create_index("ix_record_checks_business_id_day", "record_checks", ["business_id", "day"])
    op.create_index("ix_record_checks_region_code_day", "record_checks", ["region_code", "day"])
    op.create_table(
        "tickets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("scale_id", sa.Uuid(), nullable=True),
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("seller_business_id", sa.Uuid(), nullable=True),
        sa.Column("seller_region", sa.Text(), nullable=True),
        sa.Column("seller", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("buyer_business_id", sa.Uuid(), nullable=True),
        sa.Column("buyer_region", sa.Text(), nullable=True),
        sa.Column("buyer", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sold_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("held_reason", sa.Text(), nullable=True),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'purchase') = (seller_business_id IS NULL)", name="ck_tickets_purchase_is_from_outside"
        ),
        sa.CheckConstraint("(state = 'received') = (received_at IS NOT NULL)", name="ck_tickets_received_says_when"),
        sa.CheckConstraint("(state = 'voided') = (voided_at IS NOT NULL)", name="ck_tickets_voided_says_when"),
        sa.ForeignKeyConstraint(["scale_id"], ["scales.id"], name="fk_tickets_scale_id_scales"),
        sa.PrimaryKeyConstraint("id", name="pk_tickets"),
    )
    op.create_index(
        "ix_tickets_buyer_business_id_sold_at",
        "tickets",
        ["buyer_business_id", "sold_at"],
        postgresql_where=sa.text("buyer_business_id IS NOT NULL"),
    )
    op.create_index(
        "ix_tickets_buyer_region_sold_at",
        "tickets",
        ["buyer_region", "sold_at"],
        postgresql_where=sa.text("buyer_region IS NOT NULL"),
    )
    op.create_index("ix_tickets_seller_business_id_sold_at", "tickets", ["seller_business_id", "sold_at"])
    op.create_index(
        "ix_tickets_seller_region_id",
        "tickets",
        ["seller_region", "id"],
        postgresql_where=sa.text("held_reason IS NOT NULL"),
    )
    op.create_index("ix_tickets_seller_region_sold_at", "tickets", ["seller_region", "sold_at"])
    op.create_table(
        "ticket_lines",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("product_name", sa.Text(), nullable=False),
        sa.Column("specification", sa.Text(), nullable=True),
        sa.Column("category", sa.String(32), nullable=False),
        sa.Column("printed_quantity", sa.Numeric(), nullable=False),
        sa.Column("printed_unit", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("unit_price", sa.Numeric(), nullable=True),
        sa.Column("lot_key", sa.Text(), nullable=False),
        sa.Column("lot_code", sa.Text(), nullable=False),
        sa.Column("has_code", sa.Boolean(), nullable=False),
        sa.Column("produced_on", sa.Date(), nullable=True),
        sa.Column("shelf_life_days", sa.Integer(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("origin", sa.Text(), nullable=True),
        sa.Column("certificates", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_ticket_lines_ticket_id_tickets"),
        sa.PrimaryKeyConstraint("ticket_id", "number", name="pk_ticket_lines"),
    )
    op.create_index("ix_ticket_lines_lot_key", "ticket_lines", ["lot_key"])


def downgrade() -> None:
    op.drop_table("ticket_lines")
    op.drop_table("tickets")
    op.drop_table("record_checks")
    op.drop_table("ticket_receipts")
    op.drop_table("scales")
    op.drop_table("record_rules")
