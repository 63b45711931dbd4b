"""What an edition of a published row is: first, correction, withdrawal, under re-examination, upheld"""

import sqlalchemy as sa
from alembic import op

revision = "publications_0002"
down_revision = None
branch_labels = None
depends_on = "publications_0001"


def upgrade() -> None:
    op.add_column("publication_rows", sa.Column("kind", sa.String(32), nullable=True))
    op.execute(
        """
        UPDATE publication_rows
        SET kind = CASE WHEN edition = 1 THEN 'first' WHEN withdrawn THEN 'withdrawal' ELSE 'correction' END
        """
    )
    op.alter_column("publication_rows", "kind", nullable=False)
    op.drop_constraint("ck_publication_rows_first_edition_stands", "publication_rows")
    op.create_check_constraint(
        "ck_publication_rows_first_edition_is_first", "publication_rows", "(edition = 1) = (kind = 'first')"
    )
    op.drop_column("publication_rows", "withdrawn")


def downgrade() -> None:
    op.add_column("publication_rows", sa.Column("withdrawn", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE publication_rows SET withdrawn = (kind = 'withdrawal')")
    op.alter_column("publication_rows", "withdrawn", server_default=None)
    op.drop_column("publication_rows", "kind")
    op.create_check_constraint(
        "ck_publication_rows_first_edition_stands", "publication_rows", "edition > 1 OR NOT withdrawn"
    )
