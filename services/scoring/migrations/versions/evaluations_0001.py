"""Evaluations: runs, evidence, readings, scores"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "evaluations_0001"
down_revision = None
branch_labels = None
depends_on = "schemes_0001"


def upgrade() -> None:
    op.create_table(
        "evaluations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scheme_id", sa.Uuid(), nullable=False),
        sa.Column("scheme_code", sa.Text(), nullable=False),
        sa.Column("scheme_number", sa.Integer(), nullable=False),
        sa.Column("scheme_sha256", sa.Text(), nullable=False),
        sa.Column("official", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("organiser_region_code", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("stage", sa.String(32), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("publicised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("publicised_where", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'concluded') = (passed IS NOT NULL)", name="ck_evaluations_concluded_says_what"),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ck_evaluations_ended_says_when"),
        sa.CheckConstraint("(state = 'open') = (stage IS NOT NULL)", name="ck_evaluations_open_has_a_stage"),
        sa.ForeignKeyConstraint(["scheme_id"], ["scoring_schemes.id"], name="fk_evaluations_scheme_id_scoring_schemes"),
        sa.PrimaryKeyConstraint("id", name="pk_evaluations"),
    )
    op.create_index("ix_evaluations_region_code_id", "evaluations", ["region_code", "id"])
    op.create_index(
        "uq_evaluations_one_open",
        "evaluations",
        ["scheme_code", "region_code", "period"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "evaluation_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("evaluation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("stage", sa.String(32), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluations.id"], name="fk_evaluation_entries_evaluation_id_evaluations"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_evaluation_entries"),
        sa.UniqueConstraint("evaluation_id", "number", name="uq_evaluation_entries_evaluation_id_number"),
    )
    op.create_table(
        "evaluation_evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("evaluation_id", sa.Uuid(), nullable=False),
        sa.Column("clause_code", sa.Text(), nullable=False),
        sa.Column("requirement", sa.Text(), nullable=True),
        sa.Column("stage", sa.String(32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by", sa.Uuid(), nullable=False),
        sa.Column("submitted_by_name", sa.Text(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("reviewed_by_name", sa.Text(), nullable=True),
        sa.Column("review_reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'submitted') = (reviewed_at IS NULL)", name="ck_evaluation_evidence_reviewed_says_when"
        ),
        sa.CheckConstraint(
            "state <> 'returned' OR review_reason <> ''", name="ck_evaluation_evidence_returned_says_why"
        ),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluations.id"], name="fk_evaluation_evidence_evaluation_id_evaluations"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_evaluation_evidence"),
        sa.UniqueConstraint(
            "evaluation_id", "clause_code", "sha256", name="uq_evaluation_evidence_evaluation_id_clause_code_sha256"
        ),
    )
    op.create_table(
        "evaluation_opinions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("evaluation_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluations.id"], name="fk_evaluation_opinions_evaluation_id_evaluations"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_evaluation_opinions"),
    )
    op.create_index("ix_evaluation_opinions_evaluation_id_id", "evaluation_opinions", ["evaluation_id", "id"])
    op.create_table(
        "evaluation_snapshots",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("evaluation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by", sa.Uuid(), nullable=False),
        sa.Column("taken_by_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluations.id"], name="fk_evaluation_snapshots_evaluation_id_evaluations"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_evaluation_snapshots"),
        sa.UniqueConstraint("evaluation_id", "number", name="uq_evaluation_snapshots_evaluation_id_number"),
    )
    op.create_table(
        "evaluation_stages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("evaluation_id", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.String(32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluations.id"], name="fk_evaluation_stages_evaluation_id_evaluations"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_evaluation_stages"),
        sa.UniqueConstraint("evaluation_id", "position", name="uq_evaluation_stages_evaluation_id_position"),
        sa.UniqueConstraint("evaluation_id", "stage", name="uq_evaluation_stages_evaluation_id_stage"),
    )
    op.create_table(
        "evaluation_statements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("evaluation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stated_by", sa.Uuid(), nullable=False),
        sa.Column("stated_by_name", sa.Text(), nullable=False),
        sa.Column("seconded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seconded_by", sa.Uuid(), nullable=True),
        sa.Column("seconded_by_name", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluations.id"], name="fk_evaluation_statements_evaluation_id_evaluations"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_evaluation_statements"),
        sa.UniqueConstraint("evaluation_id", "number", name="uq_evaluation_statements_evaluation_id_number"),
    )
    op.create_index(
        "ix_evaluation_statements_evaluation_id_kind_code", "evaluation_statements", ["evaluation_id", "kind", "code"]
    )
    op.create_table(
        "inapplicability_claims",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("evaluation_id", sa.Uuid(), nullable=False),
        sa.Column("clause_code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_by", sa.Uuid(), nullable=False),
        sa.Column("claimed_by_name", sa.Text(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_by_name", sa.Text(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'pending') = (decided_at IS NULL)", name="ck_inapplicability_claims_decided_says_when"
        ),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluations.id"], name="fk_inapplicability_claims_evaluation_id_evaluations"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_inapplicability_claims"),
    )
    op.create_index(
        "uq_inapplicability_claims_one_standing",
        "inapplicability_claims",
        ["evaluation_id", "clause_code"],
        unique=True,
        postgresql_where=sa.text("state <> 'refused'"),
    )
    op.create_table(
        "evaluation_readings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("snapshot_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=True),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("value", sa.Numeric(), nullable=True),
        sa.Column("low", sa.Numeric(), nullable=True),
        sa.Column("high", sa.Numeric(), nullable=True),
        sa.Column("peers", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("numerator", sa.Numeric(), nullable=True),
        sa.Column("denominator", sa.Numeric(), nullable=True),
        sa.Column("definition_version", sa.Integer(), nullable=True),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rows", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["evaluation_snapshots.id"], name="fk_evaluation_readings_snapshot_id_evaluation_snapshots"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_evaluation_readings"),
        sa.UniqueConstraint("snapshot_id", "name", name="uq_evaluation_readings_snapshot_id_name"),
    )
    op.create_table(
        "evaluation_scorings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("evaluation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(32), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("calculated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("calculated_by", sa.Uuid(), nullable=True),
        sa.Column("calculated_by_name", sa.Text(), nullable=False),
        sa.Column("snapshot_id", sa.Uuid(), nullable=True),
        sa.Column("statements_to", sa.Integer(), nullable=False),
        sa.Column("input", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("input_sha256", sa.Text(), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("low", sa.Numeric(), nullable=False),
        sa.Column("high", sa.Numeric(), nullable=False),
        sa.Column("maximum", sa.Numeric(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluations.id"], name="fk_evaluation_scorings_evaluation_id_evaluations"
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["evaluation_snapshots.id"], name="fk_evaluation_scorings_snapshot_id_evaluation_snapshots"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_evaluation_scorings"),
        sa.UniqueConstraint("evaluation_id", "number", name="uq_evaluation_scorings_evaluation_id_number"),
    )
    op.create_index(
        "ix_evaluation_scorings_evaluation_id_stage_number", "evaluation_scorings", ["evaluation_id", "stage", "number"]
    )


def downgrade() -> None:
    op.drop_table("evaluation_scorings")
    op.drop_table("evaluation_readings")
    op.drop_table("inapplicability_claims")
    op.drop_table("evaluation_statements")
    op.drop_table("evaluation_stages")
    op.drop_table("evaluation_snapshots")
    op.drop_table("evaluation_opinions")
    op.drop_table("evaluation_evidence")
    op.drop_table("evaluation_entries")
    op.drop_table("evaluations")
