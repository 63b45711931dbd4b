"""Who has sent a file of samples"""

import sqlalchemy as sa
from alembic import op

revision = "sample_attachments_0001"
down_revision = None
branch_labels = None
depends_on = "samples_0002"


def upgrade() -> None:
    op.create_table(
        "sample_attachment_senders",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["sha256"], ["sample_attachments.sha256"], name="fk_sample_attachment_senders_sha256_sample_attachments"
        ),
        sa.PrimaryKeyConstraint("sha256", "user_id", name="pk_sample_attachment_senders"),
    )
    op.execute(
        "INSERT INTO sample_attachment_senders (sha256, user_id, sent_at)"
        " SELECT sha256, uploaded_by, uploaded_at FROM sample_attachments"
    )


def downgrade() -> None:
    op.drop_table("sample_attachment_senders")
