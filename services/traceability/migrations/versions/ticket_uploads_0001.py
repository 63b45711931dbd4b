"""Files of tickets"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "ticket_uploads_0001"
down_revision = None
branch_labels = None
depends_on = "tickets_0001"


def upgrade() -> None:
    op.create_table(
        "ticket_uploads",
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("sender", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sheet", sa.Text(), nullable=True),
        sa.Column("mapping", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("duplicate", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_size", sa.Integer(), nullable=False),
        sa.Column("content_key", sa.LargeBinary(), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("preview", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("rows_expected", sa.Integer(), nullable=True),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("problem", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_uploads"),
    )
    op.create_index("ix_ticket_uploads_business_id_id", "ticket_uploads", ["business_id", "id"])
    op.create_index(
        "ix_ticket_uploads_content_key",
        "ticket_uploads",
        ["content_key"],
        unique=True,
        postgresql_where=sa.text("NOT dry_run AND state NOT IN ('failed', 'cancelled')"),
    )
    op.create_table(
        "ticket_upload_rows",
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column("cells", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("errors", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["ticket_uploads.id"], name="fk_ticket_upload_rows_upload_id_ticket_uploads"
        ),
        sa.PrimaryKeyConstraint("upload_id", "row_number", name="pk_ticket_upload_rows"),
    )


def downgrade() -> None:
    op.drop_table("ticket_upload_rows")
    op.drop_table("ticket_uploads")
