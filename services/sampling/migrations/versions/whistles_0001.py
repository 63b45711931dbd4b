"""Whistles with their timelines, statutory sampling tasks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "whistles_0001"
down_revision = None
branch_labels = None
depends_on = "sites_0001"


def upgrade() -> None:
    op.execute("CREATE SEQUENCE statutory_task_numbers")
    op.create_table(
        "whistles",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rapid_test_id", sa.Uuid(), nullable=False),
        sa.Column("first_test_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("stall_number", sa.Text(), nullable=True),
        sa.Column("seller_business_id", sa.Uuid(), nullable=True),
        sa.Column("seller_uscc", sa.Text(), nullable=True),
        sa.Column("seller_name", sa.Text(), nullable=True),
        sa.Column("product_name", sa.Text(), nullable=False),
        sa.Column("item_code", sa.Text(), nullable=False),
        sa.Column("item_name", sa.Text(), nullable=False),
        sa.Column("banned", sa.Boolean(), nullable=False),
        sa.Column("method", sa.String(32), nullable=True),
        sa.Column("lot_code", sa.Text(), nullable=True),
        sa.Column("tested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blown_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_quantity", sa.Numeric(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("objection", sa.String(32), nullable=False),
        sa.Column("objection_clock_id", sa.Uuid(), nullable=True),
        sa.Column("same_lot", sa.Boolean(), nullable=True),
        sa.Column("outcome", sa.String(32), nullable=True),
        sa.Column("concluded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("destroyed_quantity", sa.Numeric(), nullable=True),
        sa.Column("stop_sale", sa.String(32), nullable=False),
        sa.Column("stop_sale_lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('concluded', 'closed')) = (outcome IS NOT NULL)", name="ck_whistles_outcome_iff_concluded"
        ),
        sa.CheckConstraint(
            "stop_sale = 'in_force' OR outcome IS NOT DISTINCT FROM 'unconfirmed'",
            name="ck_whistles_lifted_only_if_unconfirmed",
        ),
        sa.CheckConstraint("destroyed_quantity <= held_quantity", name="ck_whistles_destroyed_within_held"),
        sa.CheckConstraint("destroyed_quantity >= 0", name="ck_whistles_destroyed_not_negative"),
        sa.CheckConstraint("held_quantity >= 0", name="ck_whistles_held_not_negative"),
        sa.ForeignKeyConstraint(["item_code"], ["test_items.code"], name="fk_whistles_item_code_test_items"),
        sa.ForeignKeyConstraint(["site_id"], ["test_sites.id"], name="fk_whistles_site_id_test_sites"),
        sa.PrimaryKeyConstraint("id", name="pk_whistles"),
    )
    op.create_index("ix_whistles_first_test_id", "whistles", ["first_test_id"], unique=True)
    op.create_index("ix_whistles_region_code_id", "whistles", ["region_code", "id"])
    op.create_index(
        "ix_whistles_seller_business_id",
        "whistles",
        ["seller_business_id"],
        postgresql_where="seller_business_id IS NOT NULL",
    )
    op.create_index("ix_whistles_site_id_id", "whistles", ["site_id", "id"])
    op.create_table(
        "statutory_tasks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("whistle_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("bureau_code", sa.Text(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("clock_id", sa.Uuid(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sample_number", sa.Text(), nullable=True),
        sa.Column("sampled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("concluded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counted_on", sa.Date(), nullable=True),
        sa.Column("counted_as_on_time", sa.Boolean(), nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["test_sites.id"], name="fk_statutory_tasks_site_id_test_sites"),
        sa.ForeignKeyConstraint(["whistle_id"], ["whistles.id"], name="fk_statutory_tasks_whistle_id_whistles"),
        sa.PrimaryKeyConstraint("id", name="pk_statutory_tasks"),
    )
    op.create_index("ix_statutory_tasks_number", "statutory_tasks", ["number"], unique=True)
    op.create_index("ix_statutory_tasks_region_code_id", "statutory_tasks", ["region_code", "id"])
    op.create_index("ix_statutory_tasks_whistle_id", "statutory_tasks", ["whistle_id"], unique=True)
    op.create_table(
        "whistle_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("whistle_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("evidence", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("quantity", sa.Numeric(), nullable=True),
        sa.Column("verdict", sa.String(32), nullable=True),
        sa.ForeignKeyConstraint(["whistle_id"], ["whistles.id"], name="fk_whistle_entries_whistle_id_whistles"),
        sa.PrimaryKeyConstraint("id", name="pk_whistle_entries"),
    )
    op.create_index("ix_whistle_entries_whistle_id_number", "whistle_entries", ["whistle_id", "number"], unique=True)
    # ### end Alembic commands ###


def downgrade() -> None:
    op.drop_table("whistle_entries")
    op.drop_table("statutory_tasks")
    op.drop_table("whistles")
    op.execute("DROP SEQUENCE statutory_task_numbers")
