"""Sites with stalls, kept businesses, devices, the item catalogue."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "sites_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "businesses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_businesses"),
    )
    op.create_index("ix_businesses_uscc", "businesses", ["uscc"])
    op.create_table(
        "test_items",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("banned", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_test_items"),
    )
    op.create_table(
        "test_sites",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("operator_name", sa.Text(), nullable=True),
        sa.Column("operator_uscc", sa.Text(), nullable=True),
        sa.Column("operator_business_id", sa.Uuid(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_test_sites"),
    )
    op.create_index("ix_test_sites_code", "test_sites", ["code"], unique=True)
    op.create_index("ix_test_sites_operator_business_id", "test_sites", ["operator_business_id"])
    op.create_index("ix_test_sites_operator_uscc", "test_sites", ["operator_uscc"])
    op.create_index("ix_test_sites_region_code_id", "test_sites", ["region_code", "id"])
    op.create_table(
        "devices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("maker", sa.Text(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("methods", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("calibrated_until", sa.Date(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["test_sites.id"], name="fk_devices_site_id_test_sites"),
        sa.PrimaryKeyConstraint("id", name="pk_devices"),
    )
    op.create_index("ix_devices_maker_serial", "devices", ["maker", "serial"], unique=True)
    op.create_index("ix_devices_site_id", "devices", ["site_id"])
    op.create_table(
        "test_item_aliases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("item_code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["item_code"], ["test_items.code"], name="fk_test_item_aliases_item_code_test_items"),
        sa.PrimaryKeyConstraint("name", name="pk_test_item_aliases"),
    )
    op.create_index("ix_test_item_aliases_item_code", "test_item_aliases", ["item_code"])
    op.create_table(
        "test_item_thresholds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item_code", sa.Text(), nullable=False),
        sa.Column("method", sa.String(32), nullable=True),
        sa.Column("food_category", sa.Text(), nullable=True),
        sa.Column("limit_form", sa.String(32), nullable=False),
        sa.Column("value", sa.Numeric(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(limit_form = 'qualitative') = (value IS NULL)", name="ck_test_item_thresholds_value_unless_qualitative"
        ),
        sa.CheckConstraint("valid_to > valid_from", name="ck_test_item_thresholds_valid_to_after_valid_from"),
        sa.ForeignKeyConstraint(
            ["item_code"], ["test_items.code"], name="fk_test_item_thresholds_item_code_test_items"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_test_item_thresholds"),
    )
    op.create_index("ix_test_item_thresholds_item_code_valid_from", "test_item_thresholds", ["item_code", "valid_from"])
    op.create_table(
        "test_site_stalls",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("seller_name", sa.Text(), nullable=True),
        sa.Column("seller_uscc", sa.Text(), nullable=True),
        sa.Column("seller_business_id", sa.Uuid(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("valid_to > valid_from", name="ck_test_site_stalls_valid_to_after_valid_from"),
        sa.ForeignKeyConstraint(["site_id"], ["test_sites.id"], name="fk_test_site_stalls_site_id_test_sites"),
        sa.PrimaryKeyConstraint("id", name="pk_test_site_stalls"),
    )
    op.create_index("ix_test_site_stalls_seller_business_id", "test_site_stalls", ["seller_business_id"])
    op.create_index("ix_test_site_stalls_seller_uscc", "test_site_stalls", ["seller_uscc"])
    op.create_index(
        "ix_test_site_stalls_site_id_number_valid_from",
        "test_site_stalls",
        ["site_id", "number", "valid_from"],
        unique=True,
    )
    op.create_table(
        "test_site_movements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["test_sites.id"], name="fk_test_site_movements_site_id_test_sites"),
        sa.PrimaryKeyConstraint("id", name="pk_test_site_movements"),
    )
    op.create_index("ix_test_site_movements_site_id", "test_site_movements", ["site_id"])


def downgrade() -> None:
    op.drop_table("test_site_movements")
    op.drop_table("test_site_stalls")
    op.drop_table("test_item_thresholds")
    op.drop_table("test_item_aliases")
    op.drop_table("devices")
    op.drop_table("test_sites")
    op.drop_table("test_items")
    op.drop_table("businesses")
