"""Edges of traces are read from their indexes alone"""

from alembic import op

revision = "traces_0002"
down_revision = "traces_0001"
branch_labels = None
depends_on = None

KEY = "source_key, target_key, event_pk"


def upgrade() -> None:
    op.execute(
        f"ALTER TABLE trace_edges DROP CONSTRAINT pk_trace_edges, "
        f"ADD CONSTRAINT pk_trace_edges PRIMARY KEY ({KEY}) INCLUDE (event_time, kind)"
    )
    op.drop_index("ix_trace_edges_target_key_source_key", table_name="trace_edges")
    for name, kinds in (("made", "kind = 'transformed'"), ("packed", "kind <> 'transformed'")):
        op.create_index(
            f"ix_trace_edges_{name}",
            "trace_edges",
            ["target_key"],
            postgresql_include=["source_key", "event_pk", "event_time", "kind"],
            postgresql_where=kinds,
        )


def downgrade() -> None:
    for name in ("packed", "made"):
        op.drop_index(f"ix_trace_edges_{name}", table_name="trace_edges")
    op.create_index(
        "ix_trace_edges_target_key_source_key",
        "trace_edges",
        ["target_key", "source_key"],
        postgresql_include=["event_time", "kind"],
    )
    op.execute(
        f"ALTER TABLE trace_edges DROP CONSTRAINT pk_trace_edges, ADD CONSTRAINT pk_trace_edges PRIMARY KEY ({KEY})"
    )
