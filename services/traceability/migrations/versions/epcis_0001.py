"""EPCIS events, captures, master data, and the edges of traces"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "epcis_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "epcis_captures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("running", sa.Boolean(), nullable=False),
        sa.Column("success", sa.Boolean(), nullable=False),
        sa.Column("error_behaviour", sa.Text(), nullable=False),
        sa.Column("errors", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("events_received", sa.Integer(), nullable=False),
        sa.Column("events_stored", sa.Integer(), nullable=False),
        sa.Column("events_known", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("region_code", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("error_behaviour IN ('rollback', 'proceed')", name="ck_epcis_captures_behaviour_known"),
        sa.CheckConstraint("running = (finished_at IS NULL)", name="ck_epcis_captures_running_until_finished"),
        sa.PrimaryKeyConstraint("id", name="pk_epcis_captures"),
    )
    op.create_index("ix_epcis_captures_actor_id_id", "epcis_captures", ["actor_id", "id"])
    op.create_index("ix_epcis_captures_business_id_id", "epcis_captures", ["business_id", "id"])
    op.create_index("ix_epcis_captures_region_code_id", "epcis_captures", ["region_code", "id"])
    op.create_table(
        "epcis_contexts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_epcis_contexts"),
    )
    op.create_table(
        "epcis_event_facts",
        sa.Column("event_pk", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("family", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("value_text", sa.Text(collation="C"), nullable=True),
        sa.Column("value_number", sa.Numeric(), nullable=True),
        sa.Column("value_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("uom", sa.Text(), nullable=True),
        sa.Column("part", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("event_pk", "number", name="pk_epcis_event_facts"),
    )
    op.create_index(
        "ix_epcis_event_facts_family_name_value_number_event_pk",
        "epcis_event_facts",
        ["family", "name", "value_number", "event_pk"],
        postgresql_where=sa.text("value_number IS NOT NULL"),
    )
    op.create_index(
        "ix_epcis_event_facts_family_name_value_text_event_pk",
        "epcis_event_facts",
        ["family", "name", "value_text", "event_pk"],
    )
    op.create_index(
        "ix_epcis_event_facts_family_name_value_time_event_pk",
        "epcis_event_facts",
        ["family", "name", "value_time", "event_pk"],
        postgresql_where=sa.text("value_time IS NOT NULL"),
    )
    op.create_table(
        "epcis_event_parties",
        sa.Column("event_pk", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("gln_key", sa.Text(collation="C"), nullable=True),
        sa.Column("region_code", sa.Text(), nullable=True),
        sa.Column("event_time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("event_pk", "number", name="pk_epcis_event_parties"),
    )
    op.create_index(
        "ix_epcis_event_parties_business_id_event_time",
        "epcis_event_parties",
        ["business_id", "event_time"],
        postgresql_where=sa.text("business_id IS NOT NULL"),
    )
    op.create_index(
        "ix_epcis_event_parties_gln_key_event_time",
        "epcis_event_parties",
        ["gln_key", "event_time"],
        postgresql_where=sa.text("gln_key IS NOT NULL"),
    )
    op.create_index(
        "ix_epcis_event_parties_region_code_event_time",
        "epcis_event_parties",
        ["region_code", "event_time"],
        postgresql_where=sa.text("region_code IS NOT NULL"),
    )
    op.create_table(
        "epcis_event_things",
        sa.Column("event_pk", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(collation="C"), nullable=False),
        sa.Column("class_key", sa.Text(collation="C"), nullable=True),
        sa.Column("quantity", sa.Numeric(), nullable=True),
        sa.Column("uom", sa.Text(), nullable=True),
        sa.Column("event_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("record_time", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("event_pk", "number", name="pk_epcis_event_things"),
    )
    op.create_index(
        "ix_epcis_event_things_class_key_event_time",
        "epcis_event_things",
        ["class_key", "event_time"],
        postgresql_where=sa.text("class_key IS NOT NULL"),
    )
    op.create_index(
        "ix_epcis_event_things_key_event_time",
        "epcis_event_things",
        ["key", "event_time"],
        postgresql_include=["event_pk", "role"],
    )
    op.create_table(
        "epcis_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Text(collation="C"), nullable=False),
        sa.Column("hash_id", sa.Text(), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("event_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_time_zone", sa.Text(), nullable=False),
        sa.Column("record_time", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "recorded_in",
            sa.BigInteger(),
            server_default=sa.text("(pg_current_xact_id()::text)::bigint"),
            nullable=False,
        ),
        sa.Column("action", sa.Text(), nullable=True),
        sa.Column("biz_step", sa.Text(collation="C"), nullable=True),
        sa.Column("disposition", sa.Text(collation="C"), nullable=True),
        sa.Column("read_point", sa.Text(collation="C"), nullable=True),
        sa.Column("biz_location", sa.Text(collation="C"), nullable=True),
        sa.Column("transformation_id", sa.Text(collation="C"), nullable=True),
        sa.Column("error_declared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error_reason", sa.Text(), nullable=True),
        sa.Column("capture_id", sa.Uuid(), nullable=True),
        sa.Column("business_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("region_code", sa.Text(), nullable=True),
        sa.Column("context_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_epcis_events"),
    )
    op.create_index("ix_epcis_events_biz_location_event_time", "epcis_events", ["biz_location", "event_time"])
    op.create_index("ix_epcis_events_biz_step_event_time", "epcis_events", ["biz_step", "event_time"])
    op.create_index(
        "ix_epcis_events_error_declared_at",
        "epcis_events",
        ["error_declared_at"],
        postgresql_where=sa.text("error_declared_at IS NOT NULL"),
    )
    op.create_index(
        "uq_epcis_events_event_id",
        "epcis_events",
        ["event_id"],
        unique=True,
        postgresql_where=sa.text("error_declared_at IS NULL"),
    )
    op.create_index(
        "uq_epcis_events_event_id_declared",
        "epcis_events",
        ["event_id"],
        unique=True,
        postgresql_where=sa.text("error_declared_at IS NOT NULL"),
    )
    op.create_index("ix_epcis_events_event_time_id", "epcis_events", ["event_time", "id"])
    op.create_index("ix_epcis_events_read_point_event_time", "epcis_events", ["read_point", "event_time"])
    op.create_index("ix_epcis_events_record_time_id", "epcis_events", ["record_time", "id"])
    op.create_index("ix_epcis_events_recorded_in_id", "epcis_events", ["recorded_in", "id"])
    op.create_index(
        "ix_epcis_events_transformation_id",
        "epcis_events",
        ["transformation_id"],
        postgresql_where=sa.text("transformation_id IS NOT NULL"),
    )
    op.create_table(
        "epcis_namespaces",
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", "uri", name="pk_epcis_namespaces"),
    )
    op.create_table(
        "location_children",
        sa.Column("element_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("parent_key", sa.Text(), nullable=False),
        sa.Column("child_key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("element_id", "number", name="pk_location_children"),
    )
    op.create_index("ix_location_children_child_key", "location_children", ["child_key"])
    op.create_index("ix_location_children_parent_key_child_key", "location_children", ["parent_key", "child_key"])
    op.create_table(
        "master_data_attributes",
        sa.Column("element_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value_text", sa.Text(), nullable=True),
        sa.Column("value_number", sa.Numeric(), nullable=True),
        sa.PrimaryKeyConstraint("element_id", "number", name="pk_master_data_attributes"),
    )
    op.create_index("ix_master_data_attributes_key_name", "master_data_attributes", ["key", "name"])
    op.create_index(
        "ix_master_data_attributes_name_value_text_key", "master_data_attributes", ["name", "value_text", "key"]
    )
    op.create_table(
        "master_data_elements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("vocabulary", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.Column("children", sa.Text(), nullable=False),
        sa.Column("holder_key", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("region_code", sa.Text(), nullable=True),
        sa.Column("capture_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_master_data_elements"),
    )
    op.create_index("ix_master_data_elements_business_id_id", "master_data_elements", ["business_id", "id"])
    op.create_index("ix_master_data_elements_key_recorded_at", "master_data_elements", ["key", "recorded_at"])
    op.create_index("ix_master_data_elements_region_code_id", "master_data_elements", ["region_code", "id"])
    op.create_index(
        "uq_master_data_elements_current",
        "master_data_elements",
        ["vocabulary", "key", "holder_key"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "trace_edges",
        sa.Column("source_key", sa.Text(collation="C"), nullable=False),
        sa.Column("target_key", sa.Text(collation="C"), nullable=False),
        sa.Column("event_pk", sa.Uuid(), nullable=False),
        sa.Column("event_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source_key", "target_key", "event_pk", name="pk_trace_edges"),
    )
    op.create_index(
        "ix_trace_edges_target_key_source_key",
        "trace_edges",
        ["target_key", "source_key"],
        postgresql_include=["event_time", "kind"],
    )


def downgrade() -> None:
    op.drop_table("trace_edges")
    op.drop_table("master_data_elements")
    op.drop_table("master_data_attributes")
    op.drop_table("location_children")
    op.drop_table("epcis_namespaces")
    op.drop_table("epcis_events")
    op.drop_table("epcis_event_things")
    op.drop_table("epcis_event_parties")
    op.drop_table("epcis_event_facts")
    op.drop_table("epcis_contexts")
    op.drop_table("epcis_captures")
