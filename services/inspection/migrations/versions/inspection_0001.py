"""The register of businesses, imports into it, follow-up visits."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "inspection_0001"
down_revision = None
branch_labels = ("inspection",)
depends_on = None

CODE = sa.String(32)
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "businesses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("status", CODE, nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("longitude", sa.Numeric(9, 6), nullable=True),
        sa.Column("latitude", sa.Numeric(9, 6), nullable=True),
        sa.Column("coordinate_system", CODE, nullable=True),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("stall_number", sa.Text(), nullable=True),
        sa.Column("registered_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(longitude IS NULL) = (latitude IS NULL)", name=op.f("ck_businesses_position_whole")),
        sa.CheckConstraint(
            "(longitude IS NULL) = (coordinate_system IS NULL)", name=op.f("ck_businesses_coordinate_system_stated")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_businesses")),
    )
    op.create_index(op.f("ix_businesses_uscc"), "businesses", ["uscc"])
    op.create_index(op.f("ix_businesses_region_code_id"), "businesses", ["region_code", "id"])
    op.create_index(op.f("ix_businesses_site_id_stall_number"), "businesses", ["site_id", "stall_number"])
    op.create_table(
        "business_licences",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_business_licences_valid_to_after_valid_from")),
        sa.ForeignKeyConstraint(
            ["business_id"],
            ["businesses.id"],
            ondelete="CASCADE",
            name=op.f("fk_business_licences_business_id_businesses"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_business_licences")),
    )
    op.create_index(op.f("ix_business_licences_business_id"), "business_licences", ["business_id"])
    op.create_index(op.f("ix_business_licences_number"), "business_licences", ["number"])
    op.create_table(
        "business_timeline",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("details", JSONB(), nullable=False),
        sa.Column("happened_at", MOMENT, server_default=sa.func.now(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_business_timeline_business_id_businesses")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_business_timeline")),
    )
    op.create_index(op.f("ix_business_timeline_business_id_id"), "business_timeline", ["business_id", "id"])
    op.create_table(
        "business_movements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("recorded_at", MOMENT, server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("change IN (1, -1)", name=op.f("ck_business_movements_change_by_one")),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_business_movements_business_id_businesses")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_business_movements")),
    )
    op.create_index(op.f("ix_business_movements_kind_region_code"), "business_movements", ["kind", "region_code"])
    op.create_table(
        "business_imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("format", CODE, nullable=True),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("header", JSONB(), nullable=False),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("duplicate", sa.Integer(), nullable=False),
        sa.Column("suspected_duplicate", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("regions", JSONB(), nullable=False),
        sa.Column("uploaded_at", MOMENT, server_default=sa.func.now(), nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_business_imports")),
    )
    op.create_index(op.f("ix_business_imports_actor_id_id"), "business_imports", ["actor_id", "id"])
    op.create_table(
        "business_import_rows",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("outcome", CODE, nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=True),
        sa.Column("cells", JSONB(), nullable=False),
        sa.Column("reasons", JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["business_imports.id"],
            ondelete="CASCADE",
            name=op.f("fk_business_import_rows_import_id_business_imports"),
        ),
        sa.PrimaryKeyConstraint("import_id", "row_number", name=op.f("pk_business_import_rows")),
    )
    op.create_table(
        "visits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("whistle_id", sa.Uuid(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=True),
        sa.Column("business_name", sa.Text(), nullable=True),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("site_name", sa.Text(), nullable=True),
        sa.Column("stall_number", sa.Text(), nullable=True),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("product_name", sa.Text(), nullable=False),
        sa.Column("item_name", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("task_number", sa.Text(), nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("scheduled_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("clock_id", sa.Uuid(), nullable=False),
        sa.Column("visited_at", MOMENT, nullable=True),
        sa.Column("visited_by", sa.Uuid(), nullable=True),
        sa.Column("outcome", CODE, nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("counted_on", sa.Date(), nullable=True),
        sa.Column("counted_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'completed') = (visited_at IS NOT NULL)", name=op.f("ck_visits_completed_has_a_time")
        ),
        sa.CheckConstraint("(visited_at IS NULL) = (outcome IS NULL)", name=op.f("ck_visits_completed_has_an_outcome")),
        sa.CheckConstraint("(counted_on IS NULL) = (counted_at IS NULL)", name=op.f("ck_visits_counted_whole")),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name=op.f("fk_visits_business_id_businesses")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
        sa.UniqueConstraint("whistle_id", name=op.f("uq_visits_whistle_id")),
    )
    op.create_index(op.f("ix_visits_region_code_id"), "visits", ["region_code", "id"])
    op.create_index(op.f("ix_visits_business_id"), "visits", ["business_id"])
    op.create_index(op.f("ix_visits_state_due_at"), "visits", ["state", "due_at"])


def downgrade() -> None:
    for table in (
        "visits",
        "business_import_rows",
        "business_imports",
        "business_movements",
        "business_timeline",
        "business_licences",
        "businesses",
    ):
        op.drop_table(table)
