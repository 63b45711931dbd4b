"""Statutory clocks: rules, clocks, their history."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "clocks_0001"
down_revision = None
branch_labels = ("clocks",)
depends_on = None

CODE = sa.String(32)
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "clock_rules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("authority", CODE, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("unit", CODE, nullable=False),
        sa.Column("start", CODE, nullable=False),
        sa.Column("effect", CODE, nullable=False),
        sa.Column("day_ends_at", sa.Text(), nullable=False),
        sa.Column("rolls_to_working_day", sa.Boolean(), nullable=False),
        sa.Column("suspensions", JSONB(), nullable=False),
        sa.Column("extensions", JSONB(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("statutory", sa.Boolean(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("counting_verified", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("origin IN ('seed', 'bureau')", name=op.f("ck_clock_rules_origin_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_rules")),
        sa.UniqueConstraint(
            "code", "authority", "valid_from", "version", name=op.f("uq_clock_rules_code_authority_valid_from_version")
        ),
    )
    op.create_table(
        "clocks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("object_type", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("triggered_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("end_told_at", MOMENT, nullable=True),
        sa.Column("sweep_after", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["rule_id"], ["clock_rules.id"], name=op.f("fk_clocks_rule_id_clock_rules")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clocks")),
        sa.UniqueConstraint(
            "object_id",
            "object_type",
            "code",
            "triggered_at",
            name=op.f("uq_clocks_object_id_object_type_code_triggered_at"),
        ),
    )
    op.create_index(op.f("ix_clocks_due_at_id"), "clocks", ["due_at", "id"])
    op.create_index(op.f("ix_clocks_region_code_due_at"), "clocks", ["region_code", "due_at"])
    op.create_index(
        op.f("ix_clocks_sweep_after"), "clocks", ["sweep_after"], postgresql_where=sa.text("sweep_after IS NOT NULL")
    )
    op.create_table(
        "clock_entries",
        sa.Column("clock_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["clock_id"], ["clocks.id"], name=op.f("fk_clock_entries_clock_id_clocks")),
        sa.PrimaryKeyConstraint("clock_id", "number", name=op.f("pk_clock_entries")),
    )


def downgrade() -> None:
    op.drop_table("clock_entries")
    op.drop_table("clocks")
    op.drop_table("clock_rules")
