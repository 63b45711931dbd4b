"""Usual yields are kept once: those by which traces were judged become bands of products, a bureau's own stay"""

import sqlalchemy as sa
from alembic import op

revision = "productions_0002"
down_revision = None
branch_labels = None
depends_on = ("productions_0001", "traces_0001")

BEFORE = "uq_yield_bands_process_valid_from_recorded_at"
AFTER = "uq_yield_bands_process_product_key_valid_from_recorded_at"
TO_BANDS = """
    INSERT INTO yield_bands (
        id, process, product_key, name, least, most, valid_from, source, verified, recorded_by, recorded_at
    )
    SELECT DISTINCT ON (own.product_key, own.valid_from)
        own.id, '', own.product_key, '产出与投入之比的界限', 100 * low.value, 100 * high.value,
        own.valid_from, own.source, own.verified, own.recorded_by, own.recorded_at
    FROM trace_limits AS own
    CROSS JOIN LATERAL (
        SELECT value FROM trace_limits
        WHERE name = 'yield_low' AND product_key IN ('', own.product_key) AND valid_from <= own.valid_from
        ORDER BY product_key DESC, valid_from DESC, recorded_at DESC LIMIT 1
    ) AS low
    CROSS JOIN LATERAL (
        SELECT value FROM trace_limits
        WHERE name = 'yield_high' AND product_key IN ('', own.product_key) AND valid_from <= own.valid_from
        ORDER BY product_key DESC, valid_from DESC, recorded_at DESC LIMIT 1
    ) AS high
    WHERE own.name IN ('yield_low', 'yield_high') AND own.recorded_by IS NOT NULL AND low.value < high.value
    ORDER BY own.product_key, own.valid_from, own.recorded_at DESC"""
"""A ratio had its bounds in two rows. Where a bureau corrected one alone, the other holds as on that day; bounds that
cross, between which nothing lies, are no band and are left behind."""

TO_LIMITS = """
    INSERT INTO trace_limits (id, name, product_key, value, valid_from, source, verified, recorded_by, recorded_at)
    SELECT gen_random_uuid(), bound.name, product_key, bound.percent / 100,
        valid_from, source, verified, recorded_by, recorded_at
    FROM yield_bands CROSS JOIN LATERAL (VALUES ('yield_low', least), ('yield_high', most)) AS bound (name, percent)
    WHERE process = ''"""


def upgrade() -> None:
    op.add_column("yield_bands", sa.Column("product_key", sa.Text(), server_default="", nullable=False))
    op.alter_column("yield_bands", "product_key", server_default=None)
    op.drop_constraint(BEFORE, "yield_bands")
    op.create_unique_constraint(AFTER, "yield_bands", ["process", "product_key", "valid_from", "recorded_at"])
    op.create_check_constraint(
        "ck_yield_bands_of_a_process_or_a_product", "yield_bands", "process = '' OR product_key = ''"
    )
    op.execute(TO_BANDS)
    op.execute("DELETE FROM trace_limits WHERE name IN ('yield_low', 'yield_high')")


def downgrade() -> None:
    op.execute(TO_LIMITS)
    op.execute("DELETE FROM yield_bands WHERE process = ''")
    op.drop_constraint("ck_yield_bands_of_a_process_or_a_product", "yield_bands")
    op.drop_constraint(AFTER, "yield_bands")
    op.create_unique_constraint(BEFORE, "yield_bands", ["process", "valid_from", "recorded_at"])
    op.drop_column("yield_bands", "product_key")
