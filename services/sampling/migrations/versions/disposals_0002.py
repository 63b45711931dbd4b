"""When a service of a result was written down and by whom, and who confirmed a late one"""

import sqlalchemy as sa
from alembic import op

revision = "disposals_0002"
down_revision = None
branch_labels = None
depends_on = "disposals_0001"


def upgrade() -> None:
    op.add_column("result_notices", sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("result_notices", sa.Column("recorded_by", sa.Uuid(), nullable=True))
    op.add_column("result_notices", sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("result_notices", sa.Column("confirmed_by", sa.Uuid(), nullable=True))
    # The timeline knows; what it should not know counts as written down just now, which ends nobody's window.
    op.execute(
        """
        UPDATE result_notices AS notice
        SET recorded_at = coalesce(entry.recorded_at, now()), recorded_by = entry.actor_id
        FROM result_notices AS served
        LEFT JOIN LATERAL (
            SELECT recorded_at, actor_id FROM disposal_entries
            WHERE case_id = served.case_id AND kind IN ('served', 'service_corrected')
                AND details ->> 'notice_id' = served.id::text
            ORDER BY number DESC LIMIT 1
        ) AS entry ON true
        WHERE notice.id = served.id AND served.served_at IS NOT NULL
        """
    )
    op.create_check_constraint(
        "ck_result_notices_recorded_iff_served", "result_notices", "(served_at IS NULL) = (recorded_at IS NULL)"
    )
    op.create_check_constraint(
        "ck_result_notices_confirmed_by_another", "result_notices", "confirmed_by <> recorded_by"
    )


def downgrade() -> None:
    for name in ("confirmed_by", "confirmed_at", "recorded_by", "recorded_at"):
        op.drop_column("result_notices", name)
