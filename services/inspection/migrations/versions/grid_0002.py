"""Supervision assignments, records of town offices, reward ledger"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "grid_0002"
down_revision = None
branch_labels = None
depends_on = ("inspection_0001", "grid_0001")


def upgrade() -> None:
    op.create_table(
        "office_records",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("judged_on", sa.Date(), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("items", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("points", sa.Numeric(precision=8, scale=2), nullable=False),
        sa.Column("possible", sa.Numeric(precision=8, scale=2), nullable=False),
        sa.Column("judged", sa.Numeric(precision=8, scale=2), nullable=False),
        sa.Column("percent", sa.Numeric(precision=8, scale=2), nullable=True),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_by_name", sa.Text(), nullable=False),
        sa.CheckConstraint("points <= judged AND judged <= possible", name="ck_office_records_points_within"),
        sa.ForeignKeyConstraint(["rule_id"], ["dated_rules.id"], name="fk_office_records_rule_id_dated_rules"),
        sa.PrimaryKeyConstraint("id", name="pk_office_records"),
    )
    op.create_index("ix_office_records_region_code_judged_on_id", "office_records", ["region_code", "judged_on", "id"])
    op.create_table(
        "rewards",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_number", sa.Text(), nullable=False),
        sa.Column("case_number", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("case_closed_on", sa.Date(), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("fine", sa.Numeric(precision=16, scale=2), nullable=True),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("steps", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("joint_approval", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notice_clock_id", sa.Uuid(), nullable=True),
        sa.Column("claim_clock_id", sa.Uuid(), nullable=True),
        sa.Column("notified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voucher", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'paid') = (paid_at IS NOT NULL)", name="ck_rewards_paid_says_when"),
        sa.CheckConstraint("state <> 'paid' OR voucher IS NOT NULL", name="ck_rewards_paid_has_voucher"),
        sa.CheckConstraint("amount >= 0", name="ck_rewards_amount_not_negative"),
        sa.CheckConstraint("fine >= 0", name="ck_rewards_fine_not_negative"),
        sa.ForeignKeyConstraint(["rule_id"], ["dated_rules.id"], name="fk_rewards_rule_id_dated_rules"),
        sa.PrimaryKeyConstraint("id", name="pk_rewards"),
    )
    op.create_index("ix_rewards_case_number", "rewards", ["case_number"])
    op.create_index("ix_rewards_region_code_id", "rewards", ["region_code", "id"])
    op.create_index("ix_rewards_report_number", "rewards", ["report_number"], unique=True)
    op.create_table(
        "supervision_assignments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("business_name", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("level", sa.String(32), nullable=False),
        sa.Column("leader_id", sa.Uuid(), nullable=True),
        sa.Column("leader_name", sa.Text(), nullable=False),
        sa.Column("leader_post", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("ending_reason", sa.Text(), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("visits_per_quarter", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("until > since", name="ck_supervision_assignments_until_after_since"),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name="fk_supervision_assignments_business_id_businesses"
        ),
        sa.ForeignKeyConstraint(["rule_id"], ["dated_rules.id"], name="fk_supervision_assignments_rule_id_dated_rules"),
        sa.PrimaryKeyConstraint("id", name="pk_supervision_assignments"),
    )
    op.create_index("ix_supervision_assignments_business_id_since", "supervision_assignments", ["business_id", "since"])
    op.create_index(
        "ix_supervision_assignments_leader_id",
        "supervision_assignments",
        ["leader_id"],
        postgresql_where=sa.text("leader_id IS NOT NULL"),
    )
    op.create_index(
        "ix_supervision_assignments_one",
        "supervision_assignments",
        ["business_id"],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_index("ix_supervision_assignments_region_code_id", "supervision_assignments", ["region_code", "id"])
    op.create_table(
        "reward_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reward_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["reward_id"], ["rewards.id"], name="fk_reward_entries_reward_id_rewards"),
        sa.PrimaryKeyConstraint("id", name="pk_reward_entries"),
    )
    op.create_index("ix_reward_entries_reward_id_number", "reward_entries", ["reward_id", "number"], unique=True)
    op.create_table(
        "reward_reporters",
        sa.Column("reward_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("identity_number", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["reward_id"], ["rewards.id"], name="fk_reward_reporters_reward_id_rewards"),
        sa.PrimaryKeyConstraint("reward_id", name="pk_reward_reporters"),
    )
    op.create_table(
        "supervision_visits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("problems", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("evidence", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["supervision_assignments.id"],
            name="fk_supervision_visits_assignment_id_supervision_assignments",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_supervision_visits"),
    )
    op.create_index(
        "ix_supervision_visits_assignment_id_visited_on", "supervision_visits", ["assignment_id", "visited_on"]
    )


def downgrade() -> None:
    op.drop_table("supervision_visits")
    op.drop_table("reward_reporters")
    op.drop_table("reward_entries")
    op.drop_table("supervision_assignments")
    op.drop_table("rewards")
    op.drop_table("office_records")
