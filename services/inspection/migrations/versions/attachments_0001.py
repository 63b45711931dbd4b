"""Who has sent a file, and who named it in a visit"""

import sqlalchemy as sa
from alembic import op

revision = "attachments_0001"
down_revision = None
branch_labels = None
depends_on = "visit_records_0001"


def upgrade() -> None:
    op.create_table(
        "attachment_senders",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["attachments.sha256"], name="fk_attachment_senders_sha256_attachments"),
        sa.PrimaryKeyConstraint("sha256", "user_id", name="pk_attachment_senders"),
    )
    op.execute(
        "INSERT INTO attachment_senders (sha256, user_id, sent_at)"
        " SELECT sha256, uploaded_by, uploaded_at FROM attachments"
    )
    op.add_column("visit_files", sa.Column("named_by", sa.Uuid(), nullable=True))
    op.drop_constraint("pk_visit_files", "visit_files", type_="primary")
    op.execute(
        "INSERT INTO visit_files (record_id, sha256, named_by) SELECT DISTINCT f.record_id, f.sha256, v.handed_in_by"
        " FROM visit_files AS f JOIN visit_versions AS v ON v.record_id = f.record_id"
    )
    op.execute("DELETE FROM visit_files WHERE named_by IS NULL")
    op.alter_column("visit_files", "named_by", nullable=False)
    op.create_primary_key("pk_visit_files", "visit_files", ["record_id", "sha256", "named_by"])


def downgrade() -> None:
    op.drop_constraint("pk_visit_files", "visit_files", type_="primary")
    op.execute(
        "DELETE FROM visit_files AS f USING visit_files AS other WHERE other.record_id = f.record_id"
        " AND other.sha256 = f.sha256 AND other.named_by < f.named_by"
    )
    op.drop_column("visit_files", "named_by")
    op.create_primary_key("pk_visit_files", "visit_files", ["record_id", "sha256"])
    op.drop_table("attachment_senders")
