"""Deputations: who may act for whom, and which browser does."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "deputations_0001"
down_revision = None
branch_labels = None
depends_on = ("identity_0001", "second_factor_0001")

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "deputations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("deputy_id", sa.Uuid(), nullable=False),
        sa.Column("roles", ARRAY(sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("valid_from", MOMENT, nullable=False),
        sa.Column("valid_until", MOMENT, nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.CheckConstraint("principal_id <> deputy_id", name=op.f("ck_deputations_two_people")),
        sa.CheckConstraint("valid_from < valid_until", name=op.f("ck_deputations_some_time")),
        sa.ForeignKeyConstraint(["deputy_id"], ["users.id"], name=op.f("fk_deputations_deputy_id_users")),
        sa.ForeignKeyConstraint(["principal_id"], ["users.id"], name=op.f("fk_deputations_principal_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deputations")),
    )
    op.create_index(op.f("ix_deputations_deputy_id_valid_until"), "deputations", ["deputy_id", "valid_until"])
    op.create_index(op.f("ix_deputations_principal_id"), "deputations", ["principal_id"])
    op.add_column("web_sessions", sa.Column("deputation_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_web_sessions_deputation_id_deputations"), "web_sessions", "deputations", ["deputation_id"], ["id"]
    )


def downgrade() -> None:
    op.drop_column("web_sessions", "deputation_id")
    op.drop_table("deputations")
