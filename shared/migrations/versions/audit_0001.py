"""The log of writes: records that are appended and sealed once, the tree over them, published heads."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "audit_0001"
down_revision = None
branch_labels = ("audit",)
depends_on = None

MOMENT = sa.DateTime(timezone=True)
HASHES = ("leaf_sha256", "leaf_sm3", "chain_sha256", "chain_sm3")
HEAD = ("root_sha256", "root_sm3", "chain_sha256", "chain_sm3")

REFUSE = """
    CREATE FUNCTION refuse_change_of_audit_log() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        seal CONSTANT text[] := '{position,leaf_sha256,leaf_sm3,chain_sha256,chain_sm3}';
    BEGIN
        IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'audit_records' THEN
            IF to_jsonb(OLD) ->> 'position' IS NULL AND to_jsonb(NEW) - seal = to_jsonb(OLD) - seal THEN
                RETURN NEW;
            END IF;
        END IF;
        RAISE EXCEPTION 'the audit log is only appended to' USING ERRCODE = 'restrict_violation';
    END $$
"""


def upgrade() -> None:
    op.create_table(
        "audit_records",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("regions", ARRAY(sa.Text()), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("content_bytes", sa.BigInteger(), nullable=True),
        sa.Column("content_sha256", sa.LargeBinary(), nullable=True),
        sa.Column("content_sm3", sa.LargeBinary(), nullable=True),
        sa.Column("content_salt", sa.LargeBinary(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=True),
        *(sa.Column(name, sa.LargeBinary(), nullable=True) for name in HASHES),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_records")),
    )
    op.create_index("ix_audit_records_unsealed", "audit_records", ["id"], postgresql_where=sa.text("position IS NULL"))
    op.create_index("uq_audit_records_position", "audit_records", ["position"], unique=True)
    op.create_table(
        "audit_blocks",
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("sm3", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "number", name=op.f("pk_audit_blocks")),
    )
    op.create_table(
        "audit_heads",
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
        *(sa.Column(name, sa.LargeBinary(), nullable=False) for name in HEAD),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_audit_heads")),
    )
    op.execute(REFUSE)
    for table in ("audit_records", "audit_blocks", "audit_heads"):
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_audit_log()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit_log()"
        )


def downgrade() -> None:
    for table in ("audit_heads", "audit_blocks", "audit_records"):
        op.drop_table(table)
    op.execute("DROP FUNCTION refuse_change_of_audit_log()")
