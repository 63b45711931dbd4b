"""Keys of devices, and the signatures of what they sent"""

import sqlalchemy as sa
from alembic import op

revision = "device_keys_0001"
down_revision = None
branch_labels = None
depends_on = ("rapid_tests_0001", "sites_0001")


def upgrade() -> None:
    op.create_table(
        "device_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_by", sa.Uuid(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name="fk_device_keys_device_id_devices"),
        sa.PrimaryKeyConstraint("id", name="pk_device_keys"),
    )
    op.create_index("ix_device_keys_device_id_id", "device_keys", ["device_id", "id"])
    op.create_index("ix_device_keys_public_key", "device_keys", ["public_key"], unique=True)
    op.create_index(
        "uq_device_keys_in_force",
        "device_keys",
        ["device_id"],
        unique=True,
        postgresql_where=sa.text("replaced_at IS NULL"),
    )
    op.create_table(
        "submission_signatures",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("device_key_id", sa.Uuid(), nullable=False),
        sa.Column("content_digest", sa.Text(), nullable=False),
        sa.Column("signature_input", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_key_id"], ["device_keys.id"], name="fk_submission_signatures_device_key_id_device_keys"
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["rapid_test_submissions.id"],
            name="fk_submission_signatures_submission_id_rapid_test_submissions",
        ),
        sa.PrimaryKeyConstraint("submission_id", name="pk_submission_signatures"),
    )
    op.add_column("rapid_tests", sa.Column("device_key_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("rapid_tests", "device_key_id")
    op.drop_table("submission_signatures")
    op.drop_table("device_keys")
