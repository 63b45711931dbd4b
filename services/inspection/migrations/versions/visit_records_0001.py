"""Visit records, their versions and files, the quarantine"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "visit_records_0001"
down_revision = None
branch_labels = None
depends_on = ("inspection_0001", "checklists_0001")


def upgrade() -> None:
    op.create_table(
        "attachments",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_attachments"),
    )
    op.create_table(
        "visit_records",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("authority_code", sa.Text(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=True),
        sa.Column("unregistered_place", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("heads", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("aside", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("waiting", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("disputes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("faults", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("missing_files", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("formed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clock_id", sa.Uuid(), nullable=True),
        sa.Column("judgement_id", sa.Uuid(), nullable=True),
        sa.Column("follow_up_settled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state <> 'complete' OR content IS NOT NULL", name="ck_visit_records_complete_has_content"),
        sa.CheckConstraint("(clock_id IS NULL) = (formed_at IS NULL)", name="ck_visit_records_formed_with_its_clock"),
        sa.PrimaryKeyConstraint("id", name="pk_visit_records"),
    )
    op.create_index("ix_visit_records_business_id_began_at", "visit_records", ["business_id", "began_at"])
    op.create_index("ix_visit_records_region_code_id", "visit_records", ["region_code", "id"])
    op.create_index("ix_visit_records_state_id", "visit_records", ["state", "id"])
    op.create_table(
        "visit_entries",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["visit_records.id"], name="fk_visit_entries_record_id_visit_records"),
        sa.PrimaryKeyConstraint("number", name="pk_visit_entries"),
    )
    op.create_index("ix_visit_entries_record_id_number", "visit_entries", ["record_id", "number"])
    op.create_table(
        "visit_files",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["visit_records.id"], name="fk_visit_files_record_id_visit_records"),
        sa.PrimaryKeyConstraint("record_id", "sha256", name="pk_visit_files"),
    )
    op.create_index("ix_visit_files_sha256", "visit_files", ["sha256"])
    op.create_table(
        "visit_judgements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("heads", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("checklist_version_id", sa.Uuid(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("judgement", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["visit_records.id"], name="fk_visit_judgements_record_id_visit_records"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_visit_judgements"),
    )
    op.create_index("ix_visit_judgements_record_id_id", "visit_judgements", ["record_id", "id"])
    op.create_table(
        "visit_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("base", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("skew_ms", sa.BigInteger(), nullable=True),
        sa.Column("skew_error_ms", sa.BigInteger(), nullable=True),
        sa.Column("clock_moved", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_in_by", sa.Uuid(), nullable=False),
        sa.Column("handed_in_name", sa.Text(), nullable=False),
        sa.Column("admitted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["visit_records.id"], name="fk_visit_versions_record_id_visit_records"),
        sa.PrimaryKeyConstraint("id", name="pk_visit_versions"),
        sa.UniqueConstraint("record_id", "sha256", name="uq_visit_versions_record_id_sha256"),
    )
    op.create_index("ix_visit_versions_device_received_at", "visit_versions", ["device", "received_at"])
    op.create_table(
        "quarantined_deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_in_by", sa.Uuid(), nullable=False),
        sa.Column("handed_in_name", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_by_name", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'open') = (decided_at IS NULL)", name="ck_quarantined_deliveries_decided_says_when"
        ),
        sa.CheckConstraint("state <> 'filed' OR decision <> ''", name="ck_quarantined_deliveries_filed_says_why"),
        sa.CheckConstraint("(version_id IS NULL) <> (body IS NULL)", name="ck_quarantined_deliveries_version_or_bytes"),
        sa.ForeignKeyConstraint(
            ["version_id"], ["visit_versions.id"], name="fk_quarantined_deliveries_version_id_visit_versions"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_quarantined_deliveries"),
        sa.UniqueConstraint("record_id", "sha256", name="uq_quarantined_deliveries_record_id_sha256"),
    )
    op.create_index("ix_quarantined_deliveries_region_code_id", "quarantined_deliveries", ["region_code", "id"])
    op.create_table(
        "visit_publications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=True),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("judgement_id", sa.Uuid(), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=False),
        sa.Column("published_by_name", sa.Text(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["judgement_id"], ["visit_judgements.id"], name="fk_visit_publications_judgement_id_visit_judgements"
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["visit_records.id"], name="fk_visit_publications_record_id_visit_records"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_visit_publications"),
    )
    op.create_index("ix_visit_publications_business_id_id", "visit_publications", ["business_id", "id"])
    op.create_index("ix_visit_publications_record_id_id", "visit_publications", ["record_id", "id"])


def downgrade() -> None:
    op.drop_table("visit_publications")
    op.drop_table("quarantined_deliveries")
    op.drop_table("visit_versions")
    op.drop_table("visit_judgements")
    op.drop_table("visit_files")
    op.drop_table("visit_entries")
    op.drop_table("visit_records")
    op.drop_table("attachments")
