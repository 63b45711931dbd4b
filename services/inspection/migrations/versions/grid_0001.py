"""Grid: cells, posts, hand-overs, patrols, clues, trainings, dated rules"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "grid_0001"
down_revision = None
branch_labels = None
depends_on = ("inspection_0001", "businesses_0002")


def upgrade() -> None:
    op.create_table(
        "dated_rules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(32), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("origin", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("content ->> 'subject' = subject", name="ck_dated_rules_content_is_of_the_subject"),
        sa.CheckConstraint("valid_to >= valid_from", name="ck_dated_rules_valid_to_after_valid_from"),
        sa.PrimaryKeyConstraint("id", name="pk_dated_rules"),
    )
    op.create_index(
        "ix_dated_rules_version",
        "dated_rules",
        ["subject", "code", "region_code", "valid_from", "number"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "exams",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("role_group", sa.String(32), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("pass_mark", sa.Numeric(precision=6, scale=2), nullable=False),
        sa.Column("full_mark", sa.Numeric(precision=6, scale=2), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("pass_mark > 0 AND pass_mark <= full_mark", name="ck_exams_pass_mark_within"),
        sa.PrimaryKeyConstraint("id", name="pk_exams"),
    )
    op.create_index("ix_exams_region_code_held_on", "exams", ["region_code", "held_on"])
    op.create_table(
        "grid_cells",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("level", sa.String(32), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("closing_reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("valid_to > valid_from", name="ck_grid_cells_valid_to_after_valid_from"),
        sa.PrimaryKeyConstraint("code", name="pk_grid_cells"),
    )
    op.create_index("ix_grid_cells_region_code_level", "grid_cells", ["region_code", "level"])
    op.create_table(
        "grid_counts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("figure", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("numerator", sa.Integer(), nullable=False),
        sa.Column("denominator", sa.Integer(), nullable=False),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("numerator <> 0 OR denominator <> 0", name="ck_grid_counts_changes_something"),
        sa.PrimaryKeyConstraint("id", name="pk_grid_counts"),
    )
    op.create_index("ix_grid_counts_figure_region_code_day", "grid_counts", ["figure", "region_code", "day"])
    op.create_index("ix_grid_counts_figure_subject", "grid_counts", ["figure", "subject"])
    op.create_table(
        "grid_posts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cell_code", sa.Text(), nullable=False),
        sa.Column("cell_name", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("responsible", sa.Boolean(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("ending_reason", sa.Text(), nullable=False),
        sa.Column("handover_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("until > since", name="ck_grid_posts_until_after_since"),
        sa.PrimaryKeyConstraint("id", name="pk_grid_posts"),
    )
    op.create_index("ix_grid_posts_cell_code_since", "grid_posts", ["cell_code", "since"])
    op.create_index(
        "ix_grid_posts_one_responsible",
        "grid_posts",
        ["cell_code"],
        unique=True,
        postgresql_where=sa.text("responsible AND until IS NULL"),
    )
    op.create_index("ix_grid_posts_region_code_id", "grid_posts", ["region_code", "id"])
    op.create_index("ix_grid_posts_user_id_since", "grid_posts", ["user_id", "since"])
    op.create_table(
        "training_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("organiser", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("hours", sa.Numeric(precision=6, scale=2), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("hours > 0", name="ck_training_sessions_hours_positive"),
        sa.PrimaryKeyConstraint("id", name="pk_training_sessions"),
    )
    op.create_index("ix_training_sessions_region_code_held_on", "training_sessions", ["region_code", "held_on"])
    op.create_table(
        "grid_cell_stays",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("cell_code", sa.Text(), nullable=False),
        sa.Column("level", sa.String(32), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ending_reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("until > since", name="ck_grid_cell_stays_until_after_since"),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name="fk_grid_cell_stays_business_id_businesses"),
        sa.ForeignKeyConstraint(["cell_code"], ["grid_cells.code"], name="fk_grid_cell_stays_cell_code_grid_cells"),
        sa.PrimaryKeyConstraint("id", name="pk_grid_cell_stays"),
    )
    op.create_index("ix_grid_cell_stays_business_id_since", "grid_cell_stays", ["business_id", "since"])
    op.create_index("ix_grid_cell_stays_cell_code_since", "grid_cell_stays", ["cell_code", "since"])
    op.create_index(
        "ix_grid_cell_stays_one",
        "grid_cell_stays",
        ["business_id", "level"],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "grid_handovers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("new_post_id", sa.Uuid(), nullable=True),
        sa.Column("cell_code", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("giver_id", sa.Uuid(), nullable=False),
        sa.Column("giver_name", sa.Text(), nullable=False),
        sa.Column("taker_id", sa.Uuid(), nullable=False),
        sa.Column("taker_name", sa.Text(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("open_items", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_by", sa.Uuid(), nullable=True),
        sa.Column("giver_note", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taker_note", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'effected') = (effective_on IS NOT NULL)", name="ck_grid_handovers_effected_says_when"
        ),
        sa.CheckConstraint(
            "state <> 'effected' OR (given_at IS NOT NULL AND taken_at IS NOT NULL)",
            name="ck_grid_handovers_effected_by_both",
        ),
        sa.ForeignKeyConstraint(["new_post_id"], ["grid_posts.id"], name="fk_grid_handovers_new_post_id_grid_posts"),
        sa.ForeignKeyConstraint(["post_id"], ["grid_posts.id"], name="fk_grid_handovers_post_id_grid_posts"),
        sa.PrimaryKeyConstraint("id", name="pk_grid_handovers"),
    )
    op.create_index(
        "ix_grid_handovers_one_proposed",
        "grid_handovers",
        ["post_id"],
        unique=True,
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_index("ix_grid_handovers_region_code_id", "grid_handovers", ["region_code", "id"])
    op.create_table(
        "patrols",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cell_code", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("duty_list_id", sa.Uuid(), nullable=False),
        sa.Column("patroller_id", sa.Uuid(), nullable=False),
        sa.Column("patroller_name", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("doubts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("ended_at >= started_at", name="ck_patrols_ends_after_it_starts"),
        sa.ForeignKeyConstraint(["duty_list_id"], ["dated_rules.id"], name="fk_patrols_duty_list_id_dated_rules"),
        sa.PrimaryKeyConstraint("id", name="pk_patrols"),
    )
    op.create_index("ix_patrols_cell_code_started_at", "patrols", ["cell_code", "started_at"])
    op.create_index("ix_patrols_patroller_id_id", "patrols", ["patroller_id", "id"])
    op.create_index("ix_patrols_region_code_id", "patrols", ["region_code", "id"])
    op.create_table(
        "trainees",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("role_group", sa.String(32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("business_id", sa.Uuid(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(role_group = 'enterprise') = (business_id IS NOT NULL)", name="ck_trainees_enterprise_names_business"
        ),
        sa.CheckConstraint("until > since", name="ck_trainees_until_after_since"),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name="fk_trainees_business_id_businesses"),
        sa.PrimaryKeyConstraint("id", name="pk_trainees"),
    )
    op.create_index(
        "ix_trainees_business_id", "trainees", ["business_id"], postgresql_where=sa.text("business_id IS NOT NULL")
    )
    op.create_index("ix_trainees_region_code_id", "trainees", ["region_code", "id"])
    op.create_index("ix_trainees_user_id", "trainees", ["user_id"], postgresql_where=sa.text("user_id IS NOT NULL"))
    op.create_table(
        "clues",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patrol_id", sa.Uuid(), nullable=True),
        sa.Column("cell_code", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("reporter_id", sa.Uuid(), nullable=False),
        sa.Column("reporter_name", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("clock_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("referral", sa.String(32), nullable=True),
        sa.Column("referral_reference", sa.Text(), nullable=True),
        sa.Column("outcome", sa.String(32), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'answered') = (answered_at IS NOT NULL)", name="ck_clues_answered_says_when"),
        sa.CheckConstraint("(answered_at IS NULL) = (outcome IS NULL)", name="ck_clues_answered_says_what"),
        sa.CheckConstraint("(referral IS NULL) = (referral_reference IS NULL)", name="ck_clues_referral_whole"),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name="fk_clues_business_id_businesses"),
        sa.ForeignKeyConstraint(["patrol_id"], ["patrols.id"], name="fk_clues_patrol_id_patrols"),
        sa.PrimaryKeyConstraint("id", name="pk_clues"),
    )
    op.create_index(
        "ix_clues_business_id", "clues", ["business_id"], postgresql_where=sa.text("business_id IS NOT NULL")
    )
    op.create_index("ix_clues_cell_code_state", "clues", ["cell_code", "state"])
    op.create_index("ix_clues_region_code_id", "clues", ["region_code", "id"])
    op.create_index("ix_clues_reporter_id_id", "clues", ["reporter_id", "id"])
    op.create_table(
        "exam_results",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("exam_id", sa.Uuid(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("sat_on", sa.Date(), nullable=False),
        sa.Column("score", sa.Numeric(precision=6, scale=2), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["exam_id"], ["exams.id"], name="fk_exam_results_exam_id_exams"),
        sa.ForeignKeyConstraint(["trainee_id"], ["trainees.id"], name="fk_exam_results_trainee_id_trainees"),
        sa.PrimaryKeyConstraint("id", name="pk_exam_results"),
    )
    op.create_index(
        "ix_exam_results_exam_id_trainee_id_attempt", "exam_results", ["exam_id", "trainee_id", "attempt"], unique=True
    )
    op.create_index("ix_exam_results_trainee_id", "exam_results", ["trainee_id"])
    op.create_table(
        "training_attendances",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hours", sa.Numeric(precision=6, scale=2), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("number = 1 OR reason <> ''", name="ck_training_attendances_correction_says_why"),
        sa.CheckConstraint("hours >= 0", name="ck_training_attendances_hours_not_negative"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["training_sessions.id"], name="fk_training_attendances_session_id_training_sessions"
        ),
        sa.ForeignKeyConstraint(["trainee_id"], ["trainees.id"], name="fk_training_attendances_trainee_id_trainees"),
        sa.PrimaryKeyConstraint("id", name="pk_training_attendances"),
    )
    op.create_index(
        "ix_training_attendances_session_id_trainee_id_number",
        "training_attendances",
        ["session_id", "trainee_id", "number"],
        unique=True,
    )
    op.create_index("ix_training_attendances_trainee_id", "training_attendances", ["trainee_id"])
    op.create_table(
        "clue_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clue_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["clue_id"], ["clues.id"], name="fk_clue_entries_clue_id_clues"),
        sa.PrimaryKeyConstraint("id", name="pk_clue_entries"),
    )
    op.create_index("ix_clue_entries_clue_id_number", "clue_entries", ["clue_id", "number"], unique=True)


def downgrade() -> None:
    op.drop_table("clue_entries")
    op.drop_table("training_attendances")
    op.drop_table("exam_results")
    op.drop_table("clues")
    op.drop_table("trainees")
    op.drop_table("patrols")
    op.drop_table("grid_handovers")
    op.drop_table("grid_cell_stays")
    op.drop_table("training_sessions")
    op.drop_table("grid_posts")
    op.drop_table("grid_counts")
    op.drop_table("grid_cells")
    op.drop_table("exams")
    op.drop_table("dated_rules")
