"""What a unit says of its numbers: a share lies between 0 and 100, a count is not below nothing. Pure.

The unit is the declaration. Exactly `%` is a share of a whole; a rate that may go beyond (growth, what was done of a
plan) says so in its unit, as in `%（同比）`.
"""

from decimal import Decimal

SHARE = "%"
COUNTS = frozenset({"个", "起", "次", "人", "家", "户", "件", "份", "批", "批次", "例", "处", "项", "条", "场"})
WHOLE = Decimal(100)


def beyond(unit: str | None, *values: Decimal) -> str | None:
    """Why one of the values cannot be in this unit, in Chinese; None where all can."""
    for value in values:
        if unit == SHARE and not 0 <= value <= WHOLE:
            return f"占比在 0～100 之间，现为 {value:f}；可以超出的（增长、完成进度），单位请写作“%（同比）”一类"
        if unit in COUNTS and value < 0:
            return f"{unit}数不能是负数，现为 {value:f}"
    return None
