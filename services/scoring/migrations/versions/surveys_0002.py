"""Public links of questionnaires"""

import sqlalchemy as sa
from alembic import op

revision = "surveys_0002"
down_revision = "surveys_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "survey_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("stratum", sa.Text(), nullable=True),
        sa.Column("most_answers", sa.Integer(), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("most_answers > 0", name="ck_survey_links_takes_answers"),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name="fk_survey_links_survey_id_surveys"),
        sa.PrimaryKeyConstraint("id", name="pk_survey_links"),
        sa.UniqueConstraint("token_sha256", name="uq_survey_links_token_sha256"),
    )
    op.create_index("ix_survey_links_survey_id", "survey_links", ["survey_id"])
    op.add_column("survey_answers", sa.Column("link_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk_survey_answers_link_id_survey_links", "survey_answers", "survey_links", ["link_id"], ["id"]
    )
    op.create_index("ix_survey_answers_link_id", "survey_answers", ["link_id"])


def downgrade() -> None:
    op.drop_column("survey_answers", "link_id")
    op.drop_table("survey_links")
