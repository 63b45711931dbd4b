"""Whole files of businesses: permits with history, persons, relations, closures, merges, completeness, warnings"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "businesses_0002"
down_revision = None
branch_labels = None
depends_on = ("inspection_0001", "case_requests_0001")


KEYS = ("name_key", "likeness", "address_key")
WRITE_KEYS = r"""
    UPDATE businesses SET
        name_key = lower(regexp_replace(normalize(name, NFKC), '\s', '', 'g')),
        likeness = regexp_replace(
            lower(regexp_replace(normalize(name, NFKC), '[\W_]+', '', 'g')),
            '有限责任公司|股份有限公司|有限公司|个体工商户', '', 'g'),
        address_key = lower(regexp_replace(normalize(address, NFKC), '[\W_]+', '', 'g'))
"""
CHECKS = (
    ("businesses", "merged_is_closed", "merged_into IS NULL OR status = 'closed'"),
    ("businesses", "merged_into_another", "merged_into <> id"),
    ("business_licences", "expiry_is_not_stated", "stated_status <> 'expired'"),
    ("business_timeline", "concerns_somebody", "business_id IS NOT NULL OR uscc IS NOT NULL"),
    ("business_movements", "change_by_one", "change BETWEEN -1 AND 1"),
    ("business_movements", "completed_by_one", "completed BETWEEN -1 AND 1"),
)


def upgrade() -> None:
    op.create_table(
        "expiry_warning_lengths",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("days BETWEEN 0 AND 730", name="ck_expiry_warning_lengths_days_plausible"),
        sa.PrimaryKeyConstraint("id", name="pk_expiry_warning_lengths"),
    )
    op.create_index(
        "ix_expiry_warning_lengths_kind",
        "expiry_warning_lengths",
        ["kind"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "file_requirements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("field", sa.String(32), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_file_requirements"),
    )
    op.create_index(
        "ix_file_requirements_kind_field",
        "file_requirements",
        ["kind", "field"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "business_closures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.Column("expected_until", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("reopened_on", sa.Date(), nullable=True),
        sa.Column("reopening_reason", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(reopened_on IS NULL) = (ended_at IS NULL)", name="ck_business_closures_ended_whole"),
        sa.CheckConstraint("reopened_on >= closed_on", name="ck_business_closures_reopened_after_closed"),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name="fk_business_closures_business_id_businesses"),
        sa.PrimaryKeyConstraint("id", name="pk_business_closures"),
    )
    op.create_index(
        "ix_business_closures_business_id",
        "business_closures",
        ["business_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_business_closures_business_id_closed_on", "business_closures", ["business_id", "closed_on"])
    op.create_table(
        "business_merges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("winner_id", sa.Uuid(), nullable=False),
        sa.Column("loser_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("taken", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("licences_added", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("loser_status", sa.String(32), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("merged_by", sa.Uuid(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.Column("undoing_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("(undone_at IS NULL) = (undoing_reason IS NULL)", name="ck_business_merges_undone_says_why"),
        sa.CheckConstraint("winner_id <> loser_id", name="ck_business_merges_between_two"),
        sa.ForeignKeyConstraint(["loser_id"], ["businesses.id"], name="fk_business_merges_loser_id_businesses"),
        sa.ForeignKeyConstraint(["winner_id"], ["businesses.id"], name="fk_business_merges_winner_id_businesses"),
        sa.PrimaryKeyConstraint("id", name="pk_business_merges"),
    )
    op.create_index(
        "ix_business_merges_loser_id",
        "business_merges",
        ["loser_id"],
        unique=True,
        postgresql_where=sa.text("undone_at IS NULL"),
    )
    op.create_index("ix_business_merges_winner_id", "business_merges", ["winner_id"])
    op.create_table(
        "business_persons",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("certificate_number", sa.Text(), nullable=True),
        sa.Column("certificate_valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("valid_to >= valid_from", name="ck_business_persons_valid_to_after_valid_from"),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name="fk_business_persons_business_id_businesses"),
        sa.PrimaryKeyConstraint("id", name="pk_business_persons"),
    )
    op.create_index("ix_business_persons_business_id_id", "business_persons", ["business_id", "id"])
    op.create_index(
        "ix_business_persons_certificate_valid_to",
        "business_persons",
        ["certificate_valid_to"],
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.create_table(
        "business_relations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("business_id <> other_id", name="ck_business_relations_between_two"),
        sa.CheckConstraint("valid_to >= valid_from", name="ck_business_relations_valid_to_after_valid_from"),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name="fk_business_relations_business_id_businesses"
        ),
        sa.ForeignKeyConstraint(["other_id"], ["businesses.id"], name="fk_business_relations_other_id_businesses"),
        sa.PrimaryKeyConstraint("id", name="pk_business_relations"),
    )
    op.create_index(
        "ix_business_relations_business_id_kind_valid_from", "business_relations", ["business_id", "kind", "valid_from"]
    )
    op.create_index("ix_business_relations_other_id_id", "business_relations", ["other_id", "id"])
    op.create_table(
        "distinct_businesses",
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("first_id < second_id", name="ck_distinct_businesses_in_order"),
        sa.ForeignKeyConstraint(["first_id"], ["businesses.id"], name="fk_distinct_businesses_first_id_businesses"),
        sa.ForeignKeyConstraint(["second_id"], ["businesses.id"], name="fk_distinct_businesses_second_id_businesses"),
        sa.PrimaryKeyConstraint("first_id", "second_id", name="pk_distinct_businesses"),
    )
    op.add_column("business_imports", sa.Column("dry_run", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("business_licences", sa.Column("authority", sa.Text(), nullable=True))
    op.add_column(
        "business_licences",
        sa.Column("items", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
    )
    op.add_column(
        "business_licences", sa.Column("stated_status", sa.String(32), server_default="valid", nullable=False)
    )
    op.add_column(
        "business_licences",
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    op.add_column("business_licences", sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_business_licences_valid_to",
        "business_licences",
        ["valid_to"],
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.add_column("business_movements", sa.Column("completed", sa.Integer(), server_default="0", nullable=False))
    op.create_index("ix_business_movements_business_id", "business_movements", ["business_id"])
    op.add_column("business_timeline", sa.Column("uscc", sa.Text(), nullable=True))
    op.add_column("business_timeline", sa.Column("link", sa.Text(), nullable=True))
    op.add_column("business_timeline", sa.Column("source", sa.Text(), nullable=True))
    op.alter_column("business_timeline", "business_id", existing_type=sa.UUID(), nullable=True)
    op.drop_index("ix_business_timeline_business_id_id", table_name="business_timeline")
    op.create_index(
        "ix_business_timeline_business_id_happened_at_id", "business_timeline", ["business_id", "happened_at", "id"]
    )
    op.create_index(
        "ix_business_timeline_source",
        "business_timeline",
        ["source"],
        unique=True,
        postgresql_where=sa.text("source IS NOT NULL"),
    )
    op.create_index(
        "ix_business_timeline_uscc", "business_timeline", ["uscc"], postgresql_where=sa.text("business_id IS NULL")
    )
    op.add_column("businesses", sa.Column("phone", sa.Text(), nullable=True))
    op.add_column("businesses", sa.Column("scope", sa.Text(), nullable=True))
    op.add_column("businesses", sa.Column("merged_into", sa.Uuid(), nullable=True))
    for key in KEYS:
        op.add_column("businesses", sa.Column(key, sa.Text(), server_default="", nullable=False))
    op.execute(WRITE_KEYS)
    for key in KEYS:
        op.alter_column("businesses", key, server_default=None)
    op.create_index("ix_businesses_likeness", "businesses", ["likeness"])
    op.create_index(
        "ix_businesses_merged_into", "businesses", ["merged_into"], postgresql_where=sa.text("merged_into IS NOT NULL")
    )
    op.create_index("ix_businesses_name_key_region_code", "businesses", ["name_key", "region_code"])
    op.create_foreign_key("fk_businesses_merged_into_businesses", "businesses", "businesses", ["merged_into"], ["id"])
    op.drop_constraint(op.f("ck_business_movements_change_by_one"), "business_movements")
    for table, name, condition in CHECKS:
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)


def downgrade() -> None:
    for table, name, _ in reversed(CHECKS):
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
    op.execute("DELETE FROM business_movements WHERE change = 0")
    op.create_check_constraint(op.f("ck_business_movements_change_by_one"), "business_movements", "change IN (1, -1)")
    op.execute("DELETE FROM business_timeline WHERE business_id IS NULL")
    op.drop_constraint("fk_businesses_merged_into_businesses", "businesses", type_="foreignkey")
    op.drop_index("ix_businesses_name_key_region_code", table_name="businesses")
    op.drop_index(
        "ix_businesses_merged_into", table_name="businesses", postgresql_where=sa.text("merged_into IS NOT NULL")
    )
    op.drop_index("ix_businesses_likeness", table_name="businesses")
    op.drop_column("businesses", "address_key")
    op.drop_column("businesses", "likeness")
    op.drop_column("businesses", "name_key")
    op.drop_column("businesses", "merged_into")
    op.drop_column("businesses", "scope")
    op.drop_column("businesses", "phone")
    op.drop_index(
        "ix_business_timeline_uscc", table_name="business_timeline", postgresql_where=sa.text("business_id IS NULL")
    )
    op.drop_index(
        "ix_business_timeline_source", table_name="business_timeline", postgresql_where=sa.text("source IS NOT NULL")
    )
    op.drop_index("ix_business_timeline_business_id_happened_at_id", table_name="business_timeline")
    op.create_index("ix_business_timeline_business_id_id", "business_timeline", ["business_id", "id"])
    op.alter_column("business_timeline", "business_id", existing_type=sa.UUID(), nullable=False)
    op.drop_column("business_timeline", "source")
    op.drop_column("business_timeline", "link")
    op.drop_column("business_timeline", "uscc")
    op.drop_index("ix_business_movements_business_id", table_name="business_movements")
    op.drop_column("business_movements", "completed")
    op.drop_index(
        "ix_business_licences_valid_to",
        table_name="business_licences",
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.drop_column("business_licences", "superseded_at")
    op.drop_column("business_licences", "recorded_at")
    op.drop_column("business_licences", "stated_status")
    op.drop_column("business_licences", "items")
    op.drop_column("business_licences", "authority")
    op.drop_column("business_imports", "dry_run")
    op.drop_table("distinct_businesses")
    op.drop_index("ix_business_relations_other_id_id", table_name="business_relations")
    op.drop_index("ix_business_relations_business_id_kind_valid_from", table_name="business_relations")
    op.drop_table("business_relations")
    op.drop_index(
        "ix_business_persons_certificate_valid_to",
        table_name="business_persons",
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.drop_index("ix_business_persons_business_id_id", table_name="business_persons")
    op.drop_table("business_persons")
    op.drop_index("ix_business_merges_winner_id", table_name="business_merges")
    op.drop_index(
        "ix_business_merges_loser_id", table_name="business_merges", postgresql_where=sa.text("undone_at IS NULL")
    )
    op.drop_table("business_merges")
    op.drop_index("ix_business_closures_business_id_closed_on", table_name="business_closures")
    op.drop_index(
        "ix_business_closures_business_id", table_name="business_closures", postgresql_where=sa.text("ended_at IS NULL")
    )
    op.drop_table("business_closures")
    op.drop_index(
        "ix_file_requirements_kind_field", table_name="file_requirements", postgresql_where=sa.text("ended_at IS NULL")
    )
    op.drop_table("file_requirements")
    op.drop_index(
        "ix_expiry_warning_lengths_kind",
        table_name="expiry_warning_lengths",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_table("expiry_warning_lengths")
