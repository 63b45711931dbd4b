"""Dated rules are alike: corrected on the same day too, the last word known to the microsecond"""

import sqlalchemy as sa
from alembic import op

revision = "dated_rules_0001"
down_revision = None
branch_labels = None
depends_on = ("allocations_0001", "disposals_0001", "no_retest_items_0001", "sampling_day_bounds_0001")

KEYS = {
    "sampling_caps": ("kind",),
    "closure_requirements": ("side", "handling", "topic"),
    "no_retest_items": ("name",),
    "sampling_day_bounds": (),
}
NAMES = {
    "sampling_caps": "uq_sampling_caps_kind_valid_from_recorded_at",
    "closure_requirements": "uq_closure_requirements_side_handling_topic_valid_from__e910",
    "no_retest_items": "uq_no_retest_items_name_valid_from_recorded_at",
    "sampling_day_bounds": "uq_sampling_day_bounds_valid_from_recorded_at",
}


def upgrade() -> None:
    op.drop_index("ix_sampling_caps_kind_valid_from", "sampling_caps")
    op.drop_index("ix_closure_requirements_side_handling_topic", "closure_requirements")
    op.drop_index("ix_no_retest_items_name", "no_retest_items")
    for table, key in KEYS.items():
        op.create_unique_constraint(NAMES[table], table, [*key, "valid_from", "recorded_at"])
        op.alter_column(table, "recorded_at", server_default=sa.text("clock_timestamp()"))


def downgrade() -> None:
    """Of the caps of one kind and day only the last can stay."""
    for table in KEYS:
        op.drop_constraint(NAMES[table], table)
        op.alter_column(table, "recorded_at", server_default=sa.text("now()"))
    op.execute(
        "DELETE FROM sampling_caps AS earlier USING sampling_caps AS later"
        " WHERE (later.kind, later.valid_from) = (earlier.kind, earlier.valid_from)"
        " AND later.recorded_at > earlier.recorded_at"
    )
    op.create_index("ix_sampling_caps_kind_valid_from", "sampling_caps", ["kind", "valid_from"], unique=True)
    op.create_index(
        "ix_closure_requirements_side_handling_topic", "closure_requirements", ["side", "handling", "topic"]
    )
    op.create_index("ix_no_retest_items_name", "no_retest_items", ["name"])
