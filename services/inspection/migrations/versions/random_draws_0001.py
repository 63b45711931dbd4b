"""Random draws of businesses and inspectors"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "random_draws_0001"
down_revision = None
branch_labels = None
depends_on = "inspection_0001"

APPEND_ONLY = (
    "random_draw_parts",
    "random_draw_secrets",
    "random_draw_pledges",
    "random_draw_nonces",
    "random_draw_changes",
    "random_draw_entries",
)
REFUSE = """
    CREATE FUNCTION refuse_change_of_random_draws() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'what was frozen, pledged and changed of a draw is only appended'
            USING ERRCODE = 'restrict_violation';
    END $$
"""


def upgrade() -> None:
    op.create_table(
        "draw_inspectors",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("skills", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("certificate_until", sa.Date(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("leaves", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_draw_inspectors"),
    )
    op.create_index("ix_draw_inspectors_region_code_id", "draw_inspectors", ["region_code", "id"])
    op.create_index("ix_draw_inspectors_user_id", "draw_inspectors", ["user_id"], unique=True)
    op.create_table(
        "random_draws",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_by", sa.Uuid(), nullable=False),
        sa.Column("frozen_by_name", sa.Text(), nullable=False),
        sa.Column("entropy_mode", sa.String(32), nullable=True),
        sa.Column("commitment", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("commitment_sha256", sa.Text(), nullable=True),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outside", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("reveal", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("seed", sa.Text(), nullable=True),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(replaces_id IS NULL) = (reason = '')", name="ck_random_draws_redraw_says_why"),
        sa.CheckConstraint(
            "(state = 'cancelled') = (cancelled_at IS NOT NULL)", name="ck_random_draws_cancelled_says_when"
        ),
        sa.CheckConstraint(
            "(state IN ('drawn', 'announced')) <= (seed IS NOT NULL)", name="ck_random_draws_drawn_has_seed"
        ),
        sa.CheckConstraint(
            "num_nulls(commitment, commitment_sha256, entropy_mode, committed_at) IN (0, 4)",
            name="ck_random_draws_whole",
        ),
        sa.CheckConstraint("num_nulls(seed, reveal, drawn_at) IN (0, 3)", name="ck_random_draws_drawn_whole"),
        sa.CheckConstraint("seed IS NULL OR commitment IS NOT NULL", name="ck_random_draws_committed_before_drawn"),
        sa.ForeignKeyConstraint(["replaces_id"], ["random_draws.id"], name="fk_random_draws_replaces_id_random_draws"),
        sa.PrimaryKeyConstraint("id", name="pk_random_draws"),
    )
    op.create_index("ix_random_draws_region_code_id", "random_draws", ["region_code", "id"])
    op.create_index("ix_random_draws_replaces_id", "random_draws", ["replaces_id"], unique=True)
    op.create_table(
        "drawn_visits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("draw_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("business_name", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("stratum", sa.Text(), nullable=False),
        sa.Column("inspectors", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("user_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("lent", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("scheduled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'completed') = (record_id IS NOT NULL)", name="ck_drawn_visits_completed_names_its_record"
        ),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name="fk_drawn_visits_business_id_businesses"),
        sa.ForeignKeyConstraint(["draw_id"], ["random_draws.id"], name="fk_drawn_visits_draw_id_random_draws"),
        sa.PrimaryKeyConstraint("id", name="pk_drawn_visits"),
    )
    op.create_index("ix_drawn_visits_business_id", "drawn_visits", ["business_id"])
    op.create_index("ix_drawn_visits_draw_id_place", "drawn_visits", ["draw_id", "place"])
    op.create_index(
        "ix_drawn_visits_one_a_place",
        "drawn_visits",
        ["draw_id", "place"],
        unique=True,
        postgresql_where=sa.text("state <> 'replaced'"),
    )
    op.create_index("ix_drawn_visits_region_code_id", "drawn_visits", ["region_code", "id"])
    op.create_index("ix_drawn_visits_user_ids", "drawn_visits", ["user_ids"], postgresql_using="gin")
    op.create_table(
        "inspector_recusals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("inspector_id", sa.Uuid(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("until > since", name="ck_inspector_recusals_until_after_since"),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name="fk_inspector_recusals_business_id_businesses"
        ),
        sa.ForeignKeyConstraint(
            ["inspector_id"], ["draw_inspectors.id"], name="fk_inspector_recusals_inspector_id_draw_inspectors"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_inspector_recusals"),
    )
    op.create_index("ix_inspector_recusals_business_id", "inspector_recusals", ["business_id"])
    op.create_index(
        "ix_inspector_recusals_inspector_id_business_id", "inspector_recusals", ["inspector_id", "business_id"]
    )
    op.create_table(
        "random_draw_changes",
        sa.Column("draw_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("inspector", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["draw_id"], ["random_draws.id"], name="fk_random_draw_changes_draw_id_random_draws"),
        sa.PrimaryKeyConstraint("draw_id", "number", name="pk_random_draw_changes"),
    )
    op.create_table(
        "random_draw_entries",
        sa.Column("draw_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["draw_id"], ["random_draws.id"], name="fk_random_draw_entries_draw_id_random_draws"),
        sa.PrimaryKeyConstraint("draw_id", "number", name="pk_random_draw_entries"),
    )
    op.create_table(
        "random_draw_nonces",
        sa.Column("draw_id", sa.Uuid(), nullable=False),
        sa.Column("witness_id", sa.Uuid(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["draw_id"], ["random_draws.id"], name="fk_random_draw_nonces_draw_id_random_draws"),
        sa.PrimaryKeyConstraint("draw_id", "witness_id", name="pk_random_draw_nonces"),
    )
    op.create_table(
        "random_draw_parts",
        sa.Column("draw_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["draw_id"], ["random_draws.id"], name="fk_random_draw_parts_draw_id_random_draws"),
        sa.PrimaryKeyConstraint("draw_id", "name", "number", name="pk_random_draw_parts"),
    )
    op.create_table(
        "random_draw_pledges",
        sa.Column("draw_id", sa.Uuid(), nullable=False),
        sa.Column("witness_id", sa.Uuid(), nullable=False),
        sa.Column("witness_name", sa.Text(), nullable=False),
        sa.Column("nonce_sha256", sa.Text(), nullable=False),
        sa.Column("pledged_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["draw_id"], ["random_draws.id"], name="fk_random_draw_pledges_draw_id_random_draws"),
        sa.PrimaryKeyConstraint("draw_id", "witness_id", name="pk_random_draw_pledges"),
    )
    op.create_index(
        "ix_random_draw_pledges_draw_id_nonce_sha256", "random_draw_pledges", ["draw_id", "nonce_sha256"], unique=True
    )
    op.create_table(
        "random_draw_secrets",
        sa.Column("draw_id", sa.Uuid(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["draw_id"], ["random_draws.id"], name="fk_random_draw_secrets_draw_id_random_draws"),
        sa.PrimaryKeyConstraint("draw_id", name="pk_random_draw_secrets"),
    )
    op.execute(REFUSE)
    for table in APPEND_ONLY:
        op.execute(f"""
            CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_random_draws()
        """)


def downgrade() -> None:
    op.drop_table("random_draw_secrets")
    op.drop_table("random_draw_pledges")
    op.drop_table("random_draw_parts")
    op.drop_table("random_draw_nonces")
    op.drop_table("random_draw_entries")
    op.drop_table("random_draw_changes")
    op.drop_table("inspector_recusals")
    op.drop_table("drawn_visits")
    op.drop_table("random_draws")
    op.drop_table("draw_inspectors")
    op.execute("DROP FUNCTION refuse_change_of_random_draws()")
