"""Second factors and recovery codes; sessions that can be told apart, listed and ended."""

import sqlalchemy as sa
from alembic import op

revision = "second_factor_0001"
down_revision = None
branch_labels = None
depends_on = "identity_0001"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "second_factors",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_second_factors_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_second_factors")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_recovery_codes_user_id_users")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_recovery_codes")),
    )
    op.create_index(op.f("ix_recovery_codes_user_id"), "recovery_codes", ["user_id"])
    # Defaults of the database, because the program that still runs writes these tables without the new columns.
    op.add_column(
        "web_sessions", sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False)
    )
    op.create_unique_constraint(op.f("uq_web_sessions_id"), "web_sessions", ["id"])
    for table in ("web_sessions", "sign_ins"):
        op.add_column(table, sa.Column("device", sa.Text(), server_default="", nullable=False))
    op.add_column("web_sessions", sa.Column("address", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "web_sessions", sa.Column("awaits_second_factor", sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def downgrade() -> None:
    for column in ("awaits_second_factor", "address", "device", "id"):
        op.drop_column("web_sessions", column)
    op.drop_column("sign_ins", "device")
    op.drop_table("recovery_codes")
    op.drop_table("second_factors")
