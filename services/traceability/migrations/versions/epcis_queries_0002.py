"""Signature tokens of subscriptions are sealed"""

import sqlalchemy as sa
from alembic import op

revision = "epcis_queries_0002"
down_revision = "epcis_queries_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("epcis_subscriptions", sa.Column("sealed_token", sa.LargeBinary(), nullable=True))
    # What was kept in clear cannot be sealed here, and nobody who asked for signatures is sent anything without one:
    # an empty token opens with no secret.
    op.execute(
        "UPDATE epcis_subscriptions SET sealed_token = '', state = 'paused', paused_at = now(),"
        " last_error = '签名密钥改为加密保管，原来的已删除；请退订后重新订阅' WHERE signature_token IS NOT NULL"
    )
    op.drop_column("epcis_subscriptions", "signature_token")


def downgrade() -> None:
    op.add_column("epcis_subscriptions", sa.Column("signature_token", sa.Text(), nullable=True))
    op.drop_column("epcis_subscriptions", "sealed_token")
